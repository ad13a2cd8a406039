//! Other systems' own cases, run against us in process: how many of their answers are ours, and where the first difference is.
//!
//! The cases are not part of this tree: their directories are named on the command line. What is kept here is a ratchet,
//! a list of the names of cases that agreed once; one of them that no longer does is a failure, all else is work to do.

mod arguments;
mod canonical;
mod case;
mod compare;
mod heartbeat;
mod pacemaker;
mod ratchet;
mod report;

use arguments::{Arguments, Suite};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            eprintln!("conformance: {mistake}\n\n{}", arguments::USAGE);
            return ExitCode::from(64);
        }
    };
    let outcome = match arguments.suite {
        Suite::Pacemaker => pacemaker::run(&arguments),
        Suite::Heartbeat => heartbeat::run(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("conformance: {problem}");
            ExitCode::from(66)
        }
    }
}
