//! A few seeds on every test run; `./dev sim` lives hundreds.

#[test]
fn some_seeds_hold_all_laws() {
    for seed in 0..4 {
        let outcome = sim::run::run(seed, false);
        assert_eq!(outcome.violations, Vec::<String>::new(), "cargo run --release -p sim -- --seed {seed}");
    }
}

/// Seed 807 once broke a law: an agent still hung when the operator cleaned up, and failed afterwards.
#[test]
fn an_agent_that_hangs_beyond_the_faults_is_forgiven() {
    assert_eq!(sim::run::run(807, false).violations, Vec::<String>::new(), "cargo run --release -p sim -- --seed 807");
}

#[test]
fn the_same_seed_is_the_same_story() {
    let (one, other) = (sim::run::run(7, true), sim::run::run(7, true));
    assert!(one.transcript.len() > 100, "something happens");
    assert_eq!(one.transcript, other.transcript);
}

/// A checker that cannot fail is none: this one sees a service that two members hold.
#[test]
fn a_service_held_twice_is_seen() {
    let mut world = sim::world::World::new(2, 1, false);
    for host in 0..2 {
        world.boot(host);
    }
    world.run_for(std::time::Duration::from_mins(1));
    world.checker.holders(world.now, &world.hosts, "proxy", &[0, 1]);
    assert_eq!(world.checker.violations.len(), 1, "{:?}", world.checker.violations);
}
