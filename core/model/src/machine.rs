//! The shape that every deterministic part of the cluster has.

use crate::Instant;

/// A deterministic state machine: facts in, intentions out.
///
/// The driver's contract is one rule: feed one input, drain every output, repeat.
pub trait Machine {
    /// A fact.
    type Input;
    /// An intention.
    type Output;
    /// Takes one fact. Never blocks and never fails; a bad fact becomes an output.
    fn handle(&mut self, now: Instant, input: Self::Input);
    /// The driver calls this when `deadline()` has passed; harmless when early.
    fn wake(&mut self, now: Instant);
    /// The next intention, or `None` once drained.
    fn poll(&mut self) -> Option<Self::Output>;
    /// When the machine next wants `wake`, if at all.
    fn deadline(&self) -> Option<Instant>;
}
