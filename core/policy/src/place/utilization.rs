//! Capacity: nodes that are too small for a resource and all that must go with it are out.

use super::colocate::Affects;
use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::Capacity;
use crate::options::Strategy;
use crate::resource::Kind;
use model::Score;

impl Cluster {
    /// Bans nodes without enough capacity; when none has enough for all, the node with the most is preferred.
    pub(super) fn ban_full_nodes(&mut self, rsc: RscIx) -> Option<NodeIx> {
        if self.options.strategy == Strategy::Default {
            return None;
        }
        let mut together = Vec::new();
        self.collect_together(rsc, rsc, &mut together);
        if !together.contains(&rsc) {
            together.push(rsc);
        }
        together.reverse();
        let mut needed = Capacity::default();
        for member in &together {
            self.sum_needs(*member, &together, &mut needed);
        }
        let table = &self.rscs[rsc].allowed;
        let fit: Vec<NodeIx> = self
            .node_order
            .iter()
            .copied()
            .filter(|node| table.score(*node).is_some_and(|s| self.is_available(*node, s)))
            .collect();
        let any = fit.iter().any(|node| self.nodes[*node].capacity.suffices(&needed));
        let mut roomiest: Option<NodeIx> = None;
        for node in fit.iter().copied() {
            let better = roomiest.is_none_or(|best| self.nodes[node].capacity.compare(&self.nodes[best].capacity) < 0);
            if better {
                roomiest = Some(node);
            }
        }
        let needed = if any { needed } else { self.rscs[rsc].utilization.clone() };
        for node in fit {
            if !self.nodes[node].capacity.suffices(&needed) {
                self.add_score(rsc, node, Score::MINUS_INFINITY, ("utilization", "not enough capacity left"));
            }
        }
        roomiest.filter(|_| !any)
    }

    /// All that must be where a resource is.
    fn collect_together(&self, rsc: RscIx, origin: RscIx, list: &mut Vec<RscIx>) {
        if let Kind::Group { colocated, .. } = self.rscs[rsc].kind {
            let in_clone = self.rscs[rsc].parent.is_some_and(|parent| self.rscs[parent].is_clone());
            if colocated || in_clone {
                list.push(rsc);
                for member in &self.rscs[rsc].children {
                    self.collect_together(*member, origin, list);
                }
                return;
            }
        }
        if list.contains(&rsc) {
            return;
        }
        list.push(rsc);
        for colocation in self.this_with(rsc) {
            let c = &self.colocations[colocation];
            let mandatory = c.score == Score::INFINITY && c.primary != origin;
            if mandatory && self.affects(rsc, c.primary, colocation, true) == Affects::Location {
                self.collect_together(c.primary, origin, list);
            }
        }
        for colocation in self.with_this(rsc) {
            let c = &self.colocations[colocation];
            let of_clone = self.rscs[rsc].is_clone() && !self.rscs[c.dependent].is_clone();
            let mandatory = c.score == Score::INFINITY && c.dependent != origin && !of_clone;
            if mandatory && self.affects(c.dependent, rsc, colocation, true) == Affects::Location {
                self.collect_together(c.dependent, origin, list);
            }
        }
    }

    fn sum_needs(&self, rsc: RscIx, all: &[RscIx], needed: &mut Capacity) {
        let r = &self.rscs[rsc];
        if !r.unassigned {
            return;
        }
        match &r.kind {
            Kind::Primitive => needed.add(&r.utilization, 1),
            Kind::Group { colocated, .. } => {
                let in_clone = r.parent.is_some_and(|parent| self.rscs[parent].is_clone());
                let count = if *colocated || in_clone { r.children.len() } else { 1 };
                for member in r.children.iter().take(count) {
                    if !all.contains(member) {
                        self.sum_needs(*member, all, needed);
                    }
                }
            }
            Kind::Clone(_) => self.sum_clone_needs(rsc, all, needed),
            Kind::Bundle(facts) => {
                if let Some(replica) = facts.replicas.first() {
                    self.sum_needs(replica.container, all, needed);
                }
            }
        }
    }

    /// A clone needs what one instance does, unless an instance is counted already.
    fn sum_clone_needs(&self, clone: RscIx, all: &[RscIx], needed: &mut Capacity) {
        let mut counted = false;
        for instance in &self.rscs[clone].children {
            if all.contains(instance) {
                counted = true;
            } else if self.rscs[*instance].children.iter().any(|member| all.contains(member)) {
                self.sum_needs(*instance, all, needed);
                counted = true;
            }
        }
        if let Some(first) = self.rscs[clone].children.first().filter(|_| !counted) {
            self.sum_needs(*first, all, needed);
        }
    }
}
