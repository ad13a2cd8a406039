//! From orderings between keys to relations between the actions that exist.

use crate::cluster::Cluster;
use crate::ids::{ActIx, RscIx};
use crate::relation::{End, Ordering, Rel};
use crate::task::{Key, Task};
use model::Role;

impl Cluster {
    pub(super) fn relate_all(&mut self) {
        for ordering in self.orderings.clone() {
            self.relate_ordering(&ordering);
        }
    }

    fn relate_ordering(&mut self, ordering: &Ordering) {
        let Some(first_rsc) = self.end_rsc(ordering.first) else {
            let End::Action(first) = ordering.first else { return };
            match self.end_rsc(ordering.then) {
                Some(then_rsc) => self.relate_to_all(Some(first), then_rsc, ordering),
                None => {
                    if let End::Action(then) = ordering.then {
                        self.relate(first, then, ordering.rel);
                    }
                }
            }
            return;
        };
        for first in self.first_actions(first_rsc, ordering) {
            match (self.end_rsc(ordering.then), ordering.then) {
                (Some(then_rsc), _) => self.relate_to_all(Some(first), then_rsc, ordering),
                (None, End::Action(then)) => drop(self.relate(first, then, ordering.rel)),
                (None, End::Key(..)) => {}
            }
        }
    }

    /// The actions that an ordering begins with. One that does not exist is made up, unless it would have nothing to do.
    fn first_actions(&mut self, rsc: RscIx, ordering: &Ordering) -> Vec<ActIx> {
        let key = match ordering.first {
            End::Action(action) => return vec![action],
            End::Key(_, key) => key,
        };
        let existing = self.with_key(rsc, key);
        if !existing.is_empty() || self.end_rsc(ordering.then) == Some(rsc) {
            return existing;
        }
        let role = self.role(rsc, true);
        let nothing = (role == Role::Stopped && key == Key::once(Task::Stop))
            || (role == Role::Unpromoted && key == Key::once(Task::Demote));
        if nothing { Vec::new() } else { vec![self.act(rsc, key, None, true)] }
    }

    fn relate_to_all(&mut self, first: Option<ActIx>, rsc: RscIx, ordering: &Ordering) {
        let thens = match ordering.then {
            End::Action(action) => vec![action],
            End::Key(_, key) => self.with_key(rsc, key),
        };
        let mut rel = ordering.rel;
        let aborts =
            first.is_some_and(|first| self.actions[first].rsc == Some(rsc) && self.actions[first].migration_abort);
        if aborts {
            rel = rel.without(Rel::FIRST_IMPLIES_THEN);
        }
        for then in thens {
            match first {
                Some(first) => drop(self.relate(first, then, rel)),
                None if rel.has(Rel::FIRST_IMPLIES_THEN) => self.actions[then].facets.runnable = false,
                None => {}
            }
        }
    }
}
