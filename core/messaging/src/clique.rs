//! Who should be together: a group in which everybody hears everybody, grown from ourselves by seniority.
//!
//! Only mutual reachability counts, so a one-way link never leaves half a member.

use model::NodeName;
use std::collections::BTreeSet;

/// What seniority is judged by; the smaller one is the senior.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seniority {
    /// 0: of a view with quorum; 1: of one without; 2: of none.
    pub(crate) lineage: u8,
    /// The view in which it became a member.
    pub(crate) born: u64,
    pub(crate) name: NodeName,
}

impl Seniority {
    pub(crate) fn of(name: &NodeName, view: u64, quorate: bool, born: u64) -> Self {
        let lineage = match (view, quorate) {
            (0, _) => 2,
            (_, false) => 1,
            (_, true) => 0,
        };
        Self { lineage, born, name: name.clone() }
    }
}

/// A node as the clique is grown over.
#[derive(Clone, Debug)]
pub(crate) struct Vertex {
    pub(crate) seniority: Seniority,
    pub(crate) fingerprint: u64,
    pub(crate) hears: BTreeSet<u64>,
}

/// The clique that holds `own`, senior first. All of `others` must be mutual with `own`.
pub(crate) fn grow(own: Vertex, mut others: Vec<Vertex>) -> Vec<NodeName> {
    others.sort_by(|a, b| a.seniority.cmp(&b.seniority));
    let mut clique = vec![own];
    for vertex in others {
        if clique.iter().skip(1).all(|member| mutual(member, &vertex)) {
            clique.push(vertex);
        }
    }
    clique.sort_by(|a, b| a.seniority.cmp(&b.seniority));
    clique.into_iter().map(|vertex| vertex.seniority.name).collect()
}

fn mutual(a: &Vertex, b: &Vertex) -> bool {
    a.hears.contains(&b.fingerprint) && b.hears.contains(&a.fingerprint)
}

/// A node's life in eight bytes (FNV-1a over name and incarnation): what heartbeats list instead of names.
pub(crate) fn fingerprint(name: &NodeName, incarnation: u64) -> u64 {
    let bytes = name.as_str().bytes().chain([0]).chain(incarnation.to_le_bytes());
    let print = bytes
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    print.max(1)
}

#[cfg(test)]
mod tests {
    use super::{Seniority, Vertex, grow};
    use model::NodeName;

    fn vertex(name: &str, print: u64, born: u64, hears: &[u64]) -> Vertex {
        let seniority = Seniority::of(&NodeName::new(name), born, true, born);
        Vertex { seniority, fingerprint: print, hears: hears.iter().copied().collect() }
    }

    fn text(clique: &[NodeName]) -> String {
        clique.iter().map(NodeName::as_str).collect()
    }

    #[test]
    fn seniority_orders_those_who_hear_each_other() {
        let own = vertex("a", 1, 0, &[2, 3]);
        let others = vec![vertex("c", 3, 4, &[1, 2]), vertex("b", 2, 5, &[1, 3])];
        assert_eq!(text(&grow(own, others)), "cba");
    }

    #[test]
    fn of_two_that_do_not_hear_each_other_the_senior_is_taken() {
        let own = vertex("a", 1, 9, &[2, 3]);
        for hears in [&[1][..], &[1, 3][..]] {
            let others = vec![vertex("b", 2, 1, hears), vertex("c", 3, 2, &[1])];
            assert_eq!(text(&grow(own.clone(), others)), "ba");
        }
    }

    #[test]
    fn a_lineage_with_quorum_is_senior_to_an_older_one_without() {
        let name = NodeName::new("x");
        assert!(Seniority::of(&name, 9, true, 9) < Seniority::of(&name, 1, false, 1));
        assert!(Seniority::of(&name, 9, false, 9) < Seniority::of(&name, 0, true, 0));
    }
}
