//! The simulation sees: each bug that is planted on purpose is found within a few seeds, and without one nothing is.
//!
//! `cargo test --release -p sim --features planted --test planted`

use model::planted::{Bug, plant};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Within so many seeds each bug must be found; most are within ten (see `docs/simulation.md`).
const SEEDS: u64 = 3000;

#[test]
fn every_planted_bug_is_found() {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    find(*bug);
                }
            });
        }
    });
}

fn find(bug: Bug) {
    plant(Some(bug));
    let found = (0..SEEDS).find_map(|seed| {
        let violation = sim::run::seed(seed).violations.into_iter().next()?;
        Some((seed, violation))
    });
    plant(None);
    let (seed, violation) = found.unwrap_or_else(|| panic!("{bug:?} is not found in {SEEDS} seeds"));
    println!("{bug:?}: seed {seed}: {violation}");
    assert_eq!(sim::run::seed(seed).violations, Vec::<String>::new(), "seed {seed} without {bug:?}");
}
