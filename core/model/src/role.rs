//! What a resource is doing.

use std::fmt;

/// The state of a resource, or the state wished for it. Ordered from least to most active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Not known yet.
    Unknown,
    /// Cleanly stopped.
    Stopped,
    /// Running.
    Started,
    /// Running as one of a promotable clone's unpromoted instances (once "Slave").
    Unpromoted,
    /// Running as a promotable clone's promoted instance (once "Master").
    Promoted,
}

impl Role {
    /// The word of today.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Stopped => "Stopped",
            Self::Started => "Started",
            Self::Unpromoted => "Unpromoted",
            Self::Promoted => "Promoted",
        }
    }

    /// Reads the words of then and of now, in any case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "unknown" => Some(Self::Unknown),
            "stopped" => Some(Self::Stopped),
            "started" => Some(Self::Started),
            "unpromoted" | "slave" => Some(Self::Unpromoted),
            "promoted" | "master" => Some(Self::Promoted),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
