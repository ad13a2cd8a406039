//! `./dev endure`: a cluster of real processes under faults, its clients' histories judged; see `live::endure`.

use live::Failure;
use live::endure::{self, Options, State};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: endure [--minutes N] [--nodes N] [--seed N] [--keep DIRECTORY] [--disk DIRECTORY]
  --minutes N        no round of faults begins after this (30)
  --nodes N          hosts, 3 to 9 (3)
  --seed N           of all faults and acts (1)
  --keep DIRECTORY   where the evidence of a violation goes (/tmp/systole-evidence)
  --disk DIRECTORY   the hosts' state lies below it and is synced for real; no disk is full then (memory)";

fn main() -> ExitCode {
    let Some(options) = read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    match demo::enter() {
        Ok(None) => {}
        Ok(Some(status)) => {
            return status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
        Err(error) => {
            println!("endure: SKIPPED, this user or machine cannot make namespaces: {error}");
            return ExitCode::SUCCESS;
        }
    }
    println!("endure: {} nodes, {} min, seed {}", options.nodes, options.lasts.as_secs() / 60, options.seed);
    match endure::run(&options) {
        Ok(tally) => {
            println!("{tally}");
            if tally.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(Failure::Skip(reason)) => {
            println!("endure: SKIPPED: {reason}");
            ExitCode::SUCCESS
        }
        Err(Failure::Broken(reason)) => {
            println!("endure: the lab failed: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Options> {
    let keep = "/tmp/systole-evidence".into();
    let mut options = Options { nodes: 3, lasts: Duration::from_mins(30), seed: 1, keep, state: State::Memory };
    while let Some(word) = words.next() {
        let value = words.next()?;
        match word.as_str() {
            "--minutes" => options.lasts = Duration::from_mins(value.parse().ok()?),
            "--nodes" => options.nodes = value.parse().ok().filter(|nodes| (3..=9).contains(nodes))?,
            "--seed" => options.seed = value.parse().ok()?,
            "--keep" => options.keep = value.into(),
            "--disk" => options.state = State::Below(value.into()),
            _ => return None,
        }
    }
    Some(options)
}
