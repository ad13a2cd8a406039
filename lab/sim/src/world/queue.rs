//! What is going to happen, in the order of time; of what happens at the same time, what was foreseen first comes first.

use crate::network::Packet;
use cib::Element;
use executor::contract::{Exit, RunId};
use messaging::contract::Opened;
use model::Instant;
use node::contract::{Input, Ticket};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Something that is going to happen.
#[derive(Debug)]
pub(super) enum Event {
    /// A packet arrives.
    Packet { to: usize, bytes: Arc<[u8]> },
    /// A recorded packet arrives once more, and so on until the end.
    Again { from: usize, packet: Packet, until: Instant },
    /// A fact for a node that was made outside its brain.
    Node { host: usize, boot: u64, input: Box<Input> },
    /// An agent's process ends.
    Ended { host: usize, life: u64, run: RunId, exit: Option<Exit> },
    /// A write is on disk.
    Written { host: usize, boot: u64, ticket: Ticket, cib: Arc<Element> },
    /// A brain reaches its hands.
    Attach { host: usize, boot: u64, life: u64 },
    /// A second has passed.
    Tick { host: usize, boot: u64 },
    /// A question reaches the witness.
    Question { host: usize, packet: Opened },
    /// The witness's answer arrives.
    Answer { host: usize, packet: Opened },
}

impl Event {
    /// To which host it happens; what is sent happens to nobody yet.
    pub(super) fn host(&self) -> Option<usize> {
        match self {
            Self::Packet { to: host, .. }
            | Self::Node { host, .. }
            | Self::Ended { host, .. }
            | Self::Written { host, .. }
            | Self::Attach { host, .. }
            | Self::Tick { host, .. }
            | Self::Answer { host, .. } => Some(*host),
            Self::Again { .. } | Self::Question { .. } => None,
        }
    }
}

/// All that is foreseen.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Foreseen>>,
    added: u64,
}

#[derive(Debug)]
struct Foreseen {
    at: Instant,
    number: u64,
    event: Event,
}

impl Queue {
    pub(super) fn add(&mut self, at: Instant, event: Event) {
        self.added += 1;
        self.heap.push(Reverse(Foreseen { at, number: self.added, event }));
    }

    /// When the next thing happens.
    pub(super) fn first(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse(first)| first.at)
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.heap.pop().map(|Reverse(first)| first.event)
    }
}

impl Foreseen {
    fn place(&self) -> (Instant, u64) {
        (self.at, self.number)
    }
}

impl Ord for Foreseen {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for Foreseen {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Foreseen {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Foreseen {}
