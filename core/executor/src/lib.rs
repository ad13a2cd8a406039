//! What running an agent means: queues, timeouts, recurring operations, outcomes. Never a process.
//!
//! [`Executor`] is the machine; `execd` drives it with real processes, the simulation with none.

mod call;
pub mod command;
pub mod contract;
mod desk;
mod lanes;
mod machine;
pub mod notices;
pub mod outcome;
pub mod settings;

pub use machine::Executor;
pub use settings::Settings;
