//! Quorum: whether a set of members may act for the cluster. A pure theory of sets; it knows no packets.

pub(crate) mod lineage;

use model::NodeName;
use model::planted::{Bug, planted};

/// The rule of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// More than half of the configured nodes.
    Majority,
    /// Any member at all: the rule of Heartbeat for two nodes, where half of the cluster is always left.
    AnyOfTwo,
    /// More than half, or exactly half with this node among them.
    TieBreaker(NodeName),
    /// The inner rule, but never before all nodes have been together once: a host that boots alone starts nothing.
    WaitForAll(Box<Quorum>),
    /// All nodes at first; then more than half of the last view that had quorum, or half of it with its first member: this
    /// node if it is among them, else its coordinator. So a cluster that loses one host after another goes on.
    LastManStanding(Option<NodeName>),
    /// More than half, or exactly half with the vote of a witness on a host of its own.
    Witness,
}

/// What a rule is asked about. A rule that counts something else finds room for it here.
#[derive(Clone, Copy, Debug)]
pub struct Attendance<'a> {
    /// The members, all of them configured.
    pub members: &'a [NodeName],
    /// How many nodes are configured.
    pub configured: usize,
    /// At least one member comes from a view with quorum.
    pub inherited: bool,
    /// The members carry on the last view that had quorum.
    pub heirs: bool,
    /// The witness has given its vote to these members.
    pub witness: bool,
}

impl Quorum {
    /// Heartbeat's rule for this many configured nodes.
    pub fn for_nodes(configured: usize) -> Self {
        if configured == 2 { Self::AnyOfTwo } else { Self::Majority }
    }

    /// Whether no two parts of the cluster can have quorum at the same time.
    pub fn is_exclusive(&self) -> bool {
        match self {
            Self::AnyOfTwo => false,
            Self::WaitForAll(rule) => rule.is_exclusive(),
            Self::Majority | Self::TieBreaker(_) | Self::LastManStanding(_) | Self::Witness => true,
        }
    }

    /// Whether these members may act for the cluster.
    pub fn holds(&self, attendance: Attendance<'_>) -> bool {
        let Attendance { members, configured, inherited, heirs, witness } = attendance;
        let twice = 2 * members.len();
        match self {
            Self::Majority => twice > configured || twice == configured && planted(Bug::QuorumOffByOne),
            Self::AnyOfTwo => !members.is_empty(),
            Self::TieBreaker(breaker) => twice > configured || (twice == configured && members.contains(breaker)),
            Self::WaitForAll(rule) => (inherited || members.len() == configured) && rule.holds(attendance),
            Self::LastManStanding(_) => heirs || members.len() == configured,
            Self::Witness => twice > configured || (twice == configured && witness),
        }
    }

    /// Whether so many members have quorum only if a witness says so.
    pub(crate) fn asks_a_witness(&self, members: usize, configured: usize) -> bool {
        *self == Self::Witness && 2 * members == configured
    }
}

#[cfg(test)]
mod tests {
    use super::{Attendance, Quorum};
    use model::NodeName;

    fn names(count: usize) -> Vec<NodeName> {
        (0..count).map(|n| NodeName::new(format!("n{n}"))).collect()
    }

    fn holds(rule: &Quorum, members: &[NodeName], configured: usize) -> bool {
        rule.holds(Attendance { members, configured, inherited: false, heirs: false, witness: false })
    }

    /// Two disjoint sets never both have quorum, for every size and every split.
    #[test]
    fn quorum_is_a_strict_majority() {
        for configured in 1..=32 {
            let all = names(configured);
            for rule in [Quorum::Majority, Quorum::TieBreaker(all[0].clone())] {
                assert!(holds(&rule, &all, configured));
                for split in 0..=configured {
                    let (left, right) = all.split_at(split);
                    let both = holds(&rule, left, configured) && holds(&rule, right, configured);
                    assert!(!both, "{rule:?}: {split} of {configured}");
                }
            }
        }
    }

    #[test]
    fn a_tie_breaker_gives_its_half_the_quorum() {
        let all = names(4);
        let rule = Quorum::TieBreaker(all[3].clone());
        assert!(holds(&rule, &all[2..], 4));
        assert!(!holds(&rule, &all[..2], 4));
    }

    #[test]
    fn one_of_two_is_enough_and_only_of_two() {
        assert!(holds(&Quorum::for_nodes(2), &names(1), 2));
        assert!(!holds(&Quorum::for_nodes(4), &names(2), 4));
        assert!(holds(&Quorum::for_nodes(1), &names(1), 1));
        assert!(!holds(&Quorum::for_nodes(2), &[], 2));
    }

    #[test]
    fn who_waits_for_all_has_quorum_once_all_were_there_and_keeps_it() {
        let rule = Quorum::WaitForAll(Box::new(Quorum::AnyOfTwo));
        assert!(!holds(&rule, &names(1), 2));
        assert!(holds(&rule, &names(2), 2));
        let alone = Attendance { members: &names(1), configured: 2, inherited: true, heirs: false, witness: false };
        assert!(rule.holds(alone));
    }

    #[test]
    fn a_witness_decides_between_halves_and_nothing_else() {
        let rule = Quorum::Witness;
        for (members, configured, expected) in [(1, 2, true), (2, 4, true), (1, 4, false), (2, 2, false)] {
            let members = names(members);
            let with = Attendance { members: &members, configured, inherited: true, heirs: false, witness: true };
            let without = Attendance { witness: false, ..with };
            assert_eq!(rule.asks_a_witness(members.len(), configured), expected);
            assert_eq!(rule.holds(with) != rule.holds(without), expected);
        }
    }
}
