//! The scores that were looked at, and the capacities, one line each.

use crate::cluster::{Cluster, ScoreLine};
use crate::node::Capacity;

/// Every score, in the order in which it was looked at.
pub fn scores(cluster: &Cluster) -> impl Iterator<Item = String> + '_ {
    cluster.scores.iter().map(|line| match line {
        ScoreLine::Assignment { stage, rsc, node, score } => {
            let (rsc, node) = (&cluster.rscs[*rsc].id, &cluster.nodes[*node].name);
            format!("pcmk__{stage}_assign: {rsc} allocation score on {node}: {score}")
        }
        ScoreLine::Promotion { rsc, node, score } => {
            let place = node.map_or("(inactive)".to_owned(), |node| format!("on {}", cluster.nodes[node].name));
            format!("{} promotion score {place}: {score}", cluster.rscs[*rsc].id)
        }
    })
}

/// What each node could take, what each resource takes there, and what is left.
pub fn capacities(before: &Cluster, after: &Cluster) -> Vec<String> {
    let of_nodes = |comment: &'static str, cluster: &Cluster| -> Vec<String> {
        let nodes = cluster.node_order.iter().map(|node| &cluster.nodes[*node]);
        nodes.map(|node| format!("{comment}: {} capacity:{}", node.name, amounts(&node.capacity))).collect()
    };
    let mut lines = of_nodes("Original", before);
    for rsc in after.top.iter().flat_map(|top| after.primitives(*top)) {
        let r = &after.rscs[rsc];
        if let Some(node) = r.node().filter(|_| !r.utilization.is_empty()) {
            let node = &after.nodes[node].name;
            lines.push(format!("pcmk__assign_resource: {} utilization on {node}:{}", r.id, amounts(&r.utilization)));
        }
    }
    lines.extend(of_nodes("Remaining", after));
    lines
}

fn amounts(capacity: &Capacity) -> String {
    let each: Vec<String> = capacity.iter().map(|(name, amount)| format!(" {name}={amount}")).collect();
    each.concat()
}
