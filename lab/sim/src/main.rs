//! `sim`: lives seeds, and says which of them broke a law and how to live that one again.

use std::process::ExitCode;
use std::time::Instant;

/// Seeds lived when nothing else is asked for.
const SEEDS: u64 = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match number(&arguments, "--seed") {
        Ok(Some(seed)) => one(seed),
        Ok(None) => match (number(&arguments, "--seeds"), number(&arguments, "--from")) {
            (Ok(seeds), Ok(first)) => many(first.unwrap_or(0), seeds.unwrap_or(SEEDS)),
            (Err(mistake), _) | (_, Err(mistake)) => usage(&mistake),
        },
        Err(mistake) => usage(&mistake),
    }
}

/// Lives one seed and tells all of it.
fn one(seed: u64) -> ExitCode {
    let outcome = sim::run::run(seed, true);
    for line in &outcome.transcript {
        println!("{line}");
    }
    println!(
        "seed {seed}: {} hosts, {:?}, {} changes acknowledged",
        outcome.hosts, outcome.kinds, outcome.acknowledged
    );
    for violation in &outcome.violations {
        println!("VIOLATION {violation}");
    }
    ExitCode::from(u8::from(!outcome.violations.is_empty()))
}

fn many(first: u64, seeds: u64) -> ExitCode {
    let begun = Instant::now();
    let (mut broken, mut acknowledged) = (0_u64, 0);
    for seed in first..first + seeds {
        let outcome = sim::run::run(seed, false);
        acknowledged += outcome.acknowledged;
        if let Some(violation) = outcome.violations.first() {
            broken += 1;
            println!("seed {seed} ({} hosts, {:?}): {violation}", outcome.hosts, outcome.kinds);
            println!("  again: cargo run --release -p sim -- --seed {seed}");
        }
    }
    let time = begun.elapsed().as_secs_f64();
    println!("{seeds} seeds, {broken} with violations, {acknowledged} changes acknowledged, {time:.1} s");
    ExitCode::from(u8::from(broken > 0))
}

fn number(arguments: &[String], option: &str) -> Result<Option<u64>, String> {
    let Some(place) = arguments.iter().position(|argument| argument == option) else { return Ok(None) };
    let value = arguments.get(place + 1).ok_or_else(|| format!("{option} needs a number"))?;
    value.parse().map(Some).map_err(|_| format!("{value:?} is no number"))
}

fn usage(mistake: &str) -> ExitCode {
    eprintln!("{mistake}; usage: sim [--seeds N [--from N]] | sim --seed N");
    ExitCode::from(2)
}
