//! This node's copy of the CIB, and what a change did to it.

use cib::{Element, Version};
use messaging::contract::View;
use std::sync::Arc;

/// The attribute of the document's head that orders configurations where only a majority may change them.
///
/// It is to the configuration what a term is to a replicated log. Where two parts may have quorum at the same time, as
/// under Heartbeat's rule for two nodes, it would prove nothing: there versions alone decide, as they always did.
const QUORATE_VIEW: &str = "quorate-view";

/// The attribute of the document's head that remembers the last term this node has taken part in, on disk before anything
/// is changed in it: whoever forgot that by a crash could help to begin a second one of the same number.
const PROMISED_VIEW: &str = "promised-view";

/// The last term that a CIB's holder has taken part in.
pub fn promised(cib: &Element) -> u64 {
    cib.attribute(PROMISED_VIEW).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// What a change touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// The status, or what the document's head says of the cluster.
    Status,
    /// The configuration: it goes to disk.
    Configuration,
}

/// The copy.
#[derive(Debug)]
pub struct Replica {
    cib: Arc<Element>,
    changes: u64,
    has_run: bool,
    exclusive_quorum: bool,
    term: Option<u64>,
}

impl Replica {
    /// As it was on disk.
    pub fn from_disk(cib: Arc<Element>, exclusive_quorum: bool) -> Self {
        Self { cib, changes: 0, has_run: false, exclusive_quorum, term: None }
    }

    /// The tree; cloning the `Arc` is a snapshot.
    pub fn cib(&self) -> &Arc<Element> {
        &self.cib
    }

    /// Its version.
    pub fn version(&self) -> Version {
        Version::of(&self.cib)
    }

    /// Changes of the configuration since the view began: the same on every member.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The last view with quorum in which the configuration was changed; 0 where that decides nothing.
    pub fn quorate_view(&self) -> u64 {
        self.cib.attribute(QUORATE_VIEW).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Whether it has been part of a view since the brain started.
    pub fn has_run(&self) -> bool {
        self.has_run
    }

    /// The configuration section.
    pub fn configuration(&self) -> Option<&Arc<Element>> {
        self.cib.child("configuration")
    }

    /// Takes another member's copy.
    pub fn adopt(&mut self, cib: Arc<Element>) {
        self.cib = cib;
    }

    /// All members of a view have this copy now. What is changed from here on is of a later term than all that was,
    /// even where view numbers began anew because all hosts did.
    ///
    /// `promised` is the last term that any of its members has taken part in.
    pub fn enter(&mut self, view: &View, promised: u64) {
        let decides = view.quorate && self.exclusive_quorum && view.members.len() + view.absent.len() > 1;
        let last = promised.max(self.quorate_view());
        self.term = decides.then(|| view.number.max(last + 1));
    }

    /// Whether this view's changes have to wait until its term is on all disks.
    pub fn has_term(&self) -> bool {
        self.term.is_some()
    }

    /// Remembers the term in the document's head.
    pub fn promise(&self, cib: &mut Element) {
        if let Some(term) = self.term {
            cib.set(PROMISED_VIEW, &term.to_string());
        }
    }

    /// Notes which view changes the configuration.
    pub fn stamp(&self, cib: &mut Element) {
        if let Some(term) = self.term {
            cib.set(QUORATE_VIEW, &term.to_string());
        }
    }

    /// The view's own changes are counted from here.
    pub fn begin_view(&mut self) {
        self.changes = 0;
        self.has_run = true;
    }

    /// Changes the tree in place and raises its version by what was touched.
    pub fn edit(&mut self, edit: impl FnOnce(&mut Element)) -> Effect {
        let mut edited = Arc::clone(&self.cib);
        edit(Arc::make_mut(&mut edited));
        let effect = effect(&self.cib, &edited);
        let version = self.version();
        match effect {
            Effect::Nothing => return effect,
            Effect::Status => version.updated().write(Arc::make_mut(&mut edited)),
            Effect::Configuration => version.configured().write(Arc::make_mut(&mut edited)),
        }
        self.put(edited, effect);
        effect
    }

    /// Takes a tree whose version was already raised by whoever changed it.
    pub fn replace(&mut self, changed: Arc<Element>) -> Effect {
        let effect = effect(&self.cib, &changed);
        self.put(changed, effect);
        effect
    }

    /// What a changed tree would touch.
    pub fn preview(&self, changed: &Element) -> Effect {
        effect(&self.cib, changed)
    }

    fn put(&mut self, cib: Arc<Element>, effect: Effect) {
        self.cib = cib;
        if effect == Effect::Configuration {
            self.changes += 1;
        }
    }
}

fn effect(before: &Element, after: &Element) -> Effect {
    let same = |a: Option<&Arc<Element>>, b: Option<&Arc<Element>>| match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
        (a, b) => a == b,
    };
    let raised = |cib| Version { num_updates: 0, ..Version::of(cib) };
    if !same(before.child("configuration"), after.child("configuration")) || raised(before) != raised(after) {
        Effect::Configuration
    } else if before == after {
        Effect::Nothing
    } else {
        Effect::Status
    }
}
