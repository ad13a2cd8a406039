//! The machine and its hands: orders go down, results come up, and what both remember is compared when they meet.

use super::Node;
use crate::command::{Command, OperationName, Order};
use crate::contract::Output;
use crate::history::{self, entry};
use crate::{hands, membership, state};
use executor::contract::Report;
use model::{OperationStatus, Severity};
use std::collections::BTreeMap;

impl Node {
    pub(super) fn on_report(&mut self, report: &Report) {
        let cancelled = report.status == OperationStatus::Cancelled && !report.operation.interval.is_zero();
        if cancelled {
            return;
        }
        if let Some(result) = hands::ended(&self.ctx.name, report) {
            self.ctx.say(&Command::Ended { result: Box::new(result) });
        }
    }

    pub(super) fn on_hands(&mut self, life: u64, reports: Vec<Report>) {
        let before = self.hands.life();
        let other = self.hands.arrived(life, reports);
        if !self.is_joined() {
            return;
        }
        if other && before != 0 {
            self.ctx.notice(
                "hands-new",
                Severity::Warning,
                "the agents' executor is a new one: resources are probed again",
            );
        }
        while let Some(operation) = self.hands.next() {
            self.ctx.put(Output::Execute(operation));
        }
        self.meet_hands();
    }

    pub(super) fn on_hands_lost(&mut self) {
        self.hands.lost();
        let text = "the agents' executor is gone: nothing can be started, stopped or monitored here until it is back";
        self.ctx.notice("hands-lost", Severity::Error, text);
    }

    pub(super) fn execute(&mut self, order: &Order) {
        if let Some(operation) = self.hands.take(order) {
            self.ctx.put(Output::Execute(operation));
        }
    }

    pub(super) fn cancel(&mut self, name: OperationName) {
        let OperationName { resource, action, interval } = name;
        self.ctx.put(Output::Cancel { resource, action, interval });
    }

    /// Compares what the hands said at their arrival with the record, and tells the others. A record of other hands, or
    /// one that lacks something these hands did, is worth nothing: everything is probed, and what still recurs is ended.
    pub(super) fn meet_hands(&mut self) {
        let Some(news) = self.hands.take_news() else { return };
        let is_whole = self.is_record_of_these_hands() && news.iter().all(|(name, report)| self.covers(name, report));
        let (life, is_first) = (self.hands.life(), std::mem::take(&mut self.is_first));
        self.ctx.say(&Command::HandsMet { life, is_whole, is_first });
        for (name, report) in &news {
            if is_whole && self.is_on_record(name) {
                self.repeat_unheard(report);
            } else if !name.is_once() {
                self.cancel(name.clone());
            }
        }
        if is_whole {
            self.drop_unknown(&news);
        }
    }

    fn is_record_of_these_hands(&self) -> bool {
        let own = state::of(self.replica.cib(), &self.ctx.name);
        own.is_some_and(|own| state::attribute(own, membership::HANDS) == Some(&self.hands.life().to_string()))
    }

    /// Whether what the hands did last is no news: its order is on record, or a result at least as late.
    fn covers(&self, name: &OperationName, report: &Report) -> bool {
        let cib = self.replica.cib();
        let is_ordered = history::under_way(cib).any(|(node, ordered)| node == self.ctx.name && ordered == *name);
        is_ordered
            || report.status != OperationStatus::Pending && report.call.0 <= history::last_call(cib, &self.ctx.name)
    }

    fn is_on_record(&self, name: &OperationName) -> bool {
        let own = state::of(self.replica.cib(), &self.ctx.name);
        let record = own.and_then(|own| entry::existing(own, &name.resource));
        record.is_some_and(|record| entry::names(record, name))
    }

    /// A result that the history does not have was lost on its way.
    fn repeat_unheard(&mut self, report: &Report) {
        let Some(result) = hands::ended(&self.ctx.name, report) else { return };
        let own = state::of(self.replica.cib(), &self.ctx.name);
        let record = own.and_then(|own| entry::existing(own, &result.name.resource));
        if !record.is_some_and(|record| entry::is_recorded(record, &result)) {
            self.ctx.say(&Command::Ended { result: Box::new(result) });
        }
    }

    /// An order that the hands do not know never reached them.
    fn drop_unknown(&mut self, news: &BTreeMap<OperationName, Report>) {
        let ours = history::under_way(self.replica.cib()).filter(|(node, _)| *node == self.ctx.name);
        let orders: Vec<_> =
            ours.map(|(_, name)| name).filter(|name| !news.contains_key(name) && !self.hands.holds(name)).collect();
        if !orders.is_empty() {
            self.ctx.say(&Command::Dropped { orders });
        }
    }
}
