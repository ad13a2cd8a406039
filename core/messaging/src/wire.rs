//! Packets between nodes: typed here, bytes on the wire. Versioned; every length is capped before anything is allocated.
//!
//! A packet is sealed as a whole by the driver, so all of this is only ever read from someone who has the key.

pub(crate) mod codec;
mod decode;
mod encode;
#[cfg(test)]
mod tests;

use crate::contract::{Delivery, Incarnation, Member};
use crate::quorum::lineage::Lineage;
use model::NodeName;
use std::sync::Arc;

pub(crate) use decode::decode;
pub(crate) use encode::encode;

/// The first byte of every packet. A node of another version is counted as malformed, never misread.
pub(crate) const VERSION: u8 = 1;
/// A name longer than this is nobody's `uname -n`.
pub(crate) const NAME_MAX: usize = 64;
/// No list in a packet is longer: ten times as many nodes as `ha.cf` may name, as simulations have.
pub(crate) const LIST_MAX: usize = 1024;
/// Payload bytes in one packet: with headers, seal and UDP it stays within an Ethernet frame.
pub(crate) const PIECE_MAX: usize = 1200;
/// The largest broadcast: a CIB of several megabytes, with room.
pub(crate) const MESSAGE_MAX: usize = 32 << 20;

/// What stands in every packet, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) sender: NodeName,
    pub(crate) incarnation: Incarnation,
    /// `None`: for everybody.
    pub(crate) to: Option<NodeName>,
    /// Grows with each packet of this incarnation, whatever its kind: the replay window is over it.
    pub(crate) number: u64,
    /// The view that the sender has installed; 0 for none.
    pub(crate) view: u64,
    /// The highest proposal that the sender has accepted.
    pub(crate) promised: u64,
    pub(crate) body: Body,
}

/// The kinds of packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// "I am here, and this is what I hear."
    Heartbeat(Heartbeat),
    /// To someone who claims an older incarnation than we know: prove that you are alive.
    Challenge { incarnation: Incarnation, nonce: u64 },
    /// The proof.
    Response { nonce: u64 },
    /// First round of the agreement: who should be in the view.
    Propose { number: u64, members: Vec<Member> },
    /// Its answer: where I stand. The old view takes no more messages here.
    Accept { number: u64, stand: Stand },
    /// Second round: the view, and up to where each old view is to be delivered.
    Sync(Sync),
    /// Its answer: I hold all of it. The third round is any packet of a member that has installed it.
    Ready { number: u64 },
    /// To the coordinator: number this.
    Submit { view: u64, piece: Piece },
    /// From the coordinator, or from whoever holds it: this is number `slot`.
    Ordered { view: u64, slot: u64, stable: u64, piece: Piece },
    /// These slots, from ... to, are missing here.
    Missing { view: u64, ranges: Vec<(u64, u64)> },
    /// All slots up to `received` are here; `stable` is known to be everywhere.
    Ack { view: u64, received: u64, stable: u64 },
    /// From the coordinator: the highest slot, and up to which one everybody holds everything.
    Stable { view: u64, highest: u64, stable: u64 },
    /// The sender may stand still for so long on purpose; zero: it does not any more.
    Stall { number: u64, millis: u64 },
    /// The answer: I have heard it.
    StallHeard { number: u64 },
    /// From the coordinator: is this view still yours, and have you accepted no other?
    Inquire { view: u64, number: u64 },
    /// The answer, if it is so.
    Affirm { view: u64, number: u64 },
}

/// The regular life sign.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Heartbeat {
    pub(crate) flags: Flags,
    /// The view in which the sender became a member; 0 for none.
    pub(crate) born: u64,
    /// The fingerprint of its view's coordinator; 0 for none.
    pub(crate) coordinator: u64,
    /// The fingerprint of its node lines: they are to be the same everywhere.
    pub(crate) nodes: u64,
    /// The coordinator's highest slot and its stable one, so that a silent view comes to rest.
    pub(crate) highest: u64,
    pub(crate) stable: u64,
    /// The fingerprints of those it hears.
    pub(crate) hears: Vec<u64>,
}

/// The yes-or-no facts of a heartbeat, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    /// Answer at once, please.
    pub(crate) const ANSWER: u8 = 1;
    /// Packets get lost: beat faster for a while.
    pub(crate) const BRISK: u8 = 2;
    /// The sender leaves in order.
    pub(crate) const LEAVING: u8 = 4;
    /// The sender has waited long enough for absent hosts.
    pub(crate) const SETTLED: u8 = 8;
    /// The sender's view has quorum.
    pub(crate) const QUORATE: u8 = 16;

    pub(crate) fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    pub(crate) fn with(self, flag: u8, present: bool) -> Self {
        if present { Self(self.0 | flag) } else { self }
    }
}

/// Where a node stands when it accepts a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Stand {
    pub(crate) view: u64,
    pub(crate) born: u64,
    pub(crate) quorate: bool,
    /// All slots of its view up to here are held.
    pub(crate) received: u64,
    /// The view that it was ready to install; 0 for none.
    pub(crate) ready: u64,
    /// What it knows of views with quorum; empty unless the rule asks for it.
    pub(crate) lineage: Lineage,
}

/// A view about to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sync {
    pub(crate) number: u64,
    pub(crate) quorate: bool,
    /// By seniority.
    pub(crate) seats: Vec<Seat>,
    pub(crate) cuts: Vec<Cut>,
}

/// A member of a view about to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) member: Member,
    pub(crate) born: u64,
    /// The view it comes from; 0 for none.
    pub(crate) previous: u64,
}

/// Where an old view ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) view: u64,
    /// Its last slot to be delivered.
    pub(crate) slot: u64,
    /// A member that holds everything up to it.
    pub(crate) holder: NodeName,
}

/// One packet's worth of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) origin: NodeName,
    /// Counts the origin's pieces within the view, from 1.
    pub(crate) local: u64,
    pub(crate) delivery: Delivery,
    /// Its place in the message, from 0.
    pub(crate) index: u64,
    /// How many pieces the message has.
    pub(crate) count: u64,
    pub(crate) bytes: Arc<[u8]>,
}

impl Piece {
    /// Whether the message is complete with this one.
    pub(crate) fn is_last(&self) -> bool {
        self.index + 1 == self.count
    }
}

/// Bytes that are no packet of this version; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it ends too early")]
    Short,
    #[error("it has bytes left over")]
    Long,
    #[error("it is of another version")]
    Version,
    #[error("it is of an unknown kind")]
    Kind,
    #[error("a value is out of its range")]
    Range,
}
