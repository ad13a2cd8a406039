//! What the engine knows for the rule of quorum, beyond who is there.

use super::Engine;
use crate::agreement::Proposal;
use crate::clique::fingerprint;
use crate::contract::Member;
use crate::quorum::lineage::{Departed, Electorate};
use crate::quorum::{Attendance, Quorum};
use crate::wire::Flags;
use model::{Instant, NodeName};

impl Engine {
    /// Whether the members of a proposal that all have answered are to have quorum.
    pub(super) fn has_quorum(&self, now: Instant, proposal: &Proposal) -> bool {
        let names: Vec<NodeName> = proposal.members.iter().map(|member| member.name.clone()).collect();
        self.setup.quorum.holds(Attendance {
            members: &names,
            configured: self.setup.nodes.len(),
            inherited: proposal.inherits_quorum(),
            heirs: self.are_heirs(proposal),
            witness: self.vote.is_held_by(&proposal.members, now),
        })
    }

    /// Whether these members of our view, which has quorum, would have it by themselves.
    pub(super) fn is_quorum_of_view(&self, now: Instant, members: &[Member]) -> bool {
        let names: Vec<NodeName> = members.iter().map(|member| member.name.clone()).collect();
        let lives: Vec<u64> = members.iter().map(life).collect();
        self.setup.quorum.holds(Attendance {
            members: &names,
            configured: self.setup.nodes.len(),
            inherited: true,
            heirs: self.lineage.is_carried_by(&lives, &self.departed()),
            witness: self.vote.is_held_by(members, now),
        })
    }

    fn are_heirs(&self, proposal: &Proposal) -> bool {
        let here: Vec<u64> = proposal.members.iter().map(life).collect();
        matches!(self.setup.quorum, Quorum::LastManStanding(_))
            && proposal.lineage().is_carried_by(&here, &self.departed())
    }

    /// Who has announced that it leaves. It accepts no proposal after that.
    fn departed(&self) -> Vec<Departed> {
        let leaving = self.peers.iter().filter(|(_, peer)| peer.report.flags.has(Flags::LEAVING));
        leaving.map(|(_, peer)| Departed { life: peer.fingerprint, promised: peer.report.promised }).collect()
    }

    /// Before anybody is told that we are ready for it: the pending view may have quorum from now on.
    pub(super) fn note_attempt(&mut self) {
        let Some(sync) = self.agreement.pending.as_ref().filter(|sync| sync.quorate) else { return };
        let members = sync.seats.iter().map(|seat| &seat.member);
        if let Some(electorate) = self.electorate(sync.number, members) {
            self.lineage.attempt(electorate);
        }
    }

    /// Our view is more than an attempt once its members know the same: only then may a part of it carry on what all before decided.
    pub(super) fn note_joined(&mut self, number: u64) {
        let session = self.session.as_ref().filter(|session| session.view.number == number && session.view.quorate);
        let Some(view) = session.map(|session| &session.view) else { return };
        if let Some(electorate) = self.electorate(number, view.members.iter()) {
            self.lineage.form(electorate);
        }
    }

    /// What is to be remembered of a view with quorum; nothing under rules that do not ask for it.
    fn electorate<'a>(&self, view: u64, members: impl Iterator<Item = &'a Member>) -> Option<Electorate> {
        let Quorum::LastManStanding(breaker) = &self.setup.quorum else { return None };
        let mut members: Vec<&Member> = members.collect();
        members.sort_by_key(|member| Some(&member.name) != breaker.as_ref());
        Some(Electorate { view, lives: members.into_iter().map(life).collect() })
    }
}

fn life(member: &Member) -> u64 {
    fingerprint(&member.name, member.incarnation.0)
}
