//! Real binaries on hosts made of namespaces: what the live tests and the benchmark share.
//!
//! The hosts themselves are `demo::hosts`, the same that `systole demo` shows to a newcomer.

mod cluster;
pub mod runner;

pub use cluster::{Cluster, Failure, require};
