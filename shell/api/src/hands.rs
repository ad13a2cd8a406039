//! What the brain and the hands say to each other. Not for clients: they ask the brain.
//!
//! The core's own types stand in `executor::contract`; `execd` converts. All times are in milliseconds.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From the brain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// The first message: from now on this connection is the brain's; an earlier one is closed.
    Attach {
        /// [`crate::VERSION`] of the brain.
        version: u32,
        /// Added to the environment of every agent (`HA_*`, `PCMK_*`).
        environment: BTreeMap<String, String>,
    },
    /// Run an operation, once or again and again.
    Run(Operation),
    /// No more runs of this recurring operation.
    Cancel {
        /// On which resource.
        resource: String,
        /// Usually `monitor`.
        action: String,
        /// Which one.
        interval_ms: u64,
    },
    /// Begin nothing more, and end once nothing is under way.
    Stop,
}

/// From the hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "an answer lives from its frame to its reader and is never kept")]
pub enum Answer {
    /// One run ended.
    Report(Report),
    /// To `Attach`, after what nobody had heard yet: all that is under way or recurring.
    State {
        /// In the order of their calls.
        reports: Vec<Report>,
    },
    /// For the operator.
    Notice {
        /// Stable kebab-case word.
        id: String,
        /// `debug` ... `critical`.
        severity: String,
        /// One sentence.
        text: String,
    },
    /// The connection is of no use: another protocol version, or another brain attached. The hands close it.
    Refused {
        /// Why.
        reason: String,
    },
}

/// One operation; see `executor::contract::Operation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// On which resource.
    pub resource: String,
    /// `ocf`, `lsb`, ...
    pub class: String,
    /// For `ocf`.
    pub provider: Option<String>,
    /// The agent's own name.
    pub kind: String,
    /// `start`, `stop`, `monitor`, ...
    pub action: String,
    /// Zero: once.
    pub interval_ms: u64,
    /// After which the agent is ended.
    pub timeout_ms: u64,
    /// Before the first run.
    pub start_delay_ms: u64,
    /// Without the `OCF_RESKEY_` prefix.
    pub parameters: BTreeMap<String, String>,
    /// The brain's own; comes back.
    pub tag: String,
}

/// How one run ended; see `executor::contract::Report`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The CIB's `call-id`.
    pub call: u64,
    /// As it was asked for.
    pub operation: Operation,
    /// The CIB's `op-status`.
    pub status: i8,
    /// The CIB's `rc-code`.
    pub code: u8,
    /// Empty when there is none.
    pub reason: String,
    /// Last lines of what the agent printed.
    pub output: String,
    /// Since 1970.
    pub started_ms: i64,
    /// Since 1970.
    pub changed_ms: i64,
    /// Of the agent.
    pub run_time_ms: u64,
    /// Before it.
    pub queue_time_ms: u64,
}
