//! Toy hands: resources that are a flag, operations that end at once, failures on demand.

use executor::contract::{CallId, Operation, Report};
use model::{OcfCode, OperationStatus, ResourceId, WallTime};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One host's hands and the services they keep.
#[derive(Debug)]
pub struct Hands {
    pub life: u64,
    pub running: BTreeSet<ResourceId>,
    recurring: BTreeMap<(ResourceId, String, Duration), Report>,
    calls: u64,
    last_single: Option<Report>,
    failing: BTreeMap<(ResourceId, String), OcfCode>,
    /// Every operation that was run, as `start proxy`.
    pub log: Vec<String>,
    /// Operations are taken and never answered.
    pub hang: bool,
}

impl Hands {
    pub fn new(life: u64) -> Self {
        Self {
            life,
            running: BTreeSet::new(),
            recurring: BTreeMap::new(),
            calls: 0,
            last_single: None,
            failing: BTreeMap::new(),
            log: Vec::new(),
            hang: false,
        }
    }

    /// From now on this action answers that.
    pub fn fail(&mut self, resource: &str, action: &str, code: OcfCode) {
        self.failing.insert((ResourceId::new(resource), action.to_owned()), code);
    }

    pub fn run(&mut self, operation: Operation, now: WallTime) -> Option<Report> {
        self.log.push(format!("{} {}", operation.action, operation.resource));
        if self.hang {
            return None;
        }
        self.calls += 1;
        let code = self.act(&operation);
        let report = report(CallId(self.calls), operation, code, now);
        let Operation { resource, action, interval, .. } = report.operation.clone();
        if interval.is_zero() {
            self.last_single = Some(report.clone());
        }
        if interval.is_zero() && action != "monitor" {
            self.recurring.retain(|(other, ..), _| *other != resource);
        } else if !interval.is_zero() {
            self.recurring.insert((resource, action, interval), report.clone());
        }
        Some(report)
    }

    pub fn cancel(&mut self, resource: &ResourceId, action: &str, interval: Duration) {
        self.recurring.remove(&(resource.clone(), action.to_owned(), interval));
    }

    /// Each recurring operation runs once; what changed is reported.
    pub fn tick(&mut self, now: WallTime) -> Vec<Report> {
        let mut news = Vec::new();
        for key in self.recurring.keys().cloned().collect::<Vec<_>>() {
            let last = self.recurring[&key].clone();
            let code = self.act(&last.operation);
            if code != last.code {
                let report = report(last.call, last.operation, code, now);
                self.recurring.insert(key, report.clone());
                news.push(report);
            }
        }
        news
    }

    pub fn state(&self) -> Vec<Report> {
        self.recurring.values().cloned().chain(self.last_single.clone()).collect()
    }

    fn act(&mut self, operation: &Operation) -> OcfCode {
        let key = (operation.resource.clone(), operation.action.clone());
        if let Some(code) = self.failing.get(&key) {
            return *code;
        }
        match operation.action.as_str() {
            "start" => {
                self.running.insert(key.0);
                OcfCode::OK
            }
            "stop" => {
                self.running.remove(&key.0);
                OcfCode::OK
            }
            _ if self.running.contains(&key.0) => OcfCode::OK,
            _ => OcfCode::NOT_RUNNING,
        }
    }
}

fn report(call: CallId, operation: Operation, code: OcfCode, now: WallTime) -> Report {
    Report {
        call,
        operation,
        status: OperationStatus::Done,
        code,
        reason: String::new(),
        output: String::new(),
        started: now,
        changed: now,
        run_time: Duration::from_millis(5),
        queue_time: Duration::ZERO,
    }
}
