//! A simulation for programs: the same parts as the text, in the elements that Pacemaker's schemas name.

use super::event::Event;
use super::{Outcome, Wishes};
use crate::tools::crm_mon;
use crate::world::World;
use cib::Element;
use policy::render::{self, Change};
use policy::state::{Capacity, Cluster, ScoreLine};

/// The version of the format, as programs ask for it.
const FORMAT: &str = "2.25";

/// The whole document; `request` is the command line.
pub(super) fn document(outcome: &Outcome, wishes: &Wishes, world: &World, request: &str) -> String {
    let status = |name: &str, cluster: &Cluster| {
        let parts = crm_mon::status_xml(cluster, world, wishes.attributes, wishes.failcounts);
        parts.into_iter().fold(Element::new(name), Element::with_child)
    };
    let mut root = Element::new("pacemaker-result").with("api-version", FORMAT).with("request", request);
    root = root.with_child(status("cluster_status", &outcome.before));
    if !wishes.injections.is_empty() {
        root = root.with_child(modifications(&outcome.modified));
    }
    if let Some(decided) = &outcome.decided {
        if wishes.scores || wishes.utilization {
            root = root.with_child(assignments(&outcome.before, decided, wishes));
        }
        root = root.with_child(all("actions", render::changes(decided).iter().map(change)));
    }
    if let Some(after) = &outcome.after {
        root = root.with_child(all("transition", outcome.done.iter().filter_map(Event::element)));
        root = root.with_child(status("revised_cluster_status", after));
    }
    let (code, message) = if outcome.complete { ("0", "OK") } else { ("1", "Error occurred") };
    root.with_child(Element::new("status").with("code", code).with("message", message)).to_xml()
}

fn all(name: &str, parts: impl Iterator<Item = Element>) -> Element {
    parts.fold(Element::new(name), Element::with_child)
}

fn modifications(events: &[Event]) -> Element {
    let mut element = all("modifications", events.iter().filter_map(Event::element));
    for event in events {
        match event {
            Event::Quorum(value) => element.set("quorum", value),
            Event::Watchdog(value) => element.set("watchdog", value),
            Event::Node { .. }
            | Event::Ticket { .. }
            | Event::Result(_)
            | Event::Counted { .. }
            | Event::Pseudo { .. }
            | Event::Fenced { .. }
            | Event::Cluster { .. }
            | Event::Agent { .. }
            | Event::Failed { .. } => {}
        }
    }
    element
}

fn change(change: &Change) -> Element {
    match change {
        Change::Node { what, node, reason } => {
            Element::new("node_action").with("task", what).with("node", node).with("reason", reason)
        }
        Change::Resource { what, id, way, reason, blocked } => {
            let element = Element::new("rsc_action").with("action", &what.to_lowercase()).with("resource", id);
            let mut element = way.attributes().iter().fold(element, |element, (name, value)| element.with(name, value));
            if let Some(reason) = reason {
                element.set("reason", reason);
            }
            if *blocked {
                element.set("blocked", "true");
            }
            element
        }
    }
}

fn assignments(before: &Cluster, decided: &Cluster, wishes: &Wishes) -> Element {
    let title = match (wishes.scores, wishes.utilization) {
        (true, true) => "allocations_utilizations",
        (true, false) => "allocations",
        (false, _) => "utilizations",
    };
    let mut element = Element::new(title);
    if wishes.utilization {
        element = capacities(element, before, "Original");
    }
    if wishes.scores {
        element = decided.scores.iter().map(|line| score(decided, line)).fold(element, Element::with_child);
    }
    if wishes.utilization {
        element = usages(element, decided);
        element = capacities(element, decided, "Remaining");
    }
    element
}

fn score(cluster: &Cluster, line: &ScoreLine) -> Element {
    match line {
        ScoreLine::Assignment { stage, rsc, node, score } => Element::new("node_weight")
            .with("function", &format!("pcmk__{stage}_assign"))
            .with("node", &cluster.nodes[*node].name)
            .with("score", &score.to_string())
            .with("id", &cluster.rscs[*rsc].id),
        ScoreLine::Promotion { rsc, node, score } => {
            let element = Element::new("promotion_score").with("id", &cluster.rscs[*rsc].id);
            let element = element.with("score", &score.to_string());
            node.map_or(element.clone(), |node| element.with("node", &cluster.nodes[node].name))
        }
    }
}

fn capacities(all: Element, cluster: &Cluster, comment: &str) -> Element {
    cluster.node_order.iter().fold(all, |all, node| {
        let n = &cluster.nodes[*node];
        let element = Element::new("capacity").with("node", &n.name).with("comment", comment);
        all.with_child(with_amounts(element, &n.capacity))
    })
}

fn usages(all: Element, cluster: &Cluster) -> Element {
    let primitives = cluster.top.iter().flat_map(|top| cluster.primitives(*top));
    primitives.fold(all, |all, rsc| {
        let r = &cluster.rscs[rsc];
        let Some(node) = r.node().filter(|_| !r.utilization.is_empty()) else { return all };
        let element = Element::new("utilization").with("resource", &r.id).with("node", &cluster.nodes[node].name);
        all.with_child(with_amounts(element.with("function", "pcmk__assign_resource"), &r.utilization))
    })
}

fn with_amounts(element: Element, amounts: &Capacity) -> Element {
    amounts.iter().fold(element, |element, (name, amount)| element.with(name, &amount.to_string()))
}
