//! The one place that derives from all facts who should be in a view with us, and whether to propose it.

use super::{Engine, Timer};
use crate::clique::{Seniority, Vertex, grow};
use crate::contract::{Incarnation, Member};
use crate::peers::Peer;
use crate::wire::Flags;
use model::{Instant, NodeName};
use std::time::Duration;

/// The least time for which a senior is trusted to propose, and a member to be seen in a view.
const PATIENCE_MIN: Duration = Duration::from_millis(500);

impl Engine {
    /// Compares what is with what should be, and proposes a view if that is ours to do.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.departure.is_announced() {
            return self.try_to_leave(now);
        }
        let desired = self.desired();
        let place = desired.iter().position(|member| member.name == self.setup.own).unwrap_or(0);
        if let Some(proposal) = &self.agreement.proposal {
            let expected = if proposal.without_seniors { &desired[place..] } else { &desired[..] };
            if proposal.is_for(expected) && !self.outbid(proposal.number, &desired) {
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
        if self.awaits_new_life(now, &desired) {
            return;
        }
        if place == 0 {
            if !self.awaits_vote(now, &desired) {
                self.propose(now, desired);
            }
        } else if self.patience_over {
            self.patience_over = self.awaits_vote(now, &desired[place..]);
            if !self.patience_over {
                self.propose_without_seniors(now, &desired[place..]);
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
        let reborn = missing.filter_map(|member| {
            let peer = self.peers.get(&member.name).filter(|peer| peer.incarnation != Some(member.incarnation))?;
            let is_coming = !peer.lost && !peer.report.flags.has(Flags::LEAVING);
            peer.since.filter(|_| is_coming).map(|since| since + limit)
        });
        let end = reborn.filter(|end| *end > now).max();
        if let Some(end) = end {
            self.timers.set(Timer::NewLife, end);
        }
        end.is_some()
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
        self.agreement.follows.as_ref().is_some_and(|(name, since)| {
            now.since(*since) < limit && self.peers.get(name).is_some_and(|peer| self.stays(peer))
        })
    }

    /// What we are is not what should be.
    fn change_is_due(&self, now: Instant, desired: &[Member]) -> bool {
        let Some(session) = &self.session else { return self.may_begin(desired) };
        let view = &session.view;
        let same = view.members.len() == desired.len() && desired.iter().all(|member| view.members.contains(member));
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

    /// Our seniors do not propose a view with us: they cannot hear somebody whom we can. We go our own way.
    fn propose_without_seniors(&mut self, now: Instant, rest: &[Member]) {
        let session = self.session.as_ref();
        let current = session.is_some_and(|session| {
            session.view.members.len() == rest.len()
                && rest.iter().all(|member| session.view.members.contains(member))
                && self.agreement.promised <= session.view.number
        });
        if !current {
            self.propose(now, rest.to_vec());
            if let Some(proposal) = &mut self.agreement.proposal {
                proposal.without_seniors = true;
            }
        }
    }

    /// Who should be in a view with us, senior first.
    pub(super) fn desired(&self) -> Vec<Member> {
        let own = self.own_vertex();
        let others = self.peers.iter().filter(|(name, peer)| self.is_candidate(name, peer));
        let vertices = others.map(|(name, peer)| vertex(name, peer)).collect();
        grow(own, vertices).into_iter().map(|name| self.member(name)).collect()
    }

    fn member(&self, name: NodeName) -> Member {
        let own = self.setup.incarnation;
        let incarnation = self.peers.get(&name).map_or(Some(own), |peer| peer.incarnation);
        Member { name, incarnation: incarnation.unwrap_or(Incarnation(0)) }
    }

    fn own_vertex(&self) -> Vertex {
        let (view, quorate, born) = match &self.session {
            Some(session) => (session.view.number, session.view.quorate, session.born),
            None => (0, false, 0),
        };
        let hears = self.peers.heard().into_iter().collect();
        Vertex { seniority: Seniority::of(&self.setup.own, view, quorate, born), fingerprint: self.print, hears }
    }

    /// Hears us and is heard, stays, and is not bound to a coordinator whom it hears and we cannot reach.
    fn is_candidate(&self, name: &NodeName, peer: &Peer) -> bool {
        let bound = peer.report.coordinator;
        let alone = bound != peer.fingerprint && !peer.report.hears.contains(&bound);
        let free = peer.report.view == 0 || alone || bound == self.print || self.is_of_our_view(name, peer);
        self.stays(peer)
            && (free || self.peers.iter().any(|(_, other)| other.fingerprint == bound && self.stays(other)))
    }

    /// A member of our view that is in it, or on its way into it.
    fn is_of_our_view(&self, name: &NodeName, peer: &Peer) -> bool {
        let Some(session) = &self.session else { return false };
        let member = session.member(name).is_some_and(|member| Some(member.incarnation) == peer.incarnation);
        member && peer.report.view <= session.view.number
    }

    fn stays(&self, peer: &Peer) -> bool {
        peer.is_mutual(self.print) && !peer.report.flags.has(Flags::LEAVING)
    }
}

fn vertex(name: &NodeName, peer: &Peer) -> Vertex {
    let report = &peer.report;
    let quorate = report.flags.has(Flags::QUORATE);
    Vertex {
        seniority: Seniority::of(name, report.view, quorate, report.born),
        fingerprint: peer.fingerprint,
        hears: report.hears.clone(),
    }
}
