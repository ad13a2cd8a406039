//! What it costs to be a cluster at rest, printed: packets and bytes a second, before sealing.

use super::world::{MS, World};
use crate::contract::Delivery;
use std::time::Duration;

fn cost(count: usize, keepalive: Duration) -> (u64, u64) {
    let mut world = World::of(count);
    world.timing.keepalive = keepalive;
    world.timing.deadtime = 30_000 * MS;
    world.start_all();
    world.run(5_000 * MS);
    let sum = |world: &World| {
        let counters = world.engines.iter().flatten().map(|engine| engine.status(world.now).counters);
        counters.fold((0, 0), |(packets, bytes), one| (packets + one.sent, bytes + one.sent_bytes))
    };
    let before = sum(&world);
    world.run(10_000 * MS);
    let after = sum(&world);
    ((after.0 - before.0) / 10, (after.1 - before.1) / 10)
}

#[test]
fn a_cluster_at_rest_sends_heartbeats_only() {
    for (count, keepalive) in [(2, 1_000 * MS), (2, 100 * MS), (8, 100 * MS), (32, 100 * MS)] {
        let (packets, bytes) = cost(count, keepalive);
        println!("{count} nodes, keepalive {keepalive:?}: {packets} packets/s, {bytes} bytes/s in the whole cluster");
        let beats = u64::try_from(count).unwrap() * 1_000 / u64::try_from(keepalive.as_millis()).unwrap();
        assert!(packets.abs_diff(beats) <= beats / 50, "nothing but heartbeats");
    }
}

/// What each node sends and hears in a span of a world's life, in packets and bytes before sealing.
fn per_node(world: &mut World, span: Duration) -> [u64; 3] {
    let sum = |world: &World| {
        let counters = world.engines.iter().flatten().map(|engine| engine.status(world.now).counters);
        counters.fold([0, 0, 0], |[sent, bytes, heard], one| {
            [sent + one.sent, bytes + one.sent_bytes, heard + one.received]
        })
    };
    let before = sum(world);
    world.run(span);
    let after = sum(world);
    let nodes = u64::try_from(world.engines.iter().flatten().count()).unwrap();
    [0, 1, 2].map(|place| (after[place] - before[place]) / nodes)
}

/// The rows of the table in `docs/scale.md`: `cargo test --release -p messaging -- --ignored --nocapture what_a_size_costs`.
#[test]
#[ignore = "prints a table, and takes minutes"]
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a measurement of real time")]
fn what_a_size_costs() {
    for count in [2, 8, 32, 64] {
        let mut world = World::of(count);
        world.timing.deadtime = 1_000 * MS;
        world.start_all();
        world.run(3_000 * MS);
        assert!(world.is_whole(), "{count}");
        let rest = per_node(&mut world, 10_000 * MS).map(|sum| sum / 10);
        world.broadcast(1, Delivery::Safe, &[7; 1000]);
        let broadcast = per_node(&mut world, 1_000 * MS);
        world.crash(0);
        let start = std::time::Instant::now();
        let took = world.run_until(5_000 * MS, World::is_whole).unwrap();
        let cpu = start.elapsed();
        let mut other = World::of(count);
        other.timing.deadtime = 1_000 * MS;
        other.start_all();
        let boot = per_node(&mut other, 50 * MS);
        println!(
            "{count} nodes: at rest {rest:?} a second, broadcast {broadcast:?} in that second, boot {boot:?}, view {took:?}, cpu {cpu:?}"
        );
    }
}
