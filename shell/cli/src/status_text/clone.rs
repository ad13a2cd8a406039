//! A clone: instances of one state on one line; those with something to tell on lines of their own.

use super::primitive::{failed_probe, reason};
use super::{Line, Show, collective_remarks, in_brackets, inner_target_role, names, resource};
use model::Role;
use policy::state::{Cluster, NodeIx, RscIx};
use std::collections::BTreeMap;

pub(super) fn lines(cluster: &Cluster, rsc: RscIx, show: Show, depth: usize, lines: &mut Vec<Line>) {
    let r = &cluster.rscs[rsc];
    let mut remarks = Vec::new();
    remarks.extend(r.promotable.then(|| "promotable".to_owned()));
    remarks.extend(r.unique.then(|| "unique".to_owned()));
    remarks.extend(collective_remarks(cluster, rsc));
    let inner = r.clone_facts().and_then(|facts| facts.child.id()).unwrap_or_default();
    lines.push(Line::new(depth, format!("Clone Set: {} [{inner}]{}:", r.id, in_brackets(&remarks))));
    let mut tally = Tally::default();
    for child in &r.children {
        match tally_of(cluster, rsc, *child, show) {
            Place::Alone => resource(cluster, *child, show, depth + 1, lines),
            Place::Promoted(node) => tally.promoted.push(node),
            Place::Started(node) => tally.started.push(node),
            Place::Nowhere => {}
        }
    }
    lines.extend(tally.lines(cluster, rsc, show.inactive, depth + 1));
}

/// How an instance is shown.
enum Place {
    Alone,
    Promoted(NodeIx),
    Started(NodeIx),
    Nowhere,
}

fn tally_of(cluster: &Cluster, clone: RscIx, child: RscIx, show: Show) -> Place {
    let c = &cluster.rscs[child];
    let active = cluster.is_active(child, false);
    if show.detail {
        return if active || show.inactive { Place::Alone } else { Place::Nowhere };
    }
    if cluster.rscs[clone].unique {
        return if active || (show.inactive && !c.removed) { Place::Alone } else { Place::Nowhere };
    }
    if !show.settled && is_pending(cluster, child) {
        return Place::Alone;
    }
    if !active {
        return Place::Nowhere;
    }
    let parts = cluster.primitives(child);
    let unusual = parts.iter().any(|part| {
        let part = &cluster.rscs[*part];
        part.removed || part.failed || !part.managed
    });
    let [node] = cluster.places(child, policy::state::Which::Current)[..] else { return Place::Alone };
    let lost = !cluster.nodes[node].online && cluster.nodes[node].unclean;
    if unusual || lost || !cluster.is_active(child, true) {
        return Place::Alone;
    }
    if cluster.role(child, true) > Role::Unpromoted { Place::Promoted(node) } else { Place::Started(node) }
}

fn is_pending(cluster: &Cluster, child: RscIx) -> bool {
    let pending = |part: &RscIx| cluster.rscs[*part].pending.is_some();
    cluster.rscs[child].is_primitive() && pending(&child)
}

/// The instances that share a line.
#[derive(Default)]
struct Tally {
    promoted: Vec<NodeIx>,
    started: Vec<NodeIx>,
}

impl Tally {
    fn lines(&self, cluster: &Cluster, rsc: RscIx, inactive: bool, depth: usize) -> Vec<Line> {
        let r = &cluster.rscs[rsc];
        let mut lines = Vec::new();
        let mut line = |title: &str, nodes: &[NodeIx]| {
            if !nodes.is_empty() {
                let sorted = cluster.node_order.iter().filter(|node| nodes.contains(node));
                lines.push(Line::new(
                    depth,
                    format!("{title}: {}", names(sorted.map(|node| &*cluster.nodes[*node].name))),
                ));
            }
        };
        line("Promoted", &self.promoted);
        let held_back = inner_target_role(cluster, rsc) == Some(Role::Unpromoted);
        let title = match (r.promotable, held_back) {
            (true, true) => "Unpromoted (target-role)",
            (true, false) => "Unpromoted",
            (false, _) => "Started",
        };
        line(title, &self.started);
        let shown = self.promoted.len() + self.started.len();
        let max = r.clone_facts().map_or(0, |facts| usize::try_from(facts.max).unwrap_or(usize::MAX));
        if inactive && !r.unique && shown < max {
            for (title, nodes) in stopped(cluster, rsc) {
                line(&title, &nodes);
            }
        }
        lines
    }
}

/// Where no instance is, by why.
fn stopped(cluster: &Cluster, rsc: RscIx) -> BTreeMap<String, Vec<NodeIx>> {
    let active = cluster.places(rsc, policy::state::Which::Current);
    let disabled = inner_target_role(cluster, rsc) == Some(Role::Stopped);
    let allowed = &cluster.rscs[rsc].allowed;
    let listed = |node: &NodeIx| match allowed.nodes().next() {
        Some(_) => allowed.get(*node).is_some(),
        None => cluster.rscs[rsc].children.iter().any(|child| cluster.rscs[*child].is_known_on(*node)),
    };
    let considered = cluster.node_order.iter().filter(|node| listed(node));
    let mut by_state: BTreeMap<String, Vec<NodeIx>> = BTreeMap::new();
    for node in considered.filter(|node| !active.contains(node)) {
        let first = cluster.primitives(rsc).first().copied();
        let state = match first.and_then(|part| failed_probe(cluster, part, Some(*node))) {
            Some(code) => format!("Stopped ({})", reason(code)),
            None if disabled => "Stopped (disabled)".to_owned(),
            None => "Stopped".to_owned(),
        };
        by_state.entry(state).or_default().push(*node);
    }
    by_state
}
