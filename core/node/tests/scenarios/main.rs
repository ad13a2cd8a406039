//! Whole clusters of nodes in one thread: a toy bus for order, toy hands for agents, a toy planner for policy.
//!
//! What is tested here is the node: that its members agree, that nothing answered is lost, that orders and results find
//! each other through crashes, partitions and restarts. Order on a bad network is `messaging`'s, placement is `policy`'s,
//! and all of them together are tested in `lab/sim`.

#![allow(clippy::unwrap_used, reason = "the whole crate is a test")]

mod changes;
mod cluster;
mod hands;
mod membership;
mod planner;
mod reads;
mod services;
