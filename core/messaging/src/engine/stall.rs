//! A stall that was announced: a snapshot, a live migration. The others wait for it instead of accusing.
//!
//! ```text
//! None ──announced──▶ Asking ──all have heard it──▶ Agreed ──woken late, told that it is over, or `until`──▶ Ending ──▶ None
//!                        └──somebody has not, for 1 s──▶ Ending
//! ```
//! Who waits installs no view without the node that stalls, so that node keeps what it holds; the price is that nothing at all
//! is agreed meanwhile, not even on the loss of another node. That is why there is a bound.

use super::{Engine, Timer};
use crate::contract::{Member, Output, STALL_MAX, StallAnswer};
use crate::wire::Body;
use model::{Instant, NodeName, Severity};
use std::collections::BTreeSet;
use std::time::Duration;

/// How often those are told again who have not answered.
const TELL_EVERY: Duration = Duration::from_millis(20);
/// How long they are told.
const TELL_FOR: Duration = Duration::from_secs(1);

/// Our own stall.
#[derive(Clone, Debug, Default)]
pub(super) struct Stall {
    number: u64,
    phase: Phase,
    /// Members that have not heard of the present phase.
    unaware: BTreeSet<NodeName>,
    /// When the telling began.
    told: Instant,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    None,
    /// Announced; not everybody has heard of it.
    Asking { until: Instant },
    /// Everybody has heard of it.
    Agreed { until: Instant },
    /// Over; not everybody has heard of that.
    Ending,
}

impl Engine {
    pub(super) fn announce_stall(&mut self, now: Instant, span: Duration) {
        if span.is_zero() {
            self.end_stall(now);
            return self.output.push_back(Output::StallAnswer(StallAnswer::Heard));
        }
        if let Some(reason) = self.refuses_stall(span) {
            return self.output.push_back(Output::StallAnswer(StallAnswer::Refused(reason)));
        }
        self.tell(now, Phase::Asking { until: now + span });
        self.note_stall_heard();
    }

    fn refuses_stall(&self, span: Duration) -> Option<&'static str> {
        let Some(session) = &self.session else { return Some("this node is in no view: nobody would accuse it") };
        if span > STALL_MAX {
            return Some(
                "no stall may last for more than 5 minutes: nothing is agreed meanwhile; leave in order instead",
            );
        }
        if self.departure.is_announced() {
            return Some("this node is leaving");
        }
        if self.agreement.promised > session.view.number {
            return Some("the members are agreeing on another view; try again");
        }
        let asking = matches!(self.stall.phase, Phase::Asking { .. });
        asking.then_some("another announcement is under way; try again")
    }

    /// Begins a phase that all members are to hear of.
    fn tell(&mut self, now: Instant, phase: Phase) {
        let members = self.session.iter().flat_map(|session| &session.view.members);
        let others = members.map(|member| member.name.clone()).filter(|name| *name != self.setup.own);
        self.stall = Stall { number: self.stall.number + 1, phase, unaware: others.collect(), told: now };
        self.send_stall(now, None);
    }

    fn send_stall(&mut self, now: Instant, to: Option<NodeName>) {
        let rest = match self.stall.phase {
            Phase::Asking { until } | Phase::Agreed { until } => until.since(now),
            Phase::None | Phase::Ending => Duration::ZERO,
        };
        let millis = u64::try_from(rest.as_micros().div_ceil(1000)).expect("at most the longest stall");
        self.send(to, Body::Stall { number: self.stall.number, millis });
        self.timers.set(Timer::Stall, now + TELL_EVERY);
    }

    /// Who has come into our view since must know of it, too.
    pub(super) fn repeat_stall(&mut self, now: Instant) {
        if matches!(self.stall.phase, Phase::Agreed { .. }) {
            self.tell(now, self.stall.phase);
        }
    }

    /// Tells those again who have not heard of it, gives up, or notices that the announced time is over.
    pub(super) fn on_stall_timer(&mut self, now: Instant) {
        let patient = now.since(self.stall.told) < TELL_FOR;
        match self.stall.phase {
            Phase::None => {}
            Phase::Agreed { until } if now >= until => self.end_stall(now),
            Phase::Asking { .. } | Phase::Agreed { .. } | Phase::Ending if patient => {
                for name in self.stall.unaware.clone() {
                    self.send_stall(now, Some(name));
                }
            }
            Phase::Asking { .. } => {
                let unaware = self.stall.unaware.iter().cloned().collect();
                self.output.push_back(Output::StallAnswer(StallAnswer::Unheard(unaware)));
                self.tell(now, Phase::Ending);
            }
            Phase::Agreed { until } => self.timers.set(Timer::Stall, until),
            Phase::Ending => self.stall.phase = Phase::None,
        }
    }

    /// We do not stand still, or not any more: the word that ends it.
    pub(super) fn end_stall(&mut self, now: Instant) {
        match self.stall.phase {
            Phase::None | Phase::Ending => {}
            Phase::Asking { .. } => {
                let reason = "this node stood still before everybody had heard of it";
                self.output.push_back(Output::StallAnswer(StallAnswer::Refused(reason)));
                self.tell(now, Phase::Ending);
            }
            Phase::Agreed { .. } => {
                self.tell(now, Phase::Ending);
                self.notice("stall-over", Severity::Notice, "the announced stall is over".to_owned());
            }
        }
    }

    pub(super) fn on_stall_heard(&mut self, from: &NodeName, number: u64) {
        if number == self.stall.number && self.stall.unaware.remove(from) {
            self.note_stall_heard();
        }
    }

    fn note_stall_heard(&mut self) {
        if !self.stall.unaware.is_empty() {
            return;
        }
        match self.stall.phase {
            Phase::None => {}
            Phase::Asking { until } => {
                self.stall.phase = Phase::Agreed { until };
                self.timers.set(Timer::Stall, until);
                self.output.push_back(Output::StallAnswer(StallAnswer::Heard));
            }
            Phase::Agreed { until } => self.timers.set(Timer::Stall, until),
            Phase::Ending => self.stall.phase = Phase::None,
        }
    }

    /// We were stopped, and all had agreed to wait: the view still stands.
    pub(super) fn is_excused(&self, now: Instant) -> bool {
        match self.stall.phase {
            Phase::Agreed { until } => now.since(until) < self.setup.timing.deadtime,
            Phase::None | Phase::Asking { .. } | Phase::Ending => false,
        }
    }

    /// A peer may stand still, or does not any more.
    pub(super) fn on_stall(&mut self, now: Instant, from: &NodeName, number: u64, millis: u64) {
        let late_after = self.late_after();
        let Some(peer) = self.peers.get_mut(from) else { return };
        if number >= peer.stall {
            let news = number > peer.stall;
            peer.stall = number;
            peer.excused = (millis > 0).then(|| now + Duration::from_millis(millis).min(STALL_MAX));
            self.timers.set(Timer::Peer(from.clone()), now + late_after);
            self.due.settle = true;
            if news {
                self.note_announcement(from, millis);
            }
        }
        self.send(Some(from.clone()), Body::StallHeard { number });
    }

    fn note_announcement(&mut self, from: &NodeName, millis: u64) {
        match millis {
            0 => self.notice("stall-over", Severity::Notice, format!("the stall that {from} has announced is over")),
            _ => {
                let text = format!(
                    "{from} may stand still for {millis} ms: it keeps what it holds, and no view changes while it is silent"
                );
                self.notice("stall-announced", Severity::Notice, text);
            }
        }
    }

    /// Members of our view that stand still as they have announced.
    fn stalling(&self, now: Instant) -> impl Iterator<Item = &Member> {
        let (late_after, deadtime) = (self.late_after(), self.setup.timing.deadtime);
        let members = self.session.iter().flat_map(|session| &session.view.members);
        members.filter(move |member| {
            self.peers.get(&member.name).is_some_and(|peer| {
                let excused = peer.excused.is_some_and(|until| now < until + deadtime);
                let same_life = peer.incarnation == Some(member.incarnation);
                excused && same_life && peer.silence(now).is_some_and(|silence| silence >= late_after)
            })
        })
    }

    /// Our view stays as it is while a member of it stands still: whoever took over from it would run beside it.
    pub(super) fn awaits_who_stalls(&mut self, now: Instant) -> bool {
        let waits = self.stalling(now).next().is_some();
        if waits {
            self.timers.set(Timer::Review, now + self.setup.timing.keepalive);
        }
        waits
    }

    /// Whether a view of these members would go on without a member of ours that stands still.
    pub(super) fn leaves_out_who_stalls(&self, now: Instant, members: &[Member]) -> bool {
        self.stalling(now).any(|member| !members.contains(member))
    }
}
