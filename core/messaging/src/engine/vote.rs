//! The vote of a witness, seen from a node: asked for before half of the cluster acts, renewed while it does.
//!
//! ```text
//! half of the nodes left ──▶ ask, up to `limit` ──granted──▶ view with quorum ──▶ renewed ──not for `hold`──▶ view without
//!                                             └──refused, or silence──▶ view without quorum ──granted later──▶ view with quorum
//! ```
//! Only who proposes or coordinates asks. What is believed here ends before the witness gives its vote to others.

use super::{Engine, Timer};
use crate::agreement::are_the_same;
use crate::contract::{Member, Opened, Output};
use crate::witness::wire::{Answer, Question, Ruling, answer, encode_question};
use model::{Instant, Severity};
use std::time::Duration;

/// How soon a question without an answer is asked again.
const ASK_AFTER: Duration = Duration::from_millis(50);
/// How soon a question is asked again that was refused.
const RETRY: Duration = Duration::from_secs(1);
/// The least time for which a vote is believed.
const HOLD_MIN: Duration = Duration::from_secs(1);
/// The least and the most time for which a view waits for the witness's word.
const LIMIT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(1));

/// What we know of the witness's vote.
#[derive(Clone, Debug, Default)]
pub(super) struct Vote {
    /// For whom we want it; nobody: we do not.
    wanted: Vec<Member>,
    since: Instant,
    /// The witness has said yes or no since we want it.
    answered: bool,
    held_until: Instant,
    nonce: u64,
    /// When the question with this nonce was first asked.
    asked: Instant,
    /// The question with this nonce has its answer.
    closed: bool,
    number: u64,
    token: u64,
}

impl Vote {
    /// These members have it now.
    pub(super) fn is_held_by(&self, members: &[Member], now: Instant) -> bool {
        now < self.held_until && are_the_same(&self.wanted, members)
    }
}

impl Engine {
    /// For how long a vote is believed: half of what we ask for.
    fn hold(&self) -> Duration {
        self.setup.timing.deadtime.max(HOLD_MIN)
    }

    fn asks_witness(&self, members: &[Member]) -> bool {
        self.setup.quorum.asks_a_witness(members.len(), self.setup.nodes.len())
    }

    /// Whether a proposal of these members is to wait for the witness's word.
    pub(super) fn awaits_vote(&mut self, now: Instant, members: &[Member]) -> bool {
        if !self.asks_witness(members) {
            self.drop_vote();
            return false;
        }
        self.want_vote(now, members);
        let limit = (self.setup.timing.deadtime / 2).clamp(LIMIT.0, LIMIT.1);
        let waits = !self.vote.answered && now.since(self.vote.since) < limit;
        if !waits && !self.vote.answered {
            self.notice_rarely(now, "witness-silent", || {
                "the witness does not answer: half of the cluster has no quorum without its vote".to_owned()
            });
        }
        waits
    }

    /// The view is what it should be: its coordinator keeps the vote if it rests on it.
    pub(super) fn tend_vote(&mut self, now: Instant) {
        let view = self.session.as_ref().map(|session| &session.view);
        let ours = view.filter(|view| view.coordinator == self.setup.own).map(|view| view.members.clone());
        match ours.filter(|members| self.asks_witness(members)) {
            Some(members) => self.want_vote(now, &members),
            None => self.drop_vote(),
        }
    }

    /// The view has quorum by a vote that has ended, or none although the vote is ours by now.
    pub(super) fn vote_changes(&self, now: Instant) -> bool {
        let Some(view) = self.session.as_ref().map(|session| &session.view) else { return false };
        let rests = view.coordinator == self.setup.own && self.asks_witness(&view.members);
        rests && view.quorate != self.vote.is_held_by(&view.members, now)
    }

    fn want_vote(&mut self, now: Instant, members: &[Member]) {
        if are_the_same(&self.vote.wanted, members) {
            return;
        }
        self.vote =
            Vote { since: now, closed: true, number: self.vote.number, token: self.vote.token, ..Vote::default() };
        self.vote.wanted = members.to_vec();
        self.ask_witness(now);
    }

    fn drop_vote(&mut self) {
        self.vote.wanted.clear();
        self.timers.cancel(&Timer::Vote);
    }

    /// Asks, renews, or notices that the vote has ended.
    pub(super) fn on_vote_timer(&mut self, now: Instant) {
        self.due.settle = true;
        if !self.vote.wanted.is_empty() {
            self.ask_witness(now);
        }
    }

    fn ask_witness(&mut self, now: Instant) {
        let hold = self.hold();
        let vote = &mut self.vote;
        if vote.closed || now.since(vote.asked) > hold / 2 {
            (vote.nonce, vote.asked, vote.closed) = (self.rng.next_u64(), now, false);
        }
        vote.number += 1;
        let question = Question {
            asker: Member { name: self.setup.own.clone(), incarnation: self.setup.incarnation },
            number: vote.number,
            token: vote.token,
            nonce: vote.nonce,
            lease: 2 * hold,
            members: vote.wanted.clone(),
        };
        self.output.push_back(Output::AskWitness { packet: encode_question(&question) });
        self.timers.set(Timer::Vote, now + ASK_AFTER);
    }

    pub(super) fn on_witness(&mut self, now: Instant, packet: &Opened) {
        let Ok(Answer { nonce, ruling }) = answer(packet.bytes()) else {
            self.counters.malformed += 1;
            return;
        };
        if self.vote.wanted.is_empty() || self.vote.closed || nonce != self.vote.nonce {
            return;
        }
        match ruling {
            Ruling::Introduce { token } if token == self.vote.token => {}
            Ruling::Introduce { token } => {
                self.vote.token = token;
                self.ask_witness(now);
            }
            Ruling::Granted { lease } => self.on_granted(now, lease),
            Ruling::Refused { wait } => self.on_refused(now, wait),
        }
    }

    fn on_granted(&mut self, now: Instant, lease: Duration) {
        let hold = self.hold().min(lease / 2);
        let news = now >= self.vote.held_until;
        self.vote.held_until = self.vote.asked + hold;
        (self.vote.answered, self.vote.closed) = (true, true);
        self.timers.set(Timer::Vote, (now + hold / 4).min(self.vote.held_until));
        self.due.settle = true;
        if news {
            self.notice("witness-granted", Severity::Notice, "the witness gives its vote to this half".to_owned());
        }
    }

    fn on_refused(&mut self, now: Instant, wait: Duration) {
        self.vote.held_until = Instant::ZERO;
        (self.vote.answered, self.vote.closed) = (true, true);
        self.timers.set(Timer::Vote, now + wait.clamp(ASK_AFTER, RETRY));
        self.due.settle = true;
        self.notice_rarely(now, "witness-refused", || {
            "the witness has given its vote to others: this half of the cluster has no quorum".to_owned()
        });
    }
}
