//! Notices: what the cluster tells its operator, as data.

use std::fmt;

/// How urgent a notice is; the words are those of syslog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Of use to someone who looks for it.
    Debug,
    /// The normal course of things.
    Info,
    /// Normal, but worth a line in any log.
    Notice,
    /// Something is not as it should be; the cluster copes.
    Warning,
    /// Something failed.
    Error,
    /// Data or service is in danger.
    Critical,
}

impl Severity {
    /// The lower-case word used in logs and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// A typed event for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A stable kebab-case word, e.g. `peer-lost`: log code, metric label and API event in one.
    pub id: &'static str,
    /// How urgent.
    pub severity: Severity,
    /// One sentence for a person: what happened, why, and what to do where something is to be done.
    pub text: String,
}

impl Notice {
    /// A notice from its parts.
    pub fn new(id: &'static str, severity: Severity, text: impl Into<String>) -> Self {
        Self { id, severity, text: text.into() }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.severity.as_str(), self.text, self.id)
    }
}
