//! `heartbeat` goes to the background: what keeps it from starting is said where it was started, and nothing later is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "an integration test is a test all through")]

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Nothing here waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(90);

/// A host of a cluster of one.
struct Host {
    dir: tempfile::TempDir,
}

impl Host {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("ha.d");
        fs::create_dir(&place).unwrap();
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let times = "keepalive 100ms\ndeadtime 1500ms\nwarntime 1\ninitdead 2";
        fs::write(place.join("ha.cf"), format!("udpport {port}\nbcast lo\nnode alpha\ncrm on\n{times}\n")).unwrap();
        fs::write(place.join("authkeys"), "auth 1\n1 sha256 a-secret-of-this-test\n").unwrap();
        fs::set_permissions(place.join("authkeys"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(place.join("nodeinfo"), "alpha").unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        Self { dir }
    }

    fn place(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `heartbeat`; later places take the place of earlier ones.
    fn heartbeat(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_systole"));
        command.args(["heartbeat", "-l"]);
        for (option, place) in
            [("--ha-dir", "ha.d"), ("--state-dir", "state"), ("--run-dir", "run"), ("--ocf-root", "ocf")]
        {
            command.arg(option).arg(self.place(place));
        }
        command.args(arguments).output().unwrap()
    }

    fn pid(&self, process: &str) -> Option<String> {
        let pid = fs::read_to_string(self.place(&format!("run/{process}.pid"))).ok()?;
        Some(pid.trim().to_owned()).filter(|pid| !pid.is_empty())
    }

    fn wait(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < until, "waited in vain until {what}");
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Only a test that fails leaves any of them.
        let daemon = fs::read_to_string(self.place("run.pid")).ok().map(|pid| pid.trim().to_owned());
        for pid in [daemon, self.pid("brain"), self.pid("hands")].into_iter().flatten() {
            let _ = Command::new("kill").args(["-9", &pid]).output();
        }
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn below_a_file(host: &Host, name: &str) -> String {
    Path::new(&host.place("file")).join(name).display().to_string()
}

#[test]
fn why_the_daemon_ends_at_once_is_said() {
    let host = Host::new();
    let place = below_a_file(&host, "run");
    let output = host.heartbeat(&["--run-dir", &place]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(complaint(&output).starts_with(&format!("ERROR: {place}.pid: ")), "{output:?}");
}

#[test]
fn why_the_brain_cannot_start_is_said_and_the_daemon_that_tries_again_can_be_ended() {
    let host = Host::new();
    let socket = below_a_file(&host, "socket");
    let output = host.heartbeat(&["--socket", &socket]);
    let said = complaint(&output);
    assert!(output.status.success() && said.contains(&format!("cannot listen on {socket}")), "{output:?}");
    assert!(said.contains("tries again"), "{output:?}");
    assert!(host.heartbeat(&["-k"]).status.success());
    assert_eq!(host.heartbeat(&["-s"]).status.code(), Some(3));
}

#[test]
fn a_daemon_that_works_says_nothing_and_outlives_who_started_it() {
    let host = Host::new();
    let output = host.heartbeat(&[]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    // Its brain dies, of which it complains: to nobody, and goes on.
    // Written by the daemon, which may be later than its brain.
    host.wait("the brain's number is there", |host| host.pid("brain").is_some());
    let first = host.pid("brain").unwrap();
    assert!(Command::new("kill").args(["-9", &first]).status().unwrap().success());
    host.wait("another brain runs", |host| host.pid("brain").is_some_and(|pid| pid != first));
    assert_eq!(host.heartbeat(&["-s"]).status.code(), Some(0));
    assert!(host.heartbeat(&["-k"]).status.success());
    assert_eq!(host.heartbeat(&["-s"]).status.code(), Some(3));
}
