//! Which part of a broken cluster may act, by each rule.

use super::check::{all_laws, views_with_quorum_form_a_line};
use super::storm::{faults, settle_down};
use super::world::{MS, World};
use crate::contract::Input;
use crate::quorum::Quorum;

/// Which running nodes are in a view with quorum.
fn quorate(world: &World) -> Vec<usize> {
    (0..world.names.len()).filter(|node| world.view(*node).is_some_and(|view| view.quorate)).collect()
}

#[test]
fn of_four_in_two_halves_only_that_of_the_tie_breaker_acts() {
    let mut world = World::under(4, Quorum::TieBreaker("n03".into()));
    assert_eq!(quorate(&world), [0, 1, 2, 3]);
    world.partition(&[0, 1]);
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [2, 3]);
    world.heal();
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1, 2, 3]);
    all_laws(&world);
}

#[test]
fn two_that_wait_for_all_keep_quorum_apart_and_do_not_get_it_by_a_start_alone() {
    let mut world = World::under(2, Quorum::WaitForAll(Box::new(Quorum::AnyOfTwo)));
    world.partition(&[0]);
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1], "fencing must decide");
    world.crash(1);
    world.start(1);
    world.run(13_000 * MS);
    assert_eq!(quorate(&world), [0]);
    world.heal();
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1]);
    all_laws(&world);
}

#[test]
fn hosts_that_die_one_after_another_leave_the_last_man_standing() {
    let mut world = World::under(5, Quorum::LastManStanding(Some("n00".into())));
    for dies in [4, 3, 2, 1] {
        world.crash(dies);
        world.run(1_000 * MS);
        assert_eq!(quorate(&world), (0..dies).collect::<Vec<_>>());
    }
    world.start(2);
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 2]);
    all_laws(&world);
    views_with_quorum_form_a_line(&world);
}

#[test]
fn hosts_that_leave_in_order_leave_the_last_one_with_quorum_whoever_it_is() {
    let mut world = World::under(4, Quorum::LastManStanding(None));
    for leaves in [0, 1, 2] {
        world.input(leaves, Input::Leave);
        world.run(1_000 * MS);
        world.crash(leaves);
        assert_eq!(quorate(&world), (leaves + 1..4).collect::<Vec<_>>());
    }
    all_laws(&world);
}

#[test]
fn who_never_came_to_know_what_the_last_man_did_does_not_stand_for_him() {
    let mut world = World::under(2, Quorum::LastManStanding(None));
    for joins in [true, false] {
        world.input(1, Input::Leave);
        world.run(1_000 * MS);
        world.crash(1);
        assert_eq!(quorate(&world), [0], "and decides something");
        world.joins = joins;
        world.start(1);
        world.run(1_000 * MS);
        assert_eq!(quorate(&world), [0, 1]);
        world.input(0, Input::Leave);
        world.run(1_000 * MS);
        world.crash(0);
        assert_eq!(quorate(&world).len(), usize::from(joins), "1 knows it: {joins}");
        world.joins = true;
        world.start(0);
        world.run(1_000 * MS);
        assert_eq!(quorate(&world), [0, 1], "all are together");
    }
    all_laws(&world);
}

#[test]
fn a_minority_of_the_last_view_never_stands_however_large_it_was_once() {
    let mut world = World::under(5, Quorum::LastManStanding(None));
    world.partition(&[0, 1, 2]);
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1, 2]);
    world.heal();
    world.partition(&[0, 1]);
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1], "2 with 3 and 4 would be a majority of all five");
    world.crash(0);
    world.crash(1);
    world.start(0);
    world.start(1);
    world.heal();
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1, 2, 3, 4], "all are together");
    views_with_quorum_form_a_line(&world);
}

#[test]
fn a_restart_of_all_hosts_waits_for_all_of_them() {
    let mut world = World::of(3);
    world.quorum = Quorum::LastManStanding(None);
    world.start(0);
    world.start(1);
    world.run(13_000 * MS);
    assert_eq!(quorate(&world), [0_usize; 0]);
    world.start(2);
    world.run(1_000 * MS);
    assert_eq!(quorate(&world), [0, 1, 2]);
}

#[test]
fn in_every_storm_the_views_of_last_men_form_a_line() {
    let seeds: u64 = option_env!("LINE_SEEDS").map_or(150, |text| text.parse().unwrap());
    for seed in 0..seeds {
        let count = 2 + usize::try_from(seed % 5).unwrap();
        let breaker = seed.is_multiple_of(2).then(|| "n01".into());
        let mut world = World::seeded(count, seed);
        world.quorum = Quorum::LastManStanding(breaker);
        faults(&mut world, seed);
        views_with_quorum_form_a_line(&world);
        settle_down(&mut world);
        assert!(world.run_until(6_000 * MS, World::is_whole).is_some(), "seed {seed}");
        views_with_quorum_form_a_line(&world);
        assert_eq!(quorate(&world).len(), count, "seed {seed}");
    }
}
