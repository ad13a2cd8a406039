//! Who should be together: a group in which everybody hears everybody, grown from ourselves by seniority.
//!
//! Only mutual reachability counts, so a one-way link never leaves half a member.

use crate::places::Places;
use model::NodeName;

/// What seniority is judged by; the smaller one is the senior. Of equals it is who comes first by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seniority {
    /// 0: of a view with quorum; 1: of one without; 2: of none.
    lineage: u8,
    /// The view in which it became a member.
    born: u64,
}

impl Seniority {
    pub(crate) fn of(view: u64, quorate: bool, born: u64) -> Self {
        let lineage = match (view, quorate) {
            (0, _) => 2,
            (_, false) => 1,
            (_, true) => 0,
        };
        Self { lineage, born }
    }
}

/// A node as the clique is grown over.
#[derive(Clone, Debug)]
pub(crate) struct Vertex<'a> {
    /// Its seniority, and its place among the configured nodes, which are sorted by name.
    pub(crate) rank: (Seniority, usize),
    pub(crate) hears: &'a Places,
}

/// The places of the clique that holds `own`, senior first. All of `others` must be mutual with `own`.
pub(crate) fn grow(own: (Seniority, usize), mut others: Vec<Vertex>, configured: usize) -> Vec<usize> {
    others.sort_by_key(|vertex| vertex.rank);
    let mut members = Places::default();
    let mut heard_by_all = Places::first(configured);
    let mut clique = vec![own];
    for vertex in others {
        let place = vertex.rank.1;
        if heard_by_all.contains(place) && members.is_subset_of(vertex.hears) {
            members.insert(place);
            heard_by_all.intersect(vertex.hears);
            clique.push(vertex.rank);
        }
    }
    clique.sort();
    clique.into_iter().map(|(_, place)| place).collect()
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
    use crate::places::Places;

    /// Of nodes by name, when each became a member, and whom it hears: the clique of the first one, by name.
    fn clique(nodes: &[(&str, u64, &[usize])]) -> String {
        let hears = |list: &[usize]| {
            let mut places = Places::default();
            list.iter().for_each(|place| places.insert(*place));
            places
        };
        let hears: Vec<Places> = nodes.iter().map(|(_, _, list)| hears(list)).collect();
        let vertex = |(place, (_, born, _)): (usize, &(&str, u64, &[usize]))| Vertex {
            rank: (Seniority::of(*born, true, *born), place),
            hears: &hears[place],
        };
        let mut vertices: Vec<Vertex> = nodes.iter().enumerate().map(vertex).collect();
        let own = vertices.remove(0).rank;
        grow(own, vertices, nodes.len()).into_iter().map(|place| nodes[place].0).collect()
    }

    #[test]
    fn seniority_orders_those_who_hear_each_other() {
        assert_eq!(clique(&[("a", 0, &[1, 2]), ("b", 5, &[0, 2]), ("c", 4, &[0, 1])]), "cba");
    }

    #[test]
    fn of_two_that_do_not_hear_each_other_the_senior_is_taken() {
        for hears in [&[0][..], &[0, 2][..]] {
            assert_eq!(clique(&[("a", 9, &[1, 2]), ("b", 1, hears), ("c", 2, &[0])]), "ba");
            assert_eq!(clique(&[("a", 9, &[1, 2]), ("b", 1, &[0]), ("c", 2, hears)]), "ba");
        }
    }

    #[test]
    fn a_lineage_with_quorum_is_senior_to_an_older_one_without() {
        assert!(Seniority::of(9, true, 9) < Seniority::of(1, false, 1));
        assert!(Seniority::of(9, false, 9) < Seniority::of(0, true, 0));
    }
}
