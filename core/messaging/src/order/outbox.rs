//! Our own broadcasts on their way into the order: bounded, cut into pieces, sent again until they are numbered.

use super::{RESEND_BATCH, SUBMITS_AHEAD_MAX};
use crate::contract::Delivery;
use crate::wire::{MESSAGE_MAX, PIECE_MAX, Piece};
use model::NodeName;
use std::collections::VecDeque;
use std::sync::Arc;

/// Messages that may wait; a node above that has more to say must wait itself.
const MESSAGES_MAX: usize = 8192;
/// Bytes that may wait: two of the largest messages.
const BYTES_MAX: usize = 2 * MESSAGE_MAX;

/// Broadcasts that have not been delivered yet, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    own: NodeName,
    messages: VecDeque<Message>,
    bytes: usize,
    /// The number of the last piece that was queued.
    last: u64,
    /// Pieces up to here have been submitted.
    sent: u64,
    /// Pieces up to here have been numbered by the coordinator.
    numbered: u64,
}

#[derive(Clone, Debug)]
struct Message {
    payload: Arc<[u8]>,
    delivery: Delivery,
    first: u64,
    count: u64,
}

impl Outbox {
    pub(crate) fn new(own: NodeName) -> Self {
        Self { own, messages: VecDeque::new(), bytes: 0, last: 0, sent: 0, numbered: 0 }
    }

    /// Queues a broadcast; gives it back when there is no room for it.
    pub(crate) fn push(&mut self, delivery: Delivery, payload: Arc<[u8]>) -> Result<(), Arc<[u8]>> {
        let full = self.messages.len() >= MESSAGES_MAX || self.bytes + payload.len() > BYTES_MAX;
        if full || payload.len() > MESSAGE_MAX {
            return Err(payload);
        }
        let count = u64::try_from(payload.len().div_ceil(PIECE_MAX).max(1)).expect("a length fits 64 bits");
        self.bytes += payload.len();
        self.messages.push_back(Message { payload, delivery, first: self.last + 1, count });
        self.last += count;
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Messages that have not been delivered yet.
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Pieces that may be submitted now, for the first time.
    pub(crate) fn submit(&mut self) -> Vec<Piece> {
        let to = self.last.min(self.numbered + SUBMITS_AHEAD_MAX);
        let from = self.sent + 1;
        self.sent = self.sent.max(to);
        (from..=to).map(|local| self.piece(local)).collect()
    }

    /// The oldest pieces that were submitted and are not numbered yet.
    pub(crate) fn resubmit(&self) -> Vec<Piece> {
        (self.numbered + 1..=self.sent).take(RESEND_BATCH).map(|local| self.piece(local)).collect()
    }

    /// Something submitted has not been numbered yet.
    pub(crate) fn awaits_numbers(&self) -> bool {
        self.numbered < self.sent
    }

    /// The coordinator has numbered our pieces up to this one.
    pub(crate) fn note_numbered(&mut self, local: u64) {
        self.numbered = self.numbered.max(local.min(self.sent));
    }

    /// Our oldest message was delivered.
    pub(crate) fn note_delivered(&mut self) {
        if let Some(message) = self.messages.pop_front() {
            self.bytes -= message.payload.len();
        }
    }

    /// The view is over: what was not delivered, oldest first. The next view counts from 1 again.
    pub(crate) fn hand_back(&mut self) -> Vec<Arc<[u8]>> {
        let own = self.own.clone();
        let old = std::mem::replace(self, Self::new(own));
        old.messages.into_iter().map(|message| message.payload).collect()
    }

    fn piece(&self, local: u64) -> Piece {
        let after = self.messages.partition_point(|message| message.first <= local);
        let message = self.messages.get(after.wrapping_sub(1)).expect("a piece that is not numbered has its message");
        let index = local - message.first;
        let start = usize::try_from(index).expect("a piece of a message in memory") * PIECE_MAX;
        let end = message.payload.len().min(start + PIECE_MAX);
        Piece {
            origin: self.own.clone(),
            local,
            delivery: message.delivery,
            index,
            count: message.count,
            bytes: Arc::from(&message.payload[start..end]),
        }
    }
}
