//! Requests of this node's clients: which are waiting, and for what.
//!
//! A change of the configuration is answered when it is on the disk of every member of the view. A member that is
//! lost meanwhile is waited for no more: the view that begins without it says so.

#[cfg(test)]
mod tests;

use crate::contract::{Refusal, Reply, RequestId};
use messaging::contract::View;
use model::NodeName;
use model::planted::{Bug, planted};
use std::collections::{BTreeMap, BTreeSet};

/// What a request waits for, and the answer once it is there.
#[derive(Clone, Debug, PartialEq)]
struct Waiting {
    wait: Wait,
    answer: Reply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// Its command in the total order.
    Delivery,
    /// That all members have this change of the view's configuration on disk.
    Stored { changes: u64 },
    /// Quorum: its command was applied here as a view ended, and nobody knows yet whether it holds elsewhere.
    Quorum,
    /// The coordinator's idleness.
    Idle,
}

/// The waiting requests, and how far each member's disk is.
#[derive(Debug, Default)]
pub struct Requests {
    waiting: BTreeMap<RequestId, Waiting>,
    /// Their commands were said in a view that ended before they were delivered here; elsewhere they may have been.
    undelivered: BTreeSet<RequestId>,
    stored: BTreeMap<NodeName, Option<u64>>,
}

impl Requests {
    /// A request's command was sent.
    pub fn sent(&mut self, id: RequestId) {
        self.wait(id, Wait::Delivery);
    }

    /// A request waits for the coordinator to be idle.
    pub fn awaits_idle(&mut self, id: RequestId) {
        self.wait(id, Wait::Idle);
    }

    fn wait(&mut self, id: RequestId, wait: Wait) {
        self.waiting.insert(id, Waiting { wait, answer: Reply::Done });
    }

    /// Those that wait for the coordinator to be idle: to be asked again in a new view.
    pub fn idle_waiters(&self) -> impl Iterator<Item = RequestId> {
        self.waiting.iter().filter(|(_, waiting)| waiting.wait == Wait::Idle).map(|(id, _)| *id)
    }

    /// Removes a request that is about to be answered; false when it is not waiting (any more).
    pub fn answer(&mut self, id: RequestId) -> bool {
        self.undelivered.remove(&id);
        self.waiting.remove(&id).is_some()
    }

    /// A request's command was applied here, after so many changes of the view's configuration. Its answer, also when it
    /// is a refusal, says something about that configuration, and waits until all disks have it.
    pub fn applied(&mut self, id: RequestId, changes: u64, answer: Reply) {
        self.decide(id, Waiting { wait: Wait::Stored { changes }, answer });
    }

    /// A request's command changed nothing, in a part without quorum: nobody knows whether what it wants holds elsewhere.
    pub fn awaits_quorum(&mut self, id: RequestId, answer: Reply) {
        self.decide(id, Waiting { wait: Wait::Quorum, answer });
    }

    fn decide(&mut self, id: RequestId, decided: Waiting) {
        self.undelivered.remove(&id);
        if let Some(waiting) = self.waiting.get_mut(&id) {
            *waiting = decided;
        }
    }

    /// A request's command was not delivered here in the view that ends.
    pub fn undelivered(&mut self, id: RequestId) {
        if self.waiting.contains_key(&id) {
            self.undelivered.insert(id);
        }
    }

    /// Takes the requests whose commands another part may have carried out: saying them again could do it twice, and
    /// that they are refused here means nothing.
    pub fn uncertain(&mut self) -> Vec<(RequestId, Reply)> {
        let uncertain = std::mem::take(&mut self.undelivered);
        uncertain.into_iter().filter(|id| self.waiting.remove(id).is_some()).map(|id| (id, unknown())).collect()
    }

    /// A view begins; nothing is known of its members' disks. What was applied before is part of what it begins with,
    /// unless another member's CIB is taken; and it is safe only where the view has quorum, because elsewhere a majority
    /// may be going on without it.
    pub fn enter_view(&mut self, view: &View) {
        self.stored = view.members.iter().map(|member| (member.name.clone(), None)).collect();
        let applied = if view.quorate { Wait::Stored { changes: 0 } } else { Wait::Quorum };
        for waiting in self.waiting.values_mut() {
            if waiting.is_applied() {
                waiting.wait = applied;
            }
        }
    }

    /// Another member's CIB was taken, which may have what was applied here and not yet answered, or not.
    pub fn overruled(&mut self) -> Vec<(RequestId, Reply)> {
        let gone = self.waiting.extract_if(.., |_, waiting| waiting.is_applied());
        let reply = |waiting: Waiting| if waiting.answer == Reply::Done { unknown() } else { overruled() };
        gone.map(|(id, waiting)| (id, reply(waiting))).collect()
    }

    /// A member has this on disk.
    pub fn stored(&mut self, member: &NodeName, changes: u64) {
        if let Some(known) = self.stored.get_mut(member) {
            *known = Some(known.map_or(changes, |known| known.max(changes)));
        }
    }

    /// Whether every member has on disk what the view began with.
    pub fn all_have_begun(&self) -> bool {
        self.stored.values().all(Option::is_some)
    }

    /// Takes the requests that are on every disk now, with their answers.
    pub fn safe(&mut self) -> Vec<(RequestId, Reply)> {
        let disks = self.stored.values().copied();
        let least = if planted(Bug::AckByOneDisk) { disks.max() } else { disks.min() };
        let Some(least) = least.flatten() else { return Vec::new() };
        let safe = |waiting: &Waiting| matches!(waiting.wait, Wait::Stored { changes } if changes <= least);
        self.waiting.extract_if(.., |_, waiting| safe(waiting)).map(|(id, waiting)| (id, waiting.answer)).collect()
    }
}

impl Waiting {
    fn is_applied(&self) -> bool {
        match self.wait {
            Wait::Stored { .. } | Wait::Quorum => true,
            Wait::Delivery | Wait::Idle => false,
        }
    }
}

fn overruled() -> Reply {
    Reply::Rejected {
        kind: Refusal::Unavailable,
        reason: "the cluster was divided, and the other part's configuration is in force now".to_owned(),
        hint: "try again".to_owned(),
    }
}

fn unknown() -> Reply {
    Reply::Rejected {
        kind: Refusal::Unknown,
        reason: "the cluster was divided before this was decided: it may be done, or not".to_owned(),
        hint: "look at the configuration, and make the change again where it is missing".to_owned(),
    }
}
