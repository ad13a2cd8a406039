//! Who is who: strangers, replays, lives that are over, lost identity files.

use super::check::all_laws;
use super::world::{Event, MS, World};
use crate::contract::{Input, LinkId, Opened};
use crate::wire::{decode, encode};

fn inject(world: &mut World, node: usize, bytes: &[u8]) {
    let packet = Opened::after_verification(bytes.to_vec());
    world.input(node, Input::Packet { link: LinkId(0), packet });
}

#[test]
fn replayed_packets_are_dropped_and_counted() {
    let mut world = World::of(2);
    world.recording = true;
    world.start_all();
    world.run(2_000 * MS);
    let record = std::mem::take(&mut world.record);
    world.crash(0);
    for (from, bytes) in record.iter().filter(|(from, _)| *from == 0) {
        assert_eq!(*from, 0);
        inject(&mut world, 1, bytes);
    }
    let status = world.engines[1].as_ref().unwrap().status(world.now);
    assert_eq!(status.counters.replayed, u64::try_from(record.iter().filter(|(from, _)| *from == 0).count()).unwrap());
    world.run(1_000 * MS);
    assert_eq!(world.members(1), "1", "the dead stay dead");
}

#[test]
fn packets_of_an_older_life_do_not_raise_the_dead() {
    let mut world = World::of(2);
    world.recording = true;
    world.start_all();
    world.run(1_000 * MS);
    let old: Vec<Vec<u8>> =
        world.record.iter().filter(|(from, _)| *from == 0).map(|(_, bytes)| bytes.clone()).collect();
    world.crash(0);
    world.start(0);
    world.run(500 * MS);
    world.crash(0);
    world.run(2_000 * MS);
    for bytes in &old {
        inject(&mut world, 1, bytes);
        world.run(10 * MS);
    }
    world.run(1_000 * MS);
    assert_eq!(world.members(1), "1");
    let counters = world.engines[1].as_ref().unwrap().status(world.now).counters;
    assert_eq!(counters.older_lives, u64::try_from(old.len()).unwrap());
    all_laws(&world);
}

#[test]
fn a_recording_of_the_whole_cluster_does_not_fool_a_new_life() {
    let mut world = World::of(2);
    world.recording = true;
    world.start_all();
    world.run(1_000 * MS);
    let record = world.record.clone();
    world.crash(0);
    world.crash(1);
    world.start(1);
    for (_, bytes) in record.iter().filter(|(from, _)| *from == 0) {
        inject(&mut world, 1, bytes);
        world.run(MS);
    }
    assert_eq!(world.members(1), "", "nobody there hears this life");
}

#[test]
fn a_host_without_its_identity_file_comes_back_although_its_generation_is_lower() {
    let mut world = World::booted(2);
    world.crash(0);
    world.run(2_000 * MS);
    world.start_as(0, 7);
    assert!(world.run_until(500 * MS, World::is_whole).is_some());
    assert_eq!(world.notices(1, "peer-identity-reset"), 1);
    all_laws(&world);
}

#[test]
fn a_stranger_is_counted_and_named_once_a_minute() {
    let mut world = World::of(2);
    world.recording = true;
    world.start_all();
    world.run(500 * MS);
    let mut stranger = decode(&world.record[0].1).unwrap();
    stranger.sender = "sip-z".into();
    for _ in 0..90 {
        inject(&mut world, 1, &encode(&stranger));
        world.run(1_000 * MS);
    }
    assert_eq!(world.notices(1, "sender-unlisted"), 2);
    assert_eq!(world.engines[1].as_ref().unwrap().status(world.now).counters.unlisted, 90);
    assert!(world.is_whole());
}

#[test]
fn a_peer_with_other_node_lines_is_named() {
    let mut world = World::of(3);
    world.start(0);
    let third = world.names.pop().unwrap();
    world.start(1);
    world.names.push(third);
    world.run(100 * MS);
    assert_eq!((world.notices(0, "node-lines-differ"), world.notices(1, "node-lines-differ")), (1, 1));
}

#[test]
fn a_bad_seal_is_counted_and_noticed_once_a_minute() {
    let mut world = World::booted(2);
    for _ in 0..70 {
        world.input(0, Input::BadSeal { link: LinkId(0), source: "10.0.0.9".to_owned() });
        world.run(1_000 * MS);
    }
    assert_eq!(world.notices(0, "seal-bad"), 2);
}

#[test]
fn any_bytes_with_a_good_seal_are_survived() {
    let mut world = World::of(2);
    world.recording = true;
    world.start_all();
    world.run(300 * MS);
    let packets: Vec<Vec<u8>> = world.record.iter().map(|(_, bytes)| bytes.clone()).collect();
    for round in 0..20_000 {
        let mut bytes =
            packets[usize::try_from(world.rng.below(u64::try_from(packets.len()).unwrap())).unwrap()].clone();
        let place = usize::try_from(world.rng.below(u64::try_from(bytes.len()).unwrap())).unwrap();
        bytes[place] = u8::try_from(world.rng.below(256)).unwrap();
        inject(&mut world, round % 2, &bytes);
        if round % 100 == 0 {
            world.run(MS);
        }
    }
}

#[test]
fn who_hears_of_a_new_life_from_others_waits_for_it_as_well() {
    for blind in [0, 1] {
        let mut world = World::booted(3);
        world.crash(2);
        world.run(50 * MS);
        world.cut(2, blind);
        world.start(2);
        world.run(100 * MS);
        world.heal();
        assert!(world.run_until(1_000 * MS, World::is_whole).is_some());
        for node in [0, 1] {
            let mut views = world.events(node).iter().filter_map(|(_, event)| match event {
                Event::View(view) => Some(view.members.len()),
                Event::Deliver { .. }
                | Event::Undelivered(_)
                | Event::ViewLost
                | Event::Confirmed { .. }
                | Event::Left
                | Event::Notice(_) => None,
            });
            assert!(views.all(|members| members == 3), "node {node}, {blind} blind");
        }
        all_laws(&world);
    }
}
