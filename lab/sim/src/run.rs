//! Playing stories: one, or many seeds on several threads.

use crate::story::Story;
use crate::world::World;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What came of a story.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Broken laws; empty when all held.
    pub violations: Vec<String>,
    /// What happened, when that was asked for.
    pub transcript: Vec<String>,
    /// How many changes were acknowledged.
    pub acknowledged: usize,
}

/// Plays a story to its end, or until a law is broken.
pub fn play(story: &Story, is_noisy: bool) -> Outcome {
    let mut world = World::new(story, is_noisy);
    for verb in &story.verbs {
        world.say_verb(verb);
        world.act(verb);
        if !world.checker.violations.is_empty() {
            break;
        }
    }
    Outcome {
        violations: world.checker.violations,
        acknowledged: world.clients.acknowledged.len(),
        transcript: world.transcript,
    }
}

/// Plays the story of a seed.
pub fn seed(seed: u64) -> Outcome {
    play(&Story::drawn(seed), false)
}

/// Plays so many seeds on so many threads, telling each outcome as it comes, and stops after `tell` says `false`.
pub fn seeds(first: u64, count: u64, jobs: usize, tell: impl FnMut(u64, Outcome) -> bool + Send) {
    let next = AtomicU64::new(first);
    let tell = Mutex::new(tell);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| work(&next, first + count, &tell));
        }
    });
}

fn work(next: &AtomicU64, end: u64, tell: &Mutex<impl FnMut(u64, Outcome) -> bool>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return;
        }
        let outcome = seed(number);
        let goes_on = tell.lock().expect("who tells does not panic")(number, outcome);
        if !goes_on {
            next.store(end, Ordering::Relaxed);
        }
    }
}
