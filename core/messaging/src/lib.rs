//! Heartbeats, links, agreed views, total order and quorum; ha.cf and authkeys. Never a socket, never a file.

mod agreement;
pub mod authkeys;
mod clique;
pub mod config;
pub mod contract;
mod engine;
mod order;
mod peers;
mod places;
pub mod problem;
mod quorum;
mod replay;
mod wire;
pub mod witness;

pub use engine::{Counters, Engine, LinkStatus, PeerState, PeerStatus, Setup, Status};
pub use quorum::{Attendance, Quorum};
