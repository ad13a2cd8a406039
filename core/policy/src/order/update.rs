//! Updating one action by all that comes before it; what changes passes the change on.

use super::STEPS_MAX;
use super::meaning::{Changed, Pair};
use crate::action::Facets;
use crate::cluster::{Cluster, Which};
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::relation::Rel;
use crate::task::{Key, Stage, Task};

/// How deep changes follow each other before they queue up instead.
const DEPTH_MAX: u32 = 200;

impl Cluster {
    /// Updates what was put off because changes went too deep.
    pub(super) fn finish_deferred(&mut self) {
        while let Some(action) = self.deferred.pop() {
            self.update(action);
        }
    }

    /// Updates an action, and all that follow when it changes.
    pub(crate) fn update(&mut self, then: ActIx) {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return;
        }
        if self.depth >= DEPTH_MAX {
            self.deferred.push(then);
            return;
        }
        self.depth += 1;
        self.update_now(then);
        self.depth -= 1;
    }

    fn update_now(&mut self, then: ActIx) {
        let before = (self.actions[then].facets, self.actions[then].always);
        let mut changed = Changed::default();
        let counts = self.actions[then].runnable_needed > 0;
        if counts {
            self.actions[then].runnable_found = 0;
            self.actions[then].facets.runnable = false;
        }
        for at in (0..self.actions[then].before.len()).rev() {
            changed.first = false;
            let first = self.update_by(then, at, &mut changed);
            if let (true, Some(first)) = (changed.first, first) {
                for link in self.actions[first].after.clone().into_iter().rev() {
                    self.update(link.action);
                }
                self.update(first);
            }
        }
        if counts {
            changed.then = before != (self.actions[then].facets, self.actions[then].always);
        }
        if changed.then {
            if before.0.runnable && !self.actions[then].facets.runnable {
                self.block_dependents(then);
            }
            self.update(then);
            for link in self.actions[then].after.clone().into_iter().rev() {
                self.update(link.action);
            }
        }
    }

    fn group_start_node(&self, action: ActIx) -> Option<NodeIx> {
        let a = &self.actions[action];
        match a.rsc.filter(|rsc| self.rscs[*rsc].is_group() && a.task == Task::Start) {
            Some(group) => self.location(group, Which::Assigned),
            None => a.node,
        }
    }

    /// Updates an action by the one before it at a place in its list; the result is that one.
    fn update_by(&mut self, then: ActIx, at: usize, changed: &mut Changed) -> Option<ActIx> {
        let link = self.actions[then].before[at];
        let mut first = link.action;
        let (first_node, then_node) = (self.group_start_node(first), self.group_start_node(then));
        let apart = matches!((first_node, then_node), (Some(a), Some(b)) if a != b);
        if link.rel.has(Rel::IF_ON_SAME_NODE) && apart {
            self.actions[then].before[at].rel = Rel::NONE;
            return None;
        }
        let (first_rsc, then_rsc) = (self.actions[first].rsc, self.actions[then].rsc);
        if link.rel.has(Rel::THEN_CANCELS_FIRST)
            && !self.actions[then].facets.optional
            && let Some(rsc) = first_rsc
        {
            self.actions[first].facets.optional = true;
            if self.actions[first].task == Task::Reload {
                self.rscs[rsc].reload = false;
            }
        }
        if let (Some(a), Some(b)) = (first_rsc, then_rsc)
            && a != b
            && !self.is_above(a, b)
        {
            first = self.completion_of(first, a);
        }
        if first == link.action {
            let first_facets = self.facets_for(first, then_node);
            let then_facets = self.facets_for(then, first_node);
            *changed |= self.apply_link(Pair { first, then, node: None, facets: first_facets }, then_facets, at);
        } else if self.relate(first, then, link.rel) {
            changed.then = true;
            self.actions[then].before[at].rel = Rel::NONE;
        }
        Some(first)
    }

    fn facets_for(&mut self, action: ActIx, node: Option<NodeIx>) -> Facets {
        let facets = self.facets(action, None);
        let clone = self.actions[action].rsc.is_some_and(|rsc| self.rscs[rsc].is_clone());
        if node.is_none() || !clone {
            return facets;
        }
        let mut on_node = self.facets(action, node);
        on_node.runnable |= facets.runnable;
        on_node
    }

    /// What a collective has completed counts for others, not what it begins.
    fn completion_of(&self, action: ActIx, rsc: RscIx) -> ActIx {
        let a = &self.actions[action];
        let r = &self.rscs[rsc];
        if r.is_primitive() || a.key.notify.is_some() || a.key.interval > 0 {
            return action;
        }
        let Some(done) = a.key.task.completed() else { return action };
        let told = r.notify && (r.is_clone() || self.in_bundle(rsc));
        let key = if told { Key::notify(Stage::ConfirmedPost, done) } else { Key::once(done) };
        self.with_key(rsc, key).last().copied().unwrap_or(action)
    }
}
