//! Recurring operations: which run where a resource is, which where it is not, and which are cancelled.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::operation::Configured;
use crate::relation::{End, Rel};
use crate::task::{Key, Task};
use model::Role;
use std::sync::Arc;

/// A configured recurring operation.
struct Recurring {
    task: Task,
    interval: u64,
    role: Option<Role>,
}

impl Cluster {
    pub(super) fn make_recurring_actions(&mut self, rsc: RscIx) {
        let r = &self.rscs[rsc];
        if r.blocked || r.maintenance {
            return;
        }
        let node = r.node();
        let runs = r.next_role != Role::Stopped || !r.managed;
        let start = node.filter(|node| runs && !self.nodes[*node].maintenance).map(|node| self.start(rsc, Some(node)));
        for op in Arc::clone(&self.rscs[rsc].ops).iter() {
            let Some(recurring) = self.recurring(rsc, op) else { continue };
            if let Some(start) = start {
                self.recur_where_active(rsc, start, node, &recurring);
            }
            self.recur_where_inactive(rsc, node, &recurring);
        }
    }

    fn recurring(&mut self, rsc: RscIx, op: &Configured) -> Option<Recurring> {
        let (interval, name) = (op.interval, &*op.name);
        if interval == 0 {
            return None;
        }
        let id = op.xml.id().filter(|id| !id.is_empty())?;
        let once_only = ["stop", "start", "demote", "promote", "reload-agent", "migrate_to", "migrate_from"];
        if once_only.contains(&name) {
            self.complain(id, format!("operation '{id}' is ignored: {name} cannot recur; set its interval to 0"));
            return None;
        }
        let same = |other: &&Configured| other.interval == interval && *other.name == *name && other.xml.id().is_some();
        if self.rscs[rsc].ops.iter().filter(same).count() > 1 {
            self.complain(id, format!("operation '{id}' is ignored: another one has the same name and interval; change one of the intervals a little"));
            return None;
        }
        let role = match op.xml.attribute("role").map(Role::parse) {
            None => None,
            Some(Some(Role::Unknown) | None) => {
                self.complain(id, format!("operation '{id}' is ignored: its role is none"));
                return None;
            }
            Some(role) => role,
        };
        let task = self.task(name);
        self.find_operation(rsc, task, interval, false)?;
        Some(Recurring { task, interval, role })
    }

    /// Whether a recurring operation that is needed runs already.
    fn already_runs(&mut self, rsc: RscIx, node: Option<NodeIx>, key: Key, start: ActIx) -> bool {
        let Some(node) = node.filter(|_| self.actions[start].facets.optional) else { return false };
        let known = self.with_key_on(rsc, key, node);
        !known.is_empty() && !known.into_iter().any(|action| self.actions[action].reschedule)
    }

    fn recur_where_active(&mut self, rsc: RscIx, start: ActIx, node: Option<NodeIx>, op: &Recurring) {
        if op.role == Some(Role::Stopped) {
            return;
        }
        let key = Key::every(op.task, op.interval);
        let runs = self.already_runs(rsc, node, key, start);
        let (now, next) = (self.rscs[rsc].role, self.rscs[rsc].next_role);
        let fits = op.role.map_or(next != Role::Promoted, |role| role == next);
        if !fits {
            if runs {
                self.cancel_for_role(rsc, node, op);
            }
            return;
        }
        let monitor = self.act(rsc, key, node, runs);
        let lost = node.is_none_or(|node| !self.nodes[node].online || self.nodes[node].unclean);
        if !self.actions[start].facets.runnable || lost {
            self.actions[monitor].facets.runnable = false;
        }
        if next == Role::Promoted {
            self.actions[monitor].expected = Some(8);
        }
        if node.is_some() && !self.rscs[rsc].managed {
            return;
        }
        let chain = Rel::FIRST_IMPLIES_THEN | Rel::UNRUNNABLE_FIRST_BLOCKS;
        let then = End::Action(monitor);
        self.order(End::Key(rsc, Key::once(Task::Start)), then, chain);
        self.order(End::Key(rsc, Key::once(Task::Reload)), then, chain);
        if next == Role::Promoted {
            self.order(End::Key(rsc, Key::once(Task::Promote)), then, Rel::ORDERED | Rel::UNRUNNABLE_FIRST_BLOCKS);
        } else if now == Role::Promoted {
            self.order(End::Key(rsc, Key::once(Task::Demote)), then, Rel::ORDERED | Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
    }

    /// An operation for another role ends before the role changes.
    fn cancel_for_role(&mut self, rsc: RscIx, node: Option<NodeIx>, op: &Recurring) {
        let cancel = self.cancel(rsc, op.task, op.interval, node);
        let before = match (self.rscs[rsc].role, self.rscs[rsc].next_role) {
            (Role::Started | Role::Unpromoted, Role::Promoted) => Some(Task::Promote),
            (Role::Started | Role::Unpromoted, Role::Stopped) => Some(Task::Stop),
            (Role::Promoted, _) => Some(Task::Demote),
            _ => None,
        };
        if let Some(task) = before {
            self.order(End::Action(cancel), End::Key(rsc, Key::once(task)), Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
    }

    /// Operations with role Stopped run where the resource is not.
    fn recur_where_inactive(&mut self, rsc: RscIx, node: Option<NodeIx>, op: &Recurring) {
        if op.role != Some(Role::Stopped) || !self.rscs[rsc].unique {
            return;
        }
        let key = Key::every(op.task, op.interval);
        for other in self.node_order.clone() {
            if Some(other) == node {
                self.cancel_where_active(rsc, other, op);
                continue;
            }
            let runs = !self.with_key_on(rsc, key, other).is_empty();
            let monitor = self.act(rsc, key, Some(other), runs);
            self.actions[monitor].expected = Some(7);
            if self.rscs[rsc].managed {
                for probe in self.with_key_claimed(rsc, Key::once(Task::Monitor), other) {
                    self.relate(probe, monitor, Rel::UNRUNNABLE_FIRST_BLOCKS);
                }
            }
            self.order_after_stops(rsc, other, monitor);
            if !self.nodes[other].online || self.nodes[other].unclean {
                self.actions[monitor].facets.runnable = false;
            }
        }
    }

    fn cancel_where_active(&mut self, rsc: RscIx, node: NodeIx, op: &Recurring) {
        if self.with_key_on(rsc, Key::every(op.task, op.interval), node).is_empty() {
            return;
        }
        let cancel = self.cancel(rsc, op.task, op.interval, Some(node));
        if matches!(self.rscs[rsc].next_role, Role::Started | Role::Unpromoted) {
            self.order(End::Action(cancel), End::Key(rsc, Key::once(Task::Start)), Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
    }

    fn order_after_stops(&mut self, rsc: RscIx, node: NodeIx, action: ActIx) {
        for stop in self.with_key_on(rsc, Key::once(Task::Stop), node) {
            let managed = self.rscs[rsc].managed;
            let (s, a) = (self.actions[stop].facets, self.actions[action].facets);
            if !s.optional && !a.optional && !managed {
                self.actions[action].facets.optional = true;
            }
            if !s.runnable {
                self.actions[action].facets.runnable = false;
            }
            if managed {
                self.order(
                    End::Action(stop),
                    End::Action(action),
                    Rel::FIRST_IMPLIES_THEN | Rel::UNRUNNABLE_FIRST_BLOCKS,
                );
            }
        }
    }

    /// The end of a recurring operation.
    pub(super) fn cancel(&mut self, rsc: RscIx, task: Task, interval: u64, node: Option<NodeIx>) -> ActIx {
        let cancel = self.act(rsc, Key::every(task, interval), node, false);
        let word = self.word(task).to_owned();
        let a = &mut self.actions[cancel];
        a.task = Task::Cancel;
        a.cancels = Some(task);
        a.set_meta("operation", &word);
        a.set_meta("interval", &interval.to_string());
        cancel
    }
}
