//! One supervised process: started, started again when it dies, slower when it dies too fast.

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A life at least this long makes up for earlier deaths.
const LONG_LIFE: Duration = Duration::from_secs(30);

/// The first wait after a death that came too soon; each further one doubles it.
const WAIT_FIRST: Duration = Duration::from_millis(100);

/// The longest wait. It is never given up: resources may be running that nobody else looks after.
const WAIT_LONGEST: Duration = Duration::from_secs(10);

/// Quick deaths that are answered at once.
const FORGIVEN: u32 = 3;

/// A command that runs this binary under one of its names.
pub fn of_this_binary(name: &str, arguments: &[String]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(name).args(arguments);
    command
}

/// The process, or the wish for one.
#[derive(Debug)]
pub struct Supervised {
    name: &'static str,
    arguments: Vec<String>,
    pid_file: PathBuf,
    child: Option<Child>,
    started: Instant,
    quick_deaths: u32,
    start_at: Option<Instant>,
    first_stderr: Option<OwnedFd>,
}

impl Supervised {
    /// To be started at the next [`Supervised::start_if_due`].
    pub fn new(name: &'static str, arguments: Vec<String>, pid_file: PathBuf) -> Self {
        let now = Instant::now();
        let (child, start_at) = (None, Some(now));
        Self { name, arguments, pid_file, child, started: now, quick_deaths: 0, start_at, first_stderr: None }
    }

    /// Where the first process complains; each later one does so where we do.
    pub fn complain_first_to(&mut self, stderr: OwnedFd) {
        self.first_stderr = Some(stderr);
    }

    /// What every later start is told, too.
    pub fn add_argument(&mut self, word: &str) {
        if !self.arguments.iter().any(|argument| argument == word) {
            self.arguments.push(word.to_owned());
        }
    }

    /// When [`Supervised::start_if_due`] wants to be called.
    pub fn start_at(&self) -> Option<Instant> {
        self.start_at
    }

    /// Whether there is a process.
    pub fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// Starts the process when its time has come; a failure to do so counts as a death.
    pub fn start_if_due(&mut self, now: Instant) {
        if self.start_at.is_none_or(|at| now < at) {
            return;
        }
        self.started = now;
        self.start_at = None;
        let mut command = of_this_binary(self.name, &self.arguments);
        command.stdin(Stdio::null());
        if let Some(stderr) = self.first_stderr.take() {
            command.stderr(stderr);
        }
        match command.spawn() {
            Ok(child) => {
                // For people and tests; nothing of ours reads it.
                let _ = fs::write(&self.pid_file, format!("{}\n", child.id()));
                self.child = Some(child);
            }
            Err(e) => {
                eprintln!("heartbeat: cannot start the {}: {e}; trying again", self.name);
                self.plan_restart(now);
            }
        }
    }

    /// How the process ended, if it has.
    pub fn reap(&mut self) -> Option<ExitStatus> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        let _ = fs::remove_file(&self.pid_file);
        Some(status)
    }

    /// Starts it again, at once or after a while.
    pub fn plan_restart(&mut self, now: Instant) {
        self.quick_deaths =
            if now.duration_since(self.started) >= LONG_LIFE { 0 } else { self.quick_deaths.saturating_add(1) };
        self.start_at = Some(now + wait_after(self.quick_deaths));
    }

    /// Starts it again at once, and does not hold the last end against it.
    pub fn restart_now(&mut self, now: Instant) {
        self.start_at = Some(now);
    }

    /// Starts it again after that long.
    pub fn restart_after(&mut self, now: Instant, wait: Duration) {
        self.start_at = Some(now + wait);
    }

    /// Signals the process, if there is one.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.as_ref().and_then(|child| i32::try_from(child.id()).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It is our child and not reaped yet, so the number is its own; it may only be dead already.
            let _ = kill_process(pid, signal);
        }
    }

    /// Does not start it again.
    pub fn retire(&mut self) {
        self.start_at = None;
    }
}

fn wait_after(quick_deaths: u32) -> Duration {
    match quick_deaths.checked_sub(FORGIVEN + 1) {
        None => Duration::ZERO,
        Some(doublings) => WAIT_FIRST.saturating_mul(1 << doublings.min(16)).min(WAIT_LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_quick_deaths_are_forgiven_and_more_of_them_slow_the_restarts_down_to_a_bound() {
        let waits: Vec<u128> = (0..14).map(|deaths| wait_after(deaths).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
        assert_eq!(wait_after(u32::MAX), WAIT_LONGEST);
    }
}
