//! `-O`, `-o`: the operations on record.

use super::wanted_node;
use crate::failure::Failure;
use crate::history;
use crate::session::Session;
use crate::status_text::{Show, primitive};

/// The operations of all resources or one, on all nodes or one: all, or those that tell how things are now.
pub(super) fn list(session: &mut Session, all: bool) -> Result<(), Failure> {
    let (cib, cluster, only) = (session.cib()?, session.cluster()?, wanted_node(session)?);
    let wanted = session.options.value("resource").map(str::to_owned);
    let mut text = String::new();
    for node in cluster.node_order.iter().map(|node| &*cluster.nodes[*node].name) {
        if only.as_deref().is_some_and(|only| only != node) {
            continue;
        }
        for (resource, operations) in history::of_node(&cib, node) {
            let rsc = cluster.rsc_by_id(resource).filter(|_| wanted.as_deref().is_none_or(|wanted| wanted == resource));
            let Some(rsc) = rsc else { continue };
            let state = primitive(&cluster, rsc, Show { without_nodes: true, ..Show::default() });
            let telling = operations.iter().filter(|operation| all || tells_the_state(operation, &operations));
            text.extend(telling.map(|operation| format!("{state}: {}\n", operation.line(&session.world))));
        }
    }
    session.console.print(text);
    Ok(())
}

/// Whether nothing that ran later made it meaningless: a stop ends what was before it.
fn tells_the_state(operation: &history::Operation<'_>, all: &[history::Operation<'_>]) -> bool {
    let last_stop = all.iter().filter(|other| other.task() == "stop").map(history::Operation::call).max();
    last_stop.is_none_or(|stop| operation.call() > stop)
}
