//! What a view means for the CIB: known nodes, who is in, who is out, quorum, and whose history still holds.
//!
//! Every replica derives this from the same view and the same first words of its members, so nobody has to write it
//! into the CIB by messages that could come late.

use crate::command::Hello;
use crate::edit::{put, remove, section_mut};
use crate::leaving::SHUTDOWN;
use crate::{history, properties, stamp, state};
use cib::Element;
use messaging::contract::View;
use model::NodeName;
use model::planted::{Bug, planted};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The transient attribute that says which life of a node's hands its history belongs to.
pub const HANDS: &str = "#hands";
/// The transient attribute that says what a node understands.
pub const FEATURES: &str = "#feature-set";

/// The name under which the cluster itself changes the configuration.
const OURSELVES: &str = "root via systole";

/// Writes into the CIB what the view and its members' first words say; true when the configuration is another now.
pub fn derive(cib: &mut Element, view: &View, hellos: &BTreeMap<NodeName, Hello>) -> bool {
    let is_new = configure(cib, view, hellos);
    for (name, hello) in hellos {
        let own = hello.own_state.as_deref().and_then(|text| cib::parse(text).ok());
        take_history(node_state_mut(cib, name), own.as_deref(), hello);
        mark_member(node_state_mut(cib, name), hello.hands);
    }
    for name in &view.absent {
        if let Some(state) = state::of_mut(cib, name) {
            mark_absent(state);
        }
    }
    cib.set("have-quorum", if view.quorate { "1" } else { "0" });
    let coordinator = node_id(cib, &view.coordinator).unwrap_or_default();
    cib.set("dc-uuid", &coordinator);
    is_new
}

/// What the configuration has to say of nodes and coordinator; where all is said already nothing is written at all.
fn configure(cib: &mut Element, view: &View, hellos: &BTreeMap<NodeName, Hello>) -> bool {
    let has_new_nodes = add_nodes(cib, view);
    let Some(coordinator) = hellos.get(&view.coordinator) else { return has_new_nodes };
    // Without quorum another part of the cluster may be in charge, and have its own coordinator.
    let is_new = (view.quorate && properties::describe(cib, &coordinator.version)) || has_new_nodes;
    if is_new {
        stamp::write(cib, &view.coordinator, OURSELVES, coordinator.at);
    }
    is_new
}

/// How a node met its hands.
#[derive(Clone, Copy, Debug)]
pub struct Meeting {
    /// The hands' number.
    pub life: u64,
    /// Whether the record has all that these hands did.
    pub is_whole: bool,
    /// Whether the node's brain has just been started.
    pub is_first: bool,
}

/// The node is a full member now. Unless its record is whole, nothing is known of what it runs: it will be probed.
/// Where brain and hands are both new the host was started anew, and its transient attributes have ended with it.
pub fn meet_hands(cib: &mut Element, node: &NodeName, meeting: Meeting) {
    let Some(state) = state::of_mut(cib, node) else { return };
    let life = meeting.life.to_string();
    let is_same = state::attribute(state, HANDS) == Some(&life);
    if meeting.is_first && !is_same {
        state::remove_attributes(state, |name| name != FEATURES && name != SHUTDOWN);
    }
    if !is_same || !meeting.is_whole {
        history::forget_all(state);
        state::set_attribute(state, HANDS, &life);
    }
    mark_member(state, meeting.life);
}

/// Notes that a node leaves in order, so that nobody takes its absence for a failure.
pub fn expect_down(cib: &mut Element, node: &NodeName) {
    if let Some(state) = state::of_mut(cib, node) {
        state.set("expected", "down");
    }
}

/// Nodes that the configuration does not name yet, in the order of their names so that everybody numbers them alike.
fn add_nodes(cib: &mut Element, view: &View) -> bool {
    let members = view.members.iter().map(|member| &member.name);
    let mut missing: Vec<_> = members.chain(&view.absent).filter(|name| node_id(cib, name).is_none()).collect();
    missing.sort();
    for name in &missing {
        let id = free_id(cib).to_string();
        let nodes = section_mut(section_mut(cib, "configuration"), "nodes");
        nodes.children_mut().push(Arc::new(Element::new("node").with("id", &id).with("uname", name.as_str())));
    }
    !missing.is_empty()
}

fn nodes(cib: &Element) -> impl Iterator<Item = &Element> {
    let all = cib.descend(&["configuration", "nodes"]).into_iter();
    all.flat_map(|nodes| nodes.children_named("node")).map(|node| &**node)
}

/// The id of a node in the configuration.
pub fn node_id(cib: &Element, name: &NodeName) -> Option<String> {
    nodes(cib).find(|node| node.attribute("uname") == Some(name.as_str()))?.id().map(str::to_owned)
}

fn free_id(cib: &Element) -> u64 {
    let numbers = nodes(cib).filter_map(|node| node.id()?.parse::<u64>().ok());
    numbers.max().unwrap_or(0) + 1
}

fn node_state_mut<'a>(cib: &'a mut Element, name: &NodeName) -> &'a mut Element {
    let id = node_id(cib, name).unwrap_or_else(|| name.as_str().to_owned());
    let status = section_mut(cib, "status");
    let is_it = |state: &Element| state.name() == "node_state" && state.attribute("uname") == Some(name.as_str());
    let make = || Element::new("node_state").with("id", &id).with("uname", name.as_str());
    crate::edit::child_or_insert(status, is_it, make)
}

/// A member that ran all the time vouches for its own record. Of one whose brain is new the others' record is kept
/// until it has met its hands and knows whether that record is whole; it is no full member before.
fn take_history(state: &mut Element, own: Option<&Element>, hello: &Hello) {
    match own {
        Some(own) => replace_record(state, own),
        None => {
            state::remove_attributes(state, |name| name == SHUTDOWN);
        }
    }
    let hands = hello.hands.to_string();
    if hello.hands != 0 && state::attribute(state, HANDS) != Some(&hands) {
        history::forget_all(state);
        state::set_attribute(state, HANDS, &hands);
    }
    state::set_attribute(state, FEATURES, &hello.feature_set);
    if planted(Bug::FailcountLost) {
        state::remove_attributes(state, |name| name.starts_with("fail-count-"));
    }
}

fn replace_record(state: &mut Element, own: &Element) {
    remove(state, |child| own.child(child.name()).is_none());
    for child in own.children() {
        let mut child = Element::clone(child);
        if let Some(id) = state.id() {
            child.set("id", id);
        }
        remove(state, |old| old.name() == child.name() && old.id() != child.id());
        put(state, child);
    }
}

fn mark_member(state: &mut Element, hands: u64) {
    state.set("in_ccm", "true");
    state.set("crmd", "online");
    state.set("crm-debug-origin", "view");
    state.set("join", if hands == 0 { "pending" } else { "member" });
    state.set("expected", "member");
}

/// Of a node that left in order nothing is kept; what a lost one was doing stays on record until it is back.
fn mark_absent(state: &mut Element) {
    if state.attribute("expected") == Some("down") {
        remove(state, |_| true);
    }
    state.set("in_ccm", "false");
    state.set("crmd", "offline");
    state.set("join", "down");
}
