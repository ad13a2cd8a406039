//! What it costs to be a cluster at rest, printed: packets and bytes a second, before sealing.

use super::crowd::{Crowd, Work};
use super::world::{MS, World};
use crate::config::Timing;
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

/// One row of the tables in `docs/scale.md`: each node's share, and the time of all engines.
fn row(what: &str, count: usize, took: Duration, work: &Work) {
    let nodes = u64::try_from(count).unwrap();
    println!(
        "{count:>4} nodes, {what:<9} {took:>9.1?}: each sent {:>5} of {:>5} B, heard {:>7}, worked {:>8.1?}",
        work.sent.div_ceil(nodes),
        work.sent_bytes / work.sent.max(1),
        work.heard / nodes,
        work.processor / u32::try_from(count).unwrap(),
    );
}

/// The tables in `docs/scale.md`; `SIZES=2,8` when compiling measures others:
/// `cargo test --release -p messaging -- --ignored --nocapture what_a_size_costs`.
#[test]
#[ignore = "prints a table, and takes minutes"]
fn what_a_size_costs() {
    let sizes = option_env!("SIZES").unwrap_or("2,8,32,64,100");
    for count in sizes.split(',').map(|size| size.parse().unwrap()) {
        let timing = Timing { keepalive: 100 * MS, warntime: 500 * MS, deadtime: 1_000 * MS, initdead: 30_000 * MS };
        let mut crowd = Crowd::start(count, timing);
        let took = crowd.run_until(20_000 * MS, Crowd::is_whole).expect("all are together");
        row("start", count, took, &crowd.take_work());
        crowd.run(200 * MS);
        crowd.take_work();
        crowd.run(1_000 * MS);
        row("rest", count, 1_000 * MS, &crowd.take_work());
        crowd.broadcast(count / 2, &[7; 1000]);
        let took = crowd.run_until(20_000 * MS, |crowd| crowd.all_delivered(1)).expect("all have it");
        row("broadcast", count, took, &crowd.take_work());
        crowd.crash(0);
        crowd.run(999 * MS);
        row("silence", count, 999 * MS, &crowd.take_work());
        let took = crowd.run_until(20_000 * MS, Crowd::is_whole).expect("all others are together");
        row("view", count, 999 * MS + took, &crowd.take_work());
        crowd.run(10 * MS);
        row("after it", count, 10 * MS, &crowd.take_work());
    }
}
