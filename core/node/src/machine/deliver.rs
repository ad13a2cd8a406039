//! The machine and the total order: what each command does to the replica, and to this node when it is meant.

use super::Node;
use crate::changes::{self, Refused};
use crate::cleanup;
use crate::command::{Command, Ended, Envelope, Forgotten, OperationName, Order};
use crate::contract::{Change, Refusal, Reply, RequestId};
use crate::leaving::SHUTDOWN;
use crate::replica::Effect;
use crate::{history, membership, notices, state, wire};
use model::{NodeName, OperationStatus, ResourceId, Severity, WallTime};
use std::sync::Arc;

impl Node {
    pub(super) fn on_delivered(&mut self, from: &NodeName, payload: &[u8]) {
        let Envelope { view, command } = match wire::decode(payload) {
            Ok(envelope) => envelope,
            Err(error) => {
                let text = format!("a message of {from} is not understood: {error}");
                return self.ctx.notice("message-not-understood", Severity::Error, text);
            }
        };
        let here = self.join.as_ref().map(|join| join.view().number);
        if command.is_bound_to_view() && here != Some(view) {
            return;
        }
        match command {
            Command::Hello { hello } => self.on_hello(from, *hello),
            Command::Snapshot { cib } => self.on_snapshot(from, cib),
            command @ (Command::Stored { .. }
            | Command::Change { .. }
            | Command::Cleanup { .. }
            | Command::Fail { .. }
            | Command::Execute { .. }
            | Command::Cancel { .. }
            | Command::Forget { .. }
            | Command::Ended { .. }
            | Command::Dropped { .. }
            | Command::HandsMet { .. }
            | Command::WantsToLeave { .. }
            | Command::MayLeave { .. }
            | Command::Progress { .. }
            | Command::AskIdle { .. }
            | Command::Idle { .. }) => self.apply_in_time(from, command),
        }
    }

    fn apply_in_time(&mut self, from: &NodeName, command: Command) {
        if self.is_joined() {
            self.apply(from, command);
        } else {
            self.early.push_back((from.clone(), command));
        }
    }

    /// What was delivered too early and can be applied now is, by all alike.
    pub(super) fn apply_early(&mut self) {
        for (from, command) in std::mem::take(&mut self.early) {
            self.apply(&from, command);
        }
    }

    /// Nothing is changed in a term that a member could forget by a crash.
    fn must_wait(&self) -> bool {
        self.replica.has_term() && !self.requests.all_have_begun()
    }

    /// The view ended before all had joined: what was delivered in it was applied nowhere, so its senders say it again.
    pub(super) fn repeat_early(&mut self) {
        for (from, command) in std::mem::take(&mut self.early) {
            if from == self.ctx.name {
                self.say_again(&command);
            }
        }
    }

    /// One command on the replica. All members do this at the same place in the order.
    fn apply(&mut self, from: &NodeName, command: Command) {
        match command {
            Command::Hello { .. } | Command::Snapshot { .. } => {}
            Command::Stored { changes } => {
                self.requests.stored(from, changes);
                self.apply_early();
            }
            command @ Command::Change { .. } if self.must_wait() => self.early.push_back((from.clone(), command)),
            Command::Change { request, client, at, change } => {
                let result = self.change(from, &client, at, &change);
                if change.is_kept() && *from == self.ctx.name {
                    self.answer_when_safe(RequestId(request), result);
                } else {
                    self.answer(from, request, result);
                }
            }
            Command::Cleanup { request, resource, node, whole_history } => {
                let wanted = cleanup::Wanted { resource: resource.as_ref(), node: node.as_ref(), whole_history };
                let result = self.cleanup(&wanted);
                self.answer(from, request, result);
            }
            Command::Fail { request, resource, node, at } => {
                let result = self.fail(&resource, &node, at);
                self.answer(from, request, result);
            }
            Command::Execute { order } => self.begin(&order),
            Command::Cancel { target, resource, action, interval, key } => {
                let name = OperationName { resource, action, interval };
                self.replica.edit(|cib| history::cancel(cib, &target, &name));
                if target == self.ctx.name {
                    self.cancel(name);
                }
                self.coordinator.on_ended(&key, true, &mut self.ctx);
            }
            Command::Forget { node, resource, what, key } => {
                self.forget(&node, &resource, what);
                self.coordinator.on_ended(&key, true, &mut self.ctx);
            }
            Command::Ended { result } => self.end(&result),
            Command::Dropped { orders } => self.drop_orders(from, &orders),
            Command::HandsMet { life, is_whole, is_first } => {
                let meeting = membership::Meeting { life, is_whole, is_first };
                self.replica.edit(|cib| membership::meet_hands(cib, from, meeting));
                self.coordinator.on_dropped(from, None, &mut self.ctx);
            }
            Command::WantsToLeave { at } => self.wants_to_leave(from, at),
            Command::MayLeave { node } => {
                self.replica.edit(|cib| membership::expect_down(cib, &node));
                if node == self.ctx.name {
                    self.leaving.agreed(&mut self.ctx);
                }
            }
            Command::Progress { transition, under_way } => {
                self.coordinator.learn(transition);
                self.under_way = under_way;
            }
            Command::AskIdle { request } => {
                if self.is_coordinator() {
                    self.coordinator.ask_idle(from, request);
                }
            }
            Command::Idle { node, request, trouble } => self.idle(&node, request, trouble),
        }
    }

    fn change(&mut self, from: &NodeName, client: &str, at: WallTime, change: &Change) -> Result<Effect, Refused> {
        let mut changed = changes::apply(self.replica.cib(), change, changes::By { origin: from, client, at })?;
        let effect = self.replica.preview(&changed);
        if effect == Effect::Nothing {
            return Ok(if change.is_kept() { Effect::Configuration } else { effect });
        }
        if let Some(view) = self.joined_view().filter(|_| effect == Effect::Configuration) {
            if !view.quorate {
                changes::allow_without_quorum(&changed)?;
            }
            self.replica.stamp(Arc::make_mut(&mut changed));
        }
        self.replica.replace(changed);
        self.coordinator.touch();
        Ok(effect)
    }

    fn cleanup(&mut self, wanted: &cleanup::Wanted<'_>) -> Result<Effect, Refused> {
        let records = cleanup::records(self.replica.cib(), wanted).map_err(Refused::not_found)?;
        for (node, resource) in &records {
            if *node == self.ctx.name {
                self.cancel_all(resource);
            }
        }
        let effect = self.replica.edit(|cib| cleanup::forget(cib, &records));
        if effect != Effect::Nothing {
            self.coordinator.touch();
        }
        Ok(effect)
    }

    fn fail(&mut self, resource: &ResourceId, node: &NodeName, at: WallTime) -> Result<Effect, Refused> {
        let ended = changes::simulated_failure(self.replica.cib(), resource, node, at)?;
        let effect = self.replica.edit(|cib| {
            history::end(cib, &ended);
        });
        notices::ended(&ended, self.replica.cib(), &mut self.ctx);
        self.coordinator.touch();
        Ok(effect)
    }

    /// Answers a client of this node about what is not kept on disk.
    fn answer(&mut self, from: &NodeName, request: u64, result: Result<Effect, Refused>) {
        if *from == self.ctx.name {
            self.reply(RequestId(request), told(result));
        }
    }

    /// Answers about the configuration once all disks have what the answer speaks of. Also that it was done already: this
    /// very change may have done it, in a view that ended before all disks had it. And also a refusal: what stood in the
    /// way may be gone with the hosts that have it.
    fn answer_when_safe(&mut self, id: RequestId, result: Result<Effect, Refused>) {
        match (self.may_change(), result) {
            (Ok(()), result) => self.requests.applied(id, self.replica.changes(), told(result)),
            (Err(_), Ok(effect)) => self.requests.awaits_quorum(id, told(Ok(effect))),
            (Err(without_quorum), Err(_)) => self.reply(id, told(Err(without_quorum))),
        }
    }

    /// Whether this part of the cluster decides about the configuration.
    pub(super) fn may_change(&self) -> Result<(), Refused> {
        let is_quorate = self.joined_view().is_some_and(|view| view.quorate);
        if is_quorate { Ok(()) } else { changes::allow_without_quorum(self.replica.cib()) }
    }

    /// Answers that nobody knows, and does not say again, what another part of the cluster may have heard.
    pub(super) fn give_up_uncertain(&mut self) {
        let uncertain = self.requests.uncertain();
        let ids: Vec<RequestId> = uncertain.iter().map(|(id, _)| *id).collect();
        self.ctx.outbox.forget(&ids);
        for (id, reply) in uncertain {
            self.ctx.reply(id, reply);
        }
    }

    fn reply(&mut self, id: RequestId, reply: Reply) {
        if self.requests.answer(id) {
            self.ctx.reply(id, reply);
        }
    }

    fn begin(&mut self, order: &Order) {
        self.replica.edit(|cib| history::begin(cib, order));
        notices::begun(order, &mut self.ctx);
        if order.target == self.ctx.name {
            self.execute(order);
        }
    }

    /// A result matters to the plan when it is not what the running transition expects.
    fn end(&mut self, ended: &Ended) {
        let was_under_way =
            history::under_way(self.replica.cib()).any(|(node, name)| node == ended.node && name == ended.name);
        let mut in_time = false;
        let effect = self.replica.edit(|cib| in_time = history::end(cib, ended));
        let well = !ended.failed() && ended.status != OperationStatus::Cancelled;
        let awaited = self.coordinator.on_ended(&ended.key, well, &mut self.ctx);
        if !in_time {
            return;
        }
        notices::ended(ended, self.replica.cib(), &mut self.ctx);
        let is_news = !well || (!awaited && (ended.name.is_once() || !was_under_way));
        if is_news && effect != Effect::Nothing {
            self.coordinator.touch();
        }
    }

    fn forget(&mut self, node: &NodeName, resource: &ResourceId, what: Forgotten) {
        if *node == self.ctx.name && what == Forgotten::History {
            self.cancel_all(resource);
        }
        self.replica.edit(|cib| history::forget(cib, node, resource, what));
    }

    fn cancel_all(&mut self, resource: &ResourceId) {
        for name in history::recurring(self.replica.cib(), &self.ctx.name, resource) {
            self.cancel(name);
        }
    }

    fn drop_orders(&mut self, from: &NodeName, orders: &[OperationName]) {
        self.replica.edit(|cib| {
            for order in orders {
                history::drop_order(cib, from, order);
            }
        });
        for order in orders {
            self.coordinator.on_dropped(from, Some(order), &mut self.ctx);
        }
    }

    fn wants_to_leave(&mut self, from: &NodeName, at: WallTime) {
        self.replica.edit(|cib| {
            if let Some(state) = state::of_mut(cib, from) {
                state::set_attribute(state, SHUTDOWN, &at.seconds().to_string());
            }
        });
        self.coordinator.touch();
    }

    fn idle(&mut self, node: &NodeName, request: u64, trouble: Option<String>) {
        if *node != self.ctx.name {
            return;
        }
        let reply = match trouble {
            None => Reply::Done,
            Some(reason) => Reply::Rejected {
                kind: Refusal::Unavailable,
                reason: format!("the coordinator does nothing: {reason}"),
                hint: "see `systole events` for what it complained about".to_owned(),
            },
        };
        self.reply(RequestId(request), reply);
    }
}

fn told(result: Result<Effect, Refused>) -> Reply {
    match result {
        Ok(_) => Reply::Done,
        Err(Refused { kind, reason, hint }) => Reply::Rejected { kind, reason, hint },
    }
}
