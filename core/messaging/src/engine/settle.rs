//! The one place that derives from all facts who should be in a view with us, and whether to propose it.

use super::session::Session;
use super::{Engine, Timer};
use crate::agreement::are_the_same;
use crate::clique::{Seniority, Vertex, grow};
use crate::contract::{Incarnation, Member};
use crate::peers::Peer;
use crate::wire::Flags;
use model::{Instant, NodeName};
use std::time::Duration;

/// The least time for which a senior is trusted to propose, and a member to be seen in a view.
const PATIENCE_MIN: Duration = Duration::from_millis(500);
/// How long the second of two heartbeats that bring news waits for more, for each configured node: when a host dies, each of
/// n others hears of it from n - 1, and one look over all n costs about a tenth of this for each.
const REVIEW_AFTER: Duration = Duration::from_micros(5);

impl Engine {
    /// Whether to settle now; else it is done soon, for this packet and those that follow it.
    pub(super) fn is_time_for_review(&mut self, now: Instant) -> bool {
        let nodes = u32::try_from(self.peers.configured()).expect("there are few nodes");
        let at = self.settled_at + REVIEW_AFTER * nodes;
        if at > now {
            self.timers.set(Timer::Review, at);
        }
        at <= now
    }

    /// Compares what is with what should be, and proposes a view if that is ours to do.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.departure.is_announced() {
            return self.try_to_leave(now);
        }
        if self.agreement.proposal.is_none() && self.follows_another(now) {
            return;
        }
        self.settled_at = now;
        self.timers.cancel(&Timer::Review);
        let desired = self.desired();
        let place = desired.iter().position(|member| member.name == self.setup.own).unwrap_or(0);
        if let Some(proposal) = &self.agreement.proposal {
            let expected =
                if proposal.without_seniors { self.without_seniors(&desired[place..]) } else { desired.clone() };
            if proposal.is_for(&expected) && !self.outbid(proposal.number, &desired) {
                return;
            }
            self.agreement.proposal = None;
        }
        if self.follows_another(now) {
            return;
        }
        if !self.change_is_due(now, &desired) {
            self.patience_over = false;
            self.tend_vote(now);
            return self.timers.cancel(&Timer::Patience);
        }
        if self.awaits_new_life(now, &desired) || self.awaits_who_stalls(now) {
            return;
        }
        if place == 0 {
            if !self.awaits_vote(now, &desired) {
                self.propose(now, desired);
            }
        } else if self.patience_over || self.is_left_out() {
            let rest = self.without_seniors(&desired[place..]);
            self.patience_over = self.awaits_vote(now, &rest);
            if !self.patience_over {
                self.propose_without_seniors(now, rest);
            }
        } else if self.timers.at(&Timer::Patience).is_none() {
            self.timers.set(Timer::Patience, now + 2 * self.patience());
        }
    }

    /// A member has started anew and does not hear all of us yet, which takes a moment. In a view without it the others
    /// would take over at once what its host still holds.
    fn awaits_new_life(&mut self, now: Instant, desired: &[Member]) -> bool {
        let limit = self.patience() / 2;
        let Some(session) = &self.session else { return false };
        let missing =
            session.view.members.iter().filter(|member| desired.iter().all(|other| other.name != member.name));
        let ends = missing.filter_map(|member| self.comes_anew_since(session, member)).map(|since| since + limit);
        let end = ends.filter(|end| *end > now).max();
        if let Some(end) = end {
            self.timers.set(Timer::NewLife, end);
        }
        end.is_some()
    }

    /// Since when a member is heard in a new life: by us, or by another member who hears somebody whom we do not know.
    fn comes_anew_since(&self, session: &Session, member: &Member) -> Option<Instant> {
        let peer = self.peers.get(&member.name)?;
        if peer.lost || peer.report.flags.has(Flags::LEAVING) {
            return None;
        }
        if peer.incarnation != Some(member.incarnation) {
            return peer.since;
        }
        self.reports(&session.view.members).filter_map(Peer::hears_strangers_since).max()
    }

    /// Longer than a peer needs to notice what we have noticed.
    pub(super) fn patience(&self) -> Duration {
        self.setup.timing.deadtime.max(PATIENCE_MIN)
    }

    /// Somebody has accepted a higher proposal than this one.
    fn outbid(&self, number: u64, desired: &[Member]) -> bool {
        self.agreement.promised > number || self.reports(desired).any(|peer| peer.report.promised > number)
    }

    fn reports<'a>(&'a self, members: &'a [Member]) -> impl Iterator<Item = &'a Peer> {
        members.iter().filter_map(|member| self.peers.get(&member.name))
    }

    /// Another's proposal runs, and it is alive: it shall come to its end. This also keeps two proposers, who cannot
    /// agree on who is senior, from outbidding each other at the speed of the network.
    fn follows_another(&self, now: Instant) -> bool {
        let limit = self.patience() / 2;
        self.agreement
            .follows
            .as_ref()
            .is_some_and(|(name, since)| now.since(*since) < limit && self.peers.get(name).is_some_and(stays))
    }

    /// What we are is not what should be.
    fn change_is_due(&self, now: Instant, desired: &[Member]) -> bool {
        let Some(session) = &self.session else { return self.may_begin(desired) };
        let view = &session.view;
        let same = are_the_same(&view.members, desired);
        let overdue = now.since(session.installed) > self.patience();
        let astray = |member: &Member| {
            let behind = self.peers.get(&member.name).is_some_and(|peer| peer.report.view < view.number);
            behind && (overdue || session.confirmed.contains(&member.name))
        };
        !same || self.vote_changes(now) || self.outbid(view.number, desired) || desired.iter().any(astray)
    }

    /// Without a view: all hosts are here, or somebody has a view, or has waited long enough for the absent ones.
    fn may_begin(&self, desired: &[Member]) -> bool {
        let goes_on = |peer: &Peer| peer.report.view != 0 || peer.report.flags.has(Flags::SETTLED);
        desired.len() == self.setup.nodes.len() || self.settled || self.reports(desired).any(goes_on)
    }

    /// Us and those of our juniors who have not gone on to a newer view without us.
    fn without_seniors(&self, juniors: &[Member]) -> Vec<Member> {
        juniors.iter().filter(|member| !self.has_left_us(member)).cloned().collect()
    }

    /// Our seniors do not propose a view with us: they cannot hear somebody whom we can. We go our own way.
    fn propose_without_seniors(&mut self, now: Instant, rest: Vec<Member>) {
        let session = self.session.as_ref();
        let current = session.is_some_and(|session| {
            are_the_same(&session.view.members, &rest) && self.agreement.promised <= session.view.number
        });
        if !current {
            self.propose(now, rest);
            if let Some(proposal) = &mut self.agreement.proposal {
                proposal.without_seniors = true;
            }
        }
    }

    /// A member of our view has left us: others take us for lost, and may start what we hold. Our view is over, however
    /// well we hear that member.
    fn is_left_out(&self) -> bool {
        let Some(session) = &self.session else { return false };
        session.view.members.iter().any(|member| self.has_left_us(member))
    }

    /// This member of our view has begun a newer one, which we were never asked into.
    fn has_left_us(&self, member: &Member) -> bool {
        let Some(session) = &self.session else { return false };
        let known = self.agreement.asked_into.max(session.view.number);
        let newer = |peer: &Peer| !peer.lost && peer.report.view > known;
        session.member(&member.name).is_some() && self.peers.get(&member.name).is_some_and(newer)
    }

    /// Who should be in a view with us, senior first.
    pub(super) fn desired(&self) -> Vec<Member> {
        let vertices = (0..self.peers.configured()).filter_map(|place| self.vertex(place)).collect();
        grow(self.own_rank(), vertices, self.peers.configured()).into_iter().map(|place| self.member(place)).collect()
    }

    fn member(&self, place: usize) -> Member {
        let own = self.setup.incarnation;
        let incarnation = self.peers.at(place).map_or(Some(own), |peer| peer.incarnation);
        Member { name: self.peers.name(place).clone(), incarnation: incarnation.unwrap_or(Incarnation(0)) }
    }

    fn own_rank(&self) -> (Seniority, usize) {
        let (view, quorate, born) = match &self.session {
            Some(session) => (session.view.number, session.view.quorate, session.born),
            None => (0, false, 0),
        };
        (Seniority::of(view, quorate, born), self.peers.own())
    }

    /// The peer at this place, if it is a candidate.
    fn vertex(&self, place: usize) -> Option<Vertex<'_>> {
        let name = self.peers.name(place);
        let report = &self.peers.at(place).filter(|peer| self.is_candidate(name, peer))?.report;
        let quorate = report.flags.has(Flags::QUORATE);
        let seniority = Seniority::of(report.view, quorate, report.born);
        Some(Vertex { rank: (seniority, place), hears: &report.hears })
    }

    /// Hears us and is heard, stays, and is not bound to a coordinator whom it hears and we cannot reach.
    fn is_candidate(&self, name: &NodeName, peer: &Peer) -> bool {
        if !stays(peer) {
            return false;
        }
        let bound = peer.report.coordinator;
        let alone = bound != peer.fingerprint && !self.peers.is_heard_by(peer, bound);
        let free = peer.report.view == 0 || alone || bound == self.print || self.is_of_our_view(name, peer);
        free || self.peers.living(bound).is_some_and(stays)
    }

    /// A member of our view that is in it, or on its way into it.
    fn is_of_our_view(&self, name: &NodeName, peer: &Peer) -> bool {
        let Some(session) = &self.session else { return false };
        let member = session.member(name).is_some_and(|member| Some(member.incarnation) == peer.incarnation);
        member && peer.report.view <= session.view.number
    }
}

/// Is with us, and does not leave.
fn stays(peer: &Peer) -> bool {
    peer.is_mutual() && !peer.report.flags.has(Flags::LEAVING)
}
