//! `./dev bench`: what a SIP client and an administrator feel of a cluster, ours beside the peers that are installed here.
//!
//! Every contender runs the same proxy under the same agent and init script on the same kind of hosts, one after another;
//! a ratio below 1 is in our favour. Nothing is asserted: this prints.

mod contender;
mod idle;
mod measure;
mod pacemaker;
mod systole;
mod table;
mod trouble;

use contender::Contender;
use measure::Figures;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: bench [--runs N] [--idle-seconds N] [--only NAME]
  --runs N           so many power losses, frozen hosts, moves and kills of the proxy each (5)
  --idle-seconds N   how long to look at the idle cluster (60)
  --only NAME        contenders whose name contains this";

struct Options {
    runs: u32,
    idle: Duration,
    only: String,
}

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
            println!("bench: SKIPPED, this user or machine cannot make namespaces: {error}");
            return ExitCode::SUCCESS;
        }
    }
    let mut results = Vec::new();
    let mut failed = false;
    for contender in contenders().iter().filter(|contender| contender.name().contains(&options.only)) {
        match contender.missing() {
            Some(what) => println!("{}: not measured, {what} is not installed", contender.name()),
            None => match measure::all(contender.as_ref(), options.runs, options.idle) {
                Ok(figures) => results.push((contender.name(), figures)),
                Err(failure) => {
                    println!("{}: {failure:?}", contender.name());
                    failed = true;
                }
            },
        }
    }
    table::print(&results);
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn contenders() -> Vec<Box<dyn Contender>> {
    vec![
        Box::new(systole::Systole),
        Box::new(pacemaker::Pacemaker { token: Some(1000) }),
        Box::new(pacemaker::Pacemaker { token: None }),
    ]
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options { runs: 5, idle: Duration::from_mins(1), only: String::new() };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--runs" => options.runs = words.next()?.parse().ok()?,
            "--idle-seconds" => options.idle = Duration::from_secs(words.next()?.parse().ok()?),
            "--only" => options.only = words.next()?,
            _ => return None,
        }
    }
    Some(options)
}
