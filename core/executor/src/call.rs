//! A call: one operation from the brain's wish to its last report, through one run or many.

use crate::contract::{CallId, Operation, Report, RunId};
use crate::outcome::Outcome;
use model::{Instant, OcfCode, OperationStatus, WallTime};
use std::sync::Arc;
use std::time::Duration;

/// Where a call stands.
///
/// ```text
/// Delayed --due--> Queued --its turn--> Running --ended--> reported, and gone
///    ^                                     |
///    +------------- recurring -------------+
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Until a timer says that it is due.
    Delayed,
    /// For its turn.
    Queued {
        /// Since when.
        since: Instant,
    },
    /// In a process.
    Running {
        /// Which.
        run: RunId,
    },
}

/// An operation in our care.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) operation: Arc<Operation>,
    pub(crate) phase: Phase,
    accepted: WallTime,
    last: Option<Report>,
}

/// When a run was, for its report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) started: WallTime,
    pub(crate) run_time: Duration,
    pub(crate) queue_time: Duration,
}

impl Call {
    pub(crate) fn new(id: CallId, operation: Operation, accepted: WallTime) -> Self {
        Self { id, operation: Arc::new(operation), phase: Phase::Delayed, accepted, last: None }
    }

    pub(crate) fn is_recurring(&self) -> bool {
        self.operation.interval > Duration::ZERO
    }

    /// Remembers the end of a run; the report, if the brain is to hear of it.
    ///
    /// What stays as it was is told once: a failure that the brain is still mending must not count again.
    pub(crate) fn record(&mut self, outcome: Outcome, span: Span) -> Option<Report> {
        let same = self.last.as_ref().filter(|last| (last.status, last.code) == (outcome.status, outcome.code));
        let is_news = same.is_none();
        let changed = same.map_or(span.started, |last| last.changed);
        let report = Report { changed, ..self.report(outcome, span) };
        self.last = Some(report.clone());
        is_news.then_some(report)
    }

    /// What this call says to a brain that asks how things stand.
    pub(crate) fn state(&self) -> Report {
        match &self.last {
            Some(last) => last.clone(),
            None => self.unrun(OperationStatus::Pending, ""),
        }
    }

    /// A report of this call beside any run.
    pub(crate) fn unrun(&self, status: OperationStatus, reason: &str) -> Report {
        let span = Span { started: self.accepted, run_time: Duration::ZERO, queue_time: Duration::ZERO };
        self.report(Outcome::without_agent(status, OcfCode::ERROR, reason), span)
    }

    fn report(&self, outcome: Outcome, span: Span) -> Report {
        Report {
            call: self.id,
            operation: (*self.operation).clone(),
            status: outcome.status,
            code: outcome.code,
            reason: outcome.reason,
            output: outcome.output,
            started: span.started,
            changed: span.started,
            run_time: span.run_time,
            queue_time: span.queue_time,
        }
    }
}
