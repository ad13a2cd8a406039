//! `-O`, `-o`: the operations on record.

use super::wanted_node;
use crate::configuration::resources::agent;
use crate::failure::Failure;
use crate::history;
use crate::session::Session;
use crate::status_text::{Show, primitive};
use crate::world::World;
use cib::Element;
use model::OperationStatus;

/// The operations of all resources or one, on all nodes or one: all, or those that tell how things are now.
pub(super) fn list(session: &mut Session, all: bool) -> Result<(), Failure> {
    let (cib, cluster, only) = (session.cib()?, session.cluster()?, wanted_node(session)?);
    let wanted = session.options.value("resource").map(str::to_owned);
    let (mut text, mut found) = (String::new(), Element::new("operations"));
    for node in cluster.node_order.iter().map(|node| &*cluster.nodes[*node].name) {
        if only.as_deref().is_some_and(|only| only != node) {
            continue;
        }
        for (resource, operations) in history::of_node(&cib, node) {
            let rsc = cluster.rsc_by_id(resource).filter(|_| wanted.as_deref().is_none_or(|wanted| wanted == resource));
            let Some(rsc) = rsc else { continue };
            let state = primitive(&cluster, rsc, Show { without_nodes: true, ..Show::default() });
            for operation in operations.iter().filter(|operation| all || tells_the_state(operation, &operations)) {
                text.push_str(&format!("{state}: {}\n", operation.line(&session.world)));
                found = found.with_child(element(operation, &agent(&cluster.rscs[rsc].xml), &session.world));
            }
        }
    }
    session.present(found);
    session.console.print(text);
    Ok(())
}

fn element(operation: &history::Operation<'_>, agent: &str, world: &World) -> Element {
    let done = operation.status() == Some(OperationStatus::Done);
    let mut element = Element::new("operation")
        .with("op", &operation.key())
        .with("node", operation.node)
        .with("call", &operation.call().to_string())
        .with("rc", &operation.code().0.to_string())
        .with("status", if done { "complete" } else { operation.status_word() })
        .with("rsc", operation.resource)
        .with("agent", agent);
    if let Some(at) = operation.changed_at() {
        element.set("last-rc-change", &world.long_date(at));
    }
    if let Some(ms) = operation.took() {
        element.set("exec-time", &ms.to_string());
    }
    element
}

/// Whether nothing that ran later made it meaningless: a stop ends what was before it.
fn tells_the_state(operation: &history::Operation<'_>, all: &[history::Operation<'_>]) -> bool {
    let last_stop = all.iter().filter(|other| other.task() == "stop").map(history::Operation::call).max();
    last_stop.is_none_or(|stop| operation.call() > stop)
}
