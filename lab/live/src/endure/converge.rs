//! Are all replicas equal? Asked of every host itself.

use crate::endure::client::Caller;
use crate::endure::doors::Doors;
use std::sync::Arc;

/// The CIB that every host has, in one view of all with quorum; else what is not so yet.
///
/// # Errors
/// With the first difference.
pub fn look(doors: &Arc<Doors>) -> Result<String, String> {
    let mut caller = Caller::new(Arc::clone(doors));
    let mut common: Option<(u64, String)> = None;
    for host in 0..doors.count() {
        let name = format!("n{}", host + 1);
        let status = caller.status(host).ok_or(format!("{name} does not answer"))?;
        let absent: Vec<&str> =
            status.nodes.iter().filter(|node| !node.member).map(|node| node.name.as_str()).collect();
        if !absent.is_empty() || !status.quorate {
            return Err(format!("{name} misses {absent:?} in view {}, quorate: {}", status.view, status.quorate));
        }
        let xml = caller.cib(host).ok_or(format!("{name} shows no CIB"))?;
        match &common {
            None => common = Some((status.view, xml)),
            Some((view, _)) if *view != status.view => {
                return Err(format!("{name} is in view {}, n1 in {view}", status.view));
            }
            Some((_, other)) if *other != xml => return Err(format!("{name}'s CIB is another one than n1's")),
            Some(_) => {}
        }
    }
    Ok(common.expect("a cluster has hosts").1)
}
