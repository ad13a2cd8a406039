//! A whole cluster in one thread from one seed: the product's machines on virtual time, faults, clients, and checkers.
//!
//! Everything that decides is the product's own code: cluster engine, node, executor, policy. Everything around it is
//! made here: the wire, the disks, the agents, time. The checkers stand outside and see the whole truth.

pub mod agents;
pub mod check;
pub mod client;
pub mod faults;
pub mod host;
pub mod network;
mod planner;
pub mod run;
pub mod scenario;
pub mod world;
