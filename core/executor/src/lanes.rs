//! Whose turn it is: one run at a time for each resource, in the order of asking, and a bound over all of them.

use crate::contract::CallId;
use model::ResourceId;
use std::collections::{BTreeSet, VecDeque};

/// The queue of a host.
#[derive(Debug)]
pub(crate) struct Lanes {
    at_once: usize,
    busy: BTreeSet<ResourceId>,
    waiting: VecDeque<(ResourceId, CallId)>,
}

impl Lanes {
    /// With a bound on runs at once; zero would stall for ever and counts as one.
    pub(crate) fn new(at_once: usize) -> Self {
        Self { at_once: at_once.max(1), busy: BTreeSet::new(), waiting: VecDeque::new() }
    }

    /// Puts a call at the end.
    pub(crate) fn push(&mut self, resource: ResourceId, call: CallId) {
        self.waiting.push_back((resource, call));
    }

    /// Takes a call out again.
    pub(crate) fn remove(&mut self, call: CallId) {
        self.waiting.retain(|(_, other)| *other != call);
    }

    /// The first call whose resource is free; its resource is busy from now on.
    pub(crate) fn next(&mut self) -> Option<CallId> {
        if self.busy.len() >= self.at_once {
            return None;
        }
        let at = self.waiting.iter().position(|(resource, _)| !self.busy.contains(resource))?;
        let (resource, call) = self.waiting.remove(at)?;
        self.busy.insert(resource);
        Some(call)
    }

    /// The run of this resource is over.
    pub(crate) fn release(&mut self, resource: &ResourceId) {
        self.busy.remove(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;
    use crate::contract::CallId;

    #[test]
    fn a_resource_is_served_in_order_and_never_twice_at_once() {
        let mut lanes = Lanes::new(8);
        for (resource, call) in [("a", 1), ("a", 2), ("b", 3), ("a", 4)] {
            lanes.push(resource.into(), CallId(call));
        }
        assert_eq!([lanes.next(), lanes.next(), lanes.next()], [Some(CallId(1)), Some(CallId(3)), None]);
        lanes.release(&"a".into());
        assert_eq!([lanes.next(), lanes.next()], [Some(CallId(2)), None]);
        lanes.remove(CallId(4));
        lanes.release(&"a".into());
        assert_eq!(lanes.next(), None);
    }

    #[test]
    fn the_bound_holds_over_all_resources() {
        let mut lanes = Lanes::new(2);
        for (call, resource) in ["a", "b", "c"].into_iter().enumerate() {
            lanes.push(resource.into(), CallId(call as u64));
        }
        assert_eq!([lanes.next(), lanes.next(), lanes.next()], [Some(CallId(0)), Some(CallId(1)), None]);
        lanes.release(&"b".into());
        assert_eq!(lanes.next(), Some(CallId(2)));
    }
}
