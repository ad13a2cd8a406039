//! Pieces back to messages. Each origin's pieces come in its own order, so one partial message per origin is enough.

use crate::wire::Piece;
use model::NodeName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The partial messages of one view.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assembly {
    partial: BTreeMap<NodeName, Partial>,
    complete: u64,
}

#[derive(Clone, Debug, Default)]
struct Partial {
    next: u64,
    bytes: Vec<u8>,
}

/// A complete message with its place in the order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) sequence: u64,
    pub(crate) from: NodeName,
    pub(crate) payload: Arc<[u8]>,
}

impl Assembly {
    /// Takes the next piece of the total order; the message, if this one completes it.
    pub(crate) fn take(&mut self, piece: Piece) -> Option<Message> {
        let last = piece.is_last();
        let partial = self.partial.entry(piece.origin.clone()).or_default();
        if piece.index == 0 {
            *partial = Partial::default();
        }
        if piece.index != partial.next {
            return None;
        }
        partial.next += 1;
        partial.bytes.extend_from_slice(&piece.bytes);
        if !last {
            return None;
        }
        let partial = self.partial.remove(&piece.origin)?;
        self.complete += 1;
        Some(Message { sequence: self.complete, from: piece.origin, payload: partial.bytes.into() })
    }
}
