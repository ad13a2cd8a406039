//! The engine's part in an agreement: proposing, accepting, fetching what is missing, installing.

use super::session::Session;
use super::{Engine, Timer};
use crate::agreement::Proposal;
use crate::contract::{Member, Output};
use crate::wire::{Body, Cut, Stand, Sync};
use model::{Instant, NodeName, Severity};
use std::time::Duration;

/// How soon a round is sent again to those who have not answered.
const ASK_AFTER: Duration = Duration::from_millis(10);
/// How often that doubles: up to 80 ms.
const DOUBLINGS_MAX: u32 = 3;

impl Engine {
    /// Begins an agreement on a view of these members.
    pub(super) fn propose(&mut self, now: Instant, members: Vec<Member>) {
        self.timers.cancel(&Timer::Patience);
        let place = self.setup.nodes.iter().position(|name| *name == self.setup.own).unwrap_or(0);
        let place = u64::try_from(place).expect("there are few nodes");
        let number = self.agreement.next_number(place, self.setup.incarnation);
        self.promise(number);
        self.agreement.follows = None;
        let mut proposal = Proposal::new(number, members.clone());
        proposal.accept(&self.setup.own, self.stand());
        let alone = proposal.is_answered();
        self.agreement.proposal = Some(proposal);
        if alone {
            return self.advance(now);
        }
        self.timers.set(Timer::Agree, now + ASK_AFTER);
        self.send(None, Body::Propose { number, members });
    }

    /// Accepts nothing lower from now on; the old view delivers nothing more until its end is known.
    fn promise(&mut self, number: u64) {
        self.agreement.promised = number;
        self.agreement.note_seen(number);
        if let Some(session) = &mut self.session {
            session.log.freeze();
        }
    }

    fn stand(&self) -> Stand {
        let ready = self.agreement.pending.as_ref().map_or(0, |sync| sync.number);
        match &self.session {
            None => Stand { ready, lineage: self.lineage.clone(), ..Stand::default() },
            Some(session) => Stand {
                view: session.view.number,
                born: session.born,
                quorate: session.view.quorate,
                received: session.log.received(),
                ready,
                lineage: self.lineage.clone(),
            },
        }
    }

    pub(super) fn on_propose(&mut self, now: Instant, from: &NodeName, number: u64, members: &[Member]) {
        self.agreement.note_seen(number);
        let us = Member { name: self.setup.own.clone(), incarnation: self.setup.incarnation };
        let leaving = self.departure.is_announced();
        if !members.contains(&us) || leaving {
            return;
        }
        let too_low = number < self.agreement.promised || number <= self.agreement.installed;
        if too_low || self.leaves_out_who_stalls(now, members) {
            return self.beat(now, Some(from.clone()), 0);
        }
        if number > self.agreement.promised {
            self.agreement.proposal = None;
            self.promise(number);
            self.agreement.asked_into = number;
        }
        self.follow(now, from);
        let stand = self.stand();
        self.send(None, Body::Accept { number, stand });
    }

    fn follow(&mut self, now: Instant, proposer: &NodeName) {
        self.agreement.follows = Some((proposer.clone(), now));
        self.timers.set(Timer::Follow, now + self.patience() / 2);
        self.timers.cancel(&Timer::Patience);
    }

    pub(super) fn on_accept(&mut self, now: Instant, from: &NodeName, number: u64, stand: Stand) {
        let Some(proposal) = self.agreement.proposal.as_mut().filter(|proposal| proposal.number == number) else {
            return;
        };
        if !proposal.accept(from, stand) {
            self.agreement.proposal = None;
            self.due.settle = true;
            return;
        }
        if proposal.is_answered() {
            self.advance(now);
        }
    }

    /// Everybody has answered: the second round.
    fn advance(&mut self, now: Instant) {
        let Some(quorate) = self.agreement.proposal.as_ref().map(|proposal| self.has_quorum(now, proposal)) else {
            return;
        };
        let Some(proposal) = &mut self.agreement.proposal else { return };
        let sync = proposal.conclude(quorate);
        proposal.sync = Some(sync.clone());
        proposal.resends = 0;
        if sync.seats.len() > 1 {
            self.timers.set(Timer::Agree, now + ASK_AFTER);
            self.send(None, Body::Sync(sync.clone()));
        }
        let own = self.setup.own.clone();
        self.on_sync(now, &own, sync);
    }

    pub(super) fn on_sync(&mut self, now: Instant, from: &NodeName, sync: Sync) {
        if sync.number != self.agreement.promised || sync.number <= self.agreement.installed {
            return;
        }
        let Some(seat) = sync.seats.iter().find(|seat| seat.member.name == self.setup.own) else { return };
        if seat.previous != self.view_number() {
            let stand = self.stand();
            return self.send(None, Body::Accept { number: sync.number, stand });
        }
        if *from != self.setup.own {
            self.follow(now, from);
        }
        self.agreement.pending = Some(sync);
        self.try_to_be_ready(now);
    }

    /// The end of our old view, as far as it is agreed.
    pub(super) fn cut(&self) -> Option<&Cut> {
        let number = self.view_number();
        self.agreement.pending.as_ref()?.cuts.iter().find(|cut| cut.view == number)
    }

    /// Says that we hold all of the old view, or asks for the rest.
    pub(super) fn try_to_be_ready(&mut self, now: Instant) {
        let Some(number) = self.agreement.pending.as_ref().map(|sync| sync.number) else { return };
        if number != self.agreement.promised {
            return;
        }
        let slot = self.cut().map_or(0, |cut| cut.slot);
        if self.session.as_ref().is_some_and(|session| !session.log.holds_up_to(slot)) {
            if self.timers.at(&Timer::Missing).is_none() {
                self.ask_for_missing(now);
            }
            return;
        }
        self.note_attempt();
        let own = self.setup.own.clone();
        match (&self.agreement.proposal, &self.agreement.follows) {
            (Some(_), _) => self.on_ready(now, &own, number),
            (None, Some((proposer, _))) => {
                let proposer = proposer.clone();
                self.send(Some(proposer), Body::Ready { number });
            }
            (None, None) => {}
        }
    }

    pub(super) fn on_ready(&mut self, now: Instant, from: &NodeName, number: u64) {
        let Some(proposal) = &mut self.agreement.proposal else { return };
        if proposal.number == number && proposal.sync.is_some() && proposal.note_ready(from) {
            self.install(now);
        }
    }

    /// Ends the old view and begins the pending one.
    pub(super) fn install(&mut self, now: Instant) {
        let slot = self.cut().map_or(0, |cut| cut.slot);
        let Some(sync) = self.agreement.pending.take() else { return };
        self.end_session(slot);
        let mut session = Session::new(&sync, &self.setup.own, &self.setup.nodes, now);
        if self.agreement.promised > sync.number {
            session.log.freeze();
        } else {
            self.agreement.follows = None;
            self.timers.cancel(&Timer::Follow);
        }
        self.agreement.proposal = None;
        self.agreement.installed = sync.number;
        let view = session.view.clone();
        self.session = Some(session);
        self.counters.views += 1;
        let members: Vec<&str> = view.members.iter().map(|member| member.name.as_str()).collect();
        let quorum = if view.quorate { "with quorum" } else { "without quorum" };
        let text = format!("view {}: {}, {quorum}, coordinator {}", view.number, members.join(" "), view.coordinator);
        self.notice("view-installed", Severity::Notice, text);
        self.output.push_back(Output::View(view));
        self.timers.set(Timer::Agree, now + ASK_AFTER);
        self.due.settle = true;
        self.due.beat = true;
        self.repeat_stall(now);
        self.pump(now);
    }

    /// Delivers the rest of the old view and hands back what of ours is not in it.
    fn end_session(&mut self, slot: u64) {
        for timer in [Timer::Resend, Timer::Submit, Timer::Ack, Timer::Missing, Timer::Inquire] {
            self.timers.cancel(&timer);
        }
        self.submit_tries = 0;
        let Some(session) = &mut self.session else { return };
        session.accepted = true;
        session.log.release(slot);
        self.deliver();
        self.hand_back();
    }

    /// Gives broadcasts back that did not make it into the order.
    pub(super) fn hand_back(&mut self) {
        for payload in self.outbox.hand_back() {
            self.counters.undelivered += 1;
            self.output.push_back(Output::Undelivered { payload });
        }
    }

    /// Sends the present round again to those who are silent; after it, our view to those who were not seen in it.
    pub(super) fn ask_again(&mut self, now: Instant) {
        let (silent, body, tries) = match &mut self.agreement.proposal {
            Some(proposal) => {
                proposal.resends += 1;
                let body = match &proposal.sync {
                    Some(sync) => Body::Sync(sync.clone()),
                    None => Body::Propose { number: proposal.number, members: proposal.members.clone() },
                };
                let others = proposal.silent().into_iter().filter(|name| *name != self.setup.own);
                (others.collect(), Some(body), proposal.resends)
            }
            None => (self.unseen(), None, DOUBLINGS_MAX),
        };
        self.due.settle = true;
        if silent.is_empty() {
            return;
        }
        for name in silent {
            match &body {
                Some(body) => self.send(Some(name), body.clone()),
                None => self.beat(now, Some(name), 0),
            }
        }
        self.timers.set(Timer::Agree, now + ASK_AFTER * 2u32.pow(tries.min(DOUBLINGS_MAX)));
    }

    /// Members of our view that have not been seen in it, but are heard.
    fn unseen(&self) -> Vec<NodeName> {
        let Some(session) = &self.session else { return Vec::new() };
        let waits =
            |name: &NodeName| !session.confirmed.contains(name) && self.peers.get(name).is_some_and(|peer| !peer.lost);
        session.view.members.iter().map(|member| &member.name).filter(|name| waits(name)).cloned().collect()
    }
}
