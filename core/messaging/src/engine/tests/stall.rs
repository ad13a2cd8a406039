//! Announced stalls: nobody is accused before the time that was said, nothing is agreed meanwhile, and the word ends it.

use super::check::all_laws;
use super::world::{Event, MS, World};
use crate::contract::{Input, STALL_MAX};
use std::time::Duration;

/// `count` nodes, of which the last one has announced a stall.
fn announced(count: usize, span: Duration) -> World {
    let mut world = World::booted(count);
    world.input(count - 1, Input::AnnounceStall { span });
    world.run(2 * MS);
    assert_eq!(world.notices(count - 1, "stall-heard"), 1);
    world
}

#[test]
fn who_stalls_as_announced_stays_a_member_and_keeps_its_view() {
    let mut world = announced(2, 5_000 * MS);
    let view = world.view(1);
    world.freeze(1, 4_000 * MS);
    world.run(4_100 * MS);
    assert_eq!((world.notices(0, "peer-lost"), world.notices(0, "stall-over")), (0, 1));
    assert!(!world.events(1).iter().any(|(_, event)| *event == Event::ViewLost));
    assert_eq!((world.view(0), world.view(1)), (view.clone(), view));
    all_laws(&world);
    world.crash(1);
    world.run(600 * MS);
    assert_eq!(world.members(0), "0", "the word has ended the patience");
}

#[test]
fn who_does_not_come_back_is_lost_deadtime_after_the_announced_time() {
    let mut world = announced(2, 2_000 * MS);
    world.crash(1);
    world.run(2_400 * MS);
    assert_eq!(world.members(0), "0 1");
    world.run(200 * MS);
    assert_eq!(world.members(0), "0");
}

#[test]
fn who_stalls_for_longer_than_it_said_lets_go() {
    let mut world = announced(2, 1_000 * MS);
    world.freeze(1, 3_000 * MS);
    world.run(2_900 * MS);
    assert_eq!(world.members(0), "0");
    world.run(200 * MS);
    assert!(world.events(1).iter().any(|(_, event)| *event == Event::ViewLost));
    assert!(world.run_until(500 * MS, World::is_whole).is_some());
    all_laws(&world);
}

#[test]
fn no_view_changes_while_a_member_stalls_and_all_is_made_up_for_after_it() {
    let mut world = announced(4, 5_000 * MS);
    let view = world.view(1);
    world.freeze(3, 3_000 * MS);
    world.crash(0);
    world.run(2_900 * MS);
    assert_eq!((world.view(1), world.view(2)), (view.clone(), view));
    world.run(300 * MS);
    assert!(world.is_whole());
    assert_eq!(world.members(3), "1 2 3");
    assert!(!world.events(3).iter().any(|(_, event)| *event == Event::ViewLost));
    all_laws(&world);
}

#[test]
fn what_somebody_has_not_heard_is_not_announced() {
    let mut world = World::of(3);
    world.timing.deadtime = 5_000 * MS;
    world.start_all();
    world.run(50 * MS);
    world.cut(2, 0);
    world.input(2, Input::AnnounceStall { span: 30_000 * MS });
    world.run(1_100 * MS);
    assert_eq!((world.notices(2, "stall-unheard"), world.notices(2, "stall-heard")), (1, 0));
    world.heal();
    world.run(100 * MS);
    assert_eq!((world.notices(1, "stall-announced"), world.notices(1, "stall-over")), (1, 1));
}

#[test]
fn a_stall_may_be_called_off_and_has_a_bound() {
    let mut world = announced(2, 30_000 * MS);
    world.input(1, Input::AnnounceStall { span: Duration::ZERO });
    world.run(2 * MS);
    assert_eq!((world.notices(0, "stall-announced"), world.notices(0, "stall-over")), (1, 1));
    world.input(1, Input::AnnounceStall { span: STALL_MAX + MS });
    assert_eq!(world.notices(1, "stall-refused"), 1);
    world.crash(1);
    world.run(600 * MS);
    assert_eq!(world.members(0), "0");
}
