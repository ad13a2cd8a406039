//! Broadcasts: one order, safe and agreed, large ones, under loss, with bounded memory.

use super::check::all_laws;
use super::world::{Event, MS, World};
use crate::contract::Delivery;
use crate::order::sequencer::Sequencer;
use crate::wire::Piece;

#[test]
fn everybody_delivers_everything_in_one_order() {
    let mut world = World::booted(3);
    for round in 0..20 {
        for node in 0..3 {
            let delivery = if round % 2 == 0 { Delivery::Agreed } else { Delivery::Safe };
            let mark = if round % 2 == 0 { "A" } else { "S" };
            world.broadcast(node, delivery, format!("{mark} {round} of {node}").as_bytes());
        }
    }
    world.run(20 * MS);
    assert_eq!(world.delivered(0).len(), 60);
    assert_eq!(world.delivered(0), world.delivered(1));
    assert_eq!(world.delivered(0), world.delivered(2));
    all_laws(&world);
}

#[test]
fn a_safe_broadcast_takes_a_few_trips_and_no_timer() {
    for node in [0, 1] {
        let mut world = World::booted(2);
        world.broadcast(node, Delivery::Safe, b"S");
        let took = world.run_until(100 * MS, |world| (0..2).all(|node| !world.delivered(node).is_empty()));
        assert!(took.is_some_and(|took| took < 1 * MS), "{took:?}");
    }
}

#[test]
fn a_broadcast_of_megabytes_arrives_whole_under_loss() {
    let mut world = World::booted(3);
    world.network.loss = 100;
    let payload: Vec<u8> = (0..3_000_000u32).map(|n| u8::try_from(n % 249).unwrap()).collect();
    world.broadcast(1, Delivery::Safe, &payload);
    let took = world.run_until(60_000 * MS, |world| {
        (0..3).all(|node| world.events(node).iter().any(|(_, event)| matches!(event, Event::Deliver { .. })))
    });
    println!("3 MB at 10 % loss: {took:?}");
    assert!(took.is_some());
    for node in 0..3 {
        let whole = |event: &Event| matches!(event, Event::Deliver { payload: got, .. } if **got == *payload);
        assert!(world.events(node).iter().any(|(_, event)| whole(event)));
    }
    all_laws(&world);
}

#[test]
fn lost_packets_are_asked_for_again_within_milliseconds() {
    for loss in [150, 300] {
        let mut world = World::booted(2);
        world.network.loss = loss;
        for n in 0..200 {
            world.broadcast(n % 2, Delivery::Safe, format!("S{n}").as_bytes());
            world.run(10 * MS);
        }
        world.run(1_000 * MS);
        assert_eq!(world.delivered(0).len(), 200, "at {loss} in a thousand");
        assert_eq!(world.delivered(0), world.delivered(1));
        all_laws(&world);
    }
}

#[test]
fn what_was_not_delivered_is_handed_back_when_the_view_ends() {
    let mut world = World::booted(2);
    world.partition(&[0]);
    world.broadcast(1, Delivery::Safe, b"S of the junior");
    world.broadcast(0, Delivery::Safe, b"S of the senior");
    world.run(2_000 * MS);
    let handed_back = world.events(1).iter().any(|(_, event)| matches!(event, Event::Undelivered(_)));
    assert!(handed_back, "it was never numbered");
    assert_eq!(world.delivered(0), ["S of the senior"], "it was numbered, and nobody else is left");
    all_laws(&world);
}

#[test]
fn a_member_that_stops_reading_holds_the_view_up_but_memory_is_bounded() {
    let mut world = World::booted(2);
    world.freeze(1, 400 * MS);
    for n in 0..20_000 {
        world.broadcast(0, Delivery::Agreed, format!("A{n}").as_bytes());
    }
    let undelivered = world.events(0).iter().filter(|(_, event)| matches!(event, Event::Undelivered(_))).count();
    assert!(undelivered > 10_000, "refused beyond the bound: {undelivered}");
    world.run(4_000 * MS);
    assert_eq!(world.delivered(0), world.delivered(1));
    assert_eq!(world.delivered(0).len() + undelivered, 20_000);
    all_laws(&world);
}

#[test]
fn what_comes_after_a_member_told_where_it_stands_is_not_delivered() {
    let mut world = World::booted(3);
    world.crash(0);
    let proposes = |world: &World| world.engines[1].as_ref().is_some_and(|engine| engine.agreement.proposal.is_some());
    world.run_until(1_000 * MS, proposes).unwrap();
    let late = Piece {
        origin: world.names[0].clone(),
        local: 1,
        delivery: Delivery::Agreed,
        index: 0,
        count: 1,
        bytes: b"late".as_slice().into(),
    };
    let now = world.now;
    world.engines[1].as_mut().unwrap().on_ordered(now, 1, 0, late);
    assert!(world.run_until(100 * MS, World::is_whole).is_some());
    assert_eq!((world.delivered(1).len(), world.delivered(2).len()), (0, 0), "nobody else has it");
    all_laws(&world);
}

#[test]
fn a_member_that_takes_nothing_holds_the_others_within_bounds_until_it_does() {
    let mut world = World::of(3);
    world.timing.deadtime = 60_000 * MS;
    world.start_all();
    world.run(50 * MS);
    world.freeze(2, 20_000 * MS);
    for _ in 0..9_000 {
        world.broadcast(0, Delivery::Agreed, &[b'A'; 1_200]);
        world.broadcast(1, Delivery::Agreed, &[b'A'; 1_200]);
    }
    world.run(10_000 * MS);
    for node in [0, 1] {
        let session = world.engines[node].as_ref().unwrap().session.as_ref().unwrap();
        let waiting = session.sequencer.as_ref().map_or(0, Sequencer::waiting);
        println!("node {node}: {} slots held, {waiting} pieces wait for a number", session.log.len());
        assert!(session.log.len() <= 128 && waiting <= 256, "{} {waiting}", session.log.len());
        assert_eq!(world.notices(node, "queue-full"), 1, "what is too much is handed back");
    }
    world.run(30_000 * MS);
    let delivered: Vec<usize> = (0..3).map(|node| world.delivered(node).len()).collect();
    assert!(delivered[0] > 16_000 && delivered.iter().all(|count| *count == delivered[0]), "{delivered:?}");
}
