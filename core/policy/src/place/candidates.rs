//! Which node comes first, and which resource.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::Table;
use crate::options::Strategy;
use crate::place::colocate::{Factor, Select};
use crate::sort::merge_sort;
use model::Score;
use std::cmp::Ordering;

impl Cluster {
    /// The nodes of a table, best first.
    pub(crate) fn ranked(&self, table: &Table, preferred: Option<NodeIx>) -> Vec<NodeIx> {
        let mut nodes: Vec<NodeIx> = table.nodes().collect();
        let score = |node: NodeIx| table.score(node).unwrap_or(Score::MINUS_INFINITY);
        nodes.sort_by(|a, b| self.compare_nodes((*a, score(*a)), (*b, score(*b)), preferred));
        nodes
    }

    /// The best node of a table, and its score: the first of [`Cluster::ranked`].
    pub(super) fn best(&self, table: &Table, preferred: Option<NodeIx>) -> Option<(NodeIx, Score)> {
        let scored = table.iter().map(|(node, standing)| (node, standing.score));
        scored.min_by(|a, b| self.compare_nodes(*a, *b, preferred))
    }

    fn compare_nodes(&self, a: (NodeIx, Score), b: (NodeIx, Score), preferred: Option<NodeIx>) -> Ordering {
        let effective =
            |(node, score): (NodeIx, Score)| if self.nodes[node].can_host() { score } else { Score::MINUS_INFINITY };
        let (x, y) = (&self.nodes[a.0], &self.nodes[b.0]);
        let mut order = effective(b).cmp(&effective(a));
        if self.options.strategy == Strategy::Balanced {
            order = order.then_with(|| x.capacity.compare(&y.capacity).cmp(&0));
        }
        if self.options.strategy != Strategy::Minimal {
            order = order.then_with(|| x.placed.cmp(&y.placed));
            order = order.then_with(|| (preferred == Some(b.0)).cmp(&(preferred == Some(a.0))));
        }
        order.then_with(|| x.name.cmp(&y.name))
    }

    /// Puts the resources that are hardest to please first.
    pub(super) fn sort_resources(&mut self) {
        let all = self.node_order.iter().map(|node| (*node, self.nodes[*node].base)).collect::<Vec<_>>();
        let mut nodes = all;
        nodes.sort_by(|a, b| self.compare_nodes(*a, *b, None));
        let nodes: Vec<NodeIx> = nodes.into_iter().map(|(node, _)| node).collect();
        let mut top = std::mem::take(&mut self.top);
        merge_sort(&mut top, &mut |a, b| self.compare_resources(*a, *b, &nodes));
        self.top = top;
    }

    fn compare_resources(&mut self, a: RscIx, b: RscIx, nodes: &[NodeIx]) -> Ordering {
        let order = self.rscs[b].priority.cmp(&self.rscs[a].priority);
        if order != Ordering::Equal {
            return order;
        }
        let (table_a, table_b) = (self.wished(a), self.wished(b));
        let score = |table: &Table, node: Option<NodeIx>| {
            node.and_then(|node| table.score(node)).unwrap_or(Score::MINUS_INFINITY)
        };
        let (here_a, here_b) = (self.current_node(a), self.current_node(b));
        let mut order = score(&table_b, here_b).cmp(&score(&table_a, here_a));
        for node in nodes {
            order = order.then_with(|| score(&table_b, Some(*node)).cmp(&score(&table_a, Some(*node))));
        }
        order
    }

    /// A resource's scores with those of what it depends on.
    fn wished(&mut self, rsc: RscIx) -> Table {
        let mut table = None;
        self.add_colocated_scores(
            rsc,
            None,
            &mut table,
            None,
            Factor::ONE,
            Select { this_with: true, ..Select::default() },
        );
        table.unwrap_or_default()
    }
}
