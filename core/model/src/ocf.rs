//! What an agent answers, and how an operation ended.

use std::fmt;

/// An agent's exit code as OCF defines it (0-9, 190, 191), or any other code as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OcfCode(pub u8);

impl OcfCode {
    /// Success; for a monitor: running.
    pub const OK: Self = Self(0);
    /// Unspecified failure.
    pub const ERROR: Self = Self(1);
    /// Wrong arguments.
    pub const ERR_ARGS: Self = Self(2);
    /// The action is not implemented.
    pub const UNIMPLEMENTED: Self = Self(3);
    /// Insufficient privileges.
    pub const ERR_PERM: Self = Self(4);
    /// The service or the agent is not installed here.
    pub const NOT_INSTALLED: Self = Self(5);
    /// The configuration is wrong, on every node.
    pub const NOT_CONFIGURED: Self = Self(6);
    /// Cleanly stopped.
    pub const NOT_RUNNING: Self = Self(7);
    /// Running in the promoted role.
    pub const RUNNING_PROMOTED: Self = Self(8);
    /// Failed in the promoted role.
    pub const FAILED_PROMOTED: Self = Self(9);
    /// Running, but degraded (OCF 1.1).
    pub const DEGRADED: Self = Self(190);
    /// Promoted, but degraded (OCF 1.1).
    pub const DEGRADED_PROMOTED: Self = Self(191);

    /// The words that people see, as in "returned 'not running'".
    pub fn as_str(self) -> &'static str {
        match self.0 {
            0 => "ok",
            1 => "error",
            2 => "invalid parameter",
            3 => "unimplemented feature",
            4 => "insufficient privileges",
            5 => "not installed",
            6 => "not configured",
            7 => "not running",
            8 => "promoted",
            9 => "promoted (failed)",
            190 => "degraded",
            191 => "promoted (degraded)",
            _ => "unknown",
        }
    }
}

impl fmt::Display for OcfCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How an operation ended; the numbers are those of `op-status` in the CIB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationStatus {
    /// Still running (-1).
    Pending,
    /// The agent ran to its end (0); the code says the rest.
    Done,
    /// Cancelled before it ended (1).
    Cancelled,
    /// Ran out of time (2).
    Timeout,
    /// The agent does not have that action (3).
    NotSupported,
    /// It could not be run, or ended by a signal (4).
    Error,
    /// Failed in a way that no retry on this node mends (5).
    ErrorHard,
    /// Failed in a way that no node mends (6).
    ErrorFatal,
    /// The agent is not there (7).
    NotInstalled,
    /// The hands were not there to run it (8).
    NotConnected,
    /// The result is of no consequence (9).
    Invalid,
}

impl OperationStatus {
    /// The number in the CIB's `op-status`.
    pub fn code(self) -> i8 {
        match self {
            Self::Pending => -1,
            Self::Done => 0,
            Self::Cancelled => 1,
            Self::Timeout => 2,
            Self::NotSupported => 3,
            Self::Error => 4,
            Self::ErrorHard => 5,
            Self::ErrorFatal => 6,
            Self::NotInstalled => 7,
            Self::NotConnected => 8,
            Self::Invalid => 9,
        }
    }

    /// From the CIB's `op-status`; `None` for a number that has no meaning.
    pub fn from_code(code: i64) -> Option<Self> {
        [
            Self::Pending,
            Self::Done,
            Self::Cancelled,
            Self::Timeout,
            Self::NotSupported,
            Self::Error,
            Self::ErrorHard,
            Self::ErrorFatal,
            Self::NotInstalled,
            Self::NotConnected,
            Self::Invalid,
        ]
        .into_iter()
        .find(|status| i64::from(status.code()) == code)
    }
}
