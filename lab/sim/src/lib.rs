//! A whole cluster in one thread from one seed: the product's machines on virtual time, faults, clients, and checkers.
//!
//! Everything that decides is the product's own code: cluster engine, node, executor, policy, witness. Everything around
//! it is made here: the wire, the disks, the clocks, the agents. The checkers stand outside and see the whole truth.
//! See `docs/simulation.md`.

pub mod agents;
pub mod check;
pub mod client;
pub mod host;
pub mod minimise;
pub mod network;
mod planner;
mod recovery;
pub mod run;
pub mod scenario;
pub mod story;
pub mod verb;
pub mod world;
