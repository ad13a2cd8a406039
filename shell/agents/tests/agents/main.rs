//! The agents as a cluster meets them: as executables, in network namespaces of their own.
//!
//! A test that lacks a right or a program says so in one line and passes.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails, in its helpers as well")]

mod ipaddr2;
mod namespace;
mod ocf_tester;
mod ping;
mod proxy;
mod shell_functions;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// What one run of an agent came to.
#[derive(Debug)]
struct Run {
    code: i32,
    said: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let said = [output.stdout, output.stderr].concat();
        Self { code: output.status.code().unwrap_or(-1), said: String::from_utf8_lossy(&said).into_owned() }
    }
}

/// The executable of this crate, called by that name with those arguments.
fn program(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agent"));
    command.arg(name);
    command
}

/// Runs one action of a native agent.
fn agent(name: &str, action: &str, state: &Path, parameters: &[(&str, &str)]) -> Run {
    let mut command = program(name);
    command.arg(action).env("HA_RSCTMP", state);
    for (key, value) in parameters {
        command.env(format!("OCF_RESKEY_{key}"), value);
    }
    command.output().unwrap().into()
}

/// Makes an executable by a process of its own: a file that is open for writing cannot be run, and whatever another test starts while we wrote
/// it would hold it open.
fn write_program(path: &Path, text: &str, mode: u32) {
    let draft = path.with_extension("draft");
    fs::write(&draft, text).unwrap();
    let installed = Command::new("install").args(["-m", &format!("{mode:o}")]).args([&draft, path]).status();
    assert!(installed.unwrap().success());
    fs::remove_file(draft).unwrap();
}

/// Says why a test does nothing.
fn skip(why: &str) {
    println!("skipped: {why}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
