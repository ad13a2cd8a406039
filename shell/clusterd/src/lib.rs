//! The brain: sockets, sealing, disk, the policy worker and the local socket around core's machines. Decides nothing.

pub mod authority;
pub mod clock;
pub mod config;
pub mod disk;
pub mod journal;
pub mod media;
pub mod queue;
pub mod seal;
pub mod sys;

/// Stack of each thread: the deepest recursion is that over a CIB of 64 levels.
pub const STACK: usize = 256 << 10;
