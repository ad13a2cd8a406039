//! Who held what, seen from outside: times when two hosts held one thing, and whether the policy allows them.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

/// A time during which two hosts may hold one thing, because nobody could have known or ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// When the fault came.
    pub from: Duration,
    /// Until when its consequences must have ended; `None`: not yet known.
    pub to: Option<Duration>,
    /// Which fault.
    pub why: String,
    /// Whether the network was cut: then each side knows, and the window is short.
    pub is_cut: bool,
}

/// Two or more hosts held one thing from the first look that showed it to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Double {
    /// The address or resource.
    pub what: String,
    /// All that held it meanwhile.
    pub hosts: Vec<String>,
    /// First look.
    pub from: Duration,
    /// Last look.
    pub to: Duration,
}

impl Double {
    /// For the record.
    pub fn line(&self) -> String {
        let Self { what, hosts, from, to } = self;
        format!("{what} on {} from {:.3} to {:.3} s", hosts.join(" and "), from.as_secs_f64(), to.as_secs_f64())
    }
}

/// Turns looks into [`Double`]s.
#[derive(Debug, Default)]
pub struct Ownership {
    open: BTreeMap<String, Double>,
    closed: Vec<Double>,
}

impl Ownership {
    /// At this moment `what` was on these hosts.
    pub fn look(&mut self, now: Duration, what: &str, hosts: &[String]) {
        if hosts.len() < 2 {
            self.closed.extend(self.open.remove(what));
            return;
        }
        let new = || Double { what: what.to_owned(), hosts: Vec::new(), from: now, to: now };
        let double = self.open.entry(what.to_owned()).or_insert_with(new);
        double.to = now;
        double.hosts.extend(hosts.iter().filter(|host| !double.hosts.contains(host)).cloned().collect::<Vec<_>>());
    }

    /// Takes all that have ended.
    pub fn take(&mut self) -> Vec<Double> {
        std::mem::take(&mut self.closed)
    }
}

/// The first moment of `double` that no window covers.
pub fn uncovered(double: &Double, windows: &[Window]) -> Option<Duration> {
    let mut reached = double.from;
    loop {
        let covering = windows.iter().filter(|window| window.from <= reached);
        let furthest = covering.map(|window| window.to.unwrap_or(Duration::MAX)).max();
        match furthest {
            Some(end) if end >= double.to => return None,
            Some(end) if end > reached => reached = end,
            Some(_) | None => return Some(reached),
        }
    }
}
