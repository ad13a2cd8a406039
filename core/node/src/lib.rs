//! One cluster node as a deterministic state machine: join, CIB replica, transitions, attributes, history, leaving.
//!
//! **How the replicas stay equal.** A change of the CIB is a [`command`] broadcast in the view's total order. Every
//! member applies the same commands with the same functions, so equal versions mean equal content. What follows from a
//! view alone (who is in, who is out, quorum, known nodes) is derived by each member from the view and from its members'
//! first words ([`membership`]); no message can come too late for it.
//!
//! **How a view begins.** [`join`]: each member says Hello with its version, its digest and its own status; all judge
//! alike; the holder of the best CIB sends it where anyone differs. `ViewAccepted` is given at once: it says that the view
//! was seen, and the exchange itself runs over ordinary messages of the view, which therefore need no second channel.
//!
//! **Who decides.** The coordinator of the view asks for plans and executes them ([`coordinator`]). All that it knows is
//! in the CIB, orders under way included, so its successor goes on where it stopped.
//!
//! **When a client has its answer.** A change of the configuration: when it is on every member's disk ([`requests`],
//! [`storage`]). Everything else: at its place in the order. What a read promises: [`reads`].
//!
//! Not here: sockets, packets and order (`messaging`), agents (`executor`), where things should run (`policy`).

mod attributes;
mod changes;
mod cleanup;
pub mod command;
mod context;
pub mod contract;
mod coordinator;
mod edit;
mod hands;
mod history;
mod join;
mod leaving;
mod machine;
mod membership;
mod notices;
mod outbox;
mod properties;
mod reads;
mod replica;
mod requests;
mod stamp;
mod state;
mod storage;
pub mod wire;

pub use machine::{Node, Setup};

/// What this version understands, in the numbering of `crm_feature_set`.
pub const FEATURE_SET: &str = "3.16.1";

/// What this is, as release and build are written in `dc-version`.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-systole");
