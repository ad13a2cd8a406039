//! The law of the replicas: in one view, one version is one content.

use cib::{Digest, Element, Version};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Contents that are remembered, the newest ones.
const CONTENTS_MAX: usize = 256;

/// What each version was.
#[derive(Debug)]
pub(super) struct Cibs {
    seen: Vec<Option<Arc<Element>>>,
    contents: BTreeMap<(u64, Version), Arc<Element>>,
}

impl Cibs {
    pub(super) fn new(hosts: usize) -> Self {
        Self { seen: vec![None; hosts], contents: BTreeMap::new() }
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

    /// Trees are compared as they are; only where they differ, by what they mean.
    pub(super) fn observe(&mut self, view: u64, cib: &Arc<Element>) -> Option<String> {
        let version = Version::of(cib);
        let known = self.contents.entry((view, version)).or_insert_with(|| Arc::clone(cib));
        let differs = *known != *cib && Digest::of_tree(known) != Digest::of_tree(cib);
        while self.contents.len() > CONTENTS_MAX {
            self.contents.pop_first();
        }
        differs.then(|| format!("another CIB {version} than others in view {view}"))
    }
}
