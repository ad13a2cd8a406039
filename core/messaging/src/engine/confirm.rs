//! Whether our view is still in force, asked by its coordinator on behalf of those who read there.
//!
//! ```text
//! question from above ──▶ Inquire to all members ──Affirm of as many as make a quorum──▶ Confirmed
//! ```
//! A member affirms only while it has accepted no other proposal. Once a quorum has done so after the question was put, no
//! other view with quorum had begun before it: that view would hold one of those who affirmed. So no clock is trusted, and
//! nobody has to wait before it begins a view, as it would be with a lease.

use super::session::Session;
use super::{Engine, Timer};
use crate::contract::{Member, Output};
use crate::wire::Body;
use model::planted::{Bug, planted};
use model::{Instant, NodeName};
use std::collections::BTreeSet;
use std::time::Duration;

/// How soon those are asked again who have not affirmed.
const ASK_AFTER: Duration = Duration::from_millis(15);
/// How often that doubles: up to 120 ms.
const DOUBLINGS_MAX: u32 = 3;

/// What is asked of a view's coordinator.
#[derive(Clone, Debug, Default)]
pub(super) struct Inquiry {
    /// The last question from above.
    asked: u64,
    round: Option<Round>,
}

/// Who has affirmed since the questions up to this number were put. Later ones wait for the next round.
#[derive(Clone, Debug)]
struct Round {
    number: u64,
    affirmed: BTreeSet<NodeName>,
    tries: u32,
}

impl Session {
    /// No other view has been accepted: the present one may be affirmed.
    fn stands(&self) -> bool {
        !self.log.is_frozen()
    }
}

impl Engine {
    /// A question from above.
    pub(super) fn confirm(&mut self, now: Instant, view: u64, number: u64) {
        let asked = |session: &&mut Session| session.view.number == view && session.view.quorate;
        let Some(session) = self.session.as_mut().filter(asked) else { return };
        if session.sequencer.is_some() {
            session.inquiry.asked = session.inquiry.asked.max(number);
            if session.inquiry.round.is_none() {
                self.begin_round(now);
            }
        }
    }

    fn begin_round(&mut self, now: Instant) {
        let own = self.setup.own.clone();
        let Some(session) = &mut self.session else { return };
        let (view, number) = (session.view.number, session.inquiry.asked);
        session.inquiry.round = Some(Round { number, affirmed: BTreeSet::from([own]), tries: 0 });
        self.try_to_confirm(now);
        if self.session.as_ref().is_some_and(|session| session.inquiry.round.is_some()) {
            self.send(None, Body::Inquire { view, number });
            self.timers.set(Timer::Inquire, now + ASK_AFTER);
        }
    }

    /// Answers what the round is about once enough have affirmed.
    fn try_to_confirm(&mut self, now: Instant) {
        let Some(session) = self.session.as_ref().filter(|session| session.stands()) else { return };
        let Some(round) = &session.inquiry.round else { return };
        let affirmed = |member: &&Member| round.affirmed.contains(&member.name);
        let members: Vec<Member> = session.view.members.iter().filter(affirmed).cloned().collect();
        if !self.is_quorum_of_view(now, &members) && !planted(Bug::ReadUnasked) {
            return;
        }
        let (view, number, asked) = (session.view.number, round.number, session.inquiry.asked);
        self.output.push_back(Output::Confirmed { view, number });
        self.timers.cancel(&Timer::Inquire);
        if let Some(session) = &mut self.session {
            session.inquiry.round = None;
        }
        if asked > number {
            self.begin_round(now);
        }
    }

    /// The coordinator wants to know whether its view is ours. Who leaves counts for nobody.
    pub(super) fn on_inquire(&mut self, from: &NodeName, view: u64, number: u64) {
        let ours =
            |session: &Session| session.view.number == view && session.view.coordinator == *from && session.stands();
        if self.session.as_ref().is_some_and(ours) && !self.departure.is_announced() {
            self.send(Some(from.clone()), Body::Affirm { view, number });
        }
    }

    pub(super) fn on_affirm(&mut self, now: Instant, from: &NodeName, view: u64, number: u64) {
        let Some(session) = self.session.as_mut().filter(|session| session.view.number == view) else { return };
        let Some(round) = session.inquiry.round.as_mut().filter(|round| round.number == number) else { return };
        if round.affirmed.insert(from.clone()) {
            self.try_to_confirm(now);
        }
    }

    /// Asks those again who have not affirmed. A view that is coming to its end is not confirmed any more.
    pub(super) fn inquire_again(&mut self, now: Instant) {
        let Some(session) = self.session.as_mut().filter(|session| session.stands()) else { return };
        let Some(round) = &mut session.inquiry.round else { return };
        round.tries = (round.tries + 1).min(DOUBLINGS_MAX);
        let (view, number, tries) = (session.view.number, round.number, round.tries);
        let names = session.view.members.iter().map(|member| &member.name);
        let silent: Vec<NodeName> = names.filter(|name| !round.affirmed.contains(name)).cloned().collect();
        for name in silent {
            self.send(Some(name), Body::Inquire { view, number });
        }
        self.timers.set(Timer::Inquire, now + ASK_AFTER * 2u32.pow(tries));
        // The witness's vote may have come back since the last member affirmed.
        self.try_to_confirm(now);
    }
}
