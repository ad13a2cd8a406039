//! The agents' processes: each in a group of its own, with pipes for its output and nothing else of ours.

use crate::pace::Pace;
use crate::pipe::Pipe;
use crate::shield::Shield;
use executor::contract::{Command, Exit, RunId, Signal};
use rustix::process::{Pid, kill_process_group};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

/// Which of an agent's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// A process under way.
struct Agent {
    pid: i32,
    stdout: Pipe,
    stderr: Pipe,
}

/// All agents under way.
pub(crate) struct Agents {
    shield: Shield,
    pace: Pace,
    by_run: BTreeMap<RunId, Agent>,
    by_pid: BTreeMap<i32, RunId>,
}

/// What a finished agent printed.
pub(crate) struct Printed {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Agents {
    pub(crate) fn new(shield: Shield, pace: Pace) -> Self {
        Self { shield, pace, by_run: BTreeMap::new(), by_pid: BTreeMap::new() }
    }

    /// Starts a process; where that fails, its end.
    pub(crate) fn spawn(&mut self, run: RunId, command: &Command) -> Result<(), Exit> {
        let start = || self.shield.lowered(|| start(command));
        let started = if is_stop(command) { start() } else { self.pace.ordinary(start) };
        let agent = started.map_err(|error| not_started(&command.program, &error))?;
        self.by_pid.insert(agent.pid, run);
        self.by_run.insert(run, agent);
        Ok(())
    }

    /// Signals the group of a run whose process is not yet buried.
    pub(crate) fn signal(&self, run: RunId, signal: Signal) {
        let Some(pid) = self.by_run.get(&run).and_then(|agent| Pid::from_raw(agent.pid)) else { return };
        let signal = match signal {
            Signal::Terminate => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
        };
        // Nobody left in the group is what we want; and ours we may always signal.
        let _ = kill_process_group(pid, signal);
    }

    /// Which run a process is of; `None` for what an agent left to itself.
    pub(crate) fn run_of(&self, pid: i32) -> Option<RunId> {
        self.by_pid.get(&pid).copied()
    }

    /// Reads one stream of a run.
    pub(crate) fn read(&mut self, run: RunId, stream: Stream) {
        if let Some(agent) = self.by_run.get_mut(&run) {
            match stream {
                Stream::Output => agent.stdout.read(),
                Stream::Error => agent.stderr.read(),
            }
        }
    }

    /// The last words of a dead agent. A daemon that it left may hold the pipes open: nobody waits for their end.
    pub(crate) fn last_words(&mut self, run: RunId) -> Printed {
        let Some(agent) = self.by_run.get_mut(&run) else {
            return Printed { stdout: String::new(), stderr: String::new() };
        };
        agent.stdout.read();
        agent.stderr.read();
        Printed { stdout: agent.stdout.text(), stderr: agent.stderr.text() }
    }

    /// Forgets a run whose process is dead.
    pub(crate) fn remove(&mut self, run: RunId) {
        if let Some(agent) = self.by_run.remove(&run) {
            self.by_pid.remove(&agent.pid);
        }
    }

    /// The pipes to wait for.
    pub(crate) fn pipes(&self) -> impl Iterator<Item = (RunId, Stream, &Pipe)> {
        self.by_run
            .iter()
            .flat_map(|(run, agent)| [(*run, Stream::Output, &agent.stdout), (*run, Stream::Error, &agent.stderr)])
            .filter(|(_, _, pipe)| pipe.is_open())
    }
}

/// Whatever the class of the agent, the word is one of its arguments.
fn is_stop(command: &Command) -> bool {
    command.arguments.iter().any(|word| word == "stop")
}

/// Nothing here needs code between fork and exec, so std takes its short way (`posix_spawn`), whatever our size.
fn start(command: &Command) -> io::Result<Agent> {
    let mut child = std::process::Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .envs(&command.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let pid = i32::try_from(child.id()).expect("a process number is a positive pid_t");
    let stdout = Pipe::new(child.stdout.take().expect("it was asked for"));
    let stderr = Pipe::new(child.stderr.take().expect("it was asked for"));
    Ok(Agent { pid, stdout, stderr })
}

fn not_started(program: &str, error: &io::Error) -> Exit {
    let text = format!("{program}: {error}");
    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory)
    {
        Exit::NotFound(text)
    } else {
        Exit::NotSpawned(text)
    }
}
