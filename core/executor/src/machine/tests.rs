//! The machine on virtual time, with processes that end when a test says so.

use super::Executor;
use crate::contract::{Agent, Exit, Input, Operation, Output, Report, RunId, Signal};
use crate::settings::Settings;
use model::{Instant, Machine, OcfCode, OperationStatus, WallTime};
use std::time::Duration;

mod brain;
mod order;
mod recurring;
mod timeouts;

/// The hands in a test: what they spawned, signalled and said.
struct Hands {
    machine: Executor,
    now: Instant,
    spawned: Vec<(RunId, String)>,
    signals: Vec<(RunId, Signal)>,
    reports: Vec<Report>,
    states: Vec<Vec<Report>>,
    notices: Vec<&'static str>,
}

impl Hands {
    /// With a brain attached and four agents at once.
    fn attached() -> Self {
        let mut hands = Self::alone();
        hands.tell(Input::Attached);
        hands.states.clear();
        hands
    }

    fn alone() -> Self {
        Self {
            machine: Executor::new(Settings::for_cores(1)),
            now: Instant::ZERO,
            spawned: Vec::new(),
            signals: Vec::new(),
            reports: Vec::new(),
            states: Vec::new(),
            notices: Vec::new(),
        }
    }

    fn tell(&mut self, input: Input) {
        self.tell_time();
        self.machine.handle(self.now, input);
        self.drain();
    }

    fn tell_time(&mut self) {
        let wall = WallTime(i64::try_from(self.now.as_micros() / 1000).unwrap());
        self.machine.handle(self.now, Input::Clock(wall));
    }

    fn run(&mut self, operation: Operation) {
        self.tell(Input::Run(operation));
    }

    fn cancel(&mut self, resource: &str, action: &str, interval_s: u64) {
        let interval = Duration::from_secs(interval_s);
        self.tell(Input::Cancel { resource: resource.into(), action: action.into(), interval });
    }

    fn end(&mut self, run: u64, code: u8) {
        self.end_as(run, Exit::Code(code), "");
    }

    fn end_as(&mut self, run: u64, exit: Exit, stderr: &str) {
        self.tell(Input::Ended { run: RunId(run), exit, stdout: String::new(), stderr: stderr.into() });
    }

    /// Lets time pass, waking the machine exactly when it asks for it.
    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.machine.deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.tell_time();
            self.machine.wake(self.now);
            self.drain();
            assert!(self.machine.deadline().is_none_or(|next| next > self.now), "a due timer stays due");
        }
        self.now = until;
    }

    fn pass_seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    fn drain(&mut self) {
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Spawn { run, command } => {
                    let name = command.program.rsplit('/').next().unwrap_or_default();
                    self.spawned.push((run, format!("{name} {}", command.arguments.join(" "))));
                }
                Output::Signal { run, signal } => self.signals.push((run, signal)),
                Output::Report(report) => self.reports.push(report),
                Output::State(reports) => self.states.push(reports),
                Output::Notice(notice) => self.notices.push(notice.id),
            }
        }
    }

    /// What was spawned since the last look.
    fn spawned(&mut self) -> Vec<String> {
        std::mem::take(&mut self.spawned).into_iter().map(|(_, line)| line).collect()
    }

    /// What was said since the last look, as "resource action status code".
    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.reports).iter().map(line).collect()
    }
}

fn line(report: &Report) -> String {
    let Report { operation, status, code, .. } = report;
    format!("{} {} {status:?} {}", operation.resource, operation.action, code.0)
}

/// An operation of the agent that is named as its resource.
fn once(resource: &str, action: &str) -> Operation {
    Operation {
        resource: resource.into(),
        agent: Agent { class: "ocf".into(), provider: Some("test".into()), kind: resource.into() },
        action: action.into(),
        interval: Duration::ZERO,
        timeout: Duration::from_secs(20),
        start_delay: Duration::ZERO,
        parameters: std::collections::BTreeMap::new(),
        tag: format!("{resource}-{action}"),
    }
}

fn every(seconds: u64, resource: &str, action: &str) -> Operation {
    Operation { interval: Duration::from_secs(seconds), ..once(resource, action) }
}

#[test]
fn a_report_tells_all_of_a_run() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.run(once("a", "monitor"));
    hands.pass_seconds(2);
    hands.end(1, 0);
    hands.pass_seconds(3);
    hands.end_as(2, Exit::Code(6), "line\nocf-exit-reason:no ip given\n");
    let report = hands.reports.remove(1);
    assert_eq!((report.call.0, report.operation), (2, once("a", "monitor")));
    assert_eq!((report.status, report.code), (OperationStatus::Done, OcfCode::NOT_CONFIGURED));
    assert_eq!((report.reason.as_str(), report.output.as_str()), ("no ip given", "line"));
    assert_eq!((report.started, report.changed), (WallTime(2000), WallTime(2000)));
    assert_eq!((report.run_time, report.queue_time), (Duration::from_secs(3), Duration::from_secs(2)));
}

#[test]
fn a_service_without_systemd_is_run_by_its_script() {
    let mut hands = Hands::attached();
    let agent = Agent { class: "service".into(), provider: None, kind: "cron".into() };
    hands.run(Operation { agent, ..once("a", "monitor") });
    for run in 1..=2 {
        hands.end_as(run, Exit::NotFound("no such file".into()), "");
    }
    assert_eq!(
        hands.spawned(),
        ["systemctl is-active cron.service"; 2].into_iter().chain(["cron status"]).collect::<Vec<_>>()
    );
    hands.end(3, 3);
    assert_eq!(hands.said(), ["a monitor Done 7"]);
}

#[test]
fn an_agent_that_is_not_there_is_not_installed() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.end_as(1, Exit::NotFound("no such file".into()), "");
    hands.run(Operation {
        agent: Agent { class: "stonith".into(), provider: None, kind: "x".into() },
        ..once("a", "start")
    });
    assert_eq!(hands.reports.iter().map(|report| report.reason.is_empty()).collect::<Vec<_>>(), [false, false]);
    assert_eq!(hands.said(), ["a start NotInstalled 5", "a start NotInstalled 5"]);
    assert!(hands.machine.is_idle());
}

#[test]
fn hands_that_stop_begin_nothing_more() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.run(once("a", "monitor"));
    hands.run(every(10, "b", "monitor"));
    hands.end(2, 0);
    hands.tell(Input::Stop);
    assert!(!hands.machine.is_idle());
    hands.run(once("c", "start"));
    hands.end(1, 0);
    hands.pass_seconds(100);
    assert!(hands.machine.is_idle());
    assert_eq!(hands.spawned(), ["a start", "b monitor"]);
    assert_eq!(hands.said(), ["b monitor Done 0", "c start NotConnected 1", "a start Done 0"]);
}
