//! Clients: what they asked, what they were answered, and what they may therefore rely on.

use cib::Element;
use model::Instant;
use node::contract::{Reply, RequestId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// All clients of all hosts.
#[derive(Debug, Default)]
pub struct Clients {
    asked: u64,
    waiting: BTreeMap<RequestId, (usize, Option<String>)>,
    reading: BTreeMap<RequestId, (usize, Read)>,
    /// Names of the attributes whose change was answered `Done`.
    pub acknowledged: BTreeSet<String>,
    /// Those of them that were acknowledged by hosts that could not know the configuration before: kept aside is kept.
    pub of_new_disks: BTreeSet<String>,
    /// Names of attributes in what losing sides kept aside.
    pub aside: BTreeSet<String>,
    /// When which request was answered, and how.
    pub answers: BTreeMap<RequestId, (Instant, Reply)>,
}

/// A read that is not answered yet.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// The view whose coordinator was asked.
    pub(crate) view: u64,
    /// What was acknowledged before it was asked.
    pub(crate) acknowledged: BTreeSet<String>,
}

impl Clients {
    /// A new request to a host; `key` is the attribute that it sets, if it does.
    pub fn asks(&mut self, host: usize, key: Option<String>) -> RequestId {
        self.asked += 1;
        let id = RequestId(self.asked);
        self.waiting.insert(id, (host, key));
        id
    }

    /// How many are waiting.
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.reading.len()
    }

    /// The last request of all.
    pub(crate) fn last(&self) -> RequestId {
        RequestId(self.asked)
    }

    /// Whether one of those that came after this one was refused.
    pub(crate) fn is_refused_since(&self, last: RequestId) -> bool {
        let later = self.answers.range((Bound::Excluded(last), Bound::Unbounded));
        later.into_iter().any(|(_, (_, reply))| matches!(reply, Reply::Rejected { .. }))
    }

    /// A new read at a coordinator.
    pub(crate) fn reads(&mut self, host: usize, view: u64) -> RequestId {
        self.asked += 1;
        let id = RequestId(self.asked);
        self.reading.insert(id, (host, Read { view, acknowledged: self.acknowledged.clone() }));
        id
    }

    /// An answer has come: the read, if it was one.
    pub(crate) fn read(&mut self, id: RequestId) -> Option<Read> {
        self.reading.remove(&id).map(|(_, read)| read)
    }

    /// An answer has come: the key that is acknowledged by it.
    pub(crate) fn answered(&mut self, now: Instant, id: RequestId, reply: Reply) -> Option<String> {
        let (_, key) = self.waiting.remove(&id)?;
        let key = key.filter(|_| reply == Reply::Done);
        self.acknowledged.extend(key.clone());
        self.answers.insert(id, (now, reply));
        key
    }

    /// A key was acknowledged by hosts that all have new disks.
    pub(crate) fn acknowledged_by_new_disks(&mut self, key: &str) {
        self.of_new_disks.extend(self.acknowledged.take(key));
    }

    /// A disk is gone: what others did not have at that time may be lost, whatever was promised.
    pub(crate) fn forget(&mut self) {
        self.acknowledged.clear();
        self.of_new_disks.clear();
        self.reading.values_mut().for_each(|(_, read)| read.acknowledged.clear());
    }

    /// A brain is gone, and with it the connections of its clients.
    pub(crate) fn lost(&mut self, host: usize) {
        self.waiting.retain(|_, (other, _)| *other != host);
        self.reading.retain(|_, (other, _)| *other != host);
    }

    pub(crate) fn keep_aside(&mut self, cib: &Element) {
        self.aside.extend(keys(cib));
    }
}

/// The permanent attributes of a CIB that clients have set.
pub fn keys(cib: &Element) -> BTreeSet<String> {
    let nodes = cib.descend(&["configuration", "nodes"]).into_iter().flat_map(Element::children);
    let pairs = nodes.flat_map(|node| node.children()).flat_map(|set| set.children());
    let names = pairs.filter_map(|pair| pair.attribute("name"));
    names.filter(|name| name.starts_with("key-")).map(str::to_owned).collect()
}
