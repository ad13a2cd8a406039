//! The total order of one view: the origin submits, the coordinator numbers, everybody holds, acknowledges and delivers.
//!
//! Leaf theory: it knows slots and pieces, not packets or peers. The engine carries its words to the wire.

pub(crate) mod assembly;
pub(crate) mod log;
pub(crate) mod outbox;
pub(crate) mod sequencer;
#[cfg(test)]
mod tests;

/// Slots that the coordinator numbers ahead of the slowest member: what a socket buffer of usual size holds.
pub(crate) const SLOTS_AHEAD_MAX: u64 = 64;
/// Pieces that an origin has on the way to the coordinator.
pub(crate) const SUBMITS_AHEAD_MAX: u64 = 64;
/// Slots acknowledged together when nothing presses.
pub(crate) const ACK_EVERY: u64 = 8;
/// Lost packets sent again at once; the rest follows with the next acknowledgement.
pub(crate) const RESEND_BATCH: usize = 16;
