//! One relation between two actions: which of its meanings hold, and in which order they act.

use super::meaning::{Changed, Filter, Pair};
use crate::action::Facets;
use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::relation::Rel;
use crate::task::Task;

/// Looks at whether first is optional.
const OPTIONAL: Filter = Filter { optional: true, runnable: false };
/// Looks at whether first is runnable.
const RUNNABLE: Filter = Filter { optional: false, runnable: true };
/// Looks at both.
const BOTH: Filter = Filter { optional: true, runnable: true };

impl Cluster {
    pub(super) fn apply_link(&mut self, pair: Pair, then_facets: Facets, at: usize) -> Changed {
        let (first, then) = (pair.first, pair.then);
        let mut changed = Changed::default();
        let mut pair = Pair { node: self.actions[then].node, ..pair };
        if self.actions[then].before[at].rel.has(Rel::FIRST_IMPLIES_SAME_NODE_THEN) {
            let rel = &mut self.actions[then].before[at].rel;
            *rel = rel.without(Rel::FIRST_IMPLIES_SAME_NODE_THEN) | Rel::FIRST_IMPLIES_THEN;
            pair.node = self.actions[first].node;
        }
        let rel = self.actions[then].before[at].rel;
        let then_rsc = self.actions[then].rsc;
        match then_rsc {
            Some(then_rsc) => self.apply_requirements(pair, then_rsc, rel, &mut changed),
            None => self.apply_to_milestone(pair, rel, &mut changed),
        }
        if rel.has(Rel::THEN_IMPLIES_FIRST) {
            if let Some(first_rsc) = self.actions[first].rsc {
                changed |= self.dispatch(first_rsc, pair, OPTIONAL, Rel::THEN_IMPLIES_FIRST);
            } else if !pair.facets.optional && self.actions[first].facets.runnable {
                self.actions[first].facets.runnable = false;
                changed.first = true;
            }
        }
        if let Some(then_rsc) = then_rsc {
            self.apply_possibilities(pair, then_rsc, (rel, at), &mut changed);
        }
        if self.actions[first].facets.runnable && rel.has(Rel::FIRST_IMPLIES_THEN_GRAPHED) && !pair.facets.optional {
            self.actions[then].always = true;
        }
        if rel.has(Rel::THEN_IMPLIES_FIRST_GRAPHED) && !then_facets.optional {
            self.actions[first].always = true;
        }
        let binding = Rel::FIRST_IMPLIES_THEN | Rel::THEN_IMPLIES_FIRST | Rel::INTERMEDIATE_STOP;
        let f = &self.actions[first];
        let stuck = f.rsc.is_some_and(|rsc| !self.rscs[rsc].managed && self.rscs[rsc].blocked);
        if rel.has_any(binding)
            && stuck
            && !f.facets.runnable
            && f.task == Task::Stop
            && self.actions[then].facets.runnable
        {
            self.actions[then].facets.runnable = false;
            changed.then = true;
        }
        changed
    }

    /// What first being required does to then.
    fn apply_requirements(&mut self, pair: Pair, rsc: RscIx, rel: Rel, changed: &mut Changed) {
        let only_optional = Pair { facets: Facets { runnable: false, migratable: false, ..pair.facets }, ..pair };
        if rel.has(Rel::FIRST_IMPLIES_THEN) {
            *changed |= self.dispatch(rsc, only_optional, OPTIONAL, Rel::FIRST_IMPLIES_THEN);
        }
        if rel.has(Rel::INTERMEDIATE_STOP) {
            *changed |= self.dispatch(rsc, pair, BOTH, Rel::INTERMEDIATE_STOP);
        }
    }

    /// What first being possible does to then.
    fn apply_possibilities(&mut self, pair: Pair, rsc: RscIx, (rel, at): (Rel, usize), changed: &mut Changed) {
        let only_optional = Pair { facets: Facets { runnable: false, migratable: false, ..pair.facets }, ..pair };
        if rel.has(Rel::PROMOTED_THEN_IMPLIES_FIRST) {
            *changed |= self.dispatch(rsc, only_optional, OPTIONAL, Rel::PROMOTED_THEN_IMPLIES_FIRST);
        }
        if rel.has(Rel::MIN_RUNNABLE) {
            *changed |= self.dispatch(rsc, pair, RUNNABLE, Rel::MIN_RUNNABLE);
        }
        if rel.has(Rel::NESTED_REMOTE_PROBE) {
            let active = self.actions[pair.first].rsc.is_some_and(|first| !self.rscs[first].active.is_empty());
            if !pair.facets.runnable && active {
                self.actions[pair.then].before[at].rel = Rel::NONE;
            } else {
                *changed |= self.dispatch(rsc, pair, RUNNABLE, Rel::UNRUNNABLE_FIRST_BLOCKS);
            }
        }
        for (meaning, filter) in [
            (Rel::UNRUNNABLE_FIRST_BLOCKS, RUNNABLE),
            (Rel::UNMIGRATABLE_THEN_BLOCKS, OPTIONAL),
            (Rel::FIRST_ELSE_THEN, OPTIONAL),
            (Rel::ORDERED, RUNNABLE),
            (Rel::ASYMMETRIC, RUNNABLE),
        ] {
            if rel.has(meaning) {
                *changed |= self.dispatch(rsc, pair, filter, meaning);
            }
        }
    }

    /// An action of no resource: a milestone, a fencing, a shutdown.
    fn apply_to_milestone(&mut self, pair: Pair, rel: Rel, changed: &mut Changed) {
        let a = &mut self.actions[pair.then];
        if rel.has(Rel::FIRST_IMPLIES_THEN) && !pair.facets.optional && a.facets.optional {
            a.facets.optional = false;
            changed.then = true;
        }
        if rel.has(Rel::MIN_RUNNABLE) && pair.facets.runnable {
            a.runnable_found += 1;
            if a.runnable_found >= a.runnable_needed && !a.facets.runnable {
                a.facets.runnable = true;
                changed.then = true;
            }
        }
        if rel.has(Rel::UNRUNNABLE_FIRST_BLOCKS) && !pair.facets.runnable && a.facets.runnable {
            a.facets.runnable = false;
            changed.then = true;
        }
    }
}
