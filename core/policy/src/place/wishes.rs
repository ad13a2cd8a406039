//! What a resource wishes before others are looked at: locations, stickiness, failures, locks.

use crate::cluster::{Cluster, Worn};
use crate::ids::{NodeIx, RscIx};
use crate::node::ProbeMode;
use crate::task::{Key, Task};
use model::Score;

impl Cluster {
    pub(super) fn apply_wishes(&mut self) {
        self.lock_to_stopped_nodes();
        self.apply_locations();
        for rsc in self.top.clone() {
            self.apply_stickiness(rsc);
        }
        let exclusive = self.rscs.iter().any(|(_, r)| r.exclusive_probes);
        for node in self.node_order.clone() {
            let failed = self.nodes[node].counts_failures();
            for rsc in if failed || exclusive { self.top.clone() } else { Vec::new() } {
                if failed {
                    self.apply_failures(rsc, node);
                }
                self.apply_exclusive_discovery(rsc, node);
            }
        }
        for at in 0..self.worn.len() {
            let Worn { whole, node, .. } = self.worn[at];
            let members = self.primitives(whole);
            let scores = members.iter().filter_map(|member| self.rscs[*member].allowed.score(node));
            self.worn[at].total = scores.fold(Score::ZERO, |total, score| total + score);
        }
    }

    fn apply_stickiness(&mut self, rsc: RscIx) {
        let r = &self.rscs[rsc];
        if !r.children.is_empty() {
            for child in r.children.clone() {
                self.apply_stickiness(child);
            }
            return;
        }
        let node = match r.active.as_slice() {
            [node] => *node,
            [] => match self.restarting_on(rsc) {
                Some(node) => node,
                None => return,
            },
            _ => return,
        };
        let r = &self.rscs[rsc];
        if r.managed && r.stickiness >= Score::new(1) && (self.options.symmetric || r.allowed.get(node).is_some()) {
            let stickiness = r.stickiness;
            self.add_score(rsc, node, stickiness, ("resource-stickiness", "stickiness: it runs there"));
        }
    }

    /// Where it failed and was stopped: whether its restart there is over must not change where it belongs.
    fn restarting_on(&mut self, rsc: RscIx) -> Option<NodeIx> {
        let (node, _) = self.rscs[rsc].halted?;
        let whole = self.rscs[rsc].parent.filter(|parent| self.rscs[*parent].is_group()).unwrap_or(rsc);
        let failed = self.primitives(whole).into_iter().any(|member| self.failures(member, node).count > Score::ZERO);
        failed.then_some(node)
    }

    /// Failures on a node: each may count (Heartbeat 2), and enough of them ban.
    fn apply_failures(&mut self, rsc: RscIx, node: NodeIx) {
        let children = self.rscs[rsc].children.clone();
        if !children.is_empty() {
            for child in children {
                self.apply_failures(child, node);
            }
            return;
        }
        if !self.with_key_on(rsc, Key::once(Task::ClearFailcount), node).is_empty() {
            return;
        }
        self.weigh_failures(rsc, node);
        if self.threshold_reached(rsc, node) {
            let ban = if self.rscs[rsc].unique { rsc } else { self.top_of(rsc, false) };
            self.add_score(
                ban,
                node,
                Score::MINUS_INFINITY,
                ("migration-threshold", "failed too often here: clean it up to allow it again"),
            );
        }
    }

    /// Whether a resource failed on a node as often as it may.
    pub(crate) fn threshold_reached(&mut self, rsc: RscIx, node: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        let threshold = r.migration_threshold;
        if threshold == Score::ZERO || r.ignore_failure {
            return false;
        }
        let count = self.failures_with_launched(rsc, node);
        count > Score::ZERO && count >= threshold
    }

    /// Failure stickiness times failures, as Heartbeat 2 counted.
    fn weigh_failures(&mut self, rsc: RscIx, node: NodeIx) {
        let each = self.rscs[rsc].failure_stickiness;
        if each == Score::ZERO {
            return;
        }
        let count = self.failures(rsc, node).count;
        if count == Score::ZERO {
            return;
        }
        let product = i64::from(each.value()).saturating_mul(i64::from(count.value()));
        let text = format!("{count} failures at {each} each");
        self.add_score(rsc, node, Score::new(product), ("resource-failure-stickiness", &text));
        let group = self.rscs[rsc].parent.filter(|parent| self.rscs[*parent].is_group());
        let worn =
            Worn { top: self.top_of(rsc, false), whole: group.unwrap_or(rsc), node, total: Score::ZERO, told: false };
        if !self.worn.iter().any(|other| other.whole == worn.whole && other.node == node) {
            self.worn.push(worn);
        }
    }

    fn apply_exclusive_discovery(&mut self, rsc: RscIx, node: NodeIx) {
        let top = self.top_of(rsc, false);
        if !self.rscs[rsc].exclusive_probes && !self.rscs[top].exclusive_probes {
            return;
        }
        for child in self.rscs[rsc].children.clone() {
            self.apply_exclusive_discovery(child, node);
        }
        if let Some(standing) = self.rscs[rsc].allowed.get_mut(node).filter(|s| s.probe != ProbeMode::Exclusive) {
            standing.score = Score::MINUS_INFINITY;
        }
    }

    /// A node that went down cleanly keeps its resources, if the cluster is told so.
    fn lock_to_stopped_nodes(&mut self) {
        if !self.options.shutdown_lock {
            return;
        }
        for rsc in self.top.clone() {
            let members = if self.rscs[rsc].is_group() { self.rscs[rsc].children.clone() } else { vec![rsc] };
            for member in members.into_iter().filter(|member| self.rscs[*member].is_primitive()).collect::<Vec<_>>() {
                self.lock_to_stopped_node(member);
            }
        }
    }

    fn lock_to_stopped_node(&mut self, rsc: RscIx) {
        let r = &self.rscs[rsc];
        if r.fence_device || r.is_connection {
            return;
        }
        if let Some((node, _)) = r.lock {
            if !r.active.is_empty() {
                self.forget_history(rsc, node);
                self.rscs[rsc].lock = None;
            }
        } else if let [node] = r.active.as_slice() {
            let node = *node;
            if self.nodes[node].shutdown && !self.nodes[node].unclean {
                let since = self.nodes[node].attributes.get("shutdown").and_then(crate::values::leading_integer);
                self.rscs[rsc].lock = Some((node, since.filter(|at| *at != 0).unwrap_or(self.now)));
            }
        }
        let Some((locked, since)) = self.rscs[rsc].lock else { return };
        if self.options.shutdown_lock_ms > 0 {
            self.recheck(since.saturating_add(crate::failcount::seconds(self.options.shutdown_lock_ms) + 1));
        }
        for node in self.node_order.clone() {
            if node != locked {
                self.add_score(
                    rsc,
                    node,
                    Score::MINUS_INFINITY,
                    ("shutdown-lock", "kept for a node that was shut down"),
                );
            }
        }
    }
}
