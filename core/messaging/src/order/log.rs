//! A member's copy of the order: which slots are here, what may be delivered, what is missing.

use super::SLOTS_AHEAD_MAX;
use crate::contract::Delivery;
use crate::wire::Piece;
use model::planted::{Bug, planted};
use std::collections::BTreeMap;

/// Slots held for a node above that does not take them yet; beyond it we stop acknowledging, and the view waits for us.
const UNDELIVERED_MAX: u64 = 1024;
/// Gaps asked for in one packet.
const RANGES_MAX: usize = 32;

/// The slots of one view as one member holds them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pieces: BTreeMap<u64, Piece>,
    /// All slots up to here have come.
    received: u64,
    /// All members hold all slots up to here.
    stable: u64,
    /// The highest slot that is known to exist.
    highest: u64,
    /// Handed to the assembly up to here.
    delivered: u64,
    end: End,
}

/// Whether the view is coming to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    /// It is not.
    #[default]
    Open,
    /// A proposal was accepted: nothing is delivered until the cut is known.
    Frozen,
    /// Everything up to this slot is to be delivered, safe or not, and nothing beyond it.
    Cut(u64),
}

impl Log {
    /// Takes a numbered piece; false when it was here already or is out of bounds.
    pub(crate) fn insert(&mut self, slot: u64, piece: Piece) -> bool {
        self.note_highest(slot);
        if slot <= self.received || slot > self.bound() || self.pieces.contains_key(&slot) {
            return false;
        }
        self.pieces.insert(slot, piece);
        while self.pieces.contains_key(&(self.received + 1)) {
            self.received += 1;
        }
        true
    }

    /// No slot beyond it can exist: the coordinator waits for the slowest member.
    fn bound(&self) -> u64 {
        self.received + 4 * SLOTS_AHEAD_MAX
    }

    pub(crate) fn note_highest(&mut self, slot: u64) {
        if slot <= self.bound() {
            self.highest = self.highest.max(slot);
        }
    }

    /// Learns that everybody holds all slots up to `slot`. What was also delivered is forgotten.
    pub(crate) fn note_stable(&mut self, slot: u64) {
        self.stable = self.stable.max(slot.min(self.received));
        self.forget();
    }

    fn forget(&mut self) {
        let keep = self.stable.min(self.delivered) + 1;
        self.pieces = self.pieces.split_off(&keep);
    }

    /// All slots up to here are held, as far as we are willing to say so.
    pub(crate) fn held(&self) -> u64 {
        self.received.min(self.delivered + UNDELIVERED_MAX)
    }

    /// All slots up to here have come.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn stable(&self) -> u64 {
        self.stable
    }

    pub(crate) fn highest(&self) -> u64 {
        self.highest
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(crate) fn piece(&self, slot: u64) -> Option<&Piece> {
        self.pieces.get(&slot)
    }

    /// The next piece of the order that may be delivered now.
    pub(crate) fn deliver(&mut self) -> Option<Piece> {
        let slot = self.delivered + 1;
        let piece = self.pieces.get(&slot)?;
        let free = match self.end {
            End::Open => !waits_for_stability(piece) || slot <= self.stable || planted(Bug::SafeTooEarly),
            End::Frozen => false,
            End::Cut(last) => slot <= last,
        };
        if slot > self.received || !free {
            return None;
        }
        let piece = piece.clone();
        self.delivered = slot;
        if slot <= self.stable {
            self.forget();
        }
        Some(piece)
    }

    /// A slot that has come waits to be held by everybody.
    pub(crate) fn awaits_stability(&self) -> bool {
        let next = self.delivered + 1;
        self.end == End::Open && next <= self.received && self.pieces.get(&next).is_some_and(waits_for_stability)
    }

    /// No more deliveries: where we stand is about to be told.
    pub(crate) fn freeze(&mut self) {
        if self.end == End::Open {
            self.end = End::Frozen;
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.end != End::Open
    }

    /// The end of the view is agreed. It is not delivered before `release`, as the agreement may still fail.
    pub(crate) fn holds_up_to(&self, slot: u64) -> bool {
        self.received >= slot
    }

    /// The view ends: everything up to `slot` may be delivered.
    pub(crate) fn release(&mut self, slot: u64) {
        self.end = End::Cut(slot);
    }

    /// The gaps below `target`, the lowest first.
    pub(crate) fn missing(&self, target: u64) -> Vec<(u64, u64)> {
        let target = target.min(self.bound());
        let mut ranges = Vec::new();
        let mut next = self.received + 1;
        for slot in self.pieces.range(next..).map(|(slot, _)| *slot).chain([target + 1]) {
            if ranges.len() == RANGES_MAX || next > target {
                break;
            }
            if slot > next {
                ranges.push((next, target.min(slot - 1)));
            }
            next = slot + 1;
        }
        ranges
    }
}

/// A message is safe when its last piece is; the pieces before it need not wait.
fn waits_for_stability(piece: &Piece) -> bool {
    piece.delivery == Delivery::Safe && piece.is_last()
}
