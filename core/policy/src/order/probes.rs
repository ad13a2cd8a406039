//! Probes come before what they may change: starts and stops of others that are ordered after the probed resource.

use crate::action::Action;
use crate::cluster::Cluster;
use crate::ids::{ActIx, RscIx};
use crate::relation::{End, Ordering, Rel};
use crate::task::{Key, Task};

impl Cluster {
    pub(super) fn order_probes(&mut self) {
        for rsc in self.top.clone() {
            for part in self.primitives(rsc) {
                self.order_probes_of(part);
            }
        }
        for ordering in self.orderings.clone().into_iter().rev() {
            self.order_probes_before_then(&ordering);
        }
    }

    /// Heartbeat 2 looked everywhere before it started anything; what was configured for it may count on that.
    pub(super) fn order_starts_after_all_probes(&mut self) {
        if !self.options.heartbeat2 {
            return;
        }
        let happens = |a: &Action| !a.facets.optional && a.facets.runnable && !a.facets.pseudo;
        // A probe that waits for something itself, as one on a guest does, keeps nothing back: it may wait for a start.
        let is_first = |a: &Action| a.key == Key::once(Task::Monitor) && a.before.is_empty();
        let actions = || self.actions.ids().map(|at| (at, &self.actions[at])).filter(|(_, a)| happens(a));
        let probes: Vec<ActIx> = actions().filter(|(_, a)| is_first(a)).map(|(at, _)| at).collect();
        let starts: Vec<ActIx> = actions().filter(|(_, a)| a.key == Key::once(Task::Start)).map(|(at, _)| at).collect();
        if probes.is_empty() || starts.is_empty() {
            return;
        }
        let all_probed = self.milestone("probe_complete");
        self.actions[all_probed].always = true;
        for probe in probes {
            self.relate(probe, all_probed, Rel::ORDERED);
        }
        for start in starts {
            self.relate(all_probed, start, Rel::ORDERED);
        }
    }

    fn order_probes_of(&mut self, rsc: RscIx) {
        for probe in self.with_key(rsc, Key::once(Task::Monitor)) {
            let mut at = self.actions[probe].after.len();
            while at > 0 {
                at -= 1;
                let link = self.actions[probe].after[at];
                self.order_probe_before_starts(probe, link.action);
                self.mark += 1;
                self.order_probe_before_restarts(probe, link.action);
            }
        }
    }

    /// A probe that cannot run keeps back all starts of its clone.
    fn order_probe_before_starts(&mut self, probe: ActIx, after: ActIx) {
        let (Some(rsc), Some(after_rsc)) = (self.actions[probe].rsc, self.actions[after].rsc) else { return };
        let collective = self.rscs[after_rsc].is_collective();
        if !collective
            || self.actions[probe].facets.runnable
            || self.top_of(rsc, false) != after_rsc
            || self.actions[after].task != Task::Start
        {
            return;
        }
        for link in self.actions[after].after.clone().into_iter().rev() {
            let then = &self.actions[link.action];
            let Some(then_rsc) = then.rsc else { continue };
            let inactive = self.rscs[then_rsc].active.is_empty();
            if inactive && then.task == Task::Start && self.top_of(then_rsc, false) == after_rsc {
                self.relate(probe, link.action, Rel::ORDERED | Rel::UNRUNNABLE_FIRST_BLOCKS);
            }
        }
    }

    /// What would restart because of what a probe finds must not stop before.
    fn order_probe_before_restarts(&mut self, probe: ActIx, after: ActIx) {
        if self.actions[after].mark == self.mark {
            return;
        }
        self.actions[after].mark = self.mark;
        let Some(probe_rsc) = self.actions[probe].rsc else { return };
        let after_rsc = self.actions[after].rsc;
        if let Some(rsc) = after_rsc.filter(|rsc| self.rscs[*rsc].is_primitive() && *rsc != probe_rsc) {
            let task = self.actions[after].task;
            let down = Some(task).filter(|task| matches!(task, Task::Start | Task::Promote)).and_then(Task::inverse);
            for then in down.map(|task| self.with_key(rsc, Key::once(task))).unwrap_or_default() {
                if !self.actions[then].facets.pseudo {
                    self.relate(probe, then, Rel::ORDERED);
                }
            }
        }
        let interleaved =
            after_rsc.filter(|rsc| self.rscs[*rsc].is_collective() && self.rscs[*rsc].meta.is_true("interleave"));
        let elsewhere = interleaved.filter(|rsc| self.rscs[probe_rsc].parent != Some(*rsc));
        let compatible = elsewhere.and_then(|rsc| self.compatible_instance(probe_rsc, rsc, None, false, None));
        for link in self.actions[after].after.clone().into_iter().rev() {
            let follows = link.rel.has(Rel::FIRST_IMPLIES_THEN)
                || after_rsc.is_some_and(|rsc| {
                    self.reaches_into(probe_rsc, rsc, link.action, interleaved.is_some(), compatible)
                });
            if follows {
                self.order_probe_before_restarts(probe, link.action);
            }
        }
    }

    /// Whether the way goes on from a collective into one of its parts.
    fn reaches_into(
        &self,
        probe: RscIx,
        collective: RscIx,
        then: ActIx,
        interleaved: bool,
        compatible: Option<RscIx>,
    ) -> bool {
        let c = &self.rscs[collective];
        let Some(part) = self.actions[then].rsc else { return false };
        if c.is_primitive() || self.rscs[probe].parent == Some(collective) {
            return false;
        }
        let p = &self.rscs[part];
        if p.is_collective() || p.parent != Some(collective) {
            return false;
        }
        !(c.is_collective() && interleaved && compatible != Some(part))
    }

    /// What waits for a stop waits for the probe that may find something to stop.
    fn order_probes_before_then(&mut self, ordering: &Ordering) {
        if ordering.rel == Rel::NONE {
            return;
        }
        let (Some(first_rsc), then_rsc) = (self.end_rsc(ordering.first), self.end_rsc(ordering.then)) else { return };
        if Some(first_rsc) == then_rsc || !self.is_single_stop(ordering.first) {
            return;
        }
        let launcher = self.rscs[first_rsc].launcher;
        if then_rsc.is_some() && launcher == then_rsc && self.is_single_stop(ordering.then) {
            return;
        }
        let mut rel = Rel::ORDERED;
        for kept in [Rel::IF_FIRST_UNMIGRATABLE, Rel::IF_ON_SAME_NODE] {
            if ordering.rel.has(kept) {
                rel |= kept;
            }
        }
        if ordering.rel == Rel::IF_REQUIRED_ON_SAME_NODE || ordering.rel == Rel::IF_ON_SAME_NODE_OR_TARGET {
            rel = ordering.rel;
        }
        let probes = self.with_key(first_rsc, Key::once(Task::Monitor));
        if probes.is_empty() {
            return;
        }
        let thens = match ordering.then {
            End::Action(action) => vec![action],
            End::Key(rsc, key) => self.with_key(rsc, key),
        };
        for probe in probes {
            for then in thens.iter().copied() {
                if self.waits_for_probe(probe, then) {
                    self.relate(probe, then, rel);
                }
            }
        }
    }

    fn is_single_stop(&self, end: End) -> bool {
        match end {
            End::Action(action) => self.actions[action].task == Task::Stop,
            End::Key(_, key) => key.task == Task::Stop && key.interval == 0,
        }
    }

    fn waits_for_probe(&self, probe: ActIx, then: ActIx) -> bool {
        let (p, t) = (&self.actions[probe], &self.actions[then]);
        let unfencing = t.task == Task::Fence && t.node == p.node && t.meta("stonith_action") == Some("on");
        let other_shutdown = t.task == Task::Shutdown && p.node.is_some() && t.node.is_some() && p.node != t.node;
        !unfencing && !other_shutdown
    }
}
