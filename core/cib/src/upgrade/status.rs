//! The status of Heartbeat 2: dashes in the names of an operation's results, no wrapper around attributes.

use super::sets::pairs;
use super::{copied, like, renamed};
use crate::Element;
use std::sync::Arc;

const RESULT: [(&str, &str); 8] = [
    ("op_status", "op-status"),
    ("rc_code", "rc-code"),
    ("call_id", "call-id"),
    ("transition_key", "transition-key"),
    ("transition_magic", "transition-magic"),
    ("op_digest", "op-digest"),
    ("op_restart_digest", "op-restart-digest"),
    ("op_force_restart", "op-force-restart"),
];

/// The whole section in today's syntax.
pub(super) fn upgraded(status: &Element) -> Element {
    let mut new = copied(status, &[]);
    new.children_mut().extend(status.children().iter().map(|state| Arc::new(node_state(state))));
    new
}

fn node_state(old: &Element) -> Element {
    let node = old.id().unwrap_or_default();
    let mut new = copied(old, &[]);
    for child in old.children() {
        let child = match child.name() {
            "transient_attributes" => transient(child, node),
            "lrm" => history(child).with("id", node),
            _ => (**child).clone(),
        };
        new.children_mut().push(Arc::new(child));
    }
    new
}

/// Pairs without an id get the one that today's programs would give them, so that changes find them.
fn transient(old: &Element, node: &str) -> Element {
    let mut new = copied(old, &[]).with("id", node);
    for old_set in old.children_named("instance_attributes") {
        let set_id = old_set.id().map_or_else(|| format!("status-{node}"), str::to_owned);
        let mut set = like(old_set, "instance_attributes").with("id", &set_id);
        for pair in pairs(old_set) {
            let name = pair.attribute("name").unwrap_or_default();
            let id = pair.id().map_or_else(|| format!("{set_id}-{name}"), str::to_owned);
            set.children_mut().push(Arc::new(copied(pair, &[]).with("id", &id)));
        }
        new.children_mut().push(Arc::new(set));
    }
    new
}

/// An operation history, all the way down.
fn history(old: &Element) -> Element {
    let mut new = like(old, old.name());
    for (name, value) in old.attributes() {
        new.set(renamed(name, &RESULT), value);
    }
    new.children_mut().extend(old.children().iter().map(|child| Arc::new(history(child))));
    new
}
