//! One recorded operation, as an element: its id, its attributes, and reading them back.

use crate::command::{AgentName, Ended, OperationName, Order, TransitionKey};
use crate::edit::child_or_insert;
use crate::state;
use cib::Element;
use model::{OperationStatus, ResourceId, WallTime};
use std::sync::Arc;
use std::time::Duration;

/// What `rc-code` says of an operation under way: no agent answers this.
const NO_CODE_YET: &str = "193";
/// What the entries say wrote them, where older tools print it.
const ORIGIN: &str = "systole";

/// A resource's record on a node, made where there is none.
pub fn resource_mut<'a>(state: &'a mut Element, resource: &ResourceId, agent: &AgentName) -> &'a mut Element {
    let is_it = |child: &Element| child.id() == Some(resource.as_str());
    let make = || {
        let record = Element::new("lrm_resource")
            .with("id", resource.as_str())
            .with("type", &agent.kind)
            .with("class", &agent.class);
        match &agent.provider {
            Some(provider) => record.with("provider", provider),
            None => record,
        }
    };
    child_or_insert(state::resources_mut(state), is_it, make)
}

/// A resource's record on a node.
pub fn existing<'a>(state: &'a Element, resource: &ResourceId) -> Option<&'a Element> {
    state::resources(state).find(|record| record.id() == Some(resource.as_str()))
}

/// A resource's record on a node, to change.
pub fn existing_mut<'a>(state: &'a mut Element, resource: &ResourceId) -> Option<&'a mut Element> {
    existing(state, resource)?;
    let mut records = state::resources_mut(state).children_mut().iter_mut();
    records.find(|record| record.id() == Some(resource.as_str())).map(Arc::make_mut)
}

/// The entry of an operation that is about to run.
pub fn pending(order: &Order) -> Element {
    let id = format!("{}_pending", order.name.key());
    let entry = described(&id, &order.name, &order.key, NO_CODE_YET, OperationStatus::Pending)
        .with("on_node", order.target.as_str())
        .with("call-id", "-1")
        .with("last-rc-change", &seconds(order.at))
        .with("exec-time", "0")
        .with("queue-time", "0");
    with_digest(entry, &order.digest)
}

/// The entry of a result, under one of its ids.
pub fn result(ended: &Ended, id: &str) -> Element {
    let entry = described(id, &ended.name, &ended.key, &ended.code.0.to_string(), ended.status)
        .with("exit-reason", &ended.reason)
        .with("on_node", ended.node.as_str())
        .with("call-id", &ended.call.to_string())
        .with("last-rc-change", &seconds(ended.changed))
        .with("exec-time", &ended.run_time.as_millis().to_string())
        .with("queue-time", &ended.queue_time.as_millis().to_string());
    with_digest(entry, &ended.digest)
}

/// Policy compares it with the parameters of today to see what has to be restarted.
fn with_digest(entry: Element, digest: &str) -> Element {
    if digest.is_empty() { entry } else { entry.with("op-digest", digest) }
}

fn described(id: &str, name: &OperationName, key: &TransitionKey, code: &str, status: OperationStatus) -> Element {
    let magic = format!("{}:{code};{key}", status.code());
    Element::new("lrm_rsc_op")
        .with("id", id)
        .with("operation_key", &name.key())
        .with("operation", &name.action)
        .with("crm-debug-origin", ORIGIN)
        .with("crm_feature_set", crate::FEATURE_SET)
        .with("transition-key", &key.to_string())
        .with("transition-magic", &magic)
        .with("rc-code", code)
        .with("op-status", &status.code().to_string())
        .with("interval", &name.interval.as_millis().to_string())
}

/// The ids that a result is recorded under: a failure is kept until it is forgotten, and a recurring operation's
/// failure does not replace the last time it went well.
pub fn ids_of(ended: &Ended) -> Vec<String> {
    let usual =
        if ended.name.is_once() { format!("{}_last_0", ended.name.resource) } else { recurring_id(&ended.name) };
    match (ended.failed(), ended.name.is_once()) {
        (false, _) => vec![usual],
        (true, true) => vec![last_failure_id(&ended.name.resource), usual],
        (true, false) => vec![last_failure_id(&ended.name.resource)],
    }
}

/// The runs of a recurring operation share its call, and the time of the change tells them apart, in whole seconds: what
/// is on record of an earlier run is dated before this one, or a failure in the second of the first success is no news.
pub fn date_back_earlier_runs(record: &mut Element, ended: &Ended) {
    let (key, call, ids) = (ended.name.key(), ended.call.to_string(), ids_of(ended));
    let changed = ended.changed.seconds();
    let is_too_late = |op: &Element| {
        let is_other = op.id().is_none_or(|id| ids.iter().all(|own| own != id));
        let is_of_call = op.attribute("operation_key") == Some(&key) && op.attribute("call-id") == Some(&call);
        let at = op.attribute("last-rc-change").and_then(|text| text.parse::<i64>().ok());
        is_other && is_of_call && at.is_some_and(|at| at >= changed)
    };
    for op in record.children_mut().iter_mut().filter(|op| is_too_late(op)) {
        Arc::make_mut(op).set("last-rc-change", &(changed - 1).to_string());
    }
}

/// `RSC_last_failure_0`.
pub fn last_failure_id(resource: &ResourceId) -> String {
    format!("{resource}_last_failure_0")
}

/// `RSC_monitor_10000`.
pub fn recurring_id(name: &OperationName) -> String {
    name.key()
}

/// Whether an entry tells of a recurring operation that goes on (and not of a failure that is kept).
pub fn is_recurring(op: &Element) -> bool {
    let kept = op.id().is_some_and(|id| id.ends_with("_last_failure_0"));
    !kept && op.attribute("interval").is_some_and(|interval| interval != "0")
}

/// Whether an entry says that this operation is under way.
pub fn is_pending_of(op: &Element, name: &OperationName) -> bool {
    op.attribute("op-status") == Some("-1") && op.attribute("operation_key") == Some(&name.key())
}

/// The name of the operation that an entry says is under way.
pub fn pending_name(record: &Element, op: &Element) -> Option<OperationName> {
    match op.attribute("op-status") {
        Some("-1") => name_of(&ResourceId::new(record.id()?), op),
        Some(_) | None => None,
    }
}

/// The operation that an entry tells of.
pub fn name_of(resource: &ResourceId, op: &Element) -> Option<OperationName> {
    let interval =
        op.attribute("interval").and_then(|text| text.parse().ok()).map_or(Duration::ZERO, Duration::from_millis);
    Some(OperationName { resource: resource.clone(), action: op.attribute("operation")?.to_owned(), interval })
}

/// Whether a record tells of this operation at all.
pub fn names(record: &Element, name: &OperationName) -> bool {
    let key = name.key();
    record.children().iter().any(|op| op.attribute("operation_key") == Some(&key))
}

/// Whether a record shows this very result already.
pub fn is_recorded(record: &Element, ended: &Ended) -> bool {
    let (key, code, changed) = (ended.name.key(), ended.code.0.to_string(), seconds(ended.changed));
    record.children().iter().any(|op| {
        op.attribute("operation_key") == Some(&key)
            && op.attribute("rc-code") == Some(&code)
            && op.attribute("last-rc-change") == Some(&changed)
    })
}

/// A point in time, as the history writes it.
pub fn seconds(at: WallTime) -> String {
    at.seconds().to_string()
}
