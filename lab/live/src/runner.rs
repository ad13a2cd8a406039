//! Runs live tests one after another inside namespaces of their own, and reports like any test runner of this house.
//!
//! Not libtest: the whole process has to enter its namespaces before it has a second thread.

use crate::Failure;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

/// One live test: its name, a sentence, and what it does.
pub type Test = (&'static str, fn() -> Result<(), Failure>);

/// Runs those of `tests` whose name contains one of the words on the command line, or all.
pub fn main(tests: &[Test]) -> ExitCode {
    match demo::enter() {
        Ok(None) => {}
        Ok(Some(status)) => {
            return status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
        Err(error) => {
            println!("live tests: SKIPPED, this user or machine cannot make namespaces: {error}");
            return ExitCode::SUCCESS;
        }
    }
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-') && word.parse::<u32>().is_err()).collect();
    let chosen: Vec<&Test> = tests
        .iter()
        .filter(|(name, _)| words.is_empty() || words.iter().any(|word| name.contains(word.as_str())))
        .collect();
    println!("\nrunning {} live tests", chosen.len());
    let mut failed = Vec::new();
    let mut skipped = 0;
    for (name, test) in &chosen {
        let start = Instant::now();
        let outcome =
            catch_unwind(AssertUnwindSafe(test)).unwrap_or_else(|_| Err(Failure::broken("it panicked, see above")));
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(()) => println!("test {name} ... ok ({seconds:.1} s)"),
            Err(Failure::Skip(reason)) => {
                skipped += 1;
                println!("test {name} ... SKIPPED: {reason}");
            }
            Err(Failure::Broken(reason)) => {
                println!("test {name} ... FAILED ({seconds:.1} s)\n{reason}");
                failed.push(*name);
            }
        }
    }
    let passed = chosen.len() - failed.len() - skipped;
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {} failed; {skipped} ignored; 0 measured; 0 filtered out",
        failed.len()
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
