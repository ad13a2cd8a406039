//! How long things take: `keepalive`, `warntime`, `deadtime`, `initdead` and their defaults.

use super::read::Statement;
use super::value::{TIME_HINT, time};
use crate::problem::Complaints;
use std::time::Duration;

const KEEPALIVE_DEFAULT: Duration = Duration::from_secs(1);
const DEADTIME_DEFAULT: Duration = Duration::from_secs(30);
/// Below this, a host that boots slowly is declared dead while it boots.
const INITDEAD_GOOD: Duration = Duration::from_secs(10);

/// The detector's times; each is right relative to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The interval of heartbeats.
    pub keepalive: Duration,
    /// The silence that is worth a warning.
    pub warntime: Duration,
    /// The silence after which a peer is lost.
    pub deadtime: Duration,
    /// How long a starting node waits for hosts that are absent.
    pub initdead: Duration,
}

/// A time with the line that set it.
#[derive(Clone, Copy)]
struct Set {
    line: usize,
    value: Duration,
}

/// Reads the four times and checks them against each other.
pub(super) fn timing(statements: &[Statement], complaints: &mut Complaints) -> Timing {
    let keepalive = last(statements, "keepalive", complaints);
    let deadtime = last(statements, "deadtime", complaints);
    let warntime = last(statements, "warntime", complaints);
    let initdead = last(statements, "initdead", complaints);
    let dead = deadtime.map_or(DEADTIME_DEFAULT, |set| set.value);
    let timing = Timing {
        keepalive: keepalive.map_or(KEEPALIVE_DEFAULT, |set| set.value),
        warntime: warntime.map_or(dead / 2, |set| set.value),
        deadtime: dead,
        initdead: initdead.map_or_else(|| initdead_default(dead), |set| set.value),
    };
    check_positive(keepalive, "keepalive", complaints);
    check_positive(warntime, "warntime", complaints);
    check_deadtime(timing, deadtime.or(keepalive), complaints);
    check_initdead(timing, initdead, complaints);
    timing
}

/// Long deadtimes cover a boot already; short ones do not.
fn initdead_default(deadtime: Duration) -> Duration {
    match deadtime.as_millis() {
        ..6_000 => Duration::from_secs(12),
        6_000..=10_000 => 2 * deadtime,
        10_001.. => deadtime,
    }
}

fn last(statements: &[Statement], name: &str, complaints: &mut Complaints) -> Option<Set> {
    let mut found = None;
    for statement in statements.iter().filter(|statement| statement.directive.name == name) {
        match time(&statement.rest) {
            Ok(value) => found = Some(Set { line: statement.line, value }),
            Err(wrong) => complaints.error(statement.line, format!("{name}: {wrong}"), TIME_HINT),
        }
    }
    found
}

fn check_positive(set: Option<Set>, name: &str, complaints: &mut Complaints) {
    if let Some(Set { line, value: Duration::ZERO }) = set {
        complaints.error(line, format!("{name} is zero"), TIME_HINT);
    }
}

fn check_deadtime(timing: Timing, set: Option<Set>, complaints: &mut Complaints) {
    let (dead, keep) = (timing.deadtime.as_millis(), timing.keepalive.as_millis());
    if dead <= 2 * keep {
        complaints.error(
            set.map(|set| set.line),
            format!("Dead time [{dead}] is too small compared to keepalive [{keep}] (milliseconds)"),
            "make deadtime more than twice keepalive; four times leaves room for lost packets",
        );
    }
}

fn check_initdead(timing: Timing, set: Option<Set>, complaints: &mut Complaints) {
    let Some(Set { line, value }) = set else { return };
    let (init, dead) = (value.as_millis(), timing.deadtime.as_millis());
    if value < timing.deadtime {
        complaints.error(
            line,
            format!("Initial dead time [{init}] is smaller than deadtime [{dead}] (milliseconds)"),
            "make initdead at least as long as deadtime, or remove the line",
        );
    } else if value < INITDEAD_GOOD {
        complaints.warning(
            line,
            format!("Initial dead time [{init}] is short: a host that boots slower is taken for dead"),
            "10 seconds or more are usual",
        );
    }
}
