//! What every part of the machine needs at hand: who and when we are, timers, the voice, and the way out.

use crate::command::Command;
use crate::contract::{Output, Reply, RequestId};
use crate::outbox::Outbox;
use model::{Instant, NodeName, Notice, Severity, Timers, WallTime};
use policy::plan::ActionId;
use std::collections::VecDeque;

/// What the machine wants to be woken for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// When to plan again although nothing has changed: a rule or a failure timeout comes due.
    Recheck,
    /// When to plan without members that have no hands.
    Patience,
    /// When to give up on an action of this transition.
    Action(u64, ActionId),
    /// When to leave although resources are still running here.
    Escalate,
    /// When to refuse the reads that have waited too long.
    Reads,
}

/// The surroundings of the machine's parts.
#[derive(Debug)]
pub struct Context {
    /// Ourselves.
    pub name: NodeName,
    /// The time of the input being handled.
    pub now: Instant,
    /// The wall clock as last heard.
    pub wall: WallTime,
    /// What to be woken for.
    pub timers: Timers<Timer>,
    /// What is said to the others.
    pub outbox: Outbox,
    outputs: VecDeque<Output>,
}

impl Context {
    /// At the driver's birth.
    pub fn new(name: NodeName) -> Self {
        Self {
            name,
            now: Instant::ZERO,
            wall: WallTime::default(),
            timers: Timers::default(),
            outbox: Outbox::default(),
            outputs: VecDeque::new(),
        }
    }

    /// Says something to all members, self included.
    pub fn say(&mut self, command: &Command) {
        self.outbox.send(command);
    }

    /// Hands an intention to the driver.
    pub fn put(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// Answers a client.
    pub fn reply(&mut self, id: RequestId, reply: Reply) {
        self.put(Output::Reply { id, reply });
    }

    /// Tells the operator.
    pub fn notice(&mut self, id: &'static str, severity: Severity, text: impl Into<String>) {
        self.put(Output::Notice(Notice::new(id, severity, text)));
    }

    /// The next intention: messages leave in the order in which the rest of the work was done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Moves what was said to the driver.
    pub fn flush(&mut self) {
        while let Some((delivery, payload)) = self.outbox.next() {
            self.put(Output::Broadcast { delivery, payload });
        }
    }
}
