//! Broadcasts on their way: submitted, numbered, acknowledged, asked for again, delivered.

use super::{Engine, Timer};
use crate::contract::{Delivery, Output};
use crate::order::{ACK_EVERY, RESEND_BATCH};
use crate::wire::{Body, Piece};
use model::planted::{Bug, planted};
use model::{Instant, NodeName};
use std::sync::Arc;
use std::time::Duration;

/// How long an acknowledgement waits for company.
const ACK_AFTER: Duration = Duration::from_millis(2);
/// How often a member that waits for stability says again what it holds.
const ACK_AGAIN: Duration = Duration::from_millis(15);
/// How long a gap may be mere reordering.
const MISSING_AFTER: Duration = Duration::from_millis(2);
/// How often missing slots are asked for again.
const MISSING_AGAIN: Duration = Duration::from_millis(10);
/// How long the coordinator may take to number what was submitted; doubled up to three times.
const SUBMIT_AFTER: Duration = Duration::from_millis(15);

impl Engine {
    pub(super) fn broadcast(&mut self, now: Instant, delivery: Delivery, payload: Arc<[u8]>) {
        let leaving = self.departure.is_announced();
        let queued = if leaving { Err(payload) } else { self.outbox.push(delivery, payload) };
        match queued {
            Ok(()) => self.pump(now),
            Err(payload) => {
                self.counters.undelivered += 1;
                self.notice_rarely(now, "queue-full", || {
                    "a broadcast was refused: the queue is full, or this node is leaving".to_owned()
                });
                self.output.push_back(Output::Undelivered { payload });
            }
        }
    }

    pub(super) fn on_view_accepted(&mut self, now: Instant, number: u64) {
        if let Some(session) = self.session.as_mut().filter(|session| session.view.number == number) {
            session.accepted = true;
            self.pump(now);
        }
    }

    /// Moves everything on that can be: our submissions, the coordinator's numbers, deliveries, timers.
    pub(super) fn pump(&mut self, now: Instant) {
        let Some(session) = &self.session else { return };
        if session.log.is_frozen() {
            return;
        }
        if session.sequencer.is_some() {
            self.number(now);
        } else {
            self.submit(now);
        }
        self.deliver();
        self.arm(now);
    }

    fn submit(&mut self, now: Instant) {
        let pieces = self.outbox.submit();
        if pieces.is_empty() {
            return;
        }
        self.submit_tries = 0;
        self.send_submissions(pieces);
        self.timers.set(Timer::Submit, now + SUBMIT_AFTER);
    }

    fn send_submissions(&mut self, pieces: Vec<Piece>) {
        let Some(session) = &self.session else { return };
        let (view, coordinator) = (session.view.number, session.view.coordinator.clone());
        for piece in pieces {
            self.send(Some(coordinator.clone()), Body::Submit { view, piece });
        }
    }

    pub(super) fn submit_again(&mut self, now: Instant) {
        let open = self.session.as_ref().is_some_and(|session| !session.log.is_frozen() && session.sequencer.is_none());
        if open && self.outbox.awaits_numbers() {
            self.submit_tries = (self.submit_tries + 1).min(3);
            let pieces = self.outbox.resubmit();
            self.counters.resent += u64::try_from(pieces.len()).expect("a short list");
            self.send_submissions(pieces);
            self.timers.set(Timer::Submit, now + SUBMIT_AFTER * 2u32.pow(self.submit_tries));
        }
    }

    /// The coordinator's work: our own pieces join those of the others, and all that fit are numbered.
    fn number(&mut self, now: Instant) {
        loop {
            let Some(session) = &mut self.session else { return };
            let Some(sequencer) = &mut session.sequencer else { return };
            self.outbox.submit().into_iter().for_each(|piece| sequencer.submit(piece));
            session.log.note_stable(sequencer.stable(session.log.received()));
            let (view, stable) = (session.view.number, session.log.stable());
            let numbered = sequencer.number(stable, now);
            if numbered.is_empty() {
                return;
            }
            for (slot, piece) in numbered {
                self.take_numbered(slot, piece.clone());
                self.send_to_members(Body::Ordered { view, slot, stable, piece });
            }
        }
    }

    /// Nobody else needs it when we are alone.
    fn send_to_members(&mut self, body: Body) {
        if self.session.as_ref().is_some_and(|session| session.view.members.len() > 1) {
            self.send(None, body);
        }
    }

    /// A numbered piece enters our log; true when it is new.
    fn take_numbered(&mut self, slot: u64, piece: Piece) -> bool {
        if piece.origin == self.setup.own {
            self.outbox.note_numbered(piece.local);
        }
        self.session.as_mut().is_some_and(|session| session.log.insert(slot, piece))
    }

    pub(super) fn on_submit(&mut self, now: Instant, from: &NodeName, view: u64, piece: Piece) {
        let Some(session) = self.session.as_mut().filter(|session| session.view.number == view) else { return };
        let member = session.member(from).is_some() && piece.origin == *from;
        if let (true, Some(sequencer)) = (member, &mut session.sequencer) {
            sequencer.submit(piece);
            self.pump(now);
        }
    }

    /// A slot of our view has come.
    pub(super) fn on_ordered(&mut self, now: Instant, slot: u64, stable: u64, piece: Piece) {
        let fresh = self.take_numbered(slot, piece);
        let Some(session) = &mut self.session else { return };
        session.log.note_stable(stable);
        if self.agreement.pending.is_some() {
            return self.try_to_be_ready(now);
        }
        self.pump(now);
        self.owe_acknowledgement(now, fresh);
    }

    /// At once when somebody waits for it, soon otherwise; for a copy as well, as its sender has not heard of the first.
    fn owe_acknowledgement(&mut self, now: Instant, fresh: bool) {
        let Some(session) = self.session.as_ref().filter(|session| session.sequencer.is_none()) else { return };
        let urgent = session.log.awaits_stability() || session.log.held() >= session.acked + ACK_EVERY;
        if fresh && urgent && session.log.held() > session.acked {
            self.acknowledge(now);
        } else if self.timers.at(&Timer::Ack).is_none() {
            self.timers.set(Timer::Ack, now + ACK_AFTER);
        }
    }

    /// Never once the view is frozen: where we stand was told, and a safe message must not count on us for more.
    pub(super) fn acknowledge(&mut self, now: Instant) {
        let owes = |session: &&mut super::Session| session.sequencer.is_none() && !session.log.is_frozen();
        let Some(session) = self.session.as_mut().filter(owes) else { return };
        session.acked = session.log.held();
        let (view, received, stable) = (session.view.number, session.acked, session.log.stable());
        let coordinator = session.view.coordinator.clone();
        let again = session.log.awaits_stability();
        self.send(Some(coordinator), Body::Ack { view, received, stable });
        self.timers.cancel(&Timer::Ack);
        if again {
            self.timers.set(Timer::Ack, now + ACK_AGAIN);
        }
    }

    /// A member tells what it holds. Who repeats itself has missed that something became stable.
    pub(super) fn on_ack(&mut self, now: Instant, from: &NodeName, received: u64, stable: u64) {
        let Some(session) = &mut self.session else { return };
        let Some(sequencer) = &mut session.sequencer else { return };
        let waiting = session.log.awaits_stability();
        let before = session.log.stable();
        sequencer.acknowledge(from, received, now);
        self.pump(now);
        let Some(session) = &self.session else { return };
        let (view, highest, after) = (session.view.number, session.log.highest(), session.log.stable());
        let news = Body::Stable { view, highest, stable: after };
        if after > before && waiting {
            self.send_to_members(news);
        } else if after == before && stable < after {
            self.send(Some(from.clone()), news);
        }
    }

    pub(super) fn on_stable(&mut self, now: Instant, from: &NodeName, view: u64, highest: u64, stable: u64) {
        let Some(session) = self.session.as_mut().filter(|session| session.view.number == view) else { return };
        if session.view.coordinator == *from {
            session.log.note_highest(highest);
            session.log.note_stable(stable);
            self.pump(now);
        }
    }

    /// Hands up what the order allows, if the node above follows this view.
    pub(super) fn deliver(&mut self) {
        let Some(session) = self.session.as_mut().filter(|session| session.accepted) else { return };
        while let Some(piece) = session.log.deliver() {
            let Some(message) = session.assembly.take(piece) else { continue };
            if message.from == self.setup.own {
                self.outbox.note_delivered();
            }
            self.counters.delivered += 1;
            let twice = planted(Bug::DeliveredTwice) && session.log.is_frozen();
            let message = Output::Deliver {
                view: session.view.number,
                sequence: message.sequence,
                from: message.from,
                payload: message.payload,
            };
            self.output.extend(twice.then(|| message.clone()));
            self.output.push_back(message);
        }
    }

    /// Sets the timers that follow from the log.
    fn arm(&mut self, now: Instant) {
        let Some(session) = &self.session else { return };
        if let Some(sequencer) = &session.sequencer {
            match sequencer.deadline() {
                Some(due) => self.timers.set(Timer::Resend, due.max(now)),
                None => self.timers.cancel(&Timer::Resend),
            }
        } else if session.log.highest() > session.log.received() && self.timers.at(&Timer::Missing).is_none() {
            self.timers.set(Timer::Missing, now + MISSING_AFTER);
        }
    }

    pub(super) fn resend_slots(&mut self, now: Instant) {
        let Some(session) = &mut self.session else { return };
        if session.log.is_frozen() {
            return;
        }
        let Some(sequencer) = &mut session.sequencer else { return };
        for (name, slots) in sequencer.overdue(now) {
            self.send_slots(&name, slots);
        }
        self.arm(now);
    }

    fn send_slots(&mut self, to: &NodeName, slots: impl Iterator<Item = u64>) {
        let Some(session) = &self.session else { return };
        let (view, stable) = (session.view.number, session.log.stable());
        let held: Vec<(u64, Piece)> = slots
            .take(2 * RESEND_BATCH)
            .filter_map(|slot| session.log.piece(slot).map(|piece| (slot, piece.clone())))
            .collect();
        for (slot, piece) in held {
            self.counters.resent += 1;
            self.send(Some(to.clone()), Body::Ordered { view, slot, stable, piece });
        }
    }

    /// Asks the coordinator, or while the view ends whoever holds all of it.
    pub(super) fn ask_for_missing(&mut self, now: Instant) {
        let Some(session) = &self.session else { return };
        let (target, holder) = match self.cut() {
            Some(cut) => (cut.slot, cut.holder.clone()),
            None => (session.log.highest(), session.view.coordinator.clone()),
        };
        let ranges = session.log.missing(target);
        if ranges.is_empty() || holder == self.setup.own {
            return;
        }
        self.send(Some(holder), Body::Missing { view: self.view_number(), ranges });
        self.timers.set(Timer::Missing, now + MISSING_AGAIN);
    }

    /// A peer asks for slots: everybody who holds them answers, as the coordinator may be gone.
    pub(super) fn on_missing(&mut self, from: &NodeName, view: u64, ranges: &[(u64, u64)]) {
        if view == self.view_number() {
            let slots = ranges.iter().flat_map(|(first, last)| *first..=*last).take(4 * RESEND_BATCH);
            self.send_slots(from, slots.collect::<Vec<u64>>().into_iter());
        }
    }
}
