//! From the end of an agent's process to what it means: status, code, reason and the last lines of its output.

use crate::contract::Exit;
use model::{OcfCode, OperationStatus};

mod text;

/// What stands before an agent's own reason, at the begin of a line of its standard error (OCF 1.0, resource-agents).
pub const EXIT_REASON_PREFIX: &str = "ocf-exit-reason:";

/// How an agent's end is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Exit codes of OCF.
    Ocf,
    /// Exit codes of init scripts: those of `status` have a meaning of their own.
    Lsb,
    /// Heartbeat's scripts: `status` is judged by what it prints.
    HeartbeatScript,
    /// `systemctl`: `is-active` is judged by the word that it prints.
    Unit,
}

/// What one run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `Done` when the agent ran to its end.
    pub status: OperationStatus,
    /// The agent's, in the terms of OCF.
    pub code: OcfCode,
    /// Empty when there is none.
    pub reason: String,
    /// Bounded.
    pub output: String,
}

impl Outcome {
    /// Of a run that has no code of an agent.
    pub fn without_agent(status: OperationStatus, code: OcfCode, reason: impl Into<String>) -> Self {
        Self { status, code, reason: reason.into(), output: String::new() }
    }
}

/// Reads the end of a process.
pub fn judge(dialect: Dialect, action: &str, exit: &Exit, stdout: &str, stderr: &str) -> Outcome {
    let asks = matches!(action, "monitor" | "status");
    let failed = !asks && !matches!(exit, Exit::Code(0));
    let said = text::exit_reason(stderr).or_else(|| text::last_error(stderr).filter(|_| failed));
    let (status, code, why) = match exit {
        Exit::Code(code) => {
            let mapped = translate(dialect, action, *code, stdout);
            let why =
                (mapped.0 != *code && mapped == OcfCode::ERROR).then(|| format!("the agent ended with code {code}"));
            (OperationStatus::Done, mapped, why.unwrap_or_default())
        }
        Exit::Signal(signal) => {
            (OperationStatus::Error, OcfCode::ERROR, format!("the agent was ended by signal {signal}"))
        }
        Exit::NotFound(why) => (OperationStatus::NotInstalled, OcfCode::NOT_INSTALLED, why.clone()),
        Exit::NotSpawned(why) => (OperationStatus::Error, OcfCode::ERROR, why.clone()),
    };
    Outcome { status, code, reason: said.unwrap_or(why), output: text::last_lines(stdout, stderr) }
}

fn translate(dialect: Dialect, action: &str, code: u8, stdout: &str) -> OcfCode {
    let asks = matches!(action, "monitor" | "status");
    match dialect {
        Dialect::Lsb if asks => lsb_status(code),
        Dialect::HeartbeatScript if asks && code != OcfCode::NOT_INSTALLED.0 => heartbeat_status(stdout),
        Dialect::Unit if asks => unit_status(stdout),
        Dialect::Ocf | Dialect::Lsb | Dialect::HeartbeatScript | Dialect::Unit => known(code),
    }
}

/// Codes outside of OCF mean nothing to anyone above: an unspecified failure.
fn known(code: u8) -> OcfCode {
    match code {
        0..=9 | 190 | 191 => OcfCode(code),
        _ => OcfCode::ERROR,
    }
}

/// LSB: 1 and 2 are dead with traces left, 3 is stopped, 4 is unknown.
fn lsb_status(code: u8) -> OcfCode {
    match code {
        0 => OcfCode::OK,
        1..=3 => OcfCode::NOT_RUNNING,
        5 => OcfCode::NOT_INSTALLED,
        _ => OcfCode::ERROR,
    }
}

/// The order matters: "not running" contains "running".
fn heartbeat_status(stdout: &str) -> OcfCode {
    let line = stdout.lines().next().unwrap_or_default();
    let lower = line.to_ascii_lowercase();
    let not_running = lower.find("not").is_some_and(|at| lower[at..].contains("running"));
    if lower.contains("stopped") || not_running {
        OcfCode::NOT_RUNNING
    } else if lower.contains("running") || line.contains("OK") {
        OcfCode::OK
    } else {
        OcfCode::NOT_RUNNING
    }
}

/// A unit on its way up or down is neither running nor cleanly stopped.
fn unit_status(stdout: &str) -> OcfCode {
    match stdout.trim() {
        "active" | "reloading" | "refreshing" => OcfCode::OK,
        "activating" | "deactivating" | "maintenance" | "" => OcfCode::ERROR,
        _ => OcfCode::NOT_RUNNING,
    }
}

#[cfg(test)]
mod tests;
