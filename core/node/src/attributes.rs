//! Node attributes: permanent ones in the configuration, transient ones in the status.

use crate::edit::{by_id_mut, child_mut, put, remove};
use crate::{membership, state};
use cib::Element;
use model::{NodeName, Score};

/// Sets, raises or deletes an attribute; `Err` names the node that does not exist.
pub fn change(cib: &mut Element, wanted: &Wanted<'_>) -> Result<(), String> {
    let node = existing(cib, wanted.node)?;
    match (wanted.value, wanted.permanent) {
        (Some(value), true) => {
            let value = next_value(permanent(cib, &node, wanted.name).as_deref(), wanted.name, value);
            set_permanent(cib, &node, wanted.name, &value);
        }
        (None, true) => remove_permanent(cib, &node, wanted.name),
        (Some(value), false) => {
            let Some(state) = state::of_mut(cib, &node) else { return Err(never_seen(&node)) };
            let value = next_value(state::attribute(state, wanted.name), wanted.name, value);
            state::set_attribute(state, wanted.name, &value);
        }
        (None, false) => {
            if let Some(state) = state::of_mut(cib, &node) {
                state::remove_attributes(state, |name| name == wanted.name);
            }
        }
    }
    Ok(())
}

/// What is to become of an attribute.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose.
    pub node: &'a NodeName,
    /// Its name.
    pub name: &'a str,
    /// `None`: delete it.
    pub value: Option<&'a str>,
    /// In the configuration instead of the status.
    pub permanent: bool,
}

fn existing(cib: &Element, node: &NodeName) -> Result<NodeName, String> {
    let lower = NodeName::new(node.as_str().to_ascii_lowercase());
    let found = [node, &lower].into_iter().find(|name| membership::node_id(cib, name).is_some());
    found.cloned().ok_or_else(|| format!("there is no node {node}"))
}

fn never_seen(node: &NodeName) -> String {
    format!("{node} has never been a member, so it has no transient attributes")
}

/// `X++` and `X+=N` count from the present value, when X is the attribute's own name or the word `value`.
fn next_value(present: Option<&str>, name: &str, text: &str) -> String {
    let own = |prefix: &str| prefix == name || prefix == "value";
    let step = match (text.strip_suffix("++"), text.split_once("+=")) {
        (Some(prefix), _) if own(prefix) => Some(Score::new(1)),
        (_, Some((prefix, step))) if own(prefix) => Score::parse(step),
        _ => None,
    };
    match step {
        Some(step) => (present.and_then(Score::parse).unwrap_or(Score::ZERO) + step).to_string(),
        None => text.to_owned(),
    }
}

fn node_mut<'a>(cib: &'a mut Element, node: &NodeName) -> Option<&'a mut Element> {
    let configuration = child_mut(cib, |child| child.name() == "configuration")?;
    let nodes = child_mut(configuration, |child| child.name() == "nodes")?;
    child_mut(nodes, |child| child.attribute("uname") == Some(node.as_str()))
}

fn permanent(cib: &Element, node: &NodeName, name: &str) -> Option<String> {
    let nodes = cib.descend(&["configuration", "nodes"])?;
    let node = nodes.children().iter().find(|child| child.attribute("uname") == Some(node.as_str()))?;
    let mut pairs = node.children_named("instance_attributes").flat_map(|set| set.children_named("nvpair"));
    pairs.find(|pair| pair.attribute("name") == Some(name))?.attribute("value").map(str::to_owned)
}

fn set_permanent(cib: &mut Element, node: &NodeName, name: &str, value: &str) {
    let Some(id) = membership::node_id(cib, node) else { return };
    let Some(node) = node_mut(cib, node) else { return };
    let named = |pair: &Element| pair.attribute("name") == Some(name);
    let holder = |set: &Element| set.name() == "instance_attributes" && set.children().iter().any(|pair| named(pair));
    if let Some(pair) = child_mut(node, holder).and_then(|set| child_mut(set, named)) {
        pair.set("value", value);
        return;
    }
    let set_id = format!("nodes-{id}");
    let set = by_id_mut(node, "instance_attributes", &set_id);
    let pair_id = format!("{set_id}-{name}");
    put(set, Element::new("nvpair").with("id", &pair_id).with("name", name).with("value", value));
}

fn remove_permanent(cib: &mut Element, node: &NodeName, name: &str) {
    let Some(node) = node_mut(cib, node) else { return };
    let named = |pair: &Element| pair.attribute("name") == Some(name);
    while let Some(set) = child_mut(node, |set| set.children().iter().any(|pair| named(pair))) {
        remove(set, named);
    }
}
