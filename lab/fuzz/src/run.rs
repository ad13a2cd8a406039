//! Runs a target over cases, and says of the first one that it does not survive how to see it again.

use crate::Target;
use crate::mutate::Mutator;
use crate::processor::Spent;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// A decoder that takes more processor time over one case can be made to stall a host.
pub const SLOW: Duration = Duration::from_secs(30);

/// How long to go on, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The number of the first case.
    pub seed: u64,
    /// At most so many cases.
    pub cases: u64,
    /// At most so much processor time.
    pub time: Duration,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number of the case.
    pub seed: u64,
    /// What happened.
    pub what: String,
    /// The input.
    pub input: Vec<u8>,
}

/// Runs until a limit or a finding; gives the number of cases that were survived.
///
/// # Errors
/// The first case that was not survived.
pub fn run(target: &Target, limits: Limits, progress: impl Fn(u64)) -> Result<u64, Finding> {
    let mutator = Mutator::new((target.corpus)());
    let start = Spent::since_now();
    for place in 0..limits.cases {
        if start.elapsed() >= limits.time {
            return Ok(place);
        }
        let seed = limits.seed.wrapping_add(place);
        progress(seed);
        let input = mutator.case(seed);
        if let Err(what) = survives(target, &input) {
            return Err(Finding { seed, what, input });
        }
    }
    Ok(limits.cases)
}

/// Whether a target survives one input.
///
/// # Errors
/// What happened instead.
pub fn survives(target: &Target, input: &[u8]) -> Result<(), String> {
    let start = Spent::since_now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let took = start.elapsed();
    match outcome {
        Err(panic) => Err(text_of(panic.as_ref())),
        Ok(()) if took > SLOW => Err(format!("it took {} ms over {} bytes", took.as_millis(), input.len())),
        Ok(()) => Ok(()),
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}
