//! The words of the house: names, scores, roles, time, randomness and the machine trait.
//!
//! Not for behaviour: whatever decides belongs to the floor that decides it.

mod machine;
mod names;
mod nearest;
mod notice;
mod ocf;
pub mod planted;
mod rng;
mod role;
mod score;
mod time;
mod timers;

pub use machine::Machine;
pub use names::{NodeName, ResourceId};
pub use nearest::nearest;
pub use notice::{Notice, Severity};
pub use ocf::{OcfCode, OperationStatus};
pub use rng::Rng;
pub use role::Role;
pub use score::Score;
pub use time::{Instant, WallTime};
pub use timers::Timers;
