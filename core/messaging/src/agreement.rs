//! How a view is agreed: the state of one node in it, and the steps that need no packets.
//!
//! ```text
//!            Propose(n)               Accept(n, stand)            Sync(n, view, cuts)
//! proposer ─────────────▶ everybody ──────────────────▶ proposer ─────────────────────▶ everybody
//!                         freezes its old view                                          fetches up to its cut
//!            Ready(n)                 any packet of view n
//! everybody ─────────────▶ proposer ──────────────────────▶ everybody installs n
//! ```
//! Only who has accepted nothing higher answers. A member that is ready installs as soon as it sees that anybody has,
//! so a proposer may crash at any point: either nobody has installed, or those who have carry the others along.

use crate::clique::Seniority;
use crate::contract::{Incarnation, Member};
use crate::quorum::lineage::Lineage;
use crate::wire::{Cut, Seat, Stand, Sync};
use model::planted::{Bug, planted};
use model::{Instant, NodeName};
use std::collections::{BTreeMap, BTreeSet};

/// Bits of a view number that name its proposer: for more nodes than `ha.cf` has, as simulations have.
const PROPOSER_BITS: u32 = 10;
/// Bits that tell the proposer's lives apart, so that a node never uses a number of its former life again.
const LIFE_BITS: u32 = 8;
/// A life's rounds begin above those of the lives before it, unless others have led further already.
const ROUNDS_PER_LIFE_BITS: u32 = 4;
/// An incarnation in milliseconds since 1970 has 41 bits; all together stays below 2^63.
const INCARNATION_MASK: u64 = (1 << 41) - 1;

/// One node's part in agreeing on views.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agreement {
    /// The highest proposal accepted, our own included.
    pub(crate) promised: u64,
    /// The highest proposal of another that was accepted.
    pub(crate) asked_into: u64,
    /// Whose it is, and when it last spoke of it; none when it is ours.
    pub(crate) follows: Option<(NodeName, Instant)>,
    /// Our own proposal, while it runs.
    pub(crate) proposal: Option<Proposal>,
    /// The view we are to install next.
    pub(crate) pending: Option<Sync>,
    /// The last view installed here: it is never entered a second time, not even after we have lost it.
    pub(crate) installed: u64,
    /// The highest number seen anywhere.
    pub(crate) highest_seen: u64,
}

impl Agreement {
    /// A number above all that were seen, that nobody else and no other life of ours will use.
    pub(crate) fn next_number(&mut self, proposer: u64, incarnation: Incarnation) -> u64 {
        let low_bits = PROPOSER_BITS + LIFE_BITS;
        let base = (incarnation.0 & INCARNATION_MASK) << ROUNDS_PER_LIFE_BITS;
        let life = incarnation.0 & ((1 << LIFE_BITS) - 1);
        let round = (self.highest_seen >> low_bits).max(base) + 1;
        self.highest_seen = (round << low_bits) | (life << PROPOSER_BITS) | proposer;
        self.highest_seen
    }

    pub(crate) fn note_seen(&mut self, number: u64) {
        self.highest_seen = self.highest_seen.max(number);
    }
}

/// A view that we propose.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) number: u64,
    pub(crate) members: Vec<Member>,
    stands: BTreeMap<NodeName, Stand>,
    pub(crate) sync: Option<Sync>,
    ready: BTreeSet<NodeName>,
    /// Our seniors are left out on purpose.
    pub(crate) without_seniors: bool,
    /// How often it was sent again.
    pub(crate) resends: u32,
}

impl Proposal {
    pub(crate) fn new(number: u64, members: Vec<Member>) -> Self {
        Self {
            number,
            members,
            stands: BTreeMap::new(),
            sync: None,
            ready: BTreeSet::new(),
            without_seniors: false,
            resends: 0,
        }
    }

    pub(crate) fn has(&self, name: &NodeName) -> bool {
        self.members.iter().any(|member| member.name == *name)
    }

    /// Whether these are the members, in any order.
    pub(crate) fn is_for(&self, members: &[Member]) -> bool {
        are_the_same(&self.members, members)
    }

    /// Takes a stand; false when it contradicts a `Sync` that is out already, so that all has to start again.
    pub(crate) fn accept(&mut self, from: &NodeName, stand: Stand) -> bool {
        if let Some(sync) = &self.sync {
            return sync.seats.iter().all(|seat| seat.member.name != *from || seat.previous == stand.view);
        }
        let newer =
            |known: &Stand| (known.view, known.received, known.ready) <= (stand.view, stand.received, stand.ready);
        if self.has(from) && self.stands.get(from).is_none_or(newer) {
            self.stands.insert(from.clone(), stand);
        }
        true
    }

    /// A member holds its part; true once all do.
    pub(crate) fn note_ready(&mut self, from: &NodeName) -> bool {
        if self.has(from) {
            self.ready.insert(from.clone());
        }
        self.ready.len() == self.members.len()
    }

    /// Who still owes an answer in the present round.
    pub(crate) fn silent(&self) -> Vec<NodeName> {
        let answered = |name: &NodeName| match self.sync {
            Some(_) => self.ready.contains(name),
            None => self.stands.get(name).is_some_and(|stand| !self.is_behind(stand)),
        };
        self.members.iter().map(|member| &member.name).filter(|name| !answered(name)).cloned().collect()
    }

    /// Everybody's stand is known, and nobody is about to install a view that another has installed.
    pub(crate) fn is_answered(&self) -> bool {
        self.sync.is_none()
            && self.stands.len() == self.members.len()
            && !self.stands.values().any(|stand| self.is_behind(stand))
    }

    fn is_behind(&self, stand: &Stand) -> bool {
        stand.ready > stand.view && self.stands.values().any(|other| other.view == stand.ready)
    }

    /// What the members know together of views with quorum.
    pub(crate) fn lineage(&self) -> Lineage {
        Lineage::join(self.stands.values().map(|stand| &stand.lineage))
    }

    /// A member comes from a view with quorum.
    pub(crate) fn inherits_quorum(&self) -> bool {
        self.stands.values().any(|stand| stand.view != 0 && stand.quorate)
    }

    /// The view as it follows from all stands, `quorate` being for its members.
    pub(crate) fn conclude(&self, quorate: bool) -> Sync {
        Sync { number: self.number, quorate, seats: self.seats(), cuts: self.cuts() }
    }

    /// By seniority. Who comes from no view, or from one without quorum into one with it, starts anew as a junior.
    fn seats(&self) -> Vec<Seat> {
        let mut seats: Vec<(Seniority, Seat)> = self.members.iter().map(|member| self.seat(member)).collect();
        seats.sort_by(|a, b| (a.0, &a.1.member.name).cmp(&(b.0, &b.1.member.name)));
        seats.into_iter().map(|(_, seat)| seat).collect()
    }

    fn seat(&self, member: &Member) -> (Seniority, Seat) {
        let unknown = Stand::default();
        let stand = self.stands.get(&member.name).unwrap_or(&unknown);
        let keeps_age = stand.view != 0 && (stand.quorate || !self.inherits_quorum());
        let born = if keeps_age { stand.born } else { self.number };
        let seniority = Seniority::of(stand.view, stand.quorate, stand.born);
        (seniority, Seat { member: member.clone(), born, previous: stand.view })
    }

    /// For each old view, what the best of its members holds.
    fn cuts(&self) -> Vec<Cut> {
        let mut cuts: BTreeMap<u64, Cut> = BTreeMap::new();
        for (name, stand) in self.stands.iter().filter(|(_, stand)| stand.view != 0) {
            let cut = Cut { view: stand.view, slot: stand.received, holder: name.clone() };
            let best = cuts.entry(stand.view).or_insert_with(|| cut.clone());
            if cut.slot > best.slot && !planted(Bug::ViewWithoutOldMessages) {
                *best = cut;
            }
        }
        cuts.into_values().collect()
    }
}

/// Whether two lists of members name the same, in any order.
pub(crate) fn are_the_same(a: &[Member], b: &[Member]) -> bool {
    let sorted = |members: &[Member]| {
        let mut members: Vec<(NodeName, Incarnation)> =
            members.iter().map(|member| (member.name.clone(), member.incarnation)).collect();
        members.sort();
        members
    };
    a.len() == b.len() && (a == b || sorted(a) == sorted(b))
}

#[cfg(test)]
mod tests {
    use super::{Agreement, Proposal};
    use crate::contract::{Incarnation, Member};
    use crate::wire::Stand;
    use model::NodeName;

    fn proposal(names: &[&str]) -> Proposal {
        let member = |name: &&str| Member { name: NodeName::new(name), incarnation: Incarnation(1) };
        Proposal::new(100, names.iter().map(member).collect())
    }

    fn stand(view: u64, born: u64, received: u64) -> Stand {
        Stand { view, born, quorate: true, received, ..Stand::default() }
    }

    #[test]
    fn numbers_grow_and_differ_between_nodes_and_lives() {
        let mut a = Agreement::default();
        let mut b = Agreement::default();
        let first = a.next_number(0, Incarnation(5));
        assert!(a.next_number(0, Incarnation(5)) > first);
        assert_ne!(b.next_number(1, Incarnation(5)), first);
        assert!(Agreement::default().next_number(0, Incarnation(6)) > a.highest_seen, "a later life");
        let mut former = Agreement { highest_seen: 1 << 40, ..Agreement::default() };
        let mut later = Agreement { highest_seen: 1 << 40, ..Agreement::default() };
        assert_ne!(former.next_number(0, Incarnation(5)), later.next_number(0, Incarnation(6)), "led by the same peer");
        b.note_seen(a.highest_seen);
        assert!(b.next_number(1, Incarnation(1)) > a.highest_seen);
    }

    #[test]
    fn the_senior_comes_first_and_newcomers_last() {
        let mut proposal = proposal(&["a", "b", "c"]);
        proposal.accept(&"a".into(), Stand::default());
        proposal.accept(&"b".into(), stand(7, 7, 3));
        assert!(!proposal.is_answered());
        proposal.accept(&"c".into(), stand(7, 2, 5));
        assert!(proposal.is_answered());
        let sync = proposal.conclude(true);
        let seats: Vec<(&str, u64)> = sync.seats.iter().map(|seat| (seat.member.name.as_str(), seat.born)).collect();
        assert_eq!(seats, [("c", 2), ("b", 7), ("a", 100)]);
        assert_eq!((sync.cuts[0].view, sync.cuts[0].slot, sync.cuts[0].holder.as_str()), (7, 5, "c"));
    }

    #[test]
    fn who_comes_from_a_partition_without_quorum_loses_its_seniority() {
        let mut proposal = proposal(&["a", "b"]);
        proposal.accept(&"a".into(), Stand { quorate: false, ..stand(9, 1, 0) });
        proposal.accept(&"b".into(), stand(7, 2, 0));
        let seats = proposal.conclude(true).seats;
        assert_eq!((seats[0].member.name.as_str(), seats[1].born), ("b", 100));
    }

    #[test]
    fn a_member_that_could_install_what_another_has_installed_does_so_first() {
        let mut proposal = proposal(&["a", "b"]);
        proposal.accept(&"a".into(), stand(8, 1, 0));
        proposal.accept(&"b".into(), Stand { ready: 8, ..stand(7, 2, 4) });
        assert!(!proposal.is_answered());
        assert_eq!(proposal.silent(), [NodeName::new("b")]);
        proposal.accept(&"b".into(), Stand { ready: 8, ..stand(8, 2, 0) });
        assert!(proposal.is_answered());
    }
}
