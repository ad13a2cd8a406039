//! What is kept of a round that violated something: the hosts' logs and replicas, the histories, the faults with their times.

use crate::endure::client::Caller;
use crate::endure::doors::Doors;
use crate::endure::history::Entry;
use crate::endure::keys::Key;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Writes it all below `directory`.
///
/// # Errors
/// When the disk refuses.
pub fn keep(
    directory: &Path,
    doors: &Arc<Doors>,
    diary: &[String],
    histories: &BTreeMap<Key, Vec<Entry>>,
) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("diary"), diary.join("\n") + "\n")?;
    for (key, history) in histories {
        let lines: Vec<String> = history.iter().map(Entry::line).collect();
        fs::write(directory.join(format!("history-{}", key.name())), lines.join("\n") + "\n")?;
    }
    let mut caller = Caller::new(Arc::clone(doors));
    for host in 0..doors.count() {
        if let Some(xml) = caller.cib(host) {
            fs::write(directory.join(format!("n{}-cib.xml", host + 1)), xml)?;
        }
        if let Some(log) = doors.path(host, "var/log/ha-log") {
            let _ = fs::copy(log, directory.join(format!("n{}-ha-log", host + 1)));
        }
    }
    Ok(())
}
