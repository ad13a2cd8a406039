//! A user-visible failure of a tool: what is wrong, what to do instead, and the exit code. Nothing was changed.

use crate::exit::Exit;
use api::Refusal;
use std::fmt;

/// Why a tool gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For the caller's shell.
    pub exit: Exit,
    /// What is wrong, as a clause.
    pub reason: String,
    /// What to do instead; empty when there is nothing to say.
    pub hint: String,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, reason: impl Into<String>) -> Self {
        Self { exit, reason: reason.into(), hint: String::new() }
    }

    /// A wrong command line.
    pub fn usage(reason: impl Into<String>) -> Self {
        Self::new(Exit::USAGE, reason)
    }

    /// Something that does not exist.
    pub fn no_such(reason: impl Into<String>) -> Self {
        Self::new(Exit::NO_SUCH, reason)
    }

    /// The same with what to do instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// From the brain's refusal.
    pub fn refused(kind: Refusal, reason: String, hint: String) -> Self {
        let exit = match kind {
            Refusal::NotFound => Exit::NO_SUCH,
            Refusal::Exists => Exit::EXISTS,
            Refusal::Invalid => Exit::CONFIG,
            Refusal::Old => Exit::OLD,
            Refusal::NoQuorum => Exit::NO_QUORUM,
            Refusal::Unavailable => Exit::UNAVAILABLE,
            Refusal::Denied => Exit::DENIED,
            Refusal::Timeout => Exit::TIMEOUT,
        };
        Self { exit, reason, hint }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        if !self.hint.is_empty() {
            write!(f, "\n  {}", self.hint)?;
        }
        Ok(())
    }
}
