//! Life signs: ours in time, and those of the peers watched.
//!
//! Redundancy under loss: a peer that misses one heartbeat is asked at an eighth of `keepalive` and answers everybody, and
//! all beat four times as often for the next twenty. The cost is nothing while no packet is lost, and five-fold heartbeats
//! while some are.

use super::{Engine, Timer};
use crate::clique::fingerprint;
use crate::wire::{Body, Flags, Heartbeat};
use model::{Instant, NodeName, Severity};
use std::time::Duration;

/// Life signs are never sent faster than this because of loss.
const INTERVAL_MIN: Duration = Duration::from_millis(5);
/// How many keepalives a brisk pace lasts.
const BRISK_BEATS: u32 = 20;
/// A node that is late is asked eight times a `keepalive` by each of so many; more share the work.
const ASKERS: usize = 8;
/// What is said to everybody because somebody is heard, or asks, waits for company: so long for each configured node.
const COMPANY: Duration = Duration::from_micros(50);

/// When we have beaten, and until when we beat faster than `keepalive`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// The last heartbeat for everybody.
    last: Option<Instant>,
    until: Instant,
    /// Until when we ask the others to do so as well.
    asking: Instant,
}

impl Engine {
    /// The regular heartbeat.
    pub(super) fn on_beat(&mut self, now: Instant) {
        self.watch_links(now);
        self.beat(now, None, 0);
    }

    /// Sends a heartbeat; one for everybody starts the interval anew.
    pub(super) fn beat(&mut self, now: Instant, to: Option<NodeName>, flags: u8) {
        let beat = self.heartbeat(now, flags);
        if to.is_none() {
            self.pace.last = Some(now);
            self.timers.set(Timer::Beat, now + self.interval(now));
        }
        self.send(to, Body::Heartbeat(beat));
    }

    /// A heartbeat for everybody, now or after a moment: a hundred nodes that start together do not answer each of the
    /// hundred.
    pub(super) fn beat_soon(&mut self, now: Instant) {
        let company = COMPANY * u32::try_from(self.peers.configured()).expect("there are few nodes");
        match self.pace.last.map(|last| last + company).filter(|at| *at > now) {
            None => self.beat(now, None, 0),
            Some(at) => self.beat_by(at),
        }
    }

    fn beat_by(&mut self, at: Instant) {
        if self.timers.at(&Timer::Beat).is_none_or(|next| next > at) {
            self.timers.set(Timer::Beat, at);
        }
    }

    fn heartbeat(&self, now: Instant, flags: u8) -> Heartbeat {
        let session = self.session.as_ref();
        let print =
            |session: &super::Session| fingerprint(&session.view.coordinator, session.coordinator_incarnation().0);
        let flags = Flags(flags)
            .with(Flags::BRISK, now < self.pace.asking)
            .with(Flags::SETTLED, self.settled)
            .with(Flags::LEAVING, self.departure.is_announced())
            .with(Flags::QUORATE, session.is_some_and(|session| session.view.quorate));
        Heartbeat {
            flags,
            born: session.map_or(0, |session| session.born),
            coordinator: session.map_or(0, print),
            nodes: self.node_lines,
            highest: session.map_or(0, |session| session.log.highest()),
            stable: session.map_or(0, |session| session.log.stable()),
            hears: self.peers.heard(),
        }
    }

    /// Without a view we are eager: nobody shall wait for a `keepalive` because one packet was lost.
    fn interval(&self, now: Instant) -> Duration {
        let keepalive = self.setup.timing.keepalive;
        if now < self.pace.until || self.session.is_none() {
            (keepalive / 4).max(INTERVAL_MIN).min(keepalive)
        } else {
            keepalive
        }
    }

    /// A peer misses packets of ours.
    pub(super) fn beat_faster(&mut self, now: Instant) {
        self.pace.until = now + BRISK_BEATS * self.setup.timing.keepalive;
        self.beat_by(now + self.interval(now));
    }

    /// One heartbeat is missing for sure.
    pub(super) fn late_after(&self) -> Duration {
        self.setup.timing.keepalive * 3 / 2
    }

    /// A peer's timer: nothing to say, ask it, warn of it, or give it up.
    pub(super) fn look_after(&mut self, now: Instant, name: &NodeName) {
        let timing = self.setup.timing;
        let late_after = self.late_after();
        let Some(peer) = self.peers.get_mut(name) else { return };
        let (Some(heard), false) = (peer.heard, peer.lost) else { return };
        let silence = now.since(heard);
        if let Some(until) = peer.excused.map(|until| until + timing.deadtime).filter(|until| *until > now) {
            return self.timers.set(Timer::Peer(name.clone()), until);
        }
        let left = peer.report.flags.has(Flags::LEAVING);
        if silence >= timing.deadtime || (left && silence >= late_after) {
            return self.lose(name, silence, left);
        }
        if silence < late_after {
            return self.timers.set(Timer::Peer(name.clone()), heard + late_after);
        }
        let warn = silence >= timing.warntime && !std::mem::replace(&mut peer.warned, silence >= timing.warntime);
        if warn {
            let text = format!("late heartbeat: {name} has been silent for {} ms", silence.as_millis());
            self.notice("peer-late", Severity::Warning, text);
        }
        self.pace.asking = now + BRISK_BEATS * timing.keepalive;
        self.beat_faster(now);
        self.beat(now, Some(name.clone()), Flags::ANSWER);
        let next = (now + self.ask_every()).min(heard + timing.deadtime);
        self.timers.set(Timer::Peer(name.clone()), next);
    }

    /// How often a late peer is asked. All hear the answer, so many nodes need not ask as often as few.
    fn ask_every(&self) -> Duration {
        let share = self.peers.configured().div_ceil(ASKERS);
        let share = u32::try_from(share).expect("there are few nodes");
        (self.setup.timing.keepalive / 8).max(INTERVAL_MIN) * share
    }

    fn lose(&mut self, name: &NodeName, silence: Duration, left: bool) {
        if let Some(peer) = self.peers.get_mut(name) {
            peer.lost = true;
        }
        self.due.settle = true;
        self.due.beat = true;
        if left {
            return self.notice("peer-left", Severity::Info, format!("{name} has left in order"));
        }
        let text = format!("{name} is lost: no packet on any medium for {} ms (deadtime)", silence.as_millis());
        self.notice("peer-lost", Severity::Warning, text);
    }

    /// Says which media stop or start to carry a peer that is alive.
    fn watch_links(&mut self, now: Instant) {
        let deadtime = self.setup.timing.deadtime;
        let mut changes = Vec::new();
        for (name, peer) in self.peers.iter_mut() {
            for (medium, link) in self.setup.links.iter().zip(&mut peer.links) {
                let up = link.heard.is_some_and(|heard| now.since(heard) < deadtime);
                if up != link.up {
                    link.up = up;
                    changes.push((name.clone(), medium.clone(), up));
                }
            }
        }
        for (name, medium, up) in changes {
            let (id, severity, word) =
                if up { ("link-up", Severity::Info, "up") } else { ("link-down", Severity::Warning, "dead") };
            self.notice(id, severity, format!("link {name}, {medium}: {word}"));
        }
    }
}
