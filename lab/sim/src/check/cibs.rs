//! The law of the replicas: in one view, one version is one content.

use super::print::Printed;
use cib::{Element, Version};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Contents that are remembered, the newest ones.
const CONTENTS_MAX: usize = 256;

/// What each version was.
#[derive(Debug)]
pub(super) struct Cibs {
    seen: Vec<Option<Arc<Element>>>,
    read: Vec<Option<Rc<Printed>>>,
    contents: BTreeMap<(u64, Version), u64>,
}

impl Cibs {
    pub(super) fn new(hosts: usize) -> Self {
        Self { seen: vec![None; hosts], read: vec![None; hosts], contents: BTreeMap::new() }
    }

    /// Whether a host's tree is another one than when it was last asked about.
    pub(super) fn is_news(&mut self, host: usize, cib: &Arc<Element>) -> bool {
        let seen = &mut self.seen[host];
        if seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, cib)) {
            return false;
        }
        *seen = Some(Arc::clone(cib));
        true
    }

    /// A view's number is used once more.
    pub(super) fn forget(&mut self, view: u64) {
        self.contents.retain(|(known, _), _| *known != view);
    }

    pub(super) fn observe(&mut self, view: u64, host: usize, cib: &Arc<Element>) -> Option<String> {
        let version = Version::of(cib);
        let read = Printed::of(cib, self.read[host].as_ref());
        let print = read.print();
        self.read[host] = Some(read);
        let known = *self.contents.entry((view, version)).or_insert(print);
        while self.contents.len() > CONTENTS_MAX {
            self.contents.pop_first();
        }
        (known != print).then(|| format!("another CIB {version} than others in view {view}"))
    }
}
