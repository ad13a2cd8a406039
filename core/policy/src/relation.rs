//! How two actions relate: sets of meanings, as orderings combine them.

use crate::ids::{ActIx, RscIx};
use crate::task::Key;
use std::ops::{BitOr, BitOrAssign};

/// A set of meanings that "first, then" has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rel(u32);

impl Rel {
    /// No relation.
    pub const NONE: Self = Self(0);
    /// Ordered when both happen.
    pub const ORDERED: Self = Self(1);
    /// Only if first is not part of a live migration.
    pub const IF_FIRST_UNMIGRATABLE: Self = Self(1 << 1);
    /// If then is required, so is first.
    pub const THEN_IMPLIES_FIRST: Self = Self(1 << 2);
    /// If first is required, so is then.
    pub const FIRST_IMPLIES_THEN: Self = Self(1 << 3);
    /// If then is required for a promoted instance, so is first.
    pub const PROMOTED_THEN_IMPLIES_FIRST: Self = Self(1 << 4);
    /// First can run only if then can, live.
    pub const UNMIGRATABLE_THEN_BLOCKS: Self = Self(1 << 5);
    /// Then can run only if first can.
    pub const UNRUNNABLE_FIRST_BLOCKS: Self = Self(1 << 6);
    /// If first cannot run, then becomes a real action.
    pub const FIRST_ELSE_THEN: Self = Self(1 << 7);
    /// If first is required, so is then on the same node.
    pub const FIRST_IMPLIES_SAME_NODE_THEN: Self = Self(1 << 8);
    /// Start of a container before the probe of the connection into it.
    pub const NESTED_REMOTE_PROBE: Self = Self(1 << 9);
    /// The stop in the middle of a restart.
    pub const INTERMEDIATE_STOP: Self = Self(1 << 10);
    /// Not at the same time.
    pub const SERIALIZE: Self = Self(1 << 11);
    /// Only on the same node.
    pub const IF_ON_SAME_NODE: Self = Self(1 << 12);
    /// If then is required, first shows in the graph.
    pub const THEN_IMPLIES_FIRST_GRAPHED: Self = Self(1 << 13);
    /// If first is required, then shows in the graph.
    pub const FIRST_IMPLIES_THEN_GRAPHED: Self = Self(1 << 14);
    /// One direction only, by configuration.
    pub const ASYMMETRIC: Self = Self(1 << 15);
    /// Only on the same node, or the target of a migration.
    pub const IF_ON_SAME_NODE_OR_TARGET: Self = Self(1 << 16);
    /// Then can run if enough of its firsts can.
    pub const MIN_RUNNABLE: Self = Self(1 << 17);
    /// Only if first is required on the same node.
    pub const IF_REQUIRED_ON_SAME_NODE: Self = Self(1 << 18);
    /// Holds even if first runs on a guest that then creates.
    pub const GUEST_ALLOWED: Self = Self(1 << 19);
    /// If then is required, first is not.
    pub const THEN_CANCELS_FIRST: Self = Self(1 << 20);

    /// Whether all of another set are in.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of another set is in.
    pub fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Together with another set.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without another set.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Rel {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Rel {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// One end of an ordering: actions by key, or one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All of a resource's actions with a key.
    Key(RscIx, Key),
    /// This one.
    Action(ActIx),
}

/// An ordering, before it is known which actions there will be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ordering {
    pub first: End,
    pub then: End,
    pub rel: Rel,
}

/// One side of a relation between two actions.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The other one.
    pub action: ActIx,
    /// How they relate.
    pub rel: Rel,
    /// Whether it is an input in the graph.
    pub graphed: bool,
}
