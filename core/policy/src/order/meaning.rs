//! What one meaning of a relation does to the two actions: each only ever takes something away.

use crate::action::Facets;
use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx};
use crate::relation::Rel;
use crate::task::Task;
use model::Role;
use std::ops::BitOrAssign;

/// Which side of a relation changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changed {
    pub first: bool,
    pub then: bool,
}

impl BitOrAssign for Changed {
    fn bitor_assign(&mut self, other: Self) {
        self.first |= other.first;
        self.then |= other.then;
    }
}

/// Which facets of first a meaning looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub optional: bool,
    pub runnable: bool,
}

/// A relation under consideration: first, then, and what first is, seen from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub first: ActIx,
    pub then: ActIx,
    pub node: Option<NodeIx>,
    pub facets: Facets,
}

/// A facet that another action takes away.
#[derive(Clone, Copy, Debug)]
enum Facet {
    Optional,
    Runnable,
    Migratable,
}

impl Facet {
    fn of(self, facets: &mut Facets) -> &mut bool {
        match self {
            Self::Optional => &mut facets.optional,
            Self::Runnable => &mut facets.runnable,
            Self::Migratable => &mut facets.migratable,
        }
    }

    fn loss(self) -> &'static str {
        match self {
            Self::Optional => "required",
            Self::Runnable => "unrunnable",
            Self::Migratable => "unmigrateable",
        }
    }
}
impl Cluster {
    fn take_away(&mut self, action: ActIx, facet: Facet, because: ActIx) {
        if !*facet.of(&mut self.actions[action].facets) {
            return;
        }
        *facet.of(&mut self.actions[action].facets) = false;
        let b = &self.actions[because];
        if self.actions[action].rsc != b.rsc {
            let of = b.rsc.map(|rsc| format!(" {}", self.rscs[rsc].id)).unwrap_or_default();
            let reason = format!("{}{of} {}", facet.loss(), self.operation_word(because));
            self.actions[action].explain(&reason);
        }
    }

    /// Lets one meaning act between two actions.
    pub(super) fn act_on(&mut self, pair: Pair, filter: Filter, meaning: Rel) -> Changed {
        let (first, then) = (pair.first, pair.then);
        let before = (self.actions[first].facets, self.actions[then].facets);
        if meaning.has(Rel::ASYMMETRIC) {
            self.act_asymmetric(first, then);
        }
        if meaning.has(Rel::THEN_IMPLIES_FIRST) && !before.1.optional {
            if filter.optional && !pair.facets.optional && before.0.optional {
                self.take_away(first, Facet::Optional, then);
            }
            if pair.facets.migratable && !self.actions[then].facets.migratable {
                self.take_away(first, Facet::Migratable, then);
            }
        }
        let promoted = self.actions[then].rsc.is_some_and(|rsc| self.rscs[rsc].role == Role::Promoted);
        if meaning.has(Rel::PROMOTED_THEN_IMPLIES_FIRST) && promoted && !self.actions[then].facets.optional {
            self.take_away(first, Facet::Optional, then);
            if !self.actions[then].facets.migratable {
                self.take_away(first, Facet::Migratable, then);
            }
        }
        if meaning.has(Rel::UNMIGRATABLE_THEN_BLOCKS) {
            let t = self.actions[then].facets;
            if !(t.migratable && t.runnable) {
                self.take_away(first, Facet::Runnable, then);
            }
            if !t.optional {
                self.take_away(first, Facet::Optional, then);
            }
        }
        if meaning.has(Rel::FIRST_ELSE_THEN) && !self.actions[first].facets.runnable {
            self.take_away(then, Facet::Migratable, first);
            self.actions[then].facets.pseudo = false;
        }
        if meaning.has(Rel::UNRUNNABLE_FIRST_BLOCKS)
            && filter.runnable
            && self.actions[then].facets.runnable
            && !pair.facets.runnable
        {
            self.take_away(then, Facet::Runnable, first);
            self.take_away(then, Facet::Migratable, first);
        }
        let implied = !pair.facets.optional && !self.actions[first].facets.migratable;
        if meaning.has(Rel::FIRST_IMPLIES_THEN) && filter.optional && implied {
            self.take_away(then, Facet::Optional, first);
        }
        if meaning.has(Rel::INTERMEDIATE_STOP) {
            self.act_restart(first, then);
        }
        self.note_changes(first, then, before)
    }

    fn note_changes(&mut self, first: ActIx, then: ActIx, before: (Facets, Facets)) -> Changed {
        let mut changed = Changed::default();
        if before.1 != self.actions[then].facets {
            changed.then = true;
            if self.actions[then].rsc.is_some_and(|rsc| self.rscs[rsc].parent.is_some()) {
                self.update(then);
            }
        }
        changed.first = before.0 != self.actions[first].facets;
        changed
    }

    fn act_asymmetric(&mut self, first: ActIx, then: ActIx) {
        let Some(rsc) = self.actions[then].rsc.filter(|_| !self.actions[first].facets.runnable) else { return };
        let t = &self.actions[then];
        if t.facets.optional {
            let role = self.role(rsc, true);
            let only_there = t.node.is_some_and(|node| self.rscs[rsc].active == [node]);
            let done = (role == Role::Stopped && t.task == Task::Stop)
                || (role >= Role::Started && t.task == Task::Start && only_there);
            if done {
                return;
            }
        }
        self.take_away(then, Facet::Optional, first);
        self.take_away(then, Facet::Runnable, first);
    }

    fn act_restart(&mut self, first: ActIx, then: ActIx) {
        let (f, t) = (&self.actions[first], &self.actions[then]);
        let managed = t.rsc.is_some_and(|rsc| self.rscs[rsc].managed);
        let restart = !t.facets.optional;
        let stop = !t.facets.runnable && managed && f.rsc == t.rsc;
        if !restart && !stop {
            return;
        }
        let t = t.facets;
        if f.facets.runnable || !t.optional {
            self.take_away(first, Facet::Optional, then);
        }
        if !t.migratable {
            self.take_away(first, Facet::Migratable, then);
        }
        let f = self.actions[first].facets;
        if !f.optional && !f.runnable {
            self.take_away(then, Facet::Runnable, first);
        }
    }
}
