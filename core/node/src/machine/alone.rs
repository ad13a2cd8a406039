//! The machine after its host was stopped for so long that the others have gone on without it.
//!
//! What ran here may be running elsewhere by now. It is stopped at once and all together, by what this node remembers of
//! how it was started; nobody is asked, because nobody can be yet. The stops go on record as under way, so that the
//! coordinator of the view that follows waits for them instead of taking both copies down.

use super::Node;
use crate::command::{OperationName, Order, TransitionKey};
use crate::history::{self, failcount};
use model::Severity;
use std::time::Duration;

/// How long a stop may take when its plan cannot be asked.
const STOP_MAX: Duration = Duration::from_secs(20);

impl Node {
    pub(super) fn on_view_lost(&mut self, paused: Duration) {
        let has_others = self.last_view.as_ref().is_some_and(|view| view.members.len() + view.absent.len() > 1);
        self.join = None;
        self.release_reads();
        self.ctx.outbox.leave();
        self.coordinator.enter_view(&mut self.ctx);
        if has_others && !self.is_in_maintenance() {
            self.give_up(paused);
        }
    }

    fn is_in_maintenance(&self) -> bool {
        let text = failcount::option(self.replica.cib(), "maintenance-mode");
        text.and_then(cib::value::boolean) == Some(true)
    }

    fn give_up(&mut self, paused: Duration) {
        let stops: Vec<_> = self.hands.started().map(|order| stop(order, self.ctx.wall)).collect();
        if stops.is_empty() {
            return;
        }
        let names: Vec<_> = stops.iter().map(|order| order.name.resource.as_str()).collect();
        let text = format!(
            "this host was stopped for {} ms, so others may run {} by now: it is stopped here",
            paused.as_millis(),
            names.join(", ")
        );
        self.ctx.notice("given-up", Severity::Critical, text);
        for order in &stops {
            self.replica.edit(|cib| history::begin(cib, order));
            self.execute(order);
        }
    }
}

fn stop(started: &Order, at: model::WallTime) -> Order {
    let resource = started.name.resource.clone();
    Order {
        name: OperationName { resource, action: "stop".to_owned(), interval: Duration::ZERO },
        timeout: started.timeout.max(STOP_MAX),
        start_delay: Duration::ZERO,
        key: TransitionKey { action: None, transition: 0, expected: 0, planner: started.key.planner.clone() },
        reason: "this host was stopped for too long".to_owned(),
        at,
        ..started.clone()
    }
}
