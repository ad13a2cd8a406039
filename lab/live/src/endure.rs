//! A cluster of real processes under faults drawn from a seed, with clients whose every act is written down and judged.
//!
//! ```text
//!   round:  clients act ... faults come and go ... heal ... clients rest ... all replicas equal? ... histories judged
//! ```
//! Judges ([`register`], [`counter`], [`ownership`]) are pure and stand outside the product: they know what clients were
//! told and what the hosts' kernels show, nothing else.

mod client;
mod converge;
pub mod counter;
mod doors;
mod evidence;
pub mod fault;
pub mod history;
mod keys;
mod network;
pub mod ownership;
pub mod register;
mod round;
mod run;
mod tally;
pub mod updates;
mod watcher;
mod workload;
mod world;

pub use run::{Options, run};
pub use tally::Tally;
pub use world::State;
