//! Requests of this node's clients: which are waiting, and for what.
//!
//! A change of the configuration is answered when it is on the disk of every member of the view. A member that is
//! lost meanwhile is waited for no more: the view that begins without it says so.

#[cfg(test)]
mod tests;

use crate::contract::{Refusal, Reply, RequestId};
use messaging::contract::View;
use model::NodeName;
use std::collections::BTreeMap;

/// What a request waits for.
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
    waiting: BTreeMap<RequestId, Wait>,
    stored: BTreeMap<NodeName, Option<u64>>,
}

impl Requests {
    /// A request's command was sent.
    pub fn sent(&mut self, id: RequestId) {
        self.waiting.insert(id, Wait::Delivery);
    }

    /// A request waits for the coordinator to be idle.
    pub fn awaits_idle(&mut self, id: RequestId) {
        self.waiting.insert(id, Wait::Idle);
    }

    /// Those that wait for the coordinator to be idle: to be asked again in a new view.
    pub fn idle_waiters(&self) -> impl Iterator<Item = RequestId> {
        self.waiting.iter().filter(|(_, wait)| **wait == Wait::Idle).map(|(id, _)| *id)
    }

    /// Removes a request that is about to be answered; false when it is not waiting (any more).
    pub fn answer(&mut self, id: RequestId) -> bool {
        self.waiting.remove(&id).is_some()
    }

    /// A request's command was applied here, as this change of the view's configuration.
    pub fn applied(&mut self, id: RequestId, changes: u64) {
        if let Some(wait) = self.waiting.get_mut(&id) {
            *wait = Wait::Stored { changes };
        }
    }

    /// A request's command changed nothing, in a part without quorum: nobody knows whether what it wants holds elsewhere.
    pub fn awaits_quorum(&mut self, id: RequestId) {
        if let Some(wait) = self.waiting.get_mut(&id) {
            *wait = Wait::Quorum;
        }
    }

    /// A view begins; nothing is known of its members' disks. What was applied before is part of what it begins with,
    /// unless another member's CIB is taken; and it is safe only where the view has quorum, because elsewhere a majority
    /// may be going on without it.
    pub fn enter_view(&mut self, view: &View) {
        self.stored = view.members.iter().map(|member| (member.name.clone(), None)).collect();
        let applied = if view.quorate { Wait::Stored { changes: 0 } } else { Wait::Quorum };
        for wait in self.waiting.values_mut() {
            if matches!(wait, Wait::Stored { .. } | Wait::Quorum) {
                *wait = applied;
            }
        }
    }

    /// Another member's CIB was taken: what was applied here and not yet answered is gone.
    pub fn overruled(&mut self) -> Vec<(RequestId, Reply)> {
        let gone = self.waiting.extract_if(.., |_, wait| matches!(wait, Wait::Stored { .. } | Wait::Quorum));
        gone.map(|(id, _)| (id, overruled())).collect()
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

    /// Takes the requests that are on every disk now.
    pub fn safe(&mut self) -> Vec<RequestId> {
        let Some(least) = self.stored.values().min().copied().flatten() else { return Vec::new() };
        let safe = |wait: &Wait| matches!(wait, Wait::Stored { changes } if *changes <= least);
        self.waiting.extract_if(.., |_, wait| safe(wait)).map(|(id, _)| id).collect()
    }
}

fn overruled() -> Reply {
    Reply::Rejected {
        kind: Refusal::Unavailable,
        reason: "the cluster was divided, and the other part's configuration is in force now".to_owned(),
        hint: "look at the file that the notice names, and make the change again where it is still wanted".to_owned(),
    }
}
