//! Getting the configuration to disk: one write at a time, always of the newest tree.
//!
//! Several changes that arrive during one write share the next: a write's confirmation covers all before it.

use crate::contract::Ticket;
use crate::replica;
use cib::Element;
use std::sync::Arc;

/// What is on disk, and what is on its way.
#[derive(Debug)]
pub struct Storage {
    stored: Option<Arc<Element>>,
    writing: Option<Write>,
    last_ticket: u64,
}

#[derive(Debug)]
struct Write {
    ticket: Ticket,
    configuration: Option<Arc<Element>>,
    view: u64,
    changes: u64,
}

/// The moment a write belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Number of the view.
    pub view: u64,
    /// Changes of the configuration in it so far.
    pub changes: u64,
}

impl Storage {
    /// The configuration that was read from disk at the start, if one was.
    pub fn new(stored: Option<Arc<Element>>) -> Self {
        Self { stored, writing: None, last_ticket: 0 }
    }

    /// Whether the disk has what the tree has.
    pub fn is_current(&self, cib: &Element) -> bool {
        self.stored.as_ref().is_some_and(|stored| same(stored, cib))
    }

    /// A write to begin now, when one is due and none is under way.
    pub fn due(&mut self, cib: &Arc<Element>, now: Moment) -> Option<Ticket> {
        if self.writing.is_some() || self.is_current(cib) {
            return None;
        }
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        let Moment { view, changes } = now;
        self.writing = Some(Write { ticket, configuration: Some(Arc::clone(cib)), view, changes });
        Some(ticket)
    }

    /// A write is done: the number of changes of `view` that the disk now covers.
    pub fn done(&mut self, ticket: Ticket, view: u64) -> Option<u64> {
        let write = self.writing.take_if(|write| write.ticket <= ticket)?;
        self.stored = write.configuration;
        (write.view == view).then_some(write.changes)
    }
}

/// Compares what goes to disk: the configuration and the version that its changes have raised.
fn same(stored: &Element, cib: &Element) -> bool {
    let version = |cib| cib::Version { num_updates: 0, ..cib::Version::of(cib) };
    replica::promised(stored) == replica::promised(cib)
        && version(stored) == version(cib)
        && stored.child("configuration") == cib.child("configuration")
}
