//! Halves of a cluster before a witness: never two that act, and one that does wherever the witness is heard.

use super::check::{all_laws, halves_never_act_together};
use super::storm::{faults, settle_down};
use super::world::{MS, World};
use crate::quorum::Quorum;
use crate::witness::Grant;

/// Two or four nodes together, and a witness that has given its vote to nobody.
fn world(count: usize) -> World {
    let mut world = World::of(count);
    world.quorum = Quorum::Witness;
    world.on_disk = Some(Grant::default());
    world.start_witness();
    world.start_all();
    world.run(50 * MS);
    world
}

fn quorate(world: &World) -> Vec<usize> {
    (0..world.names.len()).filter(|node| world.view(*node).is_some_and(|view| view.quorate)).collect()
}

/// Cuts a node off from the witness, both ways.
fn hide_witness(world: &mut World, node: usize) {
    let witness = world.names.len();
    world.cut(node, witness);
    world.cut(witness, node);
}

#[test]
fn both_halves_ask_and_exactly_one_acts() {
    for seed in 0..50 {
        let mut world = World::seeded(2, seed);
        world.quorum = Quorum::Witness;
        world.on_disk = Some(Grant::default());
        world.start_witness();
        world.start_all();
        world.run(50 * MS);
        assert_eq!(quorate(&world), [0, 1], "without any vote");
        world.partition(&[0]);
        world.run(1_000 * MS);
        let winner = quorate(&world);
        assert_eq!(winner.len(), 1, "seed {seed}");
        world.run(20_000 * MS);
        assert_eq!(quorate(&world), winner, "seed {seed}: it keeps the vote");
        world.heal();
        world.run(1_000 * MS);
        assert_eq!(quorate(&world), [0, 1]);
        all_laws(&world);
        halves_never_act_together(&world);
    }
}

#[test]
fn the_survivor_of_a_crash_goes_on_without_a_view_that_has_no_quorum() {
    let mut world = world(2);
    world.crash(0);
    world.run(600 * MS);
    assert_eq!(quorate(&world), [1]);
    let views = world.events(1).iter().filter(|(_, event)| matches!(event, super::world::Event::View(_))).count();
    assert_eq!(views, 2, "with both, and alone");
}

#[test]
fn a_host_that_boots_alone_acts_and_the_second_one_apart_from_it_does_not() {
    let mut world = world(2);
    world.crash(0);
    world.crash(1);
    world.partition(&[0]);
    world.start(0);
    world.run(15_000 * MS);
    assert_eq!(quorate(&world), [0]);
    world.start(1);
    world.run(15_000 * MS);
    assert_eq!(quorate(&world), [0]);
}

#[test]
fn without_the_witness_half_of_the_cluster_does_not_act_until_it_is_back() {
    let mut world = world(4);
    world.witness = None;
    world.partition(&[0, 1]);
    world.run(2_000 * MS);
    assert_eq!(quorate(&world), [0_usize; 0]);
    assert_eq!(world.notices(0, "witness-silent"), 1);
    world.start_witness();
    world.run(3_000 * MS);
    assert_eq!(quorate(&world).len(), 2);
    halves_never_act_together(&world);
}

#[test]
fn a_witness_that_restarts_gives_its_vote_to_nobody_else() {
    let mut world = world(2);
    world.partition(&[0]);
    world.run(1_000 * MS);
    let winner = quorate(&world);
    for _ in 0..20 {
        world.start_witness();
        world.run(300 * MS);
        assert_eq!(quorate(&world), winner);
    }
    world.on_disk = None;
    world.start_witness();
    world.run(59_000 * MS);
    assert!(quorate(&world).is_empty(), "with a lost disk nobody can prove anything for a while");
    world.run(5_000 * MS);
    assert_eq!(quorate(&world).len(), 1);
    halves_never_act_together(&world);
}

#[test]
fn a_holder_that_loses_the_witness_gives_up_before_the_other_half_acts() {
    let mut world = world(2);
    world.partition(&[0]);
    world.run(1_000 * MS);
    let winner = quorate(&world)[0];
    hide_witness(&mut world, winner);
    let other = 1 - winner;
    let took = world.run_until(10_000 * MS, |world| quorate(world) == [other]);
    assert!(took.is_some_and(|took| took < 4_000 * MS), "{took:?}");
    halves_never_act_together(&world);
}

#[test]
fn in_every_storm_at_most_one_half_acts() {
    let seeds: u64 = option_env!("HALF_SEEDS").map_or(100, |text| text.parse().unwrap());
    for seed in 0..seeds {
        let count = if seed % 3 == 0 { 4 } else { 2 };
        let mut world = World::seeded(count, seed);
        world.quorum = Quorum::Witness;
        world.on_disk = Some(Grant::default());
        world.start_witness();
        faults(&mut world, seed);
        world.start_witness();
        world.run(1_000 * MS);
        halves_never_act_together(&world);
        settle_down(&mut world);
        assert!(world.run_until(6_000 * MS, World::is_whole).is_some(), "seed {seed}");
        world.run(2_000 * MS);
        assert_eq!(quorate(&world).len(), count, "seed {seed}");
        all_laws(&world);
        halves_never_act_together(&world);
    }
}
