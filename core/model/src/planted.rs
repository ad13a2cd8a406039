//! Bugs that are planted on purpose, so that the simulation can prove that it would find them.
//!
//! Without the cargo feature `planted` nothing is: [`planted`] is then a constant `false`, every place that asks it
//! compiles to what stands there without it, and `clusterd` is not built with anything else.

/// Whether this build can go wrong on purpose. `clusterd`, the brain of the product, is not built where it can.
pub const CAN_BE_PLANTED: bool = cfg!(feature = "planted");

/// What can be planted; each is one place in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Half of the nodes count as a majority.
    QuorumOffByOne,
    /// A change is acknowledged while its write is on its way.
    AckBeforeWrite,
    /// One disk is enough for an acknowledgement.
    AckByOneDisk,
    /// A view begins without what only other members of the old one had delivered.
    ViewWithoutOldMessages,
    /// A recurring operation goes on after the stop that ends it.
    TimerNotCancelled,
    /// A packet number passes more than once.
    ReplayAccepted,
    /// An action begins while one that must come first is under way.
    StartBeforeStop,
    /// The last message of a view is delivered once more as the view ends.
    DeliveredTwice,
    /// What should be safe is delivered as soon as it is here.
    SafeTooEarly,
    /// The disk says that it has what it has not.
    LostFsync,
    /// A new life goes by the generation of the last one.
    GenerationNotBumped,
    /// A new view begins without the failures that were counted before it.
    FailcountLost,
    /// A host that was stopped believes that the others were.
    PauseUnnoticed,
    /// A coordinator answers reads without asking whether its view is still in force.
    ReadUnasked,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::QuorumOffByOne,
        Self::AckBeforeWrite,
        Self::AckByOneDisk,
        Self::ViewWithoutOldMessages,
        Self::TimerNotCancelled,
        Self::ReplayAccepted,
        Self::StartBeforeStop,
        Self::DeliveredTwice,
        Self::SafeTooEarly,
        Self::LostFsync,
        Self::GenerationNotBumped,
        Self::FailcountLost,
        Self::PauseUnnoticed,
        Self::ReadUnasked,
    ];
}

/// Whether this bug is planted: never in the product.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is a constant, and must cost nothing")]
pub const fn planted(_: Bug) -> bool {
    false
}

#[cfg(feature = "planted")]
pub use soil::{plant, planted};

/// What is planted in this thread.
#[cfg(feature = "planted")]
mod soil {
    use super::Bug;
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether this bug is planted in this thread.
    pub fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// From now on this bug is in all that this thread does; `None`: none.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }
}
