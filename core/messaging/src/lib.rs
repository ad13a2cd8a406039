//! Heartbeats, links, agreed views, total order and quorum; ha.cf and authkeys. Never a socket, never a key.

pub mod contract;
