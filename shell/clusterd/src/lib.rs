//! The brain: sockets, sealing, disk, the policy worker and the local socket around core's machines. Decides nothing.
//!
//! Two loops, two workers and a journal, each on a thread of its own; bounded queues between them. Start reading at [`brain`].

pub mod authority;
pub mod brain;
pub mod clients;
pub mod clock;
pub mod config;
mod convert;
pub mod disk;
pub mod journal;
pub mod media;
pub mod messaging_loop;
pub mod node_loop;
pub mod persistence;
pub mod planner;
pub mod progress;
pub mod queue;
pub mod seal;
pub mod sys;
pub mod watchdog;
pub mod witness;
pub mod witness_link;

/// Stack of each thread: the deepest recursion is that over a CIB of 64 levels.
pub const STACK: usize = 256 << 10;

const _: () = assert!(!model::planted::CAN_BE_PLANTED, "a build that can go wrong on purpose is no product");
