//! The machine and those who read: answered at once, or once this node is known to have been the coordinator all the time.

use super::Node;
use crate::context::Timer;
use crate::contract::{Output, Reply, RequestId};
use crate::join::Join;
use crate::reads;
use std::sync::Arc;

impl Node {
    pub(super) fn on_read(&mut self, id: RequestId) {
        if !self.coordinates_with_quorum() {
            return self.show(id);
        }
        let number = self.reads.hold(id, self.ctx.now);
        self.set_reads_timer();
        self.ask_whether_in_force(number);
    }

    /// Whether a read here promises more than a look at the replica; also before all members have the same CIB.
    fn coordinates_with_quorum(&self) -> bool {
        self.join.as_ref().map(Join::view).is_some_and(|view| view.quorate && view.coordinator == self.ctx.name)
    }

    fn ask_whether_in_force(&mut self, number: u64) {
        if let Some(view) = self.joined_view().map(|view| view.number) {
            self.ctx.put(Output::Confirm { view, number });
        }
    }

    pub(super) fn on_confirmed(&mut self, view: u64, number: u64) {
        if self.joined_view().is_some_and(|here| here.number == view) {
            let confirmed: Vec<RequestId> = self.reads.confirmed(number).collect();
            self.show_all(confirmed);
        }
    }

    /// All have joined: those who asked before are asked for now.
    pub(super) fn ask_for_reads(&mut self) {
        if let Some(number) = self.reads.last() {
            self.ask_whether_in_force(number);
        }
    }

    /// Another view begins, or none: where it is not ours to say what holds, nobody waits any longer.
    pub(super) fn release_reads(&mut self) {
        if !self.coordinates_with_quorum() {
            let all: Vec<RequestId> = self.reads.all().collect();
            self.show_all(all);
        }
    }

    pub(super) fn refuse_overdue_reads(&mut self) {
        let overdue: Vec<RequestId> = self.reads.overdue(self.ctx.now).collect();
        for id in overdue {
            self.ctx.reply(id, reads::unconfirmed());
        }
        self.set_reads_timer();
    }

    fn show_all(&mut self, ids: Vec<RequestId>) {
        for id in ids {
            self.show(id);
        }
        self.set_reads_timer();
    }

    fn show(&mut self, id: RequestId) {
        self.ctx.reply(id, Reply::Cib(Arc::clone(self.replica.cib())));
    }

    fn set_reads_timer(&mut self) {
        match self.reads.deadline() {
            Some(at) => self.ctx.timers.set(Timer::Reads, at),
            None => self.ctx.timers.cancel(&Timer::Reads),
        }
    }
}
