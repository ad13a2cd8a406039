//! Quorum: whether a set of members may act for the cluster. A pure theory of sets; it knows no packets.

use model::NodeName;

/// The rule of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// More than half of the configured nodes.
    Majority,
    /// Any member at all: the rule of Heartbeat for two nodes, where half of the cluster is always left.
    AnyOfTwo,
    /// More than half, or exactly half with this node among them.
    TieBreaker(NodeName),
}

impl Quorum {
    /// Heartbeat's rule for this many configured nodes.
    pub fn for_nodes(configured: usize) -> Self {
        if configured == 2 { Self::AnyOfTwo } else { Self::Majority }
    }

    /// Whether `members`, all of them configured, may act for a cluster of `configured` nodes.
    pub fn holds(&self, members: &[NodeName], configured: usize) -> bool {
        let twice = 2 * members.len();
        match self {
            Self::Majority => twice > configured,
            Self::AnyOfTwo => !members.is_empty(),
            Self::TieBreaker(breaker) => twice > configured || (twice == configured && members.contains(breaker)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Quorum;
    use model::NodeName;

    fn names(count: usize) -> Vec<NodeName> {
        (0..count).map(|n| NodeName::new(format!("n{n}"))).collect()
    }

    /// Two disjoint sets never both have quorum, for every size and every split.
    #[test]
    fn quorum_is_a_strict_majority() {
        for configured in 1..=32 {
            let all = names(configured);
            for rule in [Quorum::Majority, Quorum::TieBreaker(all[0].clone())] {
                assert!(rule.holds(&all, configured));
                for split in 0..=configured {
                    let (left, right) = all.split_at(split);
                    let both = rule.holds(left, configured) && rule.holds(right, configured);
                    assert!(!both, "{rule:?}: {split} of {configured}");
                }
            }
        }
    }

    #[test]
    fn a_tie_breaker_gives_its_half_the_quorum() {
        let all = names(4);
        let rule = Quorum::TieBreaker(all[3].clone());
        assert!(rule.holds(&all[2..], 4));
        assert!(!rule.holds(&all[..2], 4));
    }

    #[test]
    fn one_of_two_is_enough_and_only_of_two() {
        assert!(Quorum::for_nodes(2).holds(&names(1), 2));
        assert!(!Quorum::for_nodes(4).holds(&names(2), 4));
        assert!(Quorum::for_nodes(1).holds(&names(1), 1));
        assert!(!Quorum::for_nodes(2).holds(&[], 2));
    }
}
