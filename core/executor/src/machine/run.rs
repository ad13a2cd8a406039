//! One run of an agent, from its process to its end or to the end of our patience.

use super::{Executor, Timer};
use crate::call::{Call, Phase, Span};
use crate::command::{Invocation, invocations};
use crate::contract::{CallId, Exit, Operation, Output, Report, RunId, Signal};
use crate::notices;
use crate::outcome::{Dialect, Outcome, judge};
use model::{Instant, OcfCode, OperationStatus, WallTime};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// From the polite signal to the one that cannot be caught.
const KILL_GRACE: Duration = Duration::from_secs(5);

/// From the signal that cannot be caught to going on without the process.
const GIVE_UP_AFTER: Duration = Duration::from_secs(5);

/// For an operation that comes without a timeout: nothing may run for ever.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(20);

/// A process and what it is for.
#[derive(Debug)]
pub(super) struct Run {
    operation: Arc<Operation>,
    owner: Owner,
    stage: Stage,
    dialect: Dialect,
    /// To try where the program is not there.
    others: VecDeque<Invocation>,
    began: Instant,
    started: WallTime,
    queue_time: Duration,
}

/// Who hears of a run's end.
#[derive(Debug)]
enum Owner {
    /// The call that it is of.
    Call(CallId),
    /// Nobody hears of the run, but somebody of its being over.
    Cancelled(Box<Report>),
    /// Nobody.
    Nobody,
}

/// Whether a run's own end still counts.
#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// It does.
    InTime,
    /// It does not: the timeout is reported, the group is being killed.
    TimedOut,
}

/// The end of a process as the driver saw it.
pub(super) struct Ending {
    pub(super) exit: Exit,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Executor {
    /// Starts the process of a call whose turn it is.
    pub(super) fn begin(&mut self, now: Instant, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        let Phase::Queued { since } = call.phase else { return };
        let operation = Arc::clone(&call.operation);
        let run = Run {
            owner: Owner::Call(id),
            stage: Stage::InTime,
            dialect: Dialect::Ocf,
            others: VecDeque::new(),
            began: now,
            started: self.wall,
            queue_time: now.since(since),
            operation,
        };
        match invocations(&self.settings, &self.environment, &run.operation) {
            Ok(ways) => self.spawn(Run { others: ways.into(), ..run }),
            Err(error) => {
                let outcome =
                    Outcome::without_agent(OperationStatus::NotInstalled, OcfCode::NOT_INSTALLED, error.to_string());
                self.report(now, id, outcome, &run);
                self.close(now, run);
            }
        }
    }

    /// Spawns the next way to carry out a run.
    fn spawn(&mut self, mut run: Run) {
        let Some(Invocation { command, dialect }) = run.others.pop_front() else { return };
        self.runs_made += 1;
        let id = RunId(self.runs_made);
        if let Owner::Call(call) = run.owner
            && let Some(call) = self.calls.get_mut(&call)
        {
            call.phase = Phase::Running { run: id };
        }
        self.timers.set(Timer::Timeout(id), run.began + allowed(&run.operation));
        run.dialect = dialect;
        self.runs.insert(id, run);
        self.outbox.push_back(Output::Spawn { run: id, command });
    }

    /// Takes note of a process's end; one that we gave up is unknown here and ignored.
    pub(super) fn run_ended(&mut self, now: Instant, id: RunId, ending: &Ending) {
        let Some(run) = self.take(id) else { return };
        if matches!(ending.exit, Exit::NotFound(_)) && !run.others.is_empty() && run.stage == Stage::InTime {
            return self.spawn(run);
        }
        match (&run.stage, &run.owner) {
            (Stage::InTime, Owner::Call(call)) => {
                let outcome = judge(run.dialect, &run.operation.action, &ending.exit, &ending.stdout, &ending.stderr);
                self.report(now, *call, outcome, &run);
            }
            (Stage::InTime, Owner::Cancelled(_) | Owner::Nobody) => {}
            (Stage::TimedOut, _) => self.outbox.push_back(Output::Signal { run: id, signal: Signal::Kill }),
        }
        self.close(now, run);
    }

    /// Tells of a timeout at once, so that the brain can plan; the resource stays busy until the group is dead.
    pub(super) fn run_timed_out(&mut self, now: Instant, id: RunId) {
        let Some(mut run) = self.runs.remove(&id) else { return };
        let allowed = allowed(&run.operation);
        run.stage = Stage::TimedOut;
        self.outbox.push_back(Output::Signal { run: id, signal: Signal::Terminate });
        self.outbox.push_back(Output::Notice(notices::timeout(&run.operation, allowed)));
        self.timers.set(Timer::Kill(id), now + KILL_GRACE);
        if let Owner::Call(call) = run.owner {
            let reason = format!("the agent did not end within {} ms", allowed.as_millis());
            self.report(now, call, Outcome::without_agent(OperationStatus::Timeout, OcfCode::ERROR, reason), &run);
            if run.operation.interval.is_zero() {
                self.calls.remove(&call);
                run.owner = Owner::Nobody;
            }
        }
        self.runs.insert(id, run);
    }

    pub(super) fn kill(&mut self, now: Instant, id: RunId) {
        if self.runs.contains_key(&id) {
            self.outbox.push_back(Output::Signal { run: id, signal: Signal::Kill });
            self.timers.set(Timer::GiveUp(id), now + GIVE_UP_AFTER);
        }
    }

    pub(super) fn give_up(&mut self, now: Instant, id: RunId) {
        if let Some(run) = self.take(id) {
            self.outbox.push_back(Output::Notice(notices::unkillable(&run.operation)));
            self.close(now, run);
        }
    }

    /// Nobody wants the result of this run any more; `answer` is said when it is over.
    pub(super) fn disown(&mut self, id: RunId, answer: Option<Report>) {
        if let Some(run) = self.runs.get_mut(&id) {
            run.owner = answer.map_or(Owner::Nobody, |report| Owner::Cancelled(Box::new(report)));
        }
    }

    fn take(&mut self, id: RunId) -> Option<Run> {
        let run = self.runs.remove(&id)?;
        for timer in [Timer::Timeout(id), Timer::Kill(id), Timer::GiveUp(id)] {
            self.timers.cancel(&timer);
        }
        Some(run)
    }

    fn report(&mut self, now: Instant, id: CallId, outcome: Outcome, run: &Run) {
        let span = Span { started: run.started, run_time: now.since(run.began), queue_time: run.queue_time };
        if let Some(report) = self.calls.get_mut(&id).and_then(|call| call.record(outcome, span)) {
            if report.operation.interval.is_zero() {
                self.last_single = Some(report.clone());
            }
            self.desk.deliver(report, &mut self.outbox);
        }
    }

    /// Frees the resource, and brings a recurring call round again.
    fn close(&mut self, now: Instant, run: Run) {
        self.lanes.release(&run.operation.resource);
        match run.owner {
            Owner::Cancelled(answer) => self.desk.deliver(*answer, &mut self.outbox),
            Owner::Nobody => {}
            Owner::Call(id) if run.operation.interval.is_zero() => {
                self.calls.remove(&id);
            }
            Owner::Call(id) => self.delay(id, now + run.operation.interval),
        }
    }

    fn delay(&mut self, id: CallId, until: Instant) {
        if let Some(Call { phase, .. }) = self.calls.get_mut(&id) {
            *phase = Phase::Delayed;
            self.timers.set(Timer::Due(id), until);
        }
    }
}

fn allowed(operation: &Operation) -> Duration {
    if operation.timeout.is_zero() { TIMEOUT_DEFAULT } else { operation.timeout }
}
