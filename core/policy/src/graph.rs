//! The last stage: which of the actions make up the graph, and what each of them waits for.

mod circles;
mod emit;
mod notify;
mod reasons;
mod unbound;
mod withheld;

use crate::cluster::Cluster;
use crate::ids::{ActIx, RscIx};
use crate::order::Ordered;
use crate::relation::{Link, Rel};
use crate::resource::Kind;
use crate::task::Task;

/// A cluster with its graph.
#[derive(Clone, Debug)]
pub struct Graphed(pub(crate) Cluster);

impl Graphed {
    /// All of it, decided.
    pub fn cluster(&self) -> &Cluster {
        &self.0
    }

    /// All of it, to keep.
    pub fn into_cluster(self) -> Cluster {
        self.0
    }
}

/// Builds the graph.
pub fn graph(ordered: Ordered) -> Graphed {
    let mut cluster = ordered.0;
    cluster.bind_unbound();
    let mut order = Vec::new();
    for rsc in cluster.top.clone() {
        cluster.graph_resource(rsc, &mut order);
    }
    cluster.graph_maintenance_updates();
    for action in cluster.actions.ids().rev() {
        cluster.graph_action(action, &mut order);
    }
    cluster.graph = order;
    Graphed(cluster)
}

impl Cluster {
    fn graph_resource(&mut self, rsc: RscIx, order: &mut Vec<ActIx>) {
        match self.rscs[rsc].kind.clone() {
            Kind::Primitive | Kind::Group { .. } => self.graph_own_actions(rsc, order),
            Kind::Clone(_) => {
                for action in self.rscs[rsc].actions.clone().into_iter().rev() {
                    self.facets(action, None);
                }
                self.tell_instances(rsc);
                for child in self.rscs[rsc].children.clone() {
                    self.graph_resource(child, order);
                }
                self.graph_own_actions(rsc, order);
            }
            Kind::Bundle(facts) => {
                if let Some(inside) = facts.inside {
                    self.graph_resource(inside, order);
                }
                for replica in &facts.replicas {
                    for part in [replica.ip, Some(replica.container), replica.remote].into_iter().flatten() {
                        self.graph_resource(part, order);
                    }
                }
            }
        }
    }

    fn graph_own_actions(&mut self, rsc: RscIx, order: &mut Vec<ActIx>) {
        for action in self.rscs[rsc].actions.clone().into_iter().rev() {
            self.graph_action(action, order);
        }
        for child in self.rscs[rsc].children.clone() {
            self.graph_resource(child, order);
        }
    }

    /// Remote nodes are told when their maintenance begins or ends.
    fn graph_maintenance_updates(&mut self) {
        let changes =
            self.nodes.iter().any(|(node, n)| self.is_any_remote(node) && n.maintenance != n.remote_maintenance);
        if changes {
            let action = self.milestone("maintenance_nodes");
            self.actions[action].always = true;
        }
    }

    fn graph_action(&mut self, action: ActIx, order: &mut Vec<ActIx>) {
        if !self.actions[action].deduplicated {
            self.merge_duplicate_inputs(action);
            self.actions[action].deduplicated = true;
        }
        if self.actions[action].graphed || !self.belongs_to_graph(action) {
            return;
        }
        self.actions[action].graphed = true;
        order.push(action);
        for at in 0..self.actions[action].before.len() {
            if self.is_input(action, at) {
                self.actions[action].before[at].graphed = true;
            }
        }
    }

    /// Several relations with the same action become one with all their meanings, oldest action first.
    fn merge_duplicate_inputs(&mut self, action: ActIx) {
        let mut links = std::mem::take(&mut self.actions[action].before);
        links.reverse();
        links.sort_by_key(|link| link.action);
        let mut merged: Vec<Link> = Vec::with_capacity(links.len());
        for link in links {
            match merged.last_mut().filter(|last| last.action == link.action) {
                Some(last) => last.rel |= link.rel,
                None => merged.push(Link { graphed: false, ..link }),
            }
        }
        self.actions[action].before = merged;
    }

    fn belongs_to_graph(&self, action: ActIx) -> bool {
        let a = &self.actions[action];
        if !a.facets.runnable || (a.facets.optional && !a.always) {
            return false;
        }
        let unmanaged = a.rsc.is_some_and(|rsc| !self.rscs[rsc].managed);
        if unmanaged && a.task != Task::Monitor && a.meta("interval").is_none_or(|interval| interval == "0") {
            return false;
        }
        if a.facets.pseudo || matches!(a.task, Task::Fence | Task::Shutdown) {
            return true;
        }
        let Some(node) = a.node else { return false };
        let n = &self.nodes[node];
        a.task == Task::Forget || (self.is_guest(node) && !n.remote_reset) || (n.online && !n.unclean)
    }

    fn is_stop(&self, action: ActIx) -> bool {
        let a = &self.actions[action];
        a.rsc.is_some() && a.key.task == Task::Stop && a.key.interval == 0
    }

    /// Whether what comes before an action is an input in the graph; relations that turn out void are dropped.
    fn is_input(&mut self, action: ActIx, at: usize) -> bool {
        let link = self.actions[action].before[at];
        match self.judge_input(action, link) {
            Judgement::Input => true,
            Judgement::NoInput => false,
            Judgement::Void => {
                self.actions[action].before[at].rel = Rel::NONE;
                false
            }
        }
    }

    fn judge_input(&self, action: ActIx, link: Link) -> Judgement {
        if link.graphed {
            return Judgement::Input;
        }
        let (a, input) = (&self.actions[action], &self.actions[link.action]);
        let soft = Rel::THEN_IMPLIES_FIRST_GRAPHED | Rel::FIRST_IMPLIES_THEN_GRAPHED | Rel::ORDERED;
        let runnable = input.facets.runnable;
        let only_soft = link.rel.without(soft) == Rel::NONE;
        let unwanted = link.rel == Rel::NONE
            || (!runnable && (only_soft || link.rel.has_any(Rel::MIN_RUNNABLE | Rel::UNMIGRATABLE_THEN_BLOCKS)))
            || (link.rel.has(Rel::IF_FIRST_UNMIGRATABLE) && input.facets.migratable)
            || (link.rel == Rel::ORDERED && input.facets.migratable && self.is_stop(link.action));
        if unwanted {
            return Judgement::NoInput;
        }
        if link.rel == Rel::IF_ON_SAME_NODE_OR_TARGET {
            let target = match a.rsc.filter(|_| a.task == Task::MigrateTo) {
                Some(rsc) => return Judgement::valid_if(input.node == self.rscs[rsc].node() && input.node.is_some()),
                None => a.node,
            };
            return Judgement::valid_if(input.node.is_some() && input.node == target && !input.facets.optional);
        }
        if link.rel == Rel::IF_REQUIRED_ON_SAME_NODE {
            let apart = matches!((input.node, a.node), (Some(x), Some(y)) if x != y);
            return Judgement::valid_if(!apart && !input.facets.optional);
        }
        let of_clone = a.rsc.is_some_and(|rsc| self.rscs[rsc].is_clone());
        let stuck = input.rsc.is_some_and(|rsc| a.rsc != Some(rsc) && self.rscs[rsc].failed && !self.rscs[rsc].managed);
        if stuck && of_clone && self.is_stop(link.action) {
            return Judgement::NoInput;
        }
        if input.facets.optional && !input.always && !input.graphed && !self.belongs_to_graph(link.action) {
            return Judgement::NoInput;
        }
        Judgement::Input
    }

    /// Whether an action waits for itself through one of its inputs.
    pub(crate) fn has_loop(&mut self, origin: ActIx, action: ActIx, link: Link) -> bool {
        self.mark += 1;
        let mark = self.mark;
        let mut open = vec![(action, link)];
        while let Some((action, link)) = open.pop() {
            if self.actions[link.action].mark == mark || self.judge_input(action, link) != Judgement::Input {
                continue;
            }
            if link.action == origin {
                return true;
            }
            self.actions[link.action].mark = mark;
            let before = self.actions[link.action].before.clone();
            open.extend(before.into_iter().map(|next| (link.action, next)));
        }
        false
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    Input,
    NoInput,
    Void,
}

impl Judgement {
    fn valid_if(valid: bool) -> Self {
        if valid { Self::Input } else { Self::Void }
    }
}
