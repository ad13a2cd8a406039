//! What running an agent means: queues, timeouts, recurring operations, outcomes. Never a process.

pub mod contract;
