//! Real binaries on hosts made of namespaces: what the live tests and the benchmark share.
//!
//! The hosts themselves are `demo::hosts`, the same that `systole demo` shows to a newcomer.

mod answers;
mod capture;
pub mod claims;
mod cluster;
pub mod endure;
mod ledger;
mod report;
pub mod runner;
mod said;
mod timeline;

pub use answers::Answers;
pub use capture::Capture;
pub use cluster::{Cluster, FAST, Failure, SERVICE, binary, require};
pub use ledger::{Call, Ledger};
pub use said::Said;
pub use timeline::Timeline;
