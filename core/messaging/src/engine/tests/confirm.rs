//! Whether a coordinator's view is still in force: what it may say when others have, or may have, begun another.

use super::check::all_laws;
use super::world::{MS, World};
use crate::contract::Input;
use crate::quorum::Quorum;

/// What a node has sent so far.
fn sent(world: &World, node: usize) -> u64 {
    world.engines[node].as_ref().unwrap().status(world.now).counters.sent
}

#[test]
fn a_view_that_stands_is_confirmed_within_a_round_trip() {
    for count in 1..=7 {
        let mut world = World::booted(count);
        assert_eq!(world.question(0), Some(1));
        world.run(MS);
        assert_eq!(world.confirmed(0), 1, "{count} nodes");
    }
}

#[test]
fn a_coordinator_that_its_majority_has_left_confirms_nothing() {
    let mut world = World::booted(5);
    for (node, other) in [(0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4)] {
        world.cut(node, other);
    }
    world.run(300 * MS);
    world.partition(&[0, 1]);
    assert!(world.run_until(1_000 * MS, |world| world.members(2) == "2 3 4").is_some());
    assert!(world.view(0).unwrap().quorate, "it has not noticed yet");
    let (former, question) = (world.confirmed(0), world.question(0));
    assert!(question.is_some());
    world.run(1_000 * MS);
    assert_eq!(world.confirmed(0), former);
    assert!(!world.view(0).unwrap().quorate);
    assert_eq!(world.question(2), Some(1));
    world.run(MS);
    assert_eq!(world.confirmed(2), 1, "the others' view is confirmed");
    all_laws(&world);
}

#[test]
fn a_coordinator_that_was_stopped_confirms_nothing_from_before() {
    let mut world = World::booted(3);
    world.freeze(0, 450 * MS);
    world.partition(&[0]);
    world.question(0);
    world.run(2_000 * MS);
    assert_eq!(world.confirmed(0), 0);
    all_laws(&world);
}

#[test]
fn a_silent_minority_holds_nobody_up() {
    let mut world = World::booted(5);
    world.crash(3);
    world.crash(4);
    world.question(0);
    world.run(MS);
    assert_eq!(world.confirmed(0), 1);
    world.network.loss = 300;
    world.question(0);
    world.run(200 * MS);
    assert_eq!(world.confirmed(0), 2, "who was not heard is asked again");
    all_laws(&world);
}

#[test]
fn questions_that_come_together_share_a_round() {
    let mut world = World::booted(3);
    let before = sent(&world, 0);
    for _ in 0..100 {
        world.question(0);
    }
    world.run(2 * MS);
    assert_eq!(world.confirmed(0), 100);
    assert_eq!(sent(&world, 0) - before, 2, "one round for the first, one for all that came meanwhile");
}

#[test]
fn of_two_only_who_may_act_alone_confirms_alone() {
    let rules = [
        (Quorum::AnyOfTwo, true),
        (Quorum::TieBreaker("n00".into()), true),
        (Quorum::TieBreaker("n01".into()), false),
        (Quorum::Majority, false),
        (Quorum::LastManStanding(None), true),
        (Quorum::LastManStanding(Some("n01".into())), false),
    ];
    for (rule, alone) in rules {
        let mut world = World::under(2, rule.clone());
        assert_eq!(world.members(0), "0 1");
        world.crash(1);
        world.question(0);
        world.run(100 * MS);
        assert_eq!(world.confirmed(0) == 1, alone, "{rule:?}");
        all_laws(&world);
    }
}

#[test]
fn questions_about_another_view_or_to_a_follower_are_dropped() {
    let mut world = World::booted(3);
    let view = world.view(1).unwrap().number;
    world.input(1, Input::Confirm { view, number: 1 });
    world.input(0, Input::Confirm { view: view - 1, number: 1 });
    world.run(100 * MS);
    assert_eq!([world.confirmed(0), world.confirmed(1)], [0, 0]);
}
