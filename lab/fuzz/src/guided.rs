//! Guided cases: an input that passes an edge of the code for the first time, or more often than any before, is kept, and others
//! are made from it. It needs an instrumented build.

use crate::Target;
use crate::mutate::Mutator;
use crate::processor::Spent;
use crate::run::{Finding, Limits, survives};
use crate::sys;

/// Longer inputs are not kept: what they reach, shorter ones do.
const KEPT_LENGTH_MAX: usize = 1 << 14;
/// No more are kept.
const KEPT_MAX: usize = 1 << 14;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Cases that were survived.
    pub cases: u64,
    /// Edges that were passed by some of them.
    pub edges: usize,
    /// Inputs that were kept.
    pub kept: usize,
}

/// Runs until a limit or a finding. Which input a number stands for depends on those before it, so a finding is its input.
///
/// # Errors
/// The first case that was not survived.
pub fn run(target: &Target, limits: Limits) -> Result<Reached, Finding> {
    let mut mutator = Mutator::new((target.corpus)());
    let mut seen = vec![0u8; sys::edges()];
    let start = Spent::since_now();
    let (mut cases, mut kept) = (0, 0);
    while cases < limits.cases && start.elapsed() < limits.time {
        let seed = limits.seed.wrapping_add(cases);
        let input = mutator.case(seed);
        sys::clear_counts();
        if let Err(what) = survives(target, &input) {
            return Err(Finding { seed, what, input });
        }
        cases += 1;
        let is_news = notes_news(&mut seen);
        if is_news && kept < KEPT_MAX && input.len() <= KEPT_LENGTH_MAX {
            mutator.keep(input);
            kept += 1;
        }
    }
    Ok(Reached { cases, edges: seen.iter().filter(|marks| **marks != 0).count(), kept })
}

/// Whether the case that just ran did something that none before it has done.
fn notes_news(seen: &mut [u8]) -> bool {
    let mut news = false;
    sys::counts(|edge, count| {
        let mark = magnitude(count);
        news |= seen[edge] & mark == 0;
        seen[edge] |= mark;
    });
    news
}

/// How often, roughly: one bit for each power of two.
fn magnitude(count: u8) -> u8 {
    1 << count.ilog2()
}
