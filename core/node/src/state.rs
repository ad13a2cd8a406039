//! A node's place in the status section: finding it, and its transient attributes.
//!
//! Everything here is a deterministic function of the tree, because every replica calls it.

use crate::edit::{by_id_mut, child_mut, put, remove, section_mut};
use cib::Element;
use model::NodeName;

/// A node's `node_state`.
pub fn of<'a>(cib: &'a Element, node: &NodeName) -> Option<&'a Element> {
    let is_it = |state: &&Element| state.attribute("uname") == Some(node.as_str());
    all(cib).find(is_it)
}

/// Every `node_state`, in the order of the document.
pub fn all(cib: &Element) -> impl Iterator<Item = &Element> {
    let status = cib.child("status").into_iter();
    status.flat_map(|status| status.children_named("node_state")).map(|state| &**state)
}

/// A node's `node_state`, to change; `None` when there is none.
pub fn of_mut<'a>(cib: &'a mut Element, node: &NodeName) -> Option<&'a mut Element> {
    let status = child_mut(cib, |child| child.name() == "status")?;
    child_mut(status, |state| state.attribute("uname") == Some(node.as_str()))
}

/// The value of a transient attribute.
pub fn attribute<'a>(state: &'a Element, name: &str) -> Option<&'a str> {
    attributes(state).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// All transient attributes of a node, by name and value.
pub fn attributes(state: &Element) -> impl Iterator<Item = (&str, &str)> {
    let sets = state.children_named("transient_attributes").flat_map(|all| all.children_named("instance_attributes"));
    let pairs = sets.flat_map(|set| set.children_named("nvpair"));
    pairs.filter_map(|pair| Some((pair.attribute("name")?, pair.attribute("value")?)))
}

/// Sets a transient attribute.
pub fn set_attribute(state: &mut Element, name: &str, value: &str) {
    let set = format!("status-{}", state.id().unwrap_or_default());
    let pair_id = format!("{set}-{}", as_id(name));
    let node = state.id().unwrap_or_default().to_owned();
    let all = by_id_mut(section_mut_first(state), "transient_attributes", &node);
    let attributes = by_id_mut(all, "instance_attributes", &set);
    put(attributes, Element::new("nvpair").with("id", &pair_id).with("name", name).with("value", value));
}

/// Removes the transient attributes whose names pass the test; true when there was one.
pub fn remove_attributes(state: &mut Element, test: impl Fn(&str) -> bool) -> bool {
    if !attributes(state).any(|(name, _)| test(name)) {
        return false;
    }
    let Some(all) = child_mut(state, |child| child.name() == "transient_attributes") else { return false };
    let Some(set) = child_mut(all, |child| child.name() == "instance_attributes") else { return false };
    remove(set, |pair| pair.attribute("name").is_some_and(&test))
}

/// Transient attributes stand before the history, as people are used to see them.
fn section_mut_first(state: &mut Element) -> &mut Element {
    let node = state.id().unwrap_or_default().to_owned();
    if state.child("transient_attributes").is_none() {
        let empty = Element::new("transient_attributes").with("id", &node);
        state.children_mut().insert(0, empty.into());
    }
    state
}

/// An attribute's name as part of an XML id: what XML does not allow there becomes a dot.
fn as_id(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().map(|c| if allowed(c) { c } else { '.' }).collect()
}

/// The resources' records of a node, to change; made where there are none.
pub fn resources_mut(state: &mut Element) -> &mut Element {
    let node = state.id().unwrap_or_default().to_owned();
    section_mut(by_id_mut(state, "lrm", &node), "lrm_resources")
}

/// The resources' records of a node.
pub fn resources(state: &Element) -> impl Iterator<Item = &Element> {
    let all = state.descend(&["lrm", "lrm_resources"]).into_iter();
    all.flat_map(|all| all.children_named("lrm_resource")).map(|resource| &**resource)
}
