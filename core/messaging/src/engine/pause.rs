//! Our own pauses, noticed before anybody is accused: a stopped host must not take its own silence for that of others.

use super::{Engine, Timer};
use crate::contract::Output;
use model::planted::{Bug, planted};
use model::{Instant, Severity};
use std::time::Duration;

impl Engine {
    /// Woken much later than asked for: we were stopped, and the silence of the others was our own.
    pub(super) fn notice_own_pause(&mut self, now: Instant) {
        let timing = self.setup.timing;
        let Some(late) = self.timers.deadline().map(|deadline| now.since(deadline.max(self.woken))) else { return };
        if late <= timing.warntime.min(timing.deadtime / 2) || planted(Bug::PauseUnnoticed) {
            return;
        }
        self.woken = now;
        let text =
            format!("this host was stopped for {:.1} s; the silence of its peers does not count", late.as_secs_f64());
        self.notice("own-pause", Severity::Warning, text);
        self.counters.own_pauses += 1;
        for (_, peer) in self.peers.iter_mut().filter(|(_, peer)| !peer.lost) {
            peer.heard = Some(now);
        }
        if late >= timing.deadtime && !self.is_excused(now) {
            self.lose_view(now, late);
        }
        self.end_stall(now);
    }

    /// The others must be assumed to have gone on without us. Who is absent is waited for anew: it may have spoken while we
    /// could not listen.
    fn lose_view(&mut self, now: Instant, paused: Duration) {
        self.settled = false;
        self.timers.set(Timer::Settled, now + self.setup.timing.deadtime);
        // What was being agreed on is as old as the view: the others have gone on without our answer.
        self.agreement.proposal = None;
        self.agreement.pending = None;
        self.agreement.follows = None;
        for timer in
            [Timer::Agree, Timer::Follow, Timer::Resend, Timer::Submit, Timer::Ack, Timer::Missing, Timer::Inquire]
        {
            self.timers.cancel(&timer);
        }
        self.due.settle = true;
        self.due.beat = true;
        if self.session.take().is_none() {
            return;
        }
        self.hand_back();
        self.output.push_back(Output::ViewLost { paused });
    }
}
