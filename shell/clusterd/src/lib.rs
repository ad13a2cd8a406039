//! The brain: sockets, sealing, disk, the policy worker and the local socket around core's machines. Decides nothing.

pub mod disk;
pub mod media;
pub mod seal;
mod sys;
