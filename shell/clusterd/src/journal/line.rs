//! Log lines in the form that Heartbeat's had, so that what reads its logs reads ours.

use crate::sys::local_time;
use model::{Notice, Severity, WallTime};

/// The daemon's name in every line.
pub const ENTITY: &str = "heartbeat";

/// The word for a severity, upper and lower case as they have always been.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Debug => "debug",
        Severity::Info => "info",
        Severity::Notice => "notice",
        Severity::Warning => "WARN",
        Severity::Error => "ERROR",
        Severity::Critical => "CRIT",
    }
}

/// For a file or stderr: `heartbeat[PID]: 2007/11/28_20:52:28 info: text`.
pub fn for_file(at: WallTime, pid: u32, notice: &Notice) -> String {
    let time = local_time(at.seconds(), c"%Y/%m/%d_%H:%M:%S");
    format!("{ENTITY}[{pid}]: {time} {}: {} [{}]\n", word(notice.severity), one_line(&notice.text), notice.id)
}

/// For syslog's socket: `<PRIORITY>Nov 28 20:52:28 heartbeat: [PID]: info: text`.
pub fn for_syslog(at: WallTime, pid: u32, facility: u8, notice: &Notice) -> String {
    let priority = facility * 8 + level(notice.severity);
    let time = local_time(at.seconds(), c"%b %e %H:%M:%S");
    format!(
        "<{priority}>{time} {ENTITY}: [{pid}]: {}: {} [{}]",
        word(notice.severity),
        one_line(&notice.text),
        notice.id
    )
}

fn level(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 2,
        Severity::Error => 3,
        Severity::Warning => 4,
        Severity::Notice => 5,
        Severity::Info => 6,
        Severity::Debug => 7,
    }
}

/// What peers and agents say goes into notices, so a line break in it must not make a line of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_form_that_log_readers_know() {
        let notice = Notice::new("peer-lost", Severity::Warning, "node sip-b:\nis dead");
        let at = WallTime(1_196_283_148_000);
        let line = for_file(at, 42, &notice);
        assert!(line.starts_with("heartbeat[42]: 2007/11/2"), "{line}");
        assert!(line.ends_with(" WARN: node sip-b: is dead [peer-lost]\n"), "{line}");
        let line = for_syslog(at, 42, 3, &notice);
        assert!(line.starts_with("<28>Nov 2"), "{line}");
        assert!(line.ends_with(" heartbeat: [42]: WARN: node sip-b: is dead [peer-lost]"), "{line}");
    }
}
