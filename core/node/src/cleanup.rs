//! Forgetting failures and history on request: which records are meant, and what of them goes.

use crate::command::Forgotten;
use crate::history;
use crate::state;
use cib::Element;
use model::{NodeName, ResourceId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a client wants forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// `None`: every resource. A group or clone means all that is inside.
    pub resource: Option<&'a ResourceId>,
    /// `None`: every node.
    pub node: Option<&'a NodeName>,
    /// What went well, too.
    pub whole_history: bool,
}

/// The records that are meant; `Err` names the resource or node that does not exist.
pub fn records(cib: &Element, wanted: &Wanted<'_>) -> Result<Vec<(NodeName, ResourceId)>, String> {
    if let Some(node) = wanted.node.filter(|node| state::of(cib, node).is_none()) {
        return Err(format!("there is no node {node}"));
    }
    let ids = wanted.resource.map(|resource| meant(cib, resource));
    if let Some(resource) = wanted.resource.filter(|_| ids.as_ref().is_some_and(BTreeSet::is_empty)) {
        return Err(format!("there is no resource {resource}"));
    }
    let mut found = Vec::new();
    for node in state::all(cib) {
        let name = NodeName::new(node.attribute("uname").unwrap_or_default());
        if wanted.node.is_some_and(|wanted| *wanted != name) {
            continue;
        }
        for resource in known(node) {
            let is_meant =
                ids.as_ref().is_none_or(|ids| ids.contains(base(&resource)) || ids.contains(resource.as_str()));
            if is_meant && (wanted.whole_history || history::has_failed(node, &resource)) {
                found.push((name.clone(), resource));
            }
        }
    }
    Ok(found)
}

/// Forgets those records.
pub fn forget(cib: &mut Element, records: &[(NodeName, ResourceId)]) {
    for (node, resource) in records {
        history::forget(cib, node, resource, Forgotten::Failures);
        history::forget(cib, node, resource, Forgotten::History);
    }
}

/// Every resource that a node's state says something of.
fn known(state: &Element) -> BTreeSet<ResourceId> {
    let recorded = state::resources(state).filter_map(Element::id).map(ResourceId::new);
    recorded.chain(history::failcount::resources(state)).collect()
}

/// The primitives that an id stands for; also a resource that is only in the history.
fn meant(cib: &Element, resource: &ResourceId) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let all = cib.descend(&["configuration", "resources"]);
    if let Some(found) = all.and_then(|all| find(all, resource.as_str()).or_else(|| find(all, base(resource)))) {
        gather(found, &mut ids);
    }
    let recorded = state::all(cib)
        .any(|node| known(node).iter().any(|known| known == resource || base(known) == resource.as_str()));
    if recorded {
        ids.insert(resource.as_str().to_owned());
    }
    ids
}

fn find<'a>(below: &'a Element, id: &str) -> Option<&'a Arc<Element>> {
    below.children().iter().find_map(|child| match child.id() {
        Some(own) if own == id => Some(child),
        Some(_) | None => find(child, id),
    })
}

fn gather(resource: &Element, ids: &mut BTreeSet<String>) {
    if resource.name() == "primitive" {
        ids.extend(resource.id().map(str::to_owned));
    }
    for child in resource.children() {
        gather(child, ids);
    }
}

/// The id without an instance's number.
fn base(resource: &ResourceId) -> &str {
    resource.as_str().split_once(':').map_or(resource.as_str(), |(base, _)| base)
}
