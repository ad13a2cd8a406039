//! Resources in brief: how many of each agent are active, and where, instead of a line for each.

use super::Line;
use crate::configuration::resources::agent;
use policy::state::{Cluster, NodeIx, RscIx};
use std::collections::BTreeMap;

/// What is to be said beside the active ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inactive {
    /// Out of how many, and agents of which none is active.
    Counted,
    /// Nothing.
    Hidden,
}

/// The primitives among these, by their agents.
pub fn lines(cluster: &Cluster, resources: &[RscIx], inactive: Inactive, depth: usize) -> Vec<Line> {
    by_agent(cluster, resources)
        .iter()
        .flat_map(|(agent, all)| of_agent(cluster, agent, all, inactive, depth))
        .collect()
}

/// The same for what runs on one node, which need not be named.
pub fn on_node(cluster: &Cluster, resources: &[RscIx], depth: usize) -> Vec<Line> {
    let line = |(agent, all): (&String, &Vec<RscIx>)| Line::new(depth, format!("{}\t({agent}):\tActive", all.len()));
    by_agent(cluster, resources).iter().map(line).collect()
}

fn by_agent(cluster: &Cluster, resources: &[RscIx]) -> BTreeMap<String, Vec<RscIx>> {
    let mut agents: BTreeMap<String, Vec<RscIx>> = BTreeMap::new();
    for rsc in resources.iter().filter(|rsc| cluster.rscs[**rsc].is_primitive()) {
        agents.entry(agent(&cluster.rscs[*rsc].xml)).or_default().push(*rsc);
    }
    agents
}

/// "1/2 (ocf:heartbeat:IPaddr2): Active sip-a", with tabs between.
fn of_agent(cluster: &Cluster, agent: &str, all: &[RscIx], inactive: Inactive, depth: usize) -> Vec<Line> {
    let total = if inactive == Inactive::Counted { format!("/{}", all.len()) } else { String::new() };
    let active_on = |node: &NodeIx| all.iter().filter(|rsc| cluster.rscs[**rsc].active.contains(node)).count();
    let places = cluster.node_order.iter().map(|node| (active_on(node), &cluster.nodes[*node].name));
    let mut lines: Vec<Line> = places
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| Line::new(depth, format!("{count}{total}\t({agent}):\tActive {name}")))
        .collect();
    if lines.is_empty() && inactive == Inactive::Counted {
        lines.push(Line::new(depth, format!("0{total}\t({agent}):\tActive")));
    }
    lines
}
