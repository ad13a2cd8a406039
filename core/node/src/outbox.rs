//! What this node says to the others, and what it holds back until it has joined.

use crate::command::Command;
use crate::contract::RequestId;
use crate::wire;
use messaging::contract::Delivery;
use std::collections::VecDeque;
use std::sync::Arc;

/// Most commands held back; more than a host's clients and agents produce while a view forms.
const HELD_MAX: usize = 4096;

/// The node's voice.
#[derive(Debug, Default)]
pub struct Outbox {
    view: Option<u64>,
    joined: bool,
    held: VecDeque<Command>,
    ready: VecDeque<(Delivery, Arc<[u8]>)>,
}

impl Outbox {
    /// A view begins: until all have joined, only what joining needs is said.
    pub fn enter(&mut self, view: u64) {
        self.view = Some(view);
        self.joined = false;
    }

    /// There is no view any more.
    pub fn leave(&mut self) {
        self.view = None;
        self.joined = false;
    }

    /// All have joined: everything can be said.
    pub fn open(&mut self) {
        self.joined = true;
    }

    /// Says what was held back.
    pub fn release(&mut self) {
        for command in std::mem::take(&mut self.held) {
            self.send(&command);
        }
    }

    /// Whether one more command of a client can be taken.
    pub fn has_room(&self) -> bool {
        self.held.len() < HELD_MAX
    }

    /// Says it now, or once all have joined. What is bound to a view and too late for it is dropped; so is, when too
    /// much is held back, the newest.
    pub fn send(&mut self, command: &Command) {
        match self.view {
            Some(view) if self.joined || is_for_joining(command) => {
                self.ready.push_back((delivery(command), wire::encode(view, command).into()));
            }
            Some(_) | None => self.hold(command),
        }
    }

    /// It was said in a view that ended first: it waits for the next one. Saying it at once would find the same end.
    pub fn undelivered(&mut self, command: &Command) {
        self.hold(command);
    }

    /// Holds these clients' commands back no more.
    pub fn forget(&mut self, requests: &[RequestId]) {
        self.held.retain(|command| !command.request().is_some_and(|id| requests.contains(&id)));
    }

    fn hold(&mut self, command: &Command) {
        if !command.is_bound_to_view() && self.has_room() {
            self.held.push_back(command.clone());
        }
    }

    /// The next message to broadcast.
    pub fn next(&mut self) -> Option<(Delivery, Arc<[u8]>)> {
        self.ready.pop_front()
    }
}

fn is_for_joining(command: &Command) -> bool {
    matches!(command, Command::Hello { .. } | Command::Snapshot { .. })
}

/// What a client changes is delivered once every member holds it; the rest as soon as its place is known.
fn delivery(command: &Command) -> Delivery {
    match command {
        Command::Change { .. } => Delivery::Safe,
        Command::Hello { .. }
        | Command::Snapshot { .. }
        | Command::Stored { .. }
        | Command::Cleanup { .. }
        | Command::Fail { .. }
        | Command::Execute { .. }
        | Command::Cancel { .. }
        | Command::Forget { .. }
        | Command::Ended { .. }
        | Command::Dropped { .. }
        | Command::HandsMet { .. }
        | Command::WantsToLeave { .. }
        | Command::MayLeave { .. }
        | Command::Progress { .. }
        | Command::AskIdle { .. }
        | Command::Idle { .. } => Delivery::Agreed,
    }
}
