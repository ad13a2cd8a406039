//! What a seed draws.

use super::{Kind, draw};
use model::Rng;
use std::collections::BTreeSet;

#[test]
fn a_seed_says_everything_and_all_kinds_come() {
    let all = |seed| {
        let mut rng = Rng::from_seed(seed);
        (0..200).flat_map(|_| draw(&mut rng, 5)).collect::<Vec<_>>()
    };
    assert_eq!(all(7), all(7));
    let kinds: BTreeSet<String> = all(7)
        .iter()
        .map(|fault| format!("{:?}", fault.kind).split('(').next().map(str::to_owned))
        .map(Option::unwrap)
        .collect();
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

#[test]
fn faults_stay_within_the_cluster_and_end() {
    let mut rng = Rng::from_seed(1);
    for _ in 0..500 {
        for fault in draw(&mut rng, 3) {
            assert!(fault.ends > fault.begins);
            if let Kind::Partition(side) = &fault.kind {
                assert!(side.len() == 1 && side[0] < 3, "half of three is one");
            }
            if let Kind::OneWay(from, to) = fault.kind {
                assert!(from != to && from < 3 && to < 3);
            }
        }
    }
}
