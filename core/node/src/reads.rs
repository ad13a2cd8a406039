//! Reads of the CIB, and what they promise.
//!
//! At the coordinator of a view with quorum a read of the configuration is linearizable: it shows every change that was
//! acknowledged, anywhere, before it was asked. So it waits until all members have the same CIB, and until as many as make a
//! quorum have said, after it was asked, that this view is still theirs: a coordinator that was left does not know it yet.
//! Everywhere else a read shows this node's replica at once: a prefix of what happened, which may lag behind, and in a part
//! without quorum may be overruled. Under a rule or a policy by which two parts may act, neither knows of the other.

use crate::contract::{Refusal, Reply, RequestId};
use model::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// How long a read waits at most. A quorum that answers does so within a round trip; one that does not may be lost, and
/// agents whose time is short ask, too.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// The reads that wait, in the order of their questions.
#[derive(Debug, Default)]
pub struct Reads {
    asked: u64,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    id: RequestId,
    /// The question that it waits for, and all later ones.
    number: u64,
    until: Instant,
}

impl Reads {
    /// One more that waits; the number of its question.
    pub fn hold(&mut self, id: RequestId, now: Instant) -> u64 {
        self.asked += 1;
        self.waiting.push_back(Waiting { id, number: self.asked, until: now + WAIT_MAX });
        self.asked
    }

    /// The last question, if any read waits for its answer: to be put again in a new view.
    pub fn last(&self) -> Option<u64> {
        self.waiting.back().map(|waiting| waiting.number)
    }

    /// When the first is to be refused.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.front().map(|waiting| waiting.until)
    }

    /// Takes those whose questions are answered.
    pub fn confirmed(&mut self, number: u64) -> impl Iterator<Item = RequestId> {
        let count = self.waiting.iter().take_while(|waiting| waiting.number <= number).count();
        self.waiting.drain(..count).map(|waiting| waiting.id)
    }

    /// Takes all: there is nothing to wait for any more.
    pub fn all(&mut self) -> impl Iterator<Item = RequestId> {
        self.confirmed(u64::MAX)
    }

    /// Takes those that have waited too long.
    pub fn overdue(&mut self, now: Instant) -> impl Iterator<Item = RequestId> {
        let count = self.waiting.iter().take_while(|waiting| waiting.until <= now).count();
        self.waiting.drain(..count).map(|waiting| waiting.id)
    }
}

/// The answer to a read that nobody confirms in time.
pub fn unconfirmed() -> Reply {
    Reply::Rejected {
        kind: Refusal::Unavailable,
        reason: "too few members confirm that this node still coordinates the cluster: what it has may be out of date"
            .to_owned(),
        hint: "try again; `systole status` shows who is heard".to_owned(),
    }
}
