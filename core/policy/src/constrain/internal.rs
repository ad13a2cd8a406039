//! Orderings and colocations that the kind of a resource implies, without anybody configuring them.

use super::colocations::Terms;
use crate::cluster::Cluster;
use crate::ids::{Id, NodeIx, RscIx};
use crate::options::Strategy;
use crate::relation::{End, Rel};
use crate::resource::{Kind, Replica};
use crate::task::{Key, Task};
use model::{Role, Score};

/// The members of a group seen so far.
struct Members {
    ordered: bool,
    colocated: bool,
    promotable: bool,
    previous: Option<RscIx>,
    last_active: Option<RscIx>,
}

impl Cluster {
    /// Adds what every resource implies.
    pub(crate) fn imply_constraints(&mut self) {
        for rsc in self.top.clone() {
            self.imply(rsc);
        }
    }

    fn imply(&mut self, rsc: RscIx) {
        match self.rscs[rsc].kind.clone() {
            Kind::Primitive => self.imply_primitive(rsc),
            Kind::Group { ordered, colocated } => self.imply_group(rsc, ordered, colocated),
            Kind::Clone(facts) => self.imply_clone(rsc, facts.ordered),
            Kind::Bundle(facts) => self.imply_bundle(rsc, facts.inside, &facts.replicas),
        }
    }

    fn order_starts(&mut self, first: RscIx, then: RscIx, rel: Rel) {
        self.order_tasks(first, Task::Start, then, Task::Start, rel);
    }

    fn order_stops(&mut self, first: RscIx, then: RscIx, rel: Rel) {
        self.order_tasks(first, Task::Stop, then, Task::Stop, rel);
    }

    fn imply_primitive(&mut self, rsc: RscIx) {
        let r = &self.rscs[rsc];
        if !r.managed {
            return;
        }
        let unfencing = !r.fence_device && self.enable_unfencing && r.needs_unfencing;
        let capacity = !r.utilization.is_empty() && self.options.strategy != Strategy::Default;
        let promotable = self.rscs[self.top_of(rsc, false)].promotable || r.role > Role::Unpromoted;
        let restart = Rel::ORDERED | Rel::FIRST_IMPLIES_THEN | Rel::INTERMEDIATE_STOP;
        self.order_tasks(rsc, Task::Stop, rsc, Task::Start, restart);
        if promotable {
            self.order_tasks(rsc, Task::Demote, rsc, Task::Stop, Rel::PROMOTED_THEN_IMPLIES_FIRST);
            self.order_tasks(rsc, Task::Start, rsc, Task::Promote, Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
        self.order_tasks(rsc, Task::Forget, rsc, Task::Monitor, Rel::IF_ON_SAME_NODE | Rel::THEN_CANCELS_FIRST);
        if unfencing {
            for node in self.considered(rsc) {
                self.order_restart_around_unfencing(rsc, node);
            }
        }
        if capacity {
            self.imply_capacity(rsc);
        }
        if let Some(launcher) = self.rscs[rsc].launcher {
            self.imply_launched(rsc, launcher);
        }
        if self.rscs[rsc].is_connection || self.rscs[rsc].fence_device {
            self.avoid_remote_nodes(rsc);
        }
    }

    /// The nodes that a resource may consider, by name.
    fn considered(&self, rsc: RscIx) -> Vec<NodeIx> {
        self.node_order.iter().copied().filter(|node| self.rscs[rsc].allowed.get(*node).is_some()).collect()
    }

    fn avoid_remote_nodes(&mut self, rsc: RscIx) {
        let remote: Vec<NodeIx> =
            self.rscs[rsc].allowed.nodes().filter(|node| self.nodes[*node].remote.is_some()).collect();
        for node in remote {
            if let Some(standing) = self.rscs[rsc].allowed.get_mut(node) {
                standing.score = Score::MINUS_INFINITY;
            }
        }
    }

    /// What frees capacity on a node comes before what needs it there.
    fn imply_capacity(&mut self, rsc: RscIx) {
        for node in self.rscs[rsc].active.clone() {
            let freed = self.load_stopped(node);
            self.order(End::Key(rsc, Key::once(Task::Stop)), End::Action(freed), Rel::IF_ON_SAME_NODE_OR_TARGET);
        }
        for node in self.considered(rsc) {
            let freed = self.load_stopped(node);
            for task in [Task::Start, Task::MigrateTo] {
                self.order(End::Action(freed), End::Key(rsc, Key::once(task)), Rel::IF_ON_SAME_NODE_OR_TARGET);
            }
        }
    }

    fn load_stopped(&mut self, node: NodeIx) -> crate::ids::ActIx {
        let name = format!("load_stopped_{}", self.nodes[node].name);
        let action = self.milestone(&name);
        if self.actions[action].node.is_none() {
            self.actions[action].node = Some(node);
            self.actions[action].facets.optional = false;
        }
        action
    }

    /// What runs inside of a resource goes up after it and down before it.
    fn imply_launched(&mut self, rsc: RscIx, launcher: RscIx) {
        let connection = self.rscs[rsc].is_connection;
        let mut guest = None;
        if connection {
            if !self.rscs[rsc].nesting_allowed {
                self.avoid_remote_nodes(launcher);
            }
            self.order_tasks(launcher, Task::Monitor, rsc, Task::Stop, Rel::ORDERED);
        } else if self.rscs[launcher].is_connection {
            guest = Some(launcher);
        } else {
            guest = self.guest_connection(launcher);
        }
        if guest.is_some() {
            for node in self.considered(rsc) {
                if self.nodes[node].remote != guest
                    && let Some(standing) = self.rscs[rsc].allowed.get_mut(node)
                {
                    standing.score = Score::MINUS_INFINITY;
                }
            }
            return;
        }
        self.order_starts(launcher, rsc, Rel::FIRST_IMPLIES_THEN | Rel::UNRUNNABLE_FIRST_BLOCKS);
        self.order_stops(rsc, launcher, Rel::THEN_IMPLIES_FIRST);
        let score = if self.rscs[rsc].nesting_allowed { Score::new(10_000) } else { Score::INFINITY };
        self.colocate(rsc, launcher, Terms::implied("#resource-with-container", score, true));
    }

    /// The connection to a guest that runs inside of a resource.
    pub(crate) fn guest_connection(&self, rsc: RscIx) -> Option<RscIx> {
        let launched = self.rscs[rsc].launched.iter().copied();
        launched.into_iter().find(|inner| self.rscs[*inner].is_connection).filter(|_| self.have_remote)
    }

    fn imply_group(&mut self, rsc: RscIx, ordered: bool, colocated: bool) {
        self.order_tasks(rsc, Task::Stop, rsc, Task::Stopped, Rel::UNRUNNABLE_FIRST_BLOCKS);
        self.order_tasks(rsc, Task::Stopped, rsc, Task::Start, Rel::ORDERED);
        self.order_tasks(rsc, Task::Start, rsc, Task::Running, Rel::UNRUNNABLE_FIRST_BLOCKS);
        let promotable = self.rscs[self.top_of(rsc, false)].promotable;
        let mut members = Members { ordered, colocated, promotable, previous: None, last_active: None };
        for member in self.rscs[rsc].children.clone() {
            self.imply_member(rsc, member, &mut members);
        }
    }

    fn imply_member(&mut self, group: RscIx, member: RscIx, members: &mut Members) {
        let mut down = Rel::THEN_IMPLIES_FIRST_GRAPHED;
        let mut down_done = Rel::FIRST_IMPLIES_THEN_GRAPHED;
        self.imply(member);
        match members.previous {
            None if members.ordered => {
                down |= Rel::ORDERED;
                down_done = Rel::FIRST_IMPLIES_THEN;
            }
            Some(previous) if members.colocated => {
                let influence = self.rscs[member].critical;
                self.colocate(member, previous, Terms::implied("#group-members", Score::INFINITY, influence));
            }
            None | Some(_) => {}
        }
        let up_done = Rel::UNRUNNABLE_FIRST_BLOCKS | Rel::FIRST_IMPLIES_THEN | Rel::FIRST_IMPLIES_THEN_GRAPHED;
        if members.promotable {
            self.order_tasks(group, Task::Demote, member, Task::Demote, down);
            self.order_tasks(member, Task::Demote, group, Task::Demoted, down_done);
            self.order_tasks(member, Task::Promote, group, Task::Promoted, up_done);
            self.order_tasks(group, Task::Promote, member, Task::Promote, Rel::THEN_IMPLIES_FIRST_GRAPHED);
        }
        self.order_stops(group, member, down);
        self.order_tasks(member, Task::Stop, group, Task::Stopped, down_done);
        self.order_starts(group, member, Rel::THEN_IMPLIES_FIRST_GRAPHED);
        self.order_tasks(member, Task::Start, group, Task::Running, up_done);
        self.imply_sequence(group, member, members);
        if !self.rscs[member].active.is_empty() {
            self.order_stops_over_gap(member, members);
            members.last_active = Some(member);
        }
        members.previous = Some(member);
    }

    fn imply_sequence(&mut self, group: RscIx, member: RscIx, members: &Members) {
        let chain = Rel::FIRST_IMPLIES_THEN | Rel::UNRUNNABLE_FIRST_BLOCKS;
        if !members.ordered {
            self.order_starts(group, member, chain | Rel::THEN_IMPLIES_FIRST_GRAPHED);
            if members.promotable {
                self.order_tasks(group, Task::Promote, member, Task::Promote, chain | Rel::THEN_IMPLIES_FIRST_GRAPHED);
            }
            return;
        }
        let Some(previous) = members.previous else {
            self.order_starts(group, member, Rel::NONE);
            if members.promotable {
                self.order_tasks(group, Task::Promote, member, Task::Promote, Rel::NONE);
            }
            return;
        };
        self.order_starts(previous, member, chain);
        self.order_stops(member, previous, Rel::ORDERED | Rel::INTERMEDIATE_STOP);
        if !self.rscs[member].active.is_empty() && self.rscs[previous].active.is_empty() {
            self.order_tasks(
                member,
                Task::Stop,
                previous,
                Task::Start,
                Rel::THEN_IMPLIES_FIRST | Rel::UNRUNNABLE_FIRST_BLOCKS,
            );
        }
        if members.promotable {
            self.order_tasks(previous, Task::Promote, member, Task::Promote, chain);
            self.order_tasks(member, Task::Demote, previous, Task::Demote, Rel::ORDERED);
        }
    }

    /// Where members in between are inactive, stops are ordered across the gap.
    fn order_stops_over_gap(&mut self, member: RscIx, members: &Members) {
        let gap = members.ordered && members.previous.is_some_and(|previous| self.rscs[previous].active.is_empty());
        if let Some(last) = members.last_active.filter(|last| gap && !self.rscs[*last].active.is_empty()) {
            self.order_stops(member, last, Rel::ORDERED);
        }
    }

    fn imply_clone(&mut self, rsc: RscIx, ordered: bool) {
        let promotable = self.rscs[rsc].promotable;
        self.order_tasks(rsc, Task::Stopped, rsc, Task::Start, Rel::ORDERED);
        self.order_tasks(rsc, Task::Start, rsc, Task::Running, Rel::UNRUNNABLE_FIRST_BLOCKS);
        self.order_tasks(rsc, Task::Stop, rsc, Task::Stopped, Rel::UNRUNNABLE_FIRST_BLOCKS);
        if promotable {
            self.order_tasks(rsc, Task::Demoted, rsc, Task::Stop, Rel::ORDERED);
            self.order_tasks(rsc, Task::Running, rsc, Task::Promote, Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
        if ordered {
            self.sort_by_number(rsc);
        }
        let instances = self.rscs[rsc].children.clone();
        for (at, instance) in instances.iter().copied().enumerate() {
            self.imply(instance);
            self.order_starts(rsc, instance, Rel::UNRUNNABLE_FIRST_BLOCKS | Rel::THEN_IMPLIES_FIRST_GRAPHED);
            self.order_tasks(instance, Task::Start, rsc, Task::Running, Rel::FIRST_IMPLIES_THEN_GRAPHED);
            self.order_stops(rsc, instance, Rel::THEN_IMPLIES_FIRST_GRAPHED);
            self.order_tasks(instance, Task::Stop, rsc, Task::Stopped, Rel::FIRST_IMPLIES_THEN_GRAPHED);
            for later in instances[at + 1..].iter().copied().filter(|_| ordered) {
                self.order_starts(instance, later, Rel::ORDERED);
                self.order_stops(later, instance, Rel::ORDERED);
            }
        }
        if promotable {
            self.imply_promotable(rsc, ordered);
        }
    }

    /// Puts a clone's instances in the order of their numbers.
    pub(crate) fn sort_by_number(&mut self, rsc: RscIx) {
        let mut children = std::mem::take(&mut self.rscs[rsc].children);
        children.sort_by_cached_key(|child| self.instance_number(*child));
        self.rscs[rsc].children = children;
    }

    /// The number at the end of an instance's id.
    pub(crate) fn instance_number(&self, rsc: RscIx) -> i64 {
        let id = &self.rscs[rsc].id;
        let number = id.rsplit_once(':').or_else(|| id.rsplit_once('-')).map(|(_, number)| number);
        number.and_then(crate::values::leading_integer).unwrap_or_else(|| i64::try_from(rsc.place()).unwrap_or(0))
    }

    fn imply_restart_order(&mut self, rsc: RscIx) {
        for (first, then) in [
            (Task::Stopped, Task::Start),
            (Task::Stopped, Task::Promote),
            (Task::Demoted, Task::Stop),
            (Task::Demoted, Task::Start),
            (Task::Demoted, Task::Promote),
            (Task::Running, Task::Promote),
            (Task::Demote, Task::Demoted),
        ] {
            self.order_tasks(rsc, first, rsc, then, Rel::ORDERED);
        }
    }

    fn imply_promotable(&mut self, clone: RscIx, ordered: bool) {
        self.imply_restart_order(clone);
        let mut previous = None;
        for instance in self.rscs[clone].children.clone() {
            let last = previous.filter(|_| ordered);
            self.order_tasks(instance, Task::Demote, instance, Task::Promote, Rel::ORDERED);
            self.order_tasks(clone, Task::Promote, instance, Task::Promote, Rel::ORDERED);
            self.order_tasks(instance, Task::Promote, clone, Task::Promoted, Rel::ORDERED);
            if let Some(last) = last {
                self.order_tasks(last, Task::Promote, instance, Task::Promote, Rel::ORDERED);
            }
            self.order_tasks(clone, Task::Demote, instance, Task::Demote, Rel::THEN_IMPLIES_FIRST_GRAPHED);
            self.order_tasks(instance, Task::Demote, clone, Task::Demoted, Rel::FIRST_IMPLIES_THEN_GRAPHED);
            if let Some(last) = last {
                self.order_tasks(instance, Task::Demote, last, Task::Demote, Rel::ORDERED);
            }
            previous = Some(instance);
        }
    }

    fn imply_bundle(&mut self, rsc: RscIx, inside: Option<RscIx>, replicas: &[Replica]) {
        for replica in replicas {
            self.imply_replica(rsc, replica);
        }
        let Some(inside) = inside else { return };
        let (before, after) = (Rel::THEN_IMPLIES_FIRST_GRAPHED, Rel::FIRST_IMPLIES_THEN_GRAPHED);
        self.order_tasks(rsc, Task::Start, inside, Task::Start, before);
        self.order_tasks(inside, Task::Running, rsc, Task::Running, after);
        self.order_tasks(rsc, Task::Stop, inside, Task::Stop, before);
        self.order_tasks(inside, Task::Stopped, rsc, Task::Stopped, after);
        self.imply(inside);
        if self.rscs[inside].promotable {
            self.imply_restart_order(rsc);
            self.order_tasks(rsc, Task::Demote, inside, Task::Demote, before);
            self.order_tasks(inside, Task::Demoted, rsc, Task::Demoted, after);
            self.order_tasks(rsc, Task::Promote, inside, Task::Promote, before);
            self.order_tasks(inside, Task::Promoted, rsc, Task::Promoted, after);
        }
    }

    fn imply_replica(&mut self, bundle: RscIx, replica: &Replica) {
        let container = replica.container;
        self.imply(container);
        self.order_starts(bundle, container, Rel::UNRUNNABLE_FIRST_BLOCKS | Rel::THEN_IMPLIES_FIRST_GRAPHED);
        if let Some(child) = replica.child {
            self.order_stops(bundle, child, Rel::THEN_IMPLIES_FIRST_GRAPHED);
        }
        self.order_stops(bundle, container, Rel::THEN_IMPLIES_FIRST_GRAPHED);
        self.order_tasks(container, Task::Start, bundle, Task::Running, Rel::FIRST_IMPLIES_THEN_GRAPHED);
        self.order_tasks(container, Task::Stop, bundle, Task::Stopped, Rel::FIRST_IMPLIES_THEN_GRAPHED);
        if let Some(ip) = replica.ip {
            self.imply(ip);
            self.order_starts(ip, container, Rel::UNRUNNABLE_FIRST_BLOCKS | Rel::GUEST_ALLOWED);
            self.order_stops(container, ip, Rel::THEN_IMPLIES_FIRST | Rel::GUEST_ALLOWED);
            self.colocate(ip, container, Terms::implied("#ip-with-container", Score::INFINITY, true));
        }
        if let Some(remote) = replica.remote {
            self.imply(remote);
        }
    }
}
