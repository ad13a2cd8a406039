//! The notices of the hands: a closed set, so that the far end of a socket can name them again.

use crate::contract::Operation;
use model::{Notice, Severity};
use std::time::Duration;

/// The id of [`timeout`].
pub const TIMEOUT: &str = "agent-timeout";
/// The id of [`unkillable`].
pub const UNKILLABLE: &str = "agent-unkillable";
/// The id of [`report_dropped`].
pub const REPORT_DROPPED: &str = "report-dropped";

/// Every id that the hands may say.
pub const ALL: [&str; 3] = [TIMEOUT, UNKILLABLE, REPORT_DROPPED];

/// An agent is being ended because it took too long.
pub(crate) fn timeout(operation: &Operation, allowed: Duration) -> Notice {
    let text = format!("{} did not end within {} ms and is being killed", name(operation), allowed.as_millis());
    Notice::new(TIMEOUT, Severity::Warning, text)
}

/// A process survived SIGKILL: the kernel holds it, usually in input or output.
pub(crate) fn unkillable(operation: &Operation) -> Notice {
    let text = format!(
        "{} survives SIGKILL, so the kernel holds it (a dead disk or network file system?); its resource goes on without it",
        name(operation)
    );
    Notice::new(UNKILLABLE, Severity::Critical, text)
}

/// More happened while no brain listened than is kept.
pub(crate) fn report_dropped(operation: &Operation) -> Notice {
    let text = format!("a report of {} is dropped: no brain has listened for long", name(operation));
    Notice::new(REPORT_DROPPED, Severity::Warning, text)
}

/// As in "monitor of vip1 (ocf:heartbeat:IPaddr2)".
fn name(operation: &Operation) -> String {
    let agent = &operation.agent;
    let provider = agent.provider.as_deref().map(|provider| format!("{provider}:")).unwrap_or_default();
    format!("{} of {} ({}:{provider}{})", operation.action, operation.resource, agent.class, agent.kind)
}
