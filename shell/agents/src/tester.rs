//! `ocf-tester`: does an agent keep the contract that a cluster relies on?
//!
//! Runs every action in every state and judges the codes. The lines it prints, and their order, are those that
//! scripts know from the tool of that name. Resource name and `OCF_ROOT` have defaults here.

mod agent;
mod checks;
mod document;
mod options;
mod session;

#[cfg(test)]
mod tests;

pub use document::{Verdict, judge};

use options::{Command, Options};

const USAGE: &str = "Tool for testing if a cluster resource is OCF compliant

Usage: ocf-tester [-hvqdX] [-n resource_name] [-o name=value]* /full/path/to/resource/agent

Options:
  -h       \t\tThis text
  -v       \t\tBe verbose while testing
  -q       \t\tBe quiet while testing
  -d       \t\tTurn on RA debugging
  -X       \t\tTurn on RA tracing (expect large output)
  -L       \t\tAccepted and ignored: agents are always run directly
  -n name\t\tName of the resource (by default that of the agent)
  -o name=value\t\tName and value of any parameters required by the agent
";

/// Runs the tool: 0 when the agent passed all tests, 1 when it did not or was not found.
pub fn main(args: &[String]) -> u8 {
    match options::parse(args) {
        Ok(Command::Help) => {
            print!("{USAGE}");
            0
        }
        Ok(Command::Version) => {
            println!("{}", env!("CARGO_PKG_VERSION"));
            0
        }
        Ok(Command::Test(options)) => test(options),
        Err(mistake) => {
            eprintln!("{mistake}");
            print!("{USAGE}");
            1
        }
    }
}

fn test(options: Options) -> u8 {
    if !options.agent.exists() {
        eprintln!("You must provide the full path to your resource agent");
        print!("{USAGE}");
        return 1;
    }
    let path = options.agent.display().to_string();
    let mut session = session::Session::new(options);
    match checks::run(&mut session) {
        Ok(()) if session.errors() == 0 => {
            println!("{path} passed all tests");
            0
        }
        Ok(()) => {
            session.hint();
            eprintln!("Tests failed: {path} failed {} tests", session.errors());
            1
        }
        Err(session::Aborted) => {
            session.hint();
            println!("Aborting tests");
            1
        }
    }
}
