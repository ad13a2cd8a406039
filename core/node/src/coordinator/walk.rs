//! Executing a plan's graph: which actions may begin, and what follows from how they ended. No time, no messages.

use policy::plan::{Action, ActionId, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A plan under way.
#[derive(Debug)]
pub struct Walk {
    plan: Arc<Plan>,
    waits_for: BTreeMap<ActionId, BTreeSet<ActionId>>,
    wanted_by: BTreeMap<ActionId, Vec<ActionId>>,
    under_way: BTreeSet<ActionId>,
}

impl Walk {
    /// Before its first action.
    pub fn new(plan: Arc<Plan>) -> Self {
        let waits_for = plan.actions.iter().map(|action| (action.id, action.after.iter().copied().collect())).collect();
        let mut wanted_by: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for action in &plan.actions {
            for before in &action.after {
                wanted_by.entry(*before).or_default().push(action.id);
            }
        }
        Self { plan, waits_for, wanted_by, under_way: BTreeSet::new() }
    }

    /// The next action that may begin; it is under way from now on.
    pub fn begin(&mut self) -> Option<Action> {
        if self.is_full() {
            return None;
        }
        let ready = self.waits_for.iter().filter(|(_, before)| before.is_empty()).map(|(id, _)| self.action(*id));
        let first = ready.max_by_key(|action| (action.priority, std::cmp::Reverse(action.id)))?.clone();
        self.waits_for.remove(&first.id);
        self.under_way.insert(first.id);
        Some(first)
    }

    /// An action ended well: what waited only for it may begin.
    pub fn succeeded(&mut self, id: ActionId) {
        if !self.under_way.remove(&id) {
            return;
        }
        for after in self.wanted_by.remove(&id).unwrap_or_default() {
            if let Some(before) = self.waits_for.get_mut(&after) {
                before.remove(&id);
            }
        }
    }

    /// An action ended otherwise: what waits for it never begins.
    pub fn failed(&mut self, id: ActionId) {
        self.under_way.remove(&id);
    }

    /// Nothing more may begin.
    pub fn abort(&mut self) {
        self.waits_for.clear();
    }

    /// Whether nothing is under way and nothing can begin.
    pub fn is_over(&self) -> bool {
        self.under_way.is_empty() && !self.waits_for.values().any(BTreeSet::is_empty)
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

    fn action(&self, id: ActionId) -> &Action {
        let place = usize::try_from(id.0).expect("an action's id is a place in memory");
        &self.plan.actions[place]
    }
}
