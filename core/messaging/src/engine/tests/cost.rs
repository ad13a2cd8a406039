//! What it costs to be a cluster at rest, printed: packets and bytes a second, before sealing.

use super::world::{MS, World};
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
