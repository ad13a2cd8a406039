//! Leaving in order: finish what is on its way, tell the others, see them go on, and only then be gone.

use super::session::Session;
use super::{Engine, Timer};
use crate::contract::Output;
use crate::wire::Flags;
use model::Instant;
use std::time::Duration;

/// How often a leaving node looks whether it is free to go.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long it waits for its own messages, and then as long for the others to go on.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far a node is on its way out.
///
/// ```text
/// Stays ──leave──▶ Drains ──all delivered, or 1 s──▶ Announced ──others have a view without us, or 2 s──▶ Gone
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Departure {
    /// It is not.
    Stays,
    /// What it has broadcast is being finished.
    Drains { since: Instant },
    /// Its heartbeats say so.
    Announced { since: Instant },
    /// It takes no input any more.
    Gone,
}

impl Departure {
    /// The others have been told; they will have a view without us.
    pub(super) fn is_announced(self) -> bool {
        match self {
            Self::Stays | Self::Drains { .. } => false,
            Self::Announced { .. } | Self::Gone => true,
        }
    }

    pub(super) fn is_gone(self) -> bool {
        self == Self::Gone
    }
}

impl Engine {
    /// Starts to leave in order.
    pub(super) fn leave(&mut self, now: Instant) {
        if self.departure == Departure::Stays {
            self.departure = Departure::Drains { since: now };
            self.try_to_leave(now);
        }
    }

    /// Takes the next step on the way out, if it is due.
    pub(super) fn try_to_leave(&mut self, now: Instant) {
        match self.departure {
            Departure::Stays | Departure::Gone => return,
            Departure::Drains { since } if self.is_drained() || now.since(since) >= PATIENCE => {
                self.departure = Departure::Announced { since };
                self.agreement.proposal = None;
                self.beat(now, None, 0);
            }
            Departure::Drains { .. } => {}
            Departure::Announced { since } if self.is_released() || now.since(since) >= 2 * PATIENCE => {
                self.departure = Departure::Gone;
                self.hand_back();
                return self.output.push_back(Output::Left);
            }
            Departure::Announced { .. } => self.beat(now, None, 0),
        }
        self.timers.set(Timer::Leave, now + LOOK_EVERY);
    }

    fn is_drained(&self) -> bool {
        let waits = |session: &Session| session.sequencer.is_some() && session.log.stable() < session.log.highest();
        self.outbox.is_empty() && !self.session.as_ref().is_some_and(waits)
    }

    /// Everybody else of our view is in another one, leaves as well, or is lost.
    fn is_released(&self) -> bool {
        let Some(session) = &self.session else { return true };
        let number = session.view.number;
        self.peers.iter().all(|(name, peer)| {
            let stays = session.member(name).is_some() && peer.is_mutual();
            !stays || peer.report.flags.has(Flags::LEAVING) || peer.report.view > number
        })
    }
}
