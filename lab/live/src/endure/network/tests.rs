//! Which cuts a fault of the network means.

use super::{cut, rules};
use crate::endure::fault::Kind;

#[test]
fn a_partition_cuts_both_ways_and_only_between_its_sides() {
    assert_eq!(cut(3, &Kind::Partition(vec![1])), [(0, 1), (1, 0), (1, 2), (2, 1)]);
}

#[test]
fn a_bridge_is_all_that_two_halves_share() {
    assert_eq!(cut(3, &Kind::Bridge(1)), [(0, 2), (2, 0)]);
    let five = cut(5, &Kind::Bridge(0));
    assert_eq!(five.len(), 8, "two by two, both ways: {five:?}");
    assert!(five.iter().all(|(from, to)| *from != 0 && *to != 0));
}

#[test]
fn one_way_is_one_way() {
    assert_eq!(cut(3, &Kind::OneWay(2, 0)), [(2, 0)]);
    assert_eq!(cut(3, &Kind::Mute(2)), [(2, 0), (2, 1)]);
}

#[test]
fn rules_are_those_of_all_faults_that_last() {
    let text = rules(3, [Kind::OneWay(0, 1), Kind::Loss(2, 50), Kind::KillBrain(0)].iter());
    assert!(text.contains("iifname \"p-n1\" oifname \"p-n2\" drop\n"));
    assert!(text.contains("oifname \"p-n3\" meta random < 2147483647 drop\n"));
    assert_eq!(text.matches(" drop\n").count(), 3);
}
