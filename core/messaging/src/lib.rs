//! Heartbeats, links, agreed views, total order and quorum; ha.cf and authkeys. Never a socket, never a file.

pub mod authkeys;
pub mod config;
pub mod contract;
pub mod problem;
