//! The supervisor: keeps one brain and one pair of hands alive, and ends them in the right order.
//!
//! It decides nothing about the cluster. That a brain dies touches no resource: the hands go on, and the next brain finds them.

use super::child::Supervised;
use super::earlier_hands::EarlierHands;
use super::options::Options;
use super::pid_file::PidFile;
use super::report;
use clusterd::brain::{EXIT_LEFT, EXIT_NOT_CONFIGURED, EXIT_NOT_STARTED, EXIT_RESTART};
use clusterd::clock::timeout;
use clusterd::sys;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::Signal;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// Tells a brain that it is not the first since the host booted.
const AGAIN: &str = "--again";

/// How long the hands may take to end what is under way, after the brain has left.
const HANDS_LIMIT: Duration = Duration::from_secs(30);

/// How soon hands of an earlier supervisor are looked for again.
const EARLIER_HANDS: Duration = Duration::from_secs(5);

/// How often it is looked whether the hands have gone, at the end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The longest sleep without anything to wait for.
const FOREVER: Duration = Duration::from_hours(1);

/// Where the supervisor is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Both are kept alive.
    Running,
    /// The brain was asked to leave the cluster in order.
    Leaving,
    /// The brain has gone for good; the hands end what is under way, until then.
    Ending { until: Instant, code: u8 },
    /// Nothing is left to look after.
    Over(u8),
}

struct Supervisor {
    brain: Supervised,
    hands: Supervised,
    earlier: EarlierHands,
    signals: OwnedFd,
    phase: Phase,
    /// A brain has run here that had a good configuration, or hands that one has left, so resources may be running.
    has_run: bool,
}

/// Supervises until a signal ends it, or the configuration turns out to be of no use; answers the exit code.
pub fn run(options: &Options, _held: PidFile) -> u8 {
    sys::keep_memory_small();
    if options.detached {
        // It fails only when we lead a session already.
        let _ = rustix::process::setsid();
    }
    match Supervisor::new(options) {
        Ok(supervisor) => supervisor.run(),
        Err(e) => {
            eprintln!("heartbeat: cannot supervise: {e}");
            super::EXIT_FAILED
        }
    }
}

impl Supervisor {
    fn new(options: &Options) -> io::Result<Self> {
        let layout = &options.brain.layout;
        layout.create().map_err(io::Error::other)?;
        let signals = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGCHLD];
        let arguments = options.arguments();
        let earlier = EarlierHands::at(&layout.hands_socket());
        let mut brain = Supervised::new("brain", arguments.clone(), layout.run_dir.join("brain.pid"));
        let has_run = earlier.run();
        if has_run {
            brain.add_argument(AGAIN);
        }
        let signals = sys::signal_descriptor(&signals)?;
        if options.detached {
            brain.complain_first_to(report::take_stderr()?);
        }
        Ok(Self {
            brain,
            hands: Supervised::new("hands", arguments, layout.run_dir.join("hands.pid")),
            earlier,
            signals,
            phase: Phase::Running,
            has_run,
        })
    }

    fn run(mut self) -> u8 {
        loop {
            let now = Instant::now();
            self.start_hands(now);
            self.start_brain(now);
            self.wait();
            self.hear_signals();
            self.bury();
            if let Phase::Over(code) = self.phase {
                return code;
            }
        }
    }

    /// One that starts while the host leaves is to leave, too: it finishes what the one before it began.
    fn start_brain(&mut self, now: Instant) {
        let ran = self.brain.runs();
        self.brain.start_if_due(now);
        if self.phase == Phase::Leaving && !ran {
            self.brain.signal(Signal::TERM);
        }
    }

    /// While hands of an earlier supervisor live, ours could not start, and are not needed.
    fn start_hands(&mut self, now: Instant) {
        if self.hands.start_at().is_some_and(|at| at <= now) && self.earlier.run() {
            self.hands.restart_after(now, EARLIER_HANDS);
        }
        self.hands.start_if_due(now);
    }

    fn wait(&self) {
        let ending = match self.phase {
            // Hands that are not our children do not signal their end.
            Phase::Ending { until, .. } => Some(until.min(Instant::now() + LOOK_EVERY)),
            Phase::Running | Phase::Leaving | Phase::Over(_) => None,
        };
        let next = [self.brain.start_at(), self.hands.start_at(), ending].into_iter().flatten().min();
        let rest = next.map_or(FOREVER, |at| at.saturating_duration_since(Instant::now()));
        let mut fds = [PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN)];
        // An interrupted poll is an early turn, which is harmless.
        let _ = poll(&mut fds, Some(&timeout(rest)));
    }

    fn hear_signals(&mut self) {
        while let Some(signal) = sys::next_signal(self.signals.as_fd()) {
            match signal {
                libc::SIGTERM | libc::SIGINT => self.leave(),
                libc::SIGHUP => self.brain.signal(Signal::HUP),
                _ => {}
            }
        }
    }

    fn leave(&mut self) {
        if self.phase == Phase::Running {
            self.phase = Phase::Leaving;
        }
        if self.brain.runs() {
            self.brain.signal(Signal::TERM);
        } else if !self.has_run {
            self.end(0, Instant::now());
        }
    }

    /// Looks for children that have ended, and does what follows from how.
    fn bury(&mut self) {
        let now = Instant::now();
        if let Some(status) = self.brain.reap() {
            self.after_brain(status, now);
        }
        if let Some(status) = self.hands.reap() {
            self.after_hands(status, now);
        }
        if let Phase::Ending { until, code } = self.phase
            && (now >= until || !(self.hands.runs() || self.earlier.run()))
        {
            self.hands.signal(Signal::KILL);
            self.phase = Phase::Over(code);
        }
    }

    fn after_brain(&mut self, status: ExitStatus, now: Instant) {
        match exit_code(status) {
            Some(EXIT_LEFT) => self.end(0, now),
            Some(EXIT_NOT_CONFIGURED) if !self.has_run => self.end(EXIT_NOT_CONFIGURED, now),
            // It has touched nothing, and no service is left to stop.
            Some(EXIT_NOT_STARTED) if self.phase == Phase::Leaving && !self.has_run => self.end(0, now),
            Some(EXIT_NOT_STARTED) => {
                eprintln!("heartbeat: the brain could not start; trying again");
                self.brain.plan_restart(now);
            }
            Some(EXIT_RESTART) => {
                self.has_run = true;
                self.brain.add_argument(AGAIN);
                self.brain.restart_now(now);
            }
            _ => {
                self.has_run = true;
                self.brain.add_argument(AGAIN);
                eprintln!("heartbeat: the brain ended ({status}); starting it again, resources stay as they are");
                self.brain.plan_restart(now);
            }
        }
    }

    fn after_hands(&mut self, status: ExitStatus, now: Instant) {
        if matches!(self.phase, Phase::Ending { .. } | Phase::Over(_)) {
            return;
        }
        if exit_code(status) == Some(execd::EXIT_ALREADY_RUNNING) {
            self.hands.restart_after(now, EARLIER_HANDS);
            return;
        }
        eprintln!("heartbeat: the hands ended ({status}); starting them again");
        self.hands.plan_restart(now);
    }

    fn end(&mut self, code: u8, now: Instant) {
        self.brain.retire();
        self.hands.retire();
        if self.hands.runs() {
            self.hands.signal(Signal::TERM);
        } else if self.earlier.run() {
            self.earlier.end();
        }
        self.phase = Phase::Ending { until: now + HANDS_LIMIT, code };
    }
}

fn exit_code(status: ExitStatus) -> Option<u8> {
    status.code().and_then(|code| u8::try_from(code).ok())
}
