//! The hands' machine: takes operations, says what to spawn and signal, and what came of it.
//!
//! Whose turn it is stands in `lanes`, what an operation remembers in `call`, what an end means in `outcome`, who hears of
//! it in `desk`. This file joins them.

use crate::call::{Call, Phase};
use crate::contract::{Agent, CallId, Input, Operation, Output, Report, RunId};
use crate::desk::Desk;
use crate::lanes::Lanes;
use crate::settings::Settings;
use model::planted::{Bug, planted};
use model::{Instant, Machine, OcfCode, OperationStatus, ResourceId, Timers, WallTime};
use run::Run;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

mod run;

/// Operations in our care at once; far more than any host has, yet a bound for a brain gone wild.
const CALLS_MAX: usize = 4096;

/// After these, what recurring operations judged is no more.
const STATE_CHANGES: [&str; 6] = ["start", "stop", "promote", "demote", "migrate_to", "migrate_from"];

/// What the machine wakes up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// To queue a delayed call.
    Due(CallId),
    /// To end a run that takes too long.
    Timeout(RunId),
    /// To end a run that did not heed the first signal.
    Kill(RunId),
    /// To go on without a process that nothing ends.
    GiveUp(RunId),
}

/// Runs operations; see [`Input`] and [`Output`].
#[derive(Debug)]
pub struct Executor {
    settings: Settings,
    environment: BTreeMap<String, String>,
    wall: WallTime,
    calls: BTreeMap<CallId, Call>,
    runs: BTreeMap<RunId, Run>,
    calls_made: u64,
    runs_made: u64,
    last_single: Option<Report>,
    lanes: Lanes,
    desk: Desk,
    timers: Timers<Timer>,
    outbox: VecDeque<Output>,
    stopping: bool,
}

impl Machine for Executor {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::Run(operation) => self.accept(now, operation),
            Input::Cancel { resource, action, interval } => self.cancel(&resource, &action, interval),
            Input::Attached => self.attach(),
            Input::Environment(environment) => self.environment = environment,
            Input::Detached => self.desk.detach(),
            Input::Ended { run, exit, stdout, stderr } => {
                self.run_ended(now, run, &run::Ending { exit, stdout, stderr });
            }
            Input::Clock(wall) => self.wall = wall,
            Input::Stop => self.stop(),
        }
        self.serve(now);
    }

    fn wake(&mut self, now: Instant) {
        while let Some(timer) = self.timers.expired(now) {
            match timer {
                Timer::Due(call) => self.enqueue(now, call),
                Timer::Timeout(run) => self.run_timed_out(now, run),
                Timer::Kill(run) => self.kill(now, run),
                Timer::GiveUp(run) => self.give_up(now, run),
            }
        }
        self.serve(now);
    }

    fn poll(&mut self) -> Option<Output> {
        self.outbox.pop_front()
    }

    fn deadline(&self) -> Option<Instant> {
        self.timers.deadline()
    }
}

impl Executor {
    /// A machine with nothing to do, and no brain.
    pub fn new(settings: Settings) -> Self {
        Self {
            lanes: Lanes::new(settings.agents_at_once),
            settings,
            environment: BTreeMap::new(),
            wall: WallTime::default(),
            calls: BTreeMap::new(),
            runs: BTreeMap::new(),
            calls_made: 0,
            runs_made: 0,
            last_single: None,
            desk: Desk::default(),
            timers: Timers::default(),
            outbox: VecDeque::new(),
            stopping: false,
        }
    }

    /// Whether no agent is under way.
    pub fn is_idle(&self) -> bool {
        self.runs.is_empty()
    }

    fn accept(&mut self, now: Instant, operation: Operation) {
        self.calls_made += 1;
        let call = Call::new(CallId(self.calls_made), operation, self.wall);
        if let Some((status, reason)) = self.refusal() {
            self.desk.deliver(call.unrun(status, reason), &mut self.outbox);
            return;
        }
        self.drop_outdated(&call.operation);
        let (id, delay) = (call.id, call.operation.start_delay);
        self.calls.insert(id, call);
        if delay > Duration::ZERO {
            self.timers.set(Timer::Due(id), now + delay);
        } else {
            self.enqueue(now, id);
        }
    }

    fn refusal(&self) -> Option<(OperationStatus, &'static str)> {
        if self.stopping {
            Some((OperationStatus::NotConnected, "the hands are stopping"))
        } else if self.calls.len() >= CALLS_MAX {
            Some((OperationStatus::Error, "too many operations are under way on this host"))
        } else {
            None
        }
    }

    /// Ends the recurring operations that a new one replaces, or whose question a change of state makes void.
    fn drop_outdated(&mut self, new: &Operation) {
        let single = new.interval.is_zero();
        let changes_state = single && STATE_CHANGES.contains(&new.action.as_str());
        let is_replaced = |old: &Operation| !single && (&old.action, old.interval) == (&new.action, new.interval);
        let outdated: Vec<CallId> = self
            .calls
            .values()
            .filter(|call| call.is_recurring() && call.operation.resource == new.resource)
            .filter(|call| changes_state || is_replaced(&call.operation))
            .map(|call| call.id)
            .collect();
        for id in outdated {
            self.drop_call(id);
        }
    }

    /// Forgets a call without a word; its process, if there is one, goes to its end unheard.
    fn drop_call(&mut self, id: CallId) {
        if planted(Bug::TimerNotCancelled) {
            return;
        }
        let Some(call) = self.calls.remove(&id) else { return };
        match call.phase {
            Phase::Delayed => self.timers.cancel(&Timer::Due(id)),
            Phase::Queued { .. } => self.lanes.remove(id),
            Phase::Running { run } => self.disown(run, None),
        }
    }

    fn cancel(&mut self, resource: &ResourceId, action: &str, interval: Duration) {
        let is_meant = |call: &&Call| {
            let operation = &call.operation;
            (&operation.resource, operation.action.as_str(), operation.interval) == (resource, action, interval)
        };
        let Some(call) = self.calls.values().rev().find(is_meant) else {
            let report = unknown(resource, action, interval, self.wall);
            return self.desk.deliver(report, &mut self.outbox);
        };
        let (id, phase) = (call.id, call.phase);
        let answer = call.unrun(OperationStatus::Cancelled, "");
        match phase {
            Phase::Running { .. } if interval.is_zero() => {}
            Phase::Running { run } => {
                self.calls.remove(&id);
                self.disown(run, Some(answer));
            }
            Phase::Delayed | Phase::Queued { .. } => {
                self.drop_call(id);
                self.desk.deliver(answer, &mut self.outbox);
            }
        }
    }

    fn attach(&mut self) {
        self.desk.attach(&mut self.outbox);
        let in_hand = self.calls.values().map(Call::state);
        self.outbox.push_back(Output::State(in_hand.chain(self.last_single.clone()).collect()));
    }

    fn stop(&mut self) {
        self.stopping = true;
        let idle = |call: &&Call| call.is_recurring() || !matches!(call.phase, Phase::Running { .. });
        let unwanted: Vec<CallId> = self.calls.values().filter(idle).map(|call| call.id).collect();
        for id in unwanted {
            self.drop_call(id);
        }
    }

    fn enqueue(&mut self, now: Instant, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.phase = Phase::Queued { since: now };
            self.lanes.push(call.operation.resource.clone(), id);
        }
    }

    /// Gives every free lane its next call.
    fn serve(&mut self, now: Instant) {
        while let Some(id) = self.lanes.next() {
            self.begin(now, id);
        }
    }
}

/// The answer to the cancelling of what is not there.
fn unknown(resource: &ResourceId, action: &str, interval: Duration, at: WallTime) -> Report {
    let operation = Operation {
        resource: resource.clone(),
        agent: Agent { class: String::new(), provider: None, kind: String::new() },
        action: action.to_owned(),
        interval,
        timeout: Duration::ZERO,
        start_delay: Duration::ZERO,
        parameters: BTreeMap::new(),
        tag: String::new(),
    };
    Report {
        call: CallId(0),
        operation,
        status: OperationStatus::Cancelled,
        code: OcfCode::ERROR,
        reason: String::new(),
        output: String::new(),
        started: at,
        changed: at,
        run_time: Duration::ZERO,
        queue_time: Duration::ZERO,
    }
}

#[cfg(test)]
mod tests;
