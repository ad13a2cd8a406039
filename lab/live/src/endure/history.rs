//! What clients asked and were told, and when: the only thing the judges of data look at.

use std::time::Duration;

/// What a client asked to do with one key. Values are positive and, but for [`Act::Add`], never used twice for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Set it, whatever is there.
    Write(u64),
    /// Set it where nothing is there; else it is refused.
    Create(u64),
    /// Remove it, if it is there.
    Delete,
    /// Remove it where it has this value: compare and set.
    DeleteIf(u64),
    /// Add one to what is there.
    Add,
    /// Look, at the coordinator.
    Read,
}

/// What the client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Done, and safe.
    Done,
    /// Refused, because something is there.
    Exists,
    /// Refused for another reason: nothing has changed.
    Refused,
    /// To [`Act::Read`].
    Saw(Option<u64>),
    /// Nothing, or that it took too long: it may have happened, or happen yet.
    Nothing,
}

/// One act of one client on one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub client: usize,
    /// What.
    pub act: Act,
    /// When it was asked, since the run began.
    pub invoked: Duration,
    /// When the answer was there; later than `invoked`.
    pub returned: Duration,
    /// The answer.
    pub told: Told,
}

impl Entry {
    /// When it has certainly happened, if it has; `None`: nobody knows.
    pub fn settled(&self) -> Option<Duration> {
        (self.told != Told::Nothing).then_some(self.returned)
    }

    /// Whether it can have had an effect or says something about the value.
    pub fn matters(&self) -> bool {
        match self.told {
            Told::Refused => false,
            Told::Nothing => self.act != Act::Read,
            Told::Done | Told::Exists | Told::Saw(_) => true,
        }
    }

    /// For the record: `c3 Write(7) 1.204 s .. 1.209 s Done`.
    pub fn line(&self) -> String {
        let Self { client, act, invoked, returned, told } = self;
        format!("c{client} {act:?} {:.4} .. {:.4} {told:?}", invoked.as_secs_f64(), returned.as_secs_f64())
    }
}

/// What a judge found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The history can be explained.
    Holds,
    /// No order of the acts explains it; the acts around the place where every attempt ends.
    Violated(String),
    /// The judge gave up after so many attempts.
    Undecided(usize),
}
