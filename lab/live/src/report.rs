//! What every host knows at the moment of a failure: for its text, so that a failure that comes once explains itself.

use crate::{Cluster, Failure};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What a host is asked while it is on.
const QUESTIONS: [&str; 3] =
    ["timeout 10 crm_mon -1 -r -f", "ip -o -4 address show", "cat /proc/loadavg; ps -eo pid,ppid,etimes,stat,args"];

/// What a host has written down, which outlives it: the file, and how many of its last lines.
const FILES: [(&str, usize); 3] =
    [("var/log/ha-log", 120), ("var/log/agent-calls", 40), ("var/lib/heartbeat/systole-events", 40)];

/// Opens each host's part; a failure that has one already needs no second one.
const MARK: &str = "--- what ";

impl Cluster {
    /// What each host says of the cluster, and has said.
    pub fn report(&self) -> String {
        let hosts = self.lab.names().into_iter().filter(|host| host != "client");
        hosts.map(|host| self.report_of(&host)).collect()
    }

    /// The failure with what each host says.
    #[must_use]
    pub fn explain(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Broken(text) if !text.contains(MARK) => self.explained(text),
            Failure::Broken(_) | Failure::Skip(_) => failure,
        }
    }

    /// A failure with what each host says.
    pub fn explained(&self, text: impl std::fmt::Display) -> Failure {
        Failure::broken(format!("{text}\n{}", self.report()))
    }

    fn report_of(&self, host: &str) -> String {
        let is_on = self.lab.is_on(host);
        let mut text = format!("{MARK}{host} says, which is {}\n", if is_on { "on" } else { "off" });
        for line in QUESTIONS.iter().filter(|_| is_on) {
            let said = self.ask(host, line).map_or_else(|failure| format!("{failure:?}\n"), |said| said.to_string());
            text.push_str(&said);
        }
        for (file, lines) in FILES {
            if let Some(end) = last_lines(&self.lab.on_disk(host, file), lines) {
                writeln!(text, "{host}# tail -n {lines} /{file}\n{end}").expect("a string takes all that is written");
            }
        }
        text
    }
}

fn last_lines(path: &Path, count: usize) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    Some(lines[lines.len().saturating_sub(count)..].join("\n"))
}
