//! The ping agent between two hosts, with a stand-in for the tool that sets attributes.

use super::namespace::Wire;
use super::{Run, program, write_program};
use std::fs;

#[test]
fn the_attribute_is_the_number_of_hosts_that_answer() {
    let Some(_wire) = Wire::build() else { return };
    let directory = tempfile::tempdir().unwrap();
    let (tool, log) = (directory.path().join("attrd_updater"), directory.path().join("log"));
    write_program(&tool, &format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >{}\n", log.display()), 0o755);
    let path = format!("{}:{}", directory.path().display(), std::env::var("PATH").unwrap());
    let run = |action: &str, more: &[(&str, &str)]| -> (i32, String) {
        let mut command = program("ping");
        command.arg(action).env("PATH", &path).env("HA_RSCTMP", directory.path()).env("OCF_RESKEY_attempts", "1");
        command.env("OCF_RESKEY_host_list", "10.9.0.2 fd00:9::2 10.9.0.99 203.0.113.1").env("OCF_RESKEY_timeout", "1");
        command.env("OCF_RESKEY_multiplier", "100").envs(more.iter().copied());
        let run = Run::from(command.output().unwrap());
        println!("{action}: {run:?}");
        (run.code, fs::read_to_string(&log).unwrap_or_default())
    };
    assert_eq!(run("monitor", &[]).0, 7);
    assert_eq!(run("start", &[]), (0, "-n pingd -d 5s -U 200\n".to_owned()));
    assert_eq!(run("monitor", &[("OCF_RESKEY_failure_score", "300")]).0, 1);
    assert_eq!(run("stop", &[]), (0, "-n pingd -d 5s -D\n".to_owned()));
    assert_eq!(run("monitor", &[]).0, 7);
}
