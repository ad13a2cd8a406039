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
        if other {
            self.ctx.say(&Command::HandsChanged { life });
        }
        while let Some(operation) = self.hands.next() {
            self.ctx.put(Output::Execute(operation));
        }
        self.reconcile();
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

    /// Compares what the hands said at their arrival with what the history says of them. Only the history of this very
    /// life of the hands can be compared; with any other, everything is probed, and what still recurs is ended.
    pub(super) fn reconcile(&mut self) {
        if !self.is_joined() {
            return;
        }
        let Some(news) = self.hands.take_news() else { return };
        let life = self.hands.life().to_string();
        let own = state::of(self.replica.cib(), &self.ctx.name);
        let is_kept = own.is_some_and(|own| state::attribute(own, membership::HANDS) == Some(&life));
        for (name, report) in &news {
            if is_kept && self.is_on_record(name) {
                self.repeat_unheard(report);
            } else if !name.is_once() {
                self.cancel(name.clone());
            }
        }
        if is_kept {
            self.drop_unknown(&news);
        }
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
