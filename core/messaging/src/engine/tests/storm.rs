//! From a seed: sizes, faults, broadcasts. First safety under all of it, then heal, and demand that all goes on.

use super::check::all_laws;
use super::world::{MS, World};
use crate::contract::{Delivery, Input};
use crate::engine::departure::Departure;
use std::fmt::Write;
use std::time::Duration;

/// Few enough for every run of the tests; `many_storms` is for the search.
const SEEDS: u64 = 200;

fn pick(world: &mut World, bound: usize) -> usize {
    usize::try_from(world.rng.below(u64::try_from(bound).unwrap())).unwrap()
}

fn fault(world: &mut World) {
    let count = world.names.len();
    let node = pick(world, count);
    match world.rng.below(13) {
        0 => world.crash(node),
        1 | 2 => {
            if world.engines[node].is_none() {
                world.start(node);
            }
        }
        3 => {
            let side: Vec<usize> = (0..count).filter(|_| world.rng.chance(500)).collect();
            world.partition(&side);
        }
        4 => {
            let other = pick(world, count);
            world.cut(node, other);
        }
        5 | 6 => world.heal(),
        7 => world.network.loss = world.rng.below(300),
        8 => world.network.delay = (50, 100 + world.rng.below(20_000)),
        9 => {
            let span = u32::try_from(world.rng.below(1_500)).unwrap();
            world.freeze(node, span * MS);
        }
        10 => world.input(node, Input::Leave),
        11 => {
            let (span, stall) = (world.rng.below(1_000), world.rng.below(1_500));
            world.input(node, Input::AnnounceStall { span: Duration::from_millis(span) });
            world.run(5 * MS);
            world.freeze(node, Duration::from_millis(stall));
        }
        _ => world.network.duplicates = world.rng.below(300),
    }
    for node in 0..count {
        if world.engines[node].as_ref().is_some_and(|engine| engine.departure.is_gone()) {
            world.crash(node);
        }
    }
}

fn chatter(world: &mut World, number: &mut u32) {
    let count = world.names.len();
    for _ in 0..world.rng.below(4) {
        let node = pick(world, count);
        *number += 1;
        let safe = world.rng.chance(500);
        let (mark, delivery) = if safe { ("S", Delivery::Safe) } else { ("A", Delivery::Agreed) };
        let padding = "x".repeat(if world.rng.chance(50) { 5_000 } else { 0 });
        world.broadcast(node, delivery, format!("{mark}{number}{padding}").as_bytes());
    }
}

/// Names the seed of a storm that breaks a law.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the storm of seed {} broke a law", self.0);
        }
    }
}

fn storm(seed: u64) {
    let _named = Named(seed);
    let count = 1 + usize::try_from(seed % 6).unwrap();
    let mut world = World::seeded(count, seed);
    faults(&mut world, seed);
    all_laws(&world);
    goes_on(&mut world, seed);
    all_laws(&world);
}

/// The first part of a storm.
pub(super) fn faults(world: &mut World, seed: u64) {
    world.timing.initdead = 1_500 * MS;
    world.links = 1 + u8::try_from(seed % 2).unwrap();
    (0..world.names.len()).filter(|node| *node == 0 || !seed.is_multiple_of(3)).for_each(|node| world.start(node));
    let mut number = 0;
    for _ in 0..40 {
        if world.rng.chance(400) {
            fault(world);
        }
        chatter(world, &mut number);
        for node in 0..world.names.len() {
            world.question(node);
        }
        let span = u32::try_from(1 + world.rng.below(200)).unwrap();
        world.run(span * MS);
    }
}

/// The faults end, and every host runs.
pub(super) fn settle_down(world: &mut World) {
    world.heal();
    world.network.loss = 0;
    world.network.duplicates = 0;
    world.network.delay = (80, 150);
    for node in 0..world.names.len() {
        if world.engines[node].as_ref().is_none_or(|engine| engine.departure != Departure::Stays) {
            world.crash(node);
            world.start(node);
        }
    }
}

/// After the faults end, everybody is together within a bound and talks.
fn goes_on(world: &mut World, seed: u64) {
    settle_down(world);
    assert!(
        world.run_until(6_000 * MS, World::is_whole).is_some(),
        "seed {seed}: not together again\n{}",
        portrait(world)
    );
    world.run(2_000 * MS);
    assert!(world.is_whole(), "seed {seed}: not stable");
    let before: Vec<usize> = (0..world.names.len()).map(|node| world.delivered(node).len()).collect();
    (0..world.names.len()).for_each(|node| world.broadcast(node, Delivery::Safe, format!("S end {node}").as_bytes()));
    world.run(500 * MS);
    for (node, before) in before.into_iter().enumerate() {
        assert_eq!(world.delivered(node).len() - before, world.names.len(), "seed {seed}: node {node} is deaf");
    }
}

/// What every node thinks, for a failing seed.
fn portrait(world: &World) -> String {
    let mut text = String::new();
    for (node, engine) in world.engines.iter().enumerate() {
        let Some(engine) = engine else { continue };
        let agreement = &engine.agreement;
        let session =
            engine.session.as_ref().map(|session| (session.view.number, session.born, session.confirmed.clone()));
        let _ = writeln!(
            text,
            "{node}: members [{}] promised {} follows {:?} pending {:?}",
            world.members(node),
            agreement.promised,
            agreement.follows,
            agreement.pending
        );
        let _ =
            writeln!(text, "   session {session:?} proposal {:?} desired {:?}", agreement.proposal, engine.desired());
        for (name, peer) in engine.peers.iter() {
            let report = &peer.report;
            let _ = writeln!(
                text,
                "   {name}: lost {} mutual {} view {} promised {} flags {:?}",
                peer.lost,
                peer.is_mutual(),
                report.view,
                report.promised,
                report.flags
            );
        }
    }
    text
}

#[test]
fn all_laws_hold_in_every_storm_and_all_goes_on_after_it() {
    for seed in 0..SEEDS {
        storm(seed);
    }
}

/// `SEEDS=100000 cargo test -p messaging --release -- --ignored --nocapture many_storms`; `SEED` is the first one. Both
/// are read when the test is compiled.
#[test]
#[ignore = "takes minutes; for a long search"]
fn many_storms() {
    let first = option_env!("SEED").map_or(0, |text| text.parse().unwrap());
    let count: u64 = option_env!("SEEDS").map_or(20_000, |text| text.parse().unwrap());
    for seed in first..first + count {
        storm(seed);
    }
}
