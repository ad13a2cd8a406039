//! Who wins when CIBs differ, over all pairs of a table; and that the order of first words does not matter.

use super::{Join, Stage, Verdict};
use crate::command::Hello;
use messaging::contract::{Incarnation, Member, View};
use model::{NodeName, WallTime};

/// From the one that loses against all to the one that wins against all.
const ASCENDING: [(u64, u64, u64, bool, u64); 7] = [
    (0, 7, 9, true, 9),
    (0, 8, 1, false, 9),
    (0, 8, 1, true, 1),
    (0, 8, 1, true, 2),
    (0, 8, 2, false, 0),
    (0, 8, 3, true, 0),
    (1, 0, 0, false, 0),
];

#[test]
fn the_better_cib_wins_wherever_it_stands() {
    for (low, worse) in ASCENDING.iter().enumerate() {
        for better in &ASCENDING[low + 1..] {
            assert_eq!(verdict([worse, better]), Verdict::From(NodeName::new("n1")), "{worse:?} {better:?}");
            assert_eq!(verdict([better, worse]), Verdict::From(NodeName::new("n0")), "{better:?} {worse:?}");
        }
    }
}

#[test]
fn between_equals_that_differ_the_most_senior_wins() {
    let [mut one, mut other] = [hello(&ASCENDING[2]), hello(&ASCENDING[2])];
    one.digest = "one".to_owned();
    other.digest = "other".to_owned();
    assert_eq!(decide(&[one, other], [1, 0]), Verdict::From(NodeName::new("n0")));
}

#[test]
fn equal_cibs_need_no_snapshot_even_when_one_is_from_a_disk() {
    assert_eq!(decide(&[hello(&ASCENDING[1]), hello(&ASCENDING[1])], [0, 1]), Verdict::Same);
}

#[test]
fn only_the_awaited_snapshot_ends_the_wait() {
    let mut join = Join::new(view());
    join.on_hello(&NodeName::new("n0"), hello(&ASCENDING[0]));
    join.on_hello(&NodeName::new("n1"), hello(&ASCENDING[1]));
    assert!(!join.on_snapshot(&NodeName::new("n0")));
    assert!(!join.is_joined());
    assert!(join.on_snapshot(&NodeName::new("n1")));
    assert!(join.is_joined());
}

#[test]
fn a_stranger_is_not_counted() {
    let mut join = Join::new(view());
    join.on_hello(&NodeName::new("n0"), hello(&ASCENDING[0]));
    assert_eq!(join.on_hello(&NodeName::new("stranger"), hello(&ASCENDING[0])), None);
    assert_eq!(join.stage, Stage::Gathering);
}

fn verdict(two: [&(u64, u64, u64, bool, u64); 2]) -> Verdict {
    let forward = decide(&two.map(hello), [0, 1]);
    assert_eq!(forward, decide(&two.map(hello), [1, 0]), "the order of the first words does not matter");
    forward
}

fn decide(hellos: &[Hello; 2], order: [usize; 2]) -> Verdict {
    let mut join = Join::new(view());
    let verdicts = order.map(|place| join.on_hello(&NodeName::new(format!("n{place}")), hellos[place].clone()));
    verdicts[1].clone().expect("the last one decides")
}

fn view() -> View {
    let member = |text: &str| Member { name: NodeName::new(text), incarnation: Incarnation(1) };
    View {
        number: 1,
        members: vec![member("n0"), member("n1")],
        coordinator: NodeName::new("n0"),
        quorate: true,
        absent: Vec::new(),
        newcomers: Vec::new(),
    }
}

fn hello(rank: &(u64, u64, u64, bool, u64)) -> Hello {
    let (admin_epoch, quorate_view, epoch, has_run, num_updates) = *rank;
    Hello {
        admin_epoch,
        epoch,
        num_updates,
        digest: format!("{rank:?}"),
        quorate_view,
        promised_view: 0,
        has_run,
        feature_set: String::new(),
        version: String::new(),
        at: WallTime::default(),
        hands: 1,
        own_state: None,
        transition: 0,
    }
}
