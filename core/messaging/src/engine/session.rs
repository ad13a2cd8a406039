//! The installed view: its members, its order, and how far the node above has followed.

use super::Engine;
use super::confirm::Inquiry;
use crate::contract::{Incarnation, Member, View};
use crate::order::assembly::Assembly;
use crate::order::log::Log;
use crate::order::sequencer::Sequencer;
use crate::wire::Sync;
use model::{Instant, NodeName};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that lives as long as one view.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) view: View,
    /// Where each member stands in the view.
    ranks: BTreeMap<NodeName, usize>,
    /// The view in which we became a member.
    pub(super) born: u64,
    pub(super) log: Log,
    pub(super) assembly: Assembly,
    /// Only the coordinator has one.
    pub(super) sequencer: Option<Sequencer>,
    /// The node above follows; before that it gets no messages.
    pub(super) accepted: bool,
    /// The last slot that was acknowledged.
    pub(super) acked: u64,
    /// Members that were seen in this view.
    pub(super) confirmed: BTreeSet<NodeName>,
    pub(super) installed: Instant,
    /// Whether the view is still in force, where we are its coordinator.
    pub(super) inquiry: Inquiry,
}

impl Session {
    pub(super) fn new(sync: &Sync, own: &NodeName, configured: &[NodeName], now: Instant) -> Self {
        let view = view(sync, configured);
        let others: Vec<NodeName> = names(sync).into_iter().filter(|name| name != own).collect();
        let coordinates = view.coordinator == *own;
        let seat = sync.seats.iter().find(|seat| seat.member.name == *own);
        Self {
            born: seat.map_or(sync.number, |seat| seat.born),
            log: Log::default(),
            assembly: Assembly::default(),
            sequencer: coordinates.then(|| Sequencer::new(others.into_iter())),
            accepted: false,
            acked: 0,
            confirmed: BTreeSet::new(),
            installed: now,
            inquiry: Inquiry::default(),
            ranks: view.members.iter().enumerate().map(|(rank, member)| (member.name.clone(), rank)).collect(),
            view,
        }
    }

    pub(super) fn member(&self, name: &NodeName) -> Option<&Member> {
        self.ranks.get(name).map(|rank| &self.view.members[*rank])
    }

    pub(super) fn coordinator_incarnation(&self) -> Incarnation {
        self.view.members[0].incarnation
    }
}

/// The names by seniority.
fn names(sync: &Sync) -> Vec<NodeName> {
    sync.seats.iter().map(|seat| seat.member.name.clone()).collect()
}

fn view(sync: &Sync, configured: &[NodeName]) -> View {
    let members: Vec<Member> = sync.seats.iter().map(|seat| seat.member.clone()).collect();
    let names: BTreeSet<NodeName> = names(sync).into_iter().collect();
    let first = sync.seats.first().expect("a view that is installed has us as a member");
    let shares = |previous: u64| previous != 0 && previous == first.previous;
    let newcomers = sync.seats.iter().skip(1).filter(|seat| !shares(seat.previous));
    View {
        number: sync.number,
        coordinator: first.member.name.clone(),
        quorate: sync.quorate,
        absent: configured.iter().filter(|name| !names.contains(name)).cloned().collect(),
        newcomers: newcomers.map(|seat| seat.member.name.clone()).collect(),
        members,
    }
}

impl Engine {
    /// The installed view's number; 0 for none.
    pub(super) fn view_number(&self) -> u64 {
        self.session.as_ref().map_or(0, |session| session.view.number)
    }
}
