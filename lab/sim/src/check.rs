//! Checkers: strangers that see everything and know the laws, but none of the code that keeps them.

mod cibs;
mod failures;
mod order;
mod print;
mod services;
mod views;

use crate::agents::Fault;
use crate::client::{self, Read};
use crate::host::Host;
use crate::network::Network;
use crate::story::{Rule, Story};
use crate::verb::{Edit, Wish};
use cib::Element;
use cibs::Cibs;
use executor::contract::{Command, Operation, Report};
use failures::Failures;
use messaging::contract::{Delivery, Incarnation, View};
use model::{Instant, NodeName};
use order::Order;
use services::Holders;
use std::time::Duration;
use views::Views;

/// What was seen, and what was wrong with it.
#[derive(Debug)]
pub struct Checker {
    /// Broken laws, with their time.
    pub violations: Vec<String>,
    views: Views,
    order: Order,
    cibs: Cibs,
    holders: Holders,
    failures: Failures,
}

/// What excuses that a service lives twice for a while: nobody can be fenced.
#[derive(Clone, Copy, Debug, Default)]
struct Excuses {
    /// Two parts may act at once.
    two_parts: bool,
    /// A stop may not have stopped, or an operator wants nothing touched.
    unstopped: bool,
    /// Agents hang: what waits for them comes late.
    late: bool,
}

impl Checker {
    /// Strangers who know the size and the rule of a cluster, and nothing of what is going to happen.
    pub fn new(story: &Story) -> Self {
        let Story { hosts, rule, .. } = *story;
        let excuses = Excuses { two_parts: rule.allows_two_parts(hosts), ..Excuses::default() };
        Self {
            violations: Vec::new(),
            views: Views::new(hosts, rule),
            order: Order::new(hosts),
            cibs: Cibs::new(hosts),
            holders: Holders::new(hosts, excuses),
            failures: Failures::new(hosts),
        }
    }

    pub(crate) fn accuse(&mut self, now: Instant, texts: impl IntoIterator<Item = String>) {
        let at = crate::world::milliseconds(now);
        self.violations.extend(texts.into_iter().map(|text| format!("{at} {text}")));
    }

    /// Whether an agent was ever made to hang.
    pub(crate) fn agents_may_hang(&self) -> bool {
        self.holders.excuses.late
    }

    pub(crate) fn on_boot(&mut self, now: Instant, host: usize, incarnation: Incarnation) {
        let broken = self.views.on_boot(now, host, incarnation);
        self.accuse(now, broken);
    }

    pub(crate) fn on_death(&mut self, now: Instant, host: usize) {
        self.views.on_death(now, host);
        self.order.on_death(now, host);
        self.failures.on_death(host);
    }

    /// A disk is gone, and with it what only this disk had.
    pub(crate) fn disk_lost(&mut self) {
        self.views.disk_lost();
    }

    pub(crate) fn on_misbehaviour(&mut self, action: &str, fault: Fault) {
        let excuses = &mut self.holders.excuses;
        excuses.unstopped |= action == "stop";
        excuses.late |= matches!(fault, Fault::Hangs | Fault::Outlives);
    }

    pub(crate) fn on_wish(&mut self, now: Instant, host: usize, wish: &Wish) {
        match wish {
            Wish::Shutdown => self.views.on_leave(host),
            Wish::Edit(Edit::Maintenance(true)) => self.holders.excuses.unstopped = true,
            Wish::Cleanup | Wish::Reprobe => self.failures.forgiven(now),
            Wish::Key(_) | Wish::Count(_) | Wish::Standby(..) | Wish::Fail(..) | Wish::Edit(_) | Wish::WaitIdle => {}
        }
    }

    pub(crate) fn on_view(&mut self, sight: Sight<'_>, host: usize, view: &View) {
        self.failures.on_view(sight.hosts, host, self.views.of(host), view);
        if self.views.is_forgotten(view.number) {
            self.order.forget(view.number);
            self.cibs.forget(view.number);
        }
        let broken = self.order.on_view(sight.now, host, view);
        self.accuse(sight.now, broken);
        let broken = self.views.on_view(sight, host, view);
        self.accuse(sight.now, broken);
    }

    pub(crate) fn on_view_lost(&mut self, host: usize) {
        self.views.on_view_lost(host);
        self.order.on_view_lost(host);
        self.failures.on_death(host);
    }

    pub(crate) fn on_broadcast(&mut self, host: usize, delivery: Delivery, payload: &[u8]) {
        self.order.on_broadcast(host, delivery, payload);
    }

    pub(crate) fn on_undelivered(&mut self, host: usize, payload: &[u8]) {
        self.order.on_undelivered(host, payload);
    }

    pub(crate) fn on_deliver(&mut self, now: Instant, host: usize, message: Delivered<'_>) {
        let broken = self.order.on_deliver(now, host, message);
        self.accuse(now, broken);
    }

    pub(crate) fn on_execute(&mut self, sight: Sight<'_>, host: usize, operation: &Operation) {
        self.holders.on_order(sight, host, operation);
        let broken = services::started_twice(sight.hosts, &self.views, host, operation);
        self.accuse(sight.now, broken);
    }

    pub(crate) fn on_spawn(&mut self, sight: Sight<'_>, host: usize, command: &Command) {
        let broken = self.holders.watched_in_vain(sight, host, command);
        self.accuse(sight.now, broken);
    }

    pub(crate) fn on_report(&mut self, sight: Sight<'_>, host: usize, report: &Report) {
        let broken = failures::unfounded(&sight.hosts[host], report);
        self.accuse(sight.now, broken);
    }

    /// What is acknowledged is on the disk of every member.
    pub(crate) fn on_acknowledged(&mut self, sight: Sight<'_>, host: usize, key: &str) {
        let hosts = sight.hosts;
        let view = hosts[host].brain.as_ref().and_then(|brain| brain.node.status().view);
        let is_member = |host: &&Host| {
            let members = view.iter().flat_map(|view| &view.members);
            let life = host.brain.as_ref().map(|brain| brain.incarnation);
            members.into_iter().any(|member| member.name == host.name && Some(member.incarnation) == life)
        };
        let lacking = hosts.iter().filter(is_member).filter(|member| !client::keys(&member.disk.cib).contains(key));
        let accusation = |member: &Host| {
            format!("{key} is acknowledged on {} and not on the disk of {}", hosts[host].name, member.name)
        };
        self.accuse(sight.now, lacking.map(accusation));
    }

    /// A read at a coordinator shows what was acknowledged before it was asked.
    pub(crate) fn on_read(&mut self, sight: Sight<'_>, host: usize, read: &Read, cib: &Element) {
        let shown = client::keys(cib);
        let accusation = |key: &String| {
            format!(
                "{} coordinates view {} and shows nothing of {key}, which is acknowledged",
                sight.hosts[host].name, read.view
            )
        };
        self.accuse(sight.now, read.acknowledged.difference(&shown).map(accusation));
    }

    /// One host has digested something.
    pub(crate) fn observe(&mut self, sight: Sight<'_>, host: usize) {
        let this = &sight.hosts[host];
        let Some(brain) = &this.brain else { return };
        let cib = brain.node.cib();
        if !self.cibs.is_news(host, cib) || !this.has_joined() {
            return;
        }
        let Some(view) = self.views.of(host).map(|view| view.number) else { return };
        let broken = [self.cibs.observe(view, host, cib), self.failures.observe(sight.now, host, cib)];
        self.accuse(sight.now, broken.into_iter().flatten().map(|text| format!("{}: {text}", this.name)));
    }

    /// A look at the whole, several times a second.
    pub(crate) fn look(&mut self, sight: Sight<'_>) {
        let broken = self.views.look(sight);
        self.accuse(sight.now, broken);
        let broken = self.holders.look(sight, &self.views);
        self.accuse(sight.now, broken);
    }
}

/// What a stranger sees who sees everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<'a> {
    pub(crate) now: Instant,
    pub(crate) hosts: &'a [Host],
    pub(crate) network: &'a Network,
}

/// A message as a host gets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivered<'a> {
    pub(crate) view: u64,
    pub(crate) sequence: u64,
    pub(crate) from: &'a NodeName,
    pub(crate) payload: &'a [u8],
}

/// Since when something holds without a break.
#[derive(Clone, Copy, Debug, Default)]
struct Since(Option<Instant>);

impl Since {
    fn note(&mut self, now: Instant, holds: bool) {
        self.0 = if holds { self.0.or(Some(now)) } else { None };
    }

    fn lasts(self, now: Instant, span: Duration) -> bool {
        self.0.is_some_and(|since| now.since(since) >= span)
    }
}

/// A part of the cluster that must not act: it has no quorum by this rule, counted by a stranger.
fn may_have_quorum(rule: Rule, hosts: usize, members: &[&NodeName]) -> bool {
    let twice = 2 * members.len();
    match rule {
        Rule::TieBreaker => twice > hosts || twice == hosts && members.iter().any(|name| name.as_str() == "n0"),
        Rule::Witness => twice >= hosts,
        Rule::WaitForAll if hosts == 2 => true,
        Rule::Majority | Rule::WaitForAll => twice > hosts,
        Rule::Any | Rule::LastManStanding => true,
    }
}
