//! The recorded operations of the status section: what is under way, what came of it, what is forgotten.
//!
//! The elements have today's names and attributes (`lrm_rsc_op` with `RSC_last_0`, `RSC_monitor_10000`,
//! `RSC_last_failure_0`), so that tools and policy read them as they always did. One thing is different: an operation
//! under way is an entry of its own (`RSC_start_0_pending`, `op-status` -1) beside the last confirmed one, because an
//! intention must not overwrite what is known.

pub mod entry;
pub mod failcount;

#[cfg(test)]
mod tests;

use crate::command::{Ended, Forgotten, OperationName, Order};
use crate::edit::{by_id_mut, child_mut, put, remove};
use crate::state;
use cib::Element;
use model::{NodeName, OperationStatus, ResourceId};

/// The actions after which no recurring operation of the resource goes on as it was.
const ENDS_RECURRING: [&str; 6] = ["start", "stop", "demote", "promote", "migrate_to", "migrate_from"];

/// Whether running this action ends the resource's recurring operations.
pub fn ends_recurring(action: &str) -> bool {
    ENDS_RECURRING.contains(&action)
}

/// Records that an operation is about to run.
pub fn begin(cib: &mut Element, order: &Order) {
    let Some(node) = state::of_mut(cib, &order.target) else { return };
    let record = entry::resource_mut(node, &order.name.resource, &order.agent);
    if ends_recurring(&order.name.action) {
        remove(record, entry::is_recurring);
    }
    put(record, entry::pending(order));
}

/// Records a result, and counts it when it is a failure; false when it came too late to mean anything.
pub fn end(cib: &mut Element, ended: &Ended) -> bool {
    if is_stale(cib, ended) {
        return false;
    }
    let rules = failcount::Rules::of(cib);
    let Some(node) = state::of_mut(cib, &ended.node) else { return false };
    let record = entry::resource_mut(node, &ended.name.resource, &ended.agent);
    remove(record, |child| entry::is_pending_of(child, &ended.name));
    match ended.status {
        OperationStatus::Pending | OperationStatus::Cancelled | OperationStatus::Invalid => return true,
        OperationStatus::Done
        | OperationStatus::Timeout
        | OperationStatus::NotSupported
        | OperationStatus::Error
        | OperationStatus::ErrorHard
        | OperationStatus::ErrorFatal
        | OperationStatus::NotInstalled
        | OperationStatus::NotConnected => {}
    }
    for id in entry::ids_of(ended) {
        put(record, entry::result(ended, &id));
    }
    entry::date_back_earlier_runs(record, ended);
    if ended.failed() {
        failcount::count(node, ended, rules);
    }
    true
}

/// A recurring operation's result that arrives while the resource is being stopped was overtaken by the stop; one of an
/// operation that is on no record, by its end: it was cancelled, or forgotten. Taken for news, it would show an operation that
/// runs no more.
fn is_stale(cib: &Element, ended: &Ended) -> bool {
    if ended.name.is_once() {
        return false;
    }
    let interrupted = |(node, name): (NodeName, OperationName)| {
        node == ended.node && name.resource == ended.name.resource && ends_recurring(&name.action)
    };
    let record = state::of(cib, &ended.node).and_then(|node| entry::existing(node, &ended.name.resource));
    !record.is_some_and(|record| entry::names(record, &ended.name)) || under_way(cib).any(interrupted)
}

/// Every operation that is recorded as under way, with its node.
pub fn under_way(cib: &Element) -> impl Iterator<Item = (NodeName, OperationName)> {
    state::all(cib).flat_map(|node| {
        let name = NodeName::new(node.attribute("uname").unwrap_or_default());
        state::resources(node).flat_map(move |record| {
            let name = name.clone();
            record.children().iter().filter_map(move |op| Some((name.clone(), entry::pending_name(record, op)?)))
        })
    })
}

/// An operation is under way no more, and nothing came of it.
pub fn drop_order(cib: &mut Element, node: &NodeName, order: &OperationName) {
    let Some(state) = state::of_mut(cib, node) else { return };
    if let Some(record) = entry::existing_mut(state, &order.resource) {
        remove(record, |child| entry::is_pending_of(child, order));
    }
}

/// A recurring operation goes on no more.
pub fn cancel(cib: &mut Element, node: &NodeName, name: &OperationName) {
    let Some(state) = state::of_mut(cib, node) else { return };
    if let Some(record) = entry::existing_mut(state, &name.resource) {
        let id = entry::recurring_id(name);
        remove(record, |child| child.id() == Some(&id) || entry::is_pending_of(child, name));
    }
}

/// Forgets something about a resource on a node.
pub fn forget(cib: &mut Element, node: &NodeName, resource: &ResourceId, what: Forgotten) {
    let Some(state) = state::of_mut(cib, node) else { return };
    match what {
        Forgotten::History => forget_record(state, resource),
        Forgotten::Failures => {
            failcount::clear(state, resource);
            if let Some(record) = entry::existing_mut(state, resource) {
                let id = entry::last_failure_id(resource);
                remove(record, |child| child.id() == Some(&id));
            }
        }
    }
}

fn forget_record(state: &mut Element, resource: &ResourceId) {
    let Some(lrm) = child_mut(state, |child| child.name() == "lrm") else { return };
    let Some(all) = child_mut(lrm, |child| child.name() == "lrm_resources") else { return };
    remove(all, |record| record.id() == Some(resource.as_str()));
}

/// Forgets what a node ran; its attributes stay.
pub fn forget_all(state: &mut Element) {
    remove(state, |child| child.name() == "lrm");
    let node = state.id().unwrap_or_default().to_owned();
    by_id_mut(state, "lrm", &node);
}

/// The recurring operations that a node's history holds for a resource.
pub fn recurring(cib: &Element, node: &NodeName, resource: &ResourceId) -> Vec<OperationName> {
    let record = state::of(cib, node).and_then(|state| entry::existing(state, resource));
    let operations = record.into_iter().flat_map(Element::children);
    operations.filter(|op| entry::is_recurring(op)).filter_map(|op| entry::name_of(resource, op)).collect()
}

/// Whether a resource's record on a node shows a failure.
pub fn has_failed(state: &Element, resource: &ResourceId) -> bool {
    let id = entry::last_failure_id(resource);
    failcount::any(state, resource)
        || entry::existing(state, resource)
            .is_some_and(|record| record.children().iter().any(|op| op.id() == Some(&id)))
}

/// A call number above all that a resource's record on a node holds, for results that no hands have numbered.
pub fn next_call(cib: &Element, node: &NodeName, resource: &ResourceId) -> u64 {
    let record = state::of(cib, node).and_then(|state| entry::existing(state, resource));
    let calls = record.into_iter().flat_map(Element::children).filter_map(|op| op.attribute("call-id"));
    calls.filter_map(|call| call.parse::<u64>().ok()).max().unwrap_or(0) + 1
}

/// The highest call number of a node's hands that is on record. Simulated failures have none of theirs.
pub fn last_call(cib: &Element, node: &NodeName) -> u64 {
    let records = state::of(cib, node).into_iter().flat_map(state::resources);
    let operations = records.flat_map(Element::children).filter(|op| op.attribute("operation") != Some("asyncmon"));
    operations.filter_map(|op| op.attribute("call-id")?.parse().ok()).max().unwrap_or(0)
}
