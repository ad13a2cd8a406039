//! Whole clusters of engines on virtual time: start, loss, crashes, partitions, leaving; laws checked from outside.

mod check;
mod confirm;
mod cost;
mod crowd;
mod detector;
mod identity;
mod membership;
mod order;
mod quorum;
mod stall;
mod storm;
mod vote;
mod world;
