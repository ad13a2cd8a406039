//! `systole demo` as a newcomer runs it: to its end, without the rights of root.
//!
//! How long anything takes is not asserted: only that the show reaches its end, and that it cleans up.

#![allow(clippy::unwrap_used, reason = "an integration test is a test all through")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Nobody, in the numbers of every system.
const PLAIN_USER: &str = "65534";

/// Programs that the demonstration calls.
const NEEDED: [&str; 6] = ["unshare", "nsenter", "mount", "ip", "bridge", "setpriv"];

/// Where a plain user finds programs: without the directories of root's tools.
const PLAIN_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The binary where everybody can run it: the directory of the build may be closed to others.
struct Stand {
    directory: tempfile::TempDir,
}

impl Stand {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        // By a process of its own: a program that is open for writing cannot be run, and whatever another test starts while
        // we copied it would hold it open.
        let copied =
            Command::new("cp").arg(env!("CARGO_BIN_EXE_systole")).arg(directory.path().join("systole")).status();
        assert!(copied.unwrap().success());
        Self { directory }
    }

    fn binary(&self) -> PathBuf {
        self.directory.path().join("systole")
    }

    /// Runs the demonstration as a plain user, from a directory that is not his.
    fn demo(&self, options: &[&str]) -> Output {
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            let [user, group] = ["--reuid", "--regid"].map(|word| format!("{word}={PLAIN_USER}"));
            command.args([user.as_str(), group.as_str(), "--clear-groups", "--"]).arg(self.binary());
            command
        } else {
            Command::new(self.binary())
        };
        command.arg("demo").args(options).env("PATH", PLAIN_PATH).current_dir("/").stdin(Stdio::null());
        command.output().unwrap()
    }

    /// The command lines of processes that still run this binary once the dying ones had their time.
    fn left_behind(&self) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.running().is_empty() && Instant::now() < deadline {
            sleep(Duration::from_millis(50));
        }
        self.running()
    }

    fn running(&self) -> Vec<String> {
        let name = self.binary().to_str().unwrap().to_owned();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
        lines
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| line.contains(&name))
            .collect()
    }
}

/// What keeps the demonstration from running on this machine at all, or `None`.
fn obstacle(output: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().find(|line| line.contains("namespaces are refused here")).map(str::to_owned)
}

fn missing() -> Option<&'static str> {
    let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
    NEEDED.into_iter().find(|name| !places.iter().any(|place| Path::new(place).join(name).exists()))
}

fn runs_to_the_end(options: &[&str]) {
    if let Some(program) = missing() {
        println!("SKIPPED: '{program}' is not installed");
        return;
    }
    let stand = Stand::new();
    let output = stand.demo(options);
    if let Some(line) = obstacle(&output) {
        println!("SKIPPED: {line}");
        return;
    }
    let shown = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{shown}{said}", output.status);
    for part in ["both virtual addresses answer SIP", "has taken over: a client", "is switched on again and rejoins"] {
        assert!(shown.contains(part), "no '{part}' in:\n{shown}{said}");
    }
    assert_eq!(stand.left_behind(), Vec::<String>::new());
}

#[test]
fn a_plain_user_sees_the_failover_to_its_end() {
    runs_to_the_end(&["--batch"]);
}

#[test]
fn a_plain_user_without_a_proxy_sees_it_with_the_built_in_responder() {
    runs_to_the_end(&["--batch", "--built-in"]);
}
