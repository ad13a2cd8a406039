//! `crm_mon -d`: a file is written in the background until the process of the pid file is ended.

#![allow(clippy::unwrap_used, clippy::panic, reason = "an integration test is a test all through")]

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Nothing here waits for it when all is well.
const PATIENCE: Duration = Duration::from_mins(1);

fn crm_mon(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_systole"));
    command.arg("crm_mon").args(arguments).current_dir(directory);
    command.env("SYSTOLE_SOCKET", directory.join("no-cluster.sock")).output().unwrap()
}

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_file_is_written_again_and_again_until_its_process_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("page.html");
    let output = crm_mon(directory.path(), &["-d", "-i", "1s", "-p", "pid", "-h", "page.html"]);
    assert!(output.status.success(), "{output:?}");
    let pid = fs::read_to_string(directory.path().join("pid")).unwrap();
    let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    // Without a cluster the page says so; what counts here is that it comes, and comes again.
    wait_for("the page", || page.exists());
    fs::remove_file(&page).unwrap();
    wait_for("the next page", || page.exists());
    kill_process(pid, Signal::TERM).unwrap();
}

#[test]
fn without_a_file_to_write_there_is_nothing_to_do_in_the_background() {
    let directory = tempfile::tempdir().unwrap();
    let output = crm_mon(directory.path(), &["-d"]);
    assert_eq!(output.status.code(), Some(64));
}
