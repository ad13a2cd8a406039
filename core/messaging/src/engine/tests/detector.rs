//! Silence: lost packets are not lost hosts, and our own pauses are not theirs.

use super::check::all_laws;
use super::world::{Event, MS, World};
use crate::contract::{Input, LinkId, Opened};
use crate::wire::{Body, Packet, decode, encode};
use model::Machine;

#[test]
fn forty_seconds_of_loss_lose_no_member() {
    for loss in [150, 300] {
        for seed in 0..20 {
            let mut world = World::seeded(2, seed);
            world.start_all();
            world.run(50 * MS);
            assert!(world.is_whole());
            world.network.loss = loss;
            world.run(40_000 * MS);
            let lost = world.notices(0, "peer-lost") + world.notices(1, "peer-lost");
            assert_eq!(lost, 0, "seed {seed} at {loss} in a thousand");
            assert!(world.is_whole());
        }
    }
}

#[test]
fn three_members_stay_together_under_loss_as_well() {
    for seed in 0..10 {
        let mut world = World::seeded(3, seed);
        world.start_all();
        world.run(50 * MS);
        world.network.loss = 300;
        world.run(40_000 * MS);
        assert_eq!((0..3).map(|node| world.notices(node, "peer-lost")).sum::<usize>(), 0, "seed {seed}");
    }
}

#[test]
fn a_host_that_was_stopped_says_so_and_accuses_nobody() {
    let mut world = World::booted(2);
    world.freeze(1, 350 * MS);
    world.run(1_000 * MS);
    assert_eq!((world.notices(1, "own-pause"), world.notices(1, "peer-lost")), (1, 0));
    assert_eq!((world.notices(0, "peer-late"), world.notices(0, "peer-lost")), (1, 0));
    assert!(world.is_whole());
    assert_eq!(world.engines[0].as_ref().unwrap().status(world.now).counters.views, 1);
    all_laws(&world);
}

#[test]
fn a_host_that_was_stopped_for_too_long_lets_go_at_once_and_comes_back() {
    let mut world = World::booted(2);
    world.freeze(0, 12_000 * MS);
    world.run(11_000 * MS);
    assert_eq!(world.members(1), "1");
    world.run(990 * MS);
    let before = world.events(0).len();
    world.run(100 * MS);
    let first = world.events(0)[before..].iter().find(|(_, event)| !matches!(event, Event::Notice(_)));
    assert!(matches!(first, Some((_, Event::ViewLost))), "{first:?}");
    assert!(world.is_whole());
    assert_eq!(world.members(0), "1 0");
    all_laws(&world);
}

#[test]
fn what_half_of_all_packets_lost_does_is_printed() {
    let mut lost = 0;
    for seed in 0..20 {
        let mut world = World::seeded(2, seed);
        world.start_all();
        world.run(50 * MS);
        world.network.loss = 500;
        world.run(40_000 * MS);
        lost += world.notices(0, "peer-lost") + world.notices(1, "peer-lost");
        world.network.loss = 0;
        assert!(world.run_until(2_000 * MS, World::is_whole).is_some(), "seed {seed}");
        all_laws(&world);
    }
    println!("50 % loss, 20 runs of 40 s: {lost} times a peer was taken for lost");
}

/// Packets of node 0 as it could have sent them, with new numbers.
fn forge(world: &mut World, like: &Packet, number: u64, body: Body) {
    let packet = Packet { number, body, ..like.clone() };
    let packet = Opened::after_verification(encode(&packet));
    world.input(1, Input::Packet { link: LinkId(0), packet });
}

#[test]
fn a_view_that_was_lost_is_never_entered_again() {
    let mut world = World::of(2);
    world.recording = true;
    world.start_all();
    world.run(50 * MS);
    let of_senior = |(from, bytes): &(usize, Vec<u8>)| (*from == 0).then(|| decode(bytes).unwrap());
    let sent: Vec<Packet> = world.record.iter().filter_map(of_senior).collect();
    let sync = sent.iter().find(|packet| matches!(packet.body, Body::Sync(_))).unwrap().clone();
    let beat = sent.iter().rfind(|packet| packet.view != 0).unwrap().clone();
    world.crash(0);
    world.now = world.now + 600 * MS;
    let now = world.now;
    world.engines[1].as_mut().unwrap().wake(now);
    forge(&mut world, &sync, 900, sync.body.clone());
    forge(&mut world, &beat, 901, beat.body.clone());
    assert_eq!(world.members(1), "", "the delayed words of its former coordinator bring nothing back");
}
