//! The course of one test: what was said, what was complained about, when it is given up.

use super::agent::{Outcome, Setting, run};
use super::options::{Options, Speech};
use std::collections::BTreeSet;
use std::path::Path;

/// Where an agent's programs live; anything else that begins with a slash is data.
const PROGRAM_PLACES: [&str; 8] = [
    "/usr/bin/",
    "/usr/sbin/",
    "/bin/",
    "/sbin/",
    "/usr/local/bin/",
    "/usr/local/sbin/",
    "/etc/init.d/",
    "/etc/rc.d/init.d/",
];

/// The test cannot go on; why has been said.
#[derive(Debug)]
pub struct Aborted;

/// What follows from a wrong code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// One more error.
    Count,
    /// Nothing after it would mean anything.
    Abort,
}

/// The test of one agent.
#[derive(Debug)]
pub struct Session {
    options: Options,
    errors: u32,
}

impl Session {
    pub fn new(options: Options) -> Self {
        Self { options, errors: 0 }
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    pub fn errors(&self) -> u32 {
        self.errors
    }

    /// A line for everybody who did not ask for quiet.
    pub fn note(&self, line: &str) {
        if self.options.speech != Speech::Quiet {
            println!("{line}");
        }
    }

    /// A line for those who asked for more.
    pub fn detail(&self, line: &str) {
        if self.options.speech == Speech::Verbose {
            println!("{line}");
        }
    }

    /// Runs one action and says so.
    pub fn run(&self, action: &str, say: Option<&str>, setting: Setting) -> Outcome {
        self.detail(say.unwrap_or(&format!("Testing: {action}")));
        run(&self.options, action, setting)
    }

    /// Judges a code.
    pub fn expect(
        &mut self,
        outcome: &Outcome,
        accepted: &[i32],
        complaint: &str,
        on_error: OnError,
    ) -> Result<(), Aborted> {
        if accepted.contains(&outcome.code) {
            return Ok(());
        }
        println!("* rc={}: {complaint}", outcome.code);
        self.errors += 1;
        match on_error {
            OnError::Count => Ok(()),
            OnError::Abort => {
                if !outcome.said.is_empty() {
                    println!("{}", outcome.said.trim_end());
                }
                Err(Aborted)
            }
        }
    }

    /// An error that is not one of a code.
    pub fn complain(&mut self, line: &str) {
        println!("{line}");
        self.errors += 1;
    }

    /// After a failure: the programs that the agent's text calls by full path and that this host does not have. A
    /// shell agent that throws away the message of a missing program can never tell it from a stopped service.
    pub fn hint(&self) {
        let Ok(text) = std::fs::read_to_string(&self.options.agent) else { return };
        for program in programs(&text).into_iter().filter(|program| !Path::new(program).exists()) {
            println!("* Your agent calls {program}, which is not on this host; install it");
        }
    }
}

/// The programs a script names by full path.
pub fn programs(script: &str) -> BTreeSet<&str> {
    let lines = script.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || "\"'`;|&()=<>{}:,$".contains(c)));
    words
        .filter(|word| PROGRAM_PLACES.iter().any(|place| word.len() > place.len() && word.starts_with(place)))
        .collect()
}
