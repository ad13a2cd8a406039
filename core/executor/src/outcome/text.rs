//! What an agent printed, cut to what a report may carry.

use super::EXIT_REASON_PREFIX;

/// Bytes of a reason: it is stored in the CIB of every member.
const REASON_LENGTH_MAX: usize = 512;

/// Bytes of output in a report: a dozen lines, enough to see why an agent failed.
const OUTPUT_LENGTH_MAX: usize = 2048;

/// The last reason that the agent gave: later ones are nearer to its end.
pub(super) fn exit_reason(stderr: &str) -> Option<String> {
    let mut reasons = stderr.lines().filter_map(|line| line.strip_prefix(EXIT_REASON_PREFIX)).map(str::trim);
    reasons.rfind(|reason| !reason.is_empty()).map(cut)
}

/// The last line of standard error: what an agent that knows no reasons leaves of why it failed.
pub(super) fn last_error(stderr: &str) -> Option<String> {
    stderr.lines().map(str::trim).rfind(|line| !line.is_empty()).map(cut)
}

fn cut(reason: &str) -> String {
    reason[..reason.floor_char_boundary(REASON_LENGTH_MAX)].to_owned()
}

/// The last lines of both streams, errors last because they matter most; reasons are told elsewhere.
pub(super) fn last_lines(stdout: &str, stderr: &str) -> String {
    let lines: Vec<&str> = stdout
        .lines()
        .chain(stderr.lines().filter(|line| !line.starts_with(EXIT_REASON_PREFIX)))
        .filter(|line| !line.trim().is_empty())
        .collect();
    let text = lines.join("\n");
    let from = text.ceil_char_boundary(text.len().saturating_sub(OUTPUT_LENGTH_MAX));
    text[from..].to_owned()
}
