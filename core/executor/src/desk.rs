//! Where reports go: to the brain, or into a bounded drawer while there is none.

use crate::contract::{Operation, Output, Report};
use crate::notices;
use std::collections::VecDeque;

/// Reports kept for the next brain: some for each operation of a large host, in less than a megabyte.
const KEPT_MAX: usize = 256;

/// Whether a brain listens, and what none has heard.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    attached: bool,
    kept: VecDeque<Report>,
}

impl Desk {
    /// A brain listens: it hears what was kept, in the order of its happening.
    pub(crate) fn attach(&mut self, outbox: &mut VecDeque<Output>) {
        self.attached = true;
        outbox.extend(self.kept.drain(..).map(Output::Report));
    }

    /// Nobody listens any more.
    pub(crate) fn detach(&mut self) {
        self.attached = false;
    }

    /// Says or keeps a report.
    pub(crate) fn deliver(&mut self, report: Report, outbox: &mut VecDeque<Output>) {
        if self.attached {
            outbox.push_back(Output::Report(report));
            return;
        }
        if self.kept.len() >= KEPT_MAX {
            self.make_room(outbox);
        }
        self.kept.push_back(report);
    }

    /// Drops the oldest report that a newer one of the same operation outdates; where there is none, the oldest.
    fn make_room(&mut self, outbox: &mut VecDeque<Output>) {
        let outdated =
            |at: &usize| self.kept.iter().skip(at + 1).any(|newer| same(&newer.operation, &self.kept[*at].operation));
        let at = (0..self.kept.len()).find(outdated).unwrap_or(0);
        if let Some(dropped) = self.kept.remove(at) {
            outbox.push_back(Output::Notice(notices::report_dropped(&dropped.operation)));
        }
    }
}

fn same(one: &Operation, other: &Operation) -> bool {
    (&one.resource, &one.action, one.interval) == (&other.resource, &other.action, other.interval)
}
