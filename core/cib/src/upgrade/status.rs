//! The status of Heartbeat 2: dashes in the names of an operation's results, no wrapper around attributes, and a request
//! to shut down that was an attribute of the node's state.

mod digests;
mod history;

use super::sets::pairs;
use super::{copied, like};
use crate::{Element, Note};
use history::Histories;
use std::sync::Arc;

/// Attributes of a node that are about one resource, whose name follows.
const ABOUT_RESOURCES: [&str; 3] = ["fail-count-", "last-failure-", "master-"];

/// The whole section in today's syntax, and what was odd about it.
pub(super) fn upgraded(status: &Element, resources: Option<&Element>) -> (Element, Vec<Note>) {
    let mut histories = Histories::of(resources);
    let mut new = copied(status, &[]);
    new.children_mut().extend(status.children().iter().map(|state| Arc::new(node_state(state, &mut histories))));
    (new, histories.notes)
}

fn node_state(old: &Element, histories: &mut Histories<'_>) -> Element {
    let node = old.id().unwrap_or_default();
    let mut new = copied(old, &["shutdown"]);
    for child in old.children() {
        let child = match child.name() {
            "transient_attributes" => transient(child, node, histories),
            "lrm" => histories.upgraded(child).with("id", node),
            _ => (**child).clone(),
        };
        new.children_mut().push(Arc::new(child));
    }
    if let Some(time) = old.attribute("shutdown").filter(|time| !matches!(*time, "" | "0")) {
        ask_to_shut_down(&mut new, node, time);
    }
    new
}

/// Pairs without an id get the one that today's programs would give them, so that changes find them.
fn transient(old: &Element, node: &str, histories: &Histories<'_>) -> Element {
    let mut new = copied(old, &[]).with("id", node);
    for old_set in old.children_named("instance_attributes") {
        let set_id = old_set.id().map_or_else(|| format!("status-{node}"), str::to_owned);
        let mut set = like(old_set, "instance_attributes").with("id", &set_id);
        for pair in pairs(old_set) {
            let name = attribute_name(pair.attribute("name").unwrap_or_default(), histories);
            let id = pair.id().map_or_else(|| format!("{set_id}-{name}"), str::to_owned);
            set.children_mut().push(Arc::new(copied(pair, &[]).with("id", &id).with("name", &name)));
        }
        new.children_mut().push(Arc::new(set));
    }
    new
}

fn attribute_name(name: &str, histories: &Histories<'_>) -> String {
    let about = |prefix: &&str| Some(format!("{prefix}{}", histories.short(name.strip_prefix(*prefix)?)));
    ABOUT_RESOURCES.iter().find_map(about).unwrap_or_else(|| name.to_owned())
}

/// What was an attribute of the node's state is a transient attribute today; one that stands there already counts.
fn ask_to_shut_down(state: &mut Element, node: &str, time: &str) {
    let children = state.children_mut();
    let at = children.iter().position(|child| child.name() == "transient_attributes").unwrap_or_else(|| {
        children.push(Arc::new(Element::new("transient_attributes").with("id", node)));
        children.len() - 1
    });
    let attributes = Arc::make_mut(&mut children[at]);
    if attributes.children().is_empty() {
        let set = Element::new("instance_attributes").with("id", &format!("status-{node}"));
        attributes.children_mut().push(Arc::new(set));
    }
    let set = Arc::make_mut(&mut attributes.children_mut()[0]);
    if !set.children().iter().any(|pair| pair.attribute("name") == Some("shutdown")) {
        let id = format!("{}-shutdown", set.id().unwrap_or_default());
        let pair = Element::new("nvpair").with("id", &id).with("name", "shutdown").with("value", time);
        set.children_mut().push(Arc::new(pair));
    }
}
