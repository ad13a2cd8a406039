//! Executing a plan's graph: which actions may begin, and what follows from how they ended. No time, no messages.

use crate::plan::{Action, ActionId, Plan};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

/// A plan under way.
#[derive(Clone, Debug)]
pub struct Walker {
    plan: Arc<Plan>,
    /// For each action: how many it still waits for.
    waits_for: Vec<usize>,
    /// For each action: who waits for it.
    wanted_by: Vec<Vec<ActionId>>,
    ready: BinaryHeap<(i32, Reverse<ActionId>)>,
    under_way: BTreeSet<ActionId>,
}

impl Walker {
    /// Before its first action.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        let mut waits_for = vec![0; plan.actions.len()];
        let mut wanted_by = vec![Vec::new(); plan.actions.len()];
        let mut ready = BinaryHeap::new();
        for action in &plan.actions {
            for before in &action.after {
                wanted_by[place(*before)].push(action.id);
            }
            waits_for[place(action.id)] = action.after.len();
            if action.after.is_empty() {
                ready.push((action.priority, Reverse(action.id)));
            }
        }
        Self { plan, waits_for, wanted_by, ready, under_way: BTreeSet::new() }
    }

    /// The next action that may begin; it is under way from now on.
    pub fn begin(&mut self) -> Option<&Action> {
        if self.is_full() {
            return None;
        }
        let (_, Reverse(id)) = self.ready.pop()?;
        self.under_way.insert(id);
        Some(&self.plan.actions[place(id)])
    }

    /// An action ended well: what waited only for it may begin.
    pub fn succeeded(&mut self, id: ActionId) {
        if !self.under_way.remove(&id) {
            return;
        }
        for after in std::mem::take(&mut self.wanted_by[place(id)]) {
            let left = &mut self.waits_for[place(after)];
            *left -= 1;
            if *left == 0 {
                self.ready.push((self.plan.actions[place(after)].priority, Reverse(after)));
            }
        }
    }

    /// An action ended otherwise: what waits for it never begins. What does not may go on until [`abort`](Self::abort).
    pub fn failed(&mut self, id: ActionId) {
        if self.under_way.remove(&id) {
            self.wanted_by[place(id)].clear();
        }
    }

    /// Nothing more may begin; what is under way still ends.
    pub fn abort(&mut self) {
        self.ready.clear();
        self.wanted_by.iter_mut().for_each(Vec::clear);
    }

    /// Whether nothing is under way and nothing can begin.
    pub fn is_over(&self) -> bool {
        self.under_way.is_empty() && self.ready.is_empty()
    }

    /// Whether this action is under way.
    pub fn is_under_way(&self, id: ActionId) -> bool {
        self.under_way.contains(&id)
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn is_full(&self) -> bool {
        let limit = usize::try_from(self.plan.batch_limit).unwrap_or(usize::MAX);
        limit > 0 && self.under_way.len() >= limit
    }
}

fn place(id: ActionId) -> usize {
    usize::try_from(id.0).expect("an action's id is a place in memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ActionKind;

    /// Each action is given as what it waits for.
    fn walker(batch_limit: u32, after: &[&[u32]]) -> Walker {
        let action = |(id, after): (u32, &&[u32])| Action {
            id: ActionId(id),
            key: format!("action-{id}"),
            kind: ActionKind::Pseudo,
            node: None,
            after: after.iter().copied().map(ActionId).collect(),
            priority: 0,
            reason: String::new(),
        };
        let actions = (0..).zip(after).map(action).collect();
        Walker::new(Arc::new(Plan { actions, batch_limit, ..Plan::default() }))
    }

    fn begun(walker: &mut Walker) -> Vec<u32> {
        std::iter::from_fn(|| walker.begin().map(|action| action.id.0)).collect()
    }

    #[test]
    fn an_action_waits_for_all_its_inputs() {
        let mut walker = walker(0, &[&[], &[], &[0, 1], &[2]]);
        assert_eq!(begun(&mut walker), [0, 1]);
        walker.succeeded(ActionId(0));
        assert_eq!(begun(&mut walker), []);
        walker.succeeded(ActionId(1));
        assert_eq!(begun(&mut walker), [2]);
        walker.succeeded(ActionId(2));
        assert_eq!(begun(&mut walker), [3]);
        assert!(!walker.is_over());
        walker.succeeded(ActionId(3));
        assert!(walker.is_over());
    }

    #[test]
    fn no_more_are_under_way_than_allowed() {
        let mut walker = walker(2, &[&[], &[], &[]]);
        assert_eq!(begun(&mut walker), [0, 1]);
        walker.succeeded(ActionId(1));
        assert_eq!(begun(&mut walker), [2]);
    }

    #[test]
    fn what_waits_for_a_failure_never_begins() {
        let mut walker = walker(0, &[&[], &[], &[0], &[1]]);
        assert_eq!(begun(&mut walker), [0, 1]);
        walker.failed(ActionId(0));
        walker.succeeded(ActionId(1));
        assert_eq!(begun(&mut walker), [3]);
        walker.succeeded(ActionId(3));
        assert!(walker.is_over());
    }

    #[test]
    fn after_an_abort_only_what_is_under_way_ends() {
        let mut walker = walker(0, &[&[], &[0]]);
        assert_eq!(begun(&mut walker), [0]);
        walker.abort();
        assert!(walker.is_under_way(ActionId(0)));
        walker.succeeded(ActionId(0));
        assert_eq!(begun(&mut walker), []);
        assert!(walker.is_over());
    }

    #[test]
    fn an_outcome_counts_once() {
        let mut walker = walker(0, &[&[], &[], &[0, 1]]);
        assert_eq!(begun(&mut walker), [0, 1]);
        walker.succeeded(ActionId(0));
        walker.succeeded(ActionId(0));
        assert_eq!(begun(&mut walker), []);
    }
}
