//! The nodes that a CIB knows.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::suggest;
use cib::Element;

/// One node, as the configuration and the status section together tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its id in the CIB: a number or, in a cluster that began as Heartbeat 2, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is in the cluster now.
    pub member: bool,
}

/// Every node, in the order of the configuration.
pub fn all(cib: &Element) -> Vec<Node> {
    let configured = section(cib, "nodes").into_iter().flat_map(|nodes| nodes.children_named("node"));
    configured
        .filter_map(|node| {
            let name = node.attribute("uname")?.to_owned();
            let id = node.id().unwrap_or(&name).to_owned();
            let member = state(cib, &name).is_some_and(is_member);
            Some(Node { id, name, member })
        })
        .collect()
}

/// The node of that name or id.
///
/// # Errors
/// When there is none, with the name that was probably meant.
pub fn named(cib: &Element, wanted: &str) -> Result<Node, Failure> {
    let known = all(cib);
    let found = known.iter().find(|node| node.name == wanted).or_else(|| known.iter().find(|node| node.id == wanted));
    found.cloned().ok_or_else(|| {
        let hint = suggest::hint(wanted, "nodes", known.iter().map(|node| node.name.as_str()));
        Failure::new(Exit::NO_SUCH, format!("no node is called '{wanted}'")).hint(hint)
    })
}

/// The name of the coordinator, once there is one.
pub fn coordinator(cib: &Element) -> Option<String> {
    let id = cib.attribute("dc-uuid")?;
    all(cib).into_iter().find(|node| node.id == id).map(|node| node.name)
}

/// Whether the partition has quorum.
pub fn quorate(cib: &Element) -> bool {
    cib.attribute("have-quorum").is_some_and(truth)
}

/// The element of a section of the configuration, or the status.
pub fn section<'a>(cib: &'a Element, name: &str) -> Option<&'a Element> {
    match name {
        "status" => cib.child("status"),
        "configuration" => cib.child("configuration"),
        name => cib.child("configuration")?.child(name),
    }
    .map(AsRef::as_ref)
}

/// A node's entry in the status section.
pub fn state<'a>(cib: &'a Element, name: &str) -> Option<&'a Element> {
    let mut states = section(cib, "status")?.children_named("node_state");
    states.find(|state| state.attribute("uname") == Some(name)).map(AsRef::as_ref)
}

/// In the cluster: `in_ccm` holds a truth value, or since 3.18 the time at which the node came.
fn is_member(state: &Element) -> bool {
    let present = |value: &str| truth(value) || value.parse::<i64>().is_ok_and(|at| at > 0);
    state.attribute("in_ccm").is_some_and(present)
        && state.attribute("crmd").is_some_and(|crmd| crmd == "online" || crmd.parse::<i64>().is_ok_and(|at| at > 0))
}

/// The words for true in a CIB.
pub fn truth(text: &str) -> bool {
    ["1", "true", "yes", "on", "y"].iter().any(|word| text.eq_ignore_ascii_case(word))
}
