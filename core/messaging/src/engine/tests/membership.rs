//! Who is in a view with whom: start, loss of hosts, partitions, one-way links, leaving.

use super::check::all_laws;
use super::world::{Event, MS, World};
use crate::contract::Input;
use crate::quorum::Quorum;

#[test]
fn hosts_that_start_together_are_members_within_milliseconds() {
    for count in [1, 2, 3, 5, 16, 32] {
        let mut world = World::of(count);
        world.start_all();
        let took = world.run_until(100 * MS, World::is_whole);
        assert!(took.is_some_and(|took| took < 20 * MS), "{count}: {took:?}");
        all_laws(&world);
    }
}

#[test]
fn a_start_under_loss_takes_no_keepalive() {
    for seed in 0..100 {
        let mut world = World::seeded(2, seed);
        world.timing.keepalive = 1_000 * MS;
        world.timing.deadtime = 30_000 * MS;
        world.network.loss = 100;
        world.start_all();
        let took = world.run_until(5_000 * MS, World::is_whole).unwrap();
        assert!(took < 1_000 * MS, "seed {seed}: {took:?}");
    }
}

#[test]
fn a_host_alone_waits_initdead_and_then_goes_on_without_the_others() {
    let mut world = World::of(2);
    world.start(1);
    world.run(11_990 * MS);
    assert_eq!(world.members(1), "");
    world.run(20 * MS);
    assert_eq!(world.members(1), "1");
    assert!(world.view(1).unwrap().quorate, "any of two");
    world.start(0);
    assert!(world.run_until(20 * MS, World::is_whole).is_some());
    assert_eq!(world.members(0), "1 0", "who was there first stays the senior");
    assert_eq!(world.view(0).unwrap().newcomers, [world.names[0].clone()]);
    all_laws(&world);
}

#[test]
fn who_waits_for_all_has_no_quorum_when_it_boots_alone() {
    let mut world = World::of(2);
    world.quorum = Quorum::WaitForAll(Box::new(Quorum::AnyOfTwo));
    world.start(0);
    world.run(13_000 * MS);
    assert!(!world.view(0).unwrap().quorate);
    world.start(1);
    assert!(world.run_until(100 * MS, World::is_whole).is_some());
    assert!(world.view(0).unwrap().quorate);
    world.crash(1);
    world.run(1_000 * MS);
    assert_eq!((world.members(0).as_str(), world.view(0).unwrap().quorate), ("0", true));
    all_laws(&world);
}

#[test]
fn a_host_that_dies_is_replaced_at_deadtime() {
    let mut world = World::booted(3);
    world.crash(0);
    let took = world.run_until(2_000 * MS, World::is_whole).unwrap();
    assert!(took <= world.timing.deadtime + 5 * MS && took > 300 * MS, "{took:?}");
    assert_eq!(world.members(1), "1 2");
    assert!(world.view(1).unwrap().quorate);
    world.crash(2);
    world.run(1_000 * MS);
    assert!(!world.view(1).unwrap().quorate, "one of three");
    all_laws(&world);
}

#[test]
fn a_restarted_host_comes_back_as_a_junior_without_waiting() {
    let mut world = World::booted(3);
    world.crash(0);
    world.start(0);
    let took = world.run_until(100 * MS, World::is_whole).unwrap();
    assert!(took < 20 * MS, "{took:?}");
    assert_eq!(world.members(0), "1 2 0");
    all_laws(&world);
}

#[test]
fn a_one_way_link_never_leaves_half_a_member() {
    let mut world = World::booted(3);
    world.cut(0, 2);
    world.run(2_000 * MS);
    assert_eq!([world.members(0), world.members(1), world.members(2)], ["0 1", "0 1", "2"]);
    world.run(20_000 * MS);
    let views = world.engines[0].as_ref().unwrap().status(world.now).counters.views;
    assert!(views <= 4, "it stays so: {views} views");
    world.heal();
    assert!(world.run_until(1_000 * MS, World::is_whole).is_some());
    all_laws(&world);
}

#[test]
fn who_is_left_out_by_a_coordinator_that_it_hears_gives_up_with_the_others() {
    let mut world = World::booted(3);
    world.cut(1, 2);
    world.cut(2, 1);
    let took = world.run_until(5_000 * MS, |world| !world.view(2).unwrap().quorate).unwrap();
    assert!(took <= world.timing.deadtime + 2 * world.timing.keepalive, "{took:?}");
    assert_eq!([world.members(0), world.members(2)], ["0 1", "2"]);
    world.heal();
    assert!(world.run_until(2_000 * MS, World::is_whole).is_some());
    all_laws(&world);
}

#[test]
fn who_is_left_by_all_of_its_view_gives_up_too() {
    let mut world = World::booted(5);
    world.cut(1, 2);
    let took = world.run_until(5_000 * MS, |world| world.members(2) == "2").unwrap();
    assert!(took <= 2 * world.timing.deadtime, "{took:?}");
    world.run(3_000 * MS);
    assert_eq!([world.members(0), world.members(2), world.members(3)], ["0 1 3 4", "2", "0 1 3 4"]);
    assert!(!world.view(2).unwrap().quorate);
    world.heal();
    assert!(world.run_until(2_000 * MS, World::is_whole).is_some());
    all_laws(&world);
}

#[test]
fn halves_of_a_partition_go_on_and_merge_when_it_heals() {
    let mut world = World::booted(5);
    world.partition(&[0, 1]);
    world.run(1_000 * MS);
    assert_eq!([world.members(0), world.members(2)], ["0 1", "2 3 4"]);
    assert_eq!([world.view(0).unwrap().quorate, world.view(2).unwrap().quorate], [false, true]);
    world.heal();
    let took = world.run_until(1_000 * MS, World::is_whole).unwrap();
    assert!(took < 150 * MS, "{took:?}");
    assert_eq!(world.members(0), "2 3 4 0 1", "the lineage with quorum is the senior one");
    all_laws(&world);
}

#[test]
fn a_failing_medium_does_no_harm_while_another_works() {
    let mut world = World::of(2);
    world.links = 2;
    world.start_all();
    world.run(1_000 * MS);
    world.network.cuts.extend([(0, 1, 0), (1, 0, 0)]);
    world.run(3_000 * MS);
    assert_eq!(world.members(0), "0 1");
    let status = world.engines[0].as_ref().unwrap().status(world.now);
    let links: Vec<&str> = status.peers[0].links.iter().map(|link| link.as_str()).collect();
    assert_eq!(links, ["dead", "up"]);
    assert_eq!((world.notices(0, "link-down"), world.notices(0, "peer-lost")), (1, 0));
    all_laws(&world);
}

#[test]
fn who_leaves_in_order_is_let_go_at_once() {
    for leaver in [0, 2] {
        let mut world = World::booted(3);
        world.input(leaver, Input::Leave);
        world.run(50 * MS);
        assert!(matches!(world.events(leaver).last(), Some((_, Event::Left))), "{:?}", world.events(leaver).last());
        world.crash(leaver);
        assert!(world.is_whole());
        world.run(2_000 * MS);
        assert_eq!(world.notices(1, "peer-lost"), 0, "nobody is missed");
        all_laws(&world);
    }
}

#[test]
fn all_may_leave_at_once() {
    let mut world = World::booted(3);
    (0..3).for_each(|node| world.input(node, Input::Leave));
    world.run(3_000 * MS);
    for node in 0..3 {
        assert!(matches!(world.events(node).last(), Some((_, Event::Left))));
    }
}
