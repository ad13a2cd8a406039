//! Configurations that changed under running resources: another agent, other parameters, operations that are gone.

use crate::cluster::{Cluster, LateCheck};
use crate::digest::Verdict;
use crate::ids::{NodeIx, RscIx};
use crate::relation::{End, Rel};
use crate::task::{Key, Task};
use crate::unpack::{Known, Recorded, active_span};
use cib::Element;
use model::Score;
use std::sync::Arc;

impl Cluster {
    /// Compares what runs with what is configured.
    pub(crate) fn check_configuration_changes(&mut self) {
        let histories = std::mem::take(&mut self.histories);
        for node in self.node_order.clone() {
            let n = &self.nodes[node];
            if !n.maintenance && !n.can_host() {
                continue;
            }
            for history in histories.iter().filter(|history| history.node == node) {
                for (at, known) in history.memory.entries.iter().enumerate() {
                    if self.may_have_changed(node, known) && !history.unknown.contains(&at) {
                        self.check_entry(node, known);
                    }
                }
            }
        }
        self.histories = histories;
    }

    /// Whether a history needs a closer look: most are of the agent that is configured, and of what is not active there.
    fn may_have_changed(&self, node: NodeIx, known: &Known) -> bool {
        let plain = known.same_agent && known.rsc.is_some_and(|rsc| self.rscs[rsc].history_id.is_none());
        let active = known.rsc.is_some_and(|rsc| self.rscs[rsc].active.contains(&node));
        !plain || active
    }

    fn check_entry(&mut self, node: NodeIx, known: &Known) {
        let entry = &known.xml;
        let matching = match known.rsc {
            Some(rsc) if self.history_ids.is_empty() => vec![rsc],
            Some(_) | None => self.owners(entry),
        };
        let mut same: Option<(RscIx, bool)> = None;
        for rsc in matching {
            let r = &self.rscs[rsc];
            if !r.is_primitive() {
                continue;
            }
            let alike = same.filter(|(other, _)| Arc::ptr_eq(&r.xml, &self.rscs[*other].xml));
            let same_agent = match alike {
                Some((_, same)) => same,
                None if known.rsc == Some(rsc) => known.same_agent,
                None => self.is_same_agent(rsc, entry),
            };
            same = Some((rsc, same_agent));
            // Of the instances of a clone, all but the one that is active there have nothing to compare.
            if !same_agent || r.removed || r.active.contains(&node) {
                self.check_history(rsc, node, (known, same_agent));
            }
        }
    }

    /// Every resource that goes by the id of a history.
    fn owners(&self, entry: &Element) -> Vec<RscIx> {
        let Some(id) = entry.id().filter(|_| !entry.children().is_empty()) else { return Vec::new() };
        let mut owners: Vec<RscIx> = self.ids.get(id).copied().into_iter().collect();
        owners.extend(self.history_ids.get(id).into_iter().flatten().copied());
        owners.dedup();
        owners
    }

    fn check_history(&mut self, rsc: RscIx, node: NodeIx, (known, same_agent): (&Known, bool)) {
        if self.rscs[rsc].removed {
            if !self.rscs[self.top_of(rsc, false)].is_anonymous_clone() {
                self.schedule_cleanup(rsc, node);
            }
            return;
        }
        let active = self.rscs[rsc].active.contains(&node);
        if !same_agent {
            self.replace_agent(rsc, node, active);
            self.schedule_cleanup(rsc, node);
        }
        if !active {
            return;
        }
        let ops = known.operations(self);
        let (start, stop) = active_span(&ops);
        if start < stop {
            return;
        }
        for op in ops.iter().enumerate().filter(|(at, _)| Some(*at) >= start).map(|(_, op)| op) {
            self.check_operation(rsc, node, op);
        }
    }

    fn check_operation(&mut self, rsc: RscIx, node: NodeIx, op: &Recorded) {
        if op.interval > 0 && (self.rscs[rsc].maintenance || self.nodes[node].maintenance) {
            self.schedule_cancel(rsc, op, node);
            return;
        }
        let checked =
            op.interval > 0 || matches!(op.task, Task::Monitor | Task::Start | Task::Promote | Task::MigrateFrom);
        if !checked {
            return;
        }
        if self.needs_host_name(rsc) {
            self.late_checks.insert(0, LateCheck { rsc, node, operation: Arc::clone(&op.xml), last_failure: false });
        } else {
            self.check_and_clear(rsc, node, op);
        }
    }

    fn check_and_clear(&mut self, rsc: RscIx, node: NodeIx, op: &Recorded) {
        if self.operation_changed(rsc, node, op) && self.failures(rsc, node).count != Score::ZERO {
            self.clear_failures(rsc, node, "action definition changed");
        }
    }

    /// Checks that had to wait until containers were placed.
    pub(super) fn check_late(&mut self) {
        for check in std::mem::take(&mut self.late_checks) {
            let op = Recorded::read(self, &check.operation);
            if !check.last_failure {
                self.check_and_clear(check.rsc, check.node, &op);
            } else if !matches!(
                self.compare_digest(check.rsc, &op, op.task, check.node),
                Verdict::Unknown | Verdict::Match
            ) {
                self.clear_failures(check.rsc, check.node, "resource parameters have changed");
            }
        }
    }

    /// Plans to forget what a node knows of a resource.
    fn schedule_cleanup(&mut self, rsc: RscIx, node: NodeIx) {
        let n = &self.nodes[node];
        if self.rscs[rsc].failed || n.unclean || !n.online {
            return;
        }
        self.act(rsc, Key::once(Task::Delete), Some(node), false);
        self.order_tasks(rsc, Task::Stop, rsc, Task::Delete, Rel::ORDERED);
        self.order_tasks(rsc, Task::Delete, rsc, Task::Start, Rel::ORDERED);
    }

    fn replace_agent(&mut self, rsc: RscIx, node: NodeIx, active: bool) {
        self.unfence(Some(rsc), Some(node), "Device definition changed");
        if active {
            self.stop(rsc, node, false);
            self.rscs[rsc].start_pending = true;
        }
    }

    /// Draws the consequences of a changed operation; true when there is one.
    fn operation_changed(&mut self, rsc: RscIx, node: NodeIx, op: &Recorded) -> bool {
        if op.interval > 0 && self.find_operation(rsc, op.task, op.interval, false).is_none() {
            if self.options.cancel_removed_actions {
                self.schedule_cancel(rsc, op, node);
            }
            return true;
        }
        let stands_for_start = matches!(op.task, Task::Monitor | Task::MigrateFrom | Task::Promote);
        let task = if stands_for_start && op.interval == 0 { Task::Start } else { op.task };
        match self.compare_digest(rsc, op, op.task, node) {
            Verdict::Match => return false,
            verdict if verdict != Verdict::Unknown && self.only_secrets_differ(rsc, op, node) => return false,
            Verdict::Unknown | Verdict::Mismatch if op.interval > 0 => {
                self.unfence(Some(rsc), Some(node), "Device parameters changed (reschedule)");
                let again = self.act(rsc, Key::every(op.task, op.interval), Some(node), true);
                self.actions[again].reschedule = true;
            }
            Verdict::Unknown | Verdict::Mismatch if op.xml.attribute("op-restart-digest").is_some() => {
                self.unfence(Some(rsc), Some(node), "Device parameters changed (reload)");
                self.schedule_reload(rsc, node);
            }
            Verdict::Restart | Verdict::Unknown | Verdict::Mismatch => self.force_restart(rsc, task, op.interval, node),
        }
        true
    }

    fn force_restart(&mut self, rsc: RscIx, task: Task, interval: u64, node: NodeIx) {
        let required = self.act(rsc, Key::every(task, interval), None, false);
        self.actions[required].reason = Some("resource definition change".to_owned());
        self.unfence(Some(rsc), Some(node), "Device parameters changed");
    }

    fn schedule_reload(&mut self, rsc: RscIx, node: NodeIx) {
        let r = &self.rscs[rsc];
        if !r.managed || r.failed {
            return;
        }
        if r.start_pending {
            self.stop(rsc, node, false);
            return;
        }
        self.rscs[rsc].reload = true;
        let reload = self.act(rsc, Key::once(Task::Reload), Some(node), false);
        self.actions[reload].explain("resource definition change");
        for task in [Task::Stop, Task::Demote] {
            self.order(End::Action(reload), End::Key(rsc, Key::once(task)), Rel::ORDERED | Rel::THEN_CANCELS_FIRST);
        }
    }

    fn schedule_cancel(&mut self, rsc: RscIx, op: &Recorded, node: NodeIx) {
        let cancel = self.cancel(rsc, op.task, op.interval, Some(node));
        if let Some(call) = op.xml.attribute("call-id") {
            self.actions[cancel].set_meta("call-id", call);
        }
        self.order(End::Key(rsc, Key::once(Task::Stop)), End::Action(cancel), Rel::ORDERED);
    }
}
