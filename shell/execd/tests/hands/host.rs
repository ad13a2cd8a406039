//! A host for tests: a directory with agents, hands at work in it, and brains that attach to them.

#![expect(clippy::unwrap_used, reason = "all of this is test code, and a panic fails the test")]

use execd::Options;
use execd::client::{Answer, HandsClient};
use executor::contract::{Agent, Operation, Report};
use std::collections::VecDeque;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// In which the directory is told to the process that is to be the hands.
const DIRECTORY: &str = "SYSTOLE_TEST_DIRECTORY";

/// Nothing in these tests takes so long; it only bounds a test that fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Is the hands, when started for it.
pub fn be_hands() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let mut options = Options::at(directory.join("hands.sock"));
    options.settings.ocf_root = directory.display().to_string();
    std::process::exit(execd::main(options).into());
}

pub struct Host {
    directory: tempfile::TempDir,
    hands: Child,
}

impl Host {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(directory.path().join("resource.d/test")).unwrap();
        let hands = start(directory.path());
        Self { directory, hands }
    }

    /// More hands in the same place.
    pub fn another(&self) -> Child {
        await_that("the first hands listen", || self.path("hands.sock").exists());
        start(self.directory.path())
    }

    /// Made by a process of its own: a file that is open for writing cannot be run, and whatever another test starts while we wrote it
    /// would hold it open.
    pub fn agent(&self, name: &str, script: &str) {
        let (text, path) = (self.path(&format!("{name}.text")), self.path("resource.d/test").join(name));
        std::fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
        assert!(Command::new("install").args(["-m", "755"]).args([text, path]).status().unwrap().success());
    }

    pub fn brain(&self) -> Brain {
        self.brain_and_state().0
    }

    /// A brain, what nobody had heard, and how things stood when it attached.
    pub fn brain_and_state(&self) -> (Brain, Vec<Report>, Vec<Report>) {
        let environment = [("HA_CURHOST".to_owned(), "sip-a".to_owned())];
        let mut client = None;
        await_that("the hands listen", || {
            client = HandsClient::connect(&self.path("hands.sock"), environment.clone().into()).ok();
            client.is_some()
        });
        let mut brain = Brain { client: client.unwrap(), heard: VecDeque::new() };
        let mut reports = Vec::new();
        loop {
            match brain.next() {
                Answer::Report(report) => reports.push(report),
                Answer::State(state) => return (brain, reports, state),
                Answer::Notice(_) => {}
            }
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The operation with a parameter that names a file of this host.
    pub fn with_state(&self, mut operation: Operation) -> Operation {
        operation.parameters.insert("state".into(), self.path("state").display().to_string());
        operation
    }

    pub fn pid(&self) -> u32 {
        self.hands.id()
    }

    pub fn wait(&mut self) -> i32 {
        self.hands.wait().unwrap().code().unwrap()
    }

    /// Its open files once it has buried every child: an agent's end is told before its pipes are closed.
    pub fn descriptors(&self) -> usize {
        await_that("every agent is buried", || children_of(self.pid()) == 0);
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    /// How often any thread of the hands gave up the processor by itself: once for each time it went to sleep.
    pub fn switches(&self) -> Vec<String> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let status = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).unwrap());
        status.map(|text| text.lines().find(|line| line.starts_with("voluntary")).unwrap().to_owned()).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.hands.kill();
        let _ = self.hands.wait();
    }
}

fn start(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["hands_process", "--exact", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A brain with its ears open.
pub struct Brain {
    pub client: HandsClient,
    heard: VecDeque<Answer>,
}

impl Brain {
    pub fn run(&mut self, operation: &Operation) {
        self.client.run(operation).unwrap();
    }

    /// The next report.
    pub fn report(&mut self) -> Report {
        loop {
            if let Answer::Report(report) = self.next() {
                return report;
            }
        }
    }

    /// The next report of a resource.
    pub fn report_of(&mut self, resource: &str) -> Report {
        loop {
            let report = self.report();
            if report.operation.resource.as_str() == resource {
                return report;
            }
        }
    }

    fn next(&mut self) -> Answer {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = self.heard.pop_front() {
                return answer;
            }
            assert!(Instant::now() < until, "the hands are silent");
            self.client.flush().unwrap();
            self.heard.extend(self.client.receive().unwrap());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// An operation of the agent that is named as its resource.
pub fn once(name: &str, action: &str) -> Operation {
    Operation {
        resource: name.into(),
        agent: Agent { class: "ocf".into(), provider: Some("test".into()), kind: name.into() },
        action: action.into(),
        interval: Duration::ZERO,
        timeout: PATIENCE,
        start_delay: Duration::ZERO,
        parameters: std::collections::BTreeMap::new(),
        tag: String::new(),
    }
}

pub fn every(seconds: u64, name: &str, action: &str) -> Operation {
    Operation { interval: Duration::from_secs(seconds), ..once(name, action) }
}

/// Every 50 ms.
pub fn often(name: &str, action: &str) -> Operation {
    Operation { interval: Duration::from_millis(50), ..once(name, action) }
}

pub fn within(milliseconds: u64, operation: Operation) -> Operation {
    Operation { timeout: Duration::from_millis(milliseconds), ..operation }
}

pub fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn await_gone(pid: &str) {
    assert!(pid.parse::<u32>().is_ok(), "{pid:?} is a process number");
    await_that("a process is gone and buried", || !Path::new("/proc").join(pid).exists());
}

pub fn parent_of(pid: &str) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

pub fn children_of(parent: u32) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    processes.filter(|pid| pid.parse::<u32>().is_ok() && parent_of(pid) == Some(parent)).count()
}

/// What a process becomes that asks to stand so much behind us.
pub fn niceness(adjustment: i32) -> i32 {
    let output = Command::new("nice").args(["-n", &adjustment.to_string(), "nice"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

pub fn kill(pid: &str) {
    signal(pid.parse().unwrap(), rustix::process::Signal::KILL);
}

pub fn terminate(pid: u32) {
    signal(pid, rustix::process::Signal::TERM);
}

pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}
