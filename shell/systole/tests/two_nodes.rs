//! Two whole nodes as processes, talking over the loopback interface: no root and no namespaces are needed.
//!
//! Not for failover times or for real agents: `lab/live` has hosts for that.

#![allow(clippy::unwrap_used, clippy::panic, reason = "an integration test is a test all through")]

use api::{Change, Client, Refusal, Reply, Request, Status};
use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough for a machine that is busy with other tests; nothing here waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(90);
const NAMES: [&str; 2] = ["alpha", "beta"];

struct Host {
    name: &'static str,
    dir: PathBuf,
    supervisor: Child,
}

struct Cluster {
    hosts: Vec<Host>,
    _dir: tempfile::TempDir,
}

impl Cluster {
    /// Starts both and waits until each sees both.
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let hosts = NAMES.map(|name| Host::start(name, dir.path().join(name), port));
        let cluster = Self { hosts: hosts.into(), _dir: dir };
        for host in &cluster.hosts {
            host.wait("both are members", |status| members(status) == NAMES && status.coordinator.is_some());
        }
        cluster
    }
}

impl Host {
    fn start(name: &'static str, dir: PathBuf, port: u16) -> Self {
        fs::create_dir_all(dir.join("ha.d")).unwrap();
        let times = "keepalive 100ms\ndeadtime 1500ms\nwarntime 1\ninitdead 10";
        fs::write(
            dir.join("ha.d/ha.cf"),
            format!("udpport {port}\nbcast lo\nnode {}\ncrm on\n{times}\n", NAMES.join(" ")),
        )
        .unwrap();
        fs::write(dir.join("ha.d/authkeys"), "auth 1\n1 sha256 a-secret-of-this-test\n").unwrap();
        fs::set_permissions(dir.join("ha.d/authkeys"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(dir.join("ha.d/nodeinfo"), name).unwrap();
        let supervisor = Self::command(&dir, "-l").spawn().unwrap();
        Self { name, dir, supervisor }
    }

    fn command(dir: &std::path::Path, letter: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_systole"));
        command.arg("node").arg(letter).stdout(Stdio::null()).stderr(Stdio::null());
        for (option, place) in
            [("--ha-dir", "ha.d"), ("--state-dir", "state"), ("--run-dir", "run"), ("--ocf-root", "ocf")]
        {
            command.arg(option).arg(dir.join(place));
        }
        command
    }

    fn ask(&self, request: &Request) -> Option<Reply> {
        Client::connect(&self.dir.join("run/systole.sock")).ok()?.request(request).ok()
    }

    fn status(&self) -> Option<Status> {
        if let Reply::Status(status) = self.ask(&Request::Status)? { Some(*status) } else { None }
    }

    fn wait(&self, what: &str, holds: impl Fn(&Status) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !self.status().is_some_and(|status| holds(&status)) {
            assert!(Instant::now() < until, "{}: waited in vain until {what}: {:?}", self.name, self.status());
            sleep(Duration::from_millis(20));
        }
    }

    fn cib(&self) -> String {
        match self.ask(&Request::Cib) {
            Some(Reply::Cib { xml }) => xml,
            other => panic!("{}: no CIB but {other:?}", self.name),
        }
    }

    fn set_option(&self, name: &str, value: &str) -> Option<Reply> {
        let nvpair = format!("<nvpair id=\"o-{name}\" name=\"{name}\" value=\"{value}\"/>");
        let set = format!("<cluster_property_set id=\"cib-bootstrap-options\">{nvpair}</cluster_property_set>");
        let xml = format!("<crm_config>{set}</crm_config>");
        let request = Request::Change(Change::Modify { section: Some("crm_config".into()), xml, may_create: true });
        let until = Instant::now() + PATIENCE;
        loop {
            match self.ask(&request) {
                Some(Reply::Rejected { kind: Refusal::Unavailable, .. }) if Instant::now() < until => {
                    sleep(Duration::from_millis(50));
                }
                other => return other,
            }
        }
    }

    /// Announces a pause, again while the peer is too busy to hear of it.
    fn pause(&self, span: Duration) {
        let request = Request::Pause { millis: u64::try_from(span.as_millis()).unwrap() };
        let until = Instant::now() + PATIENCE;
        while self.ask(&request) != Some(Reply::Done) {
            assert!(Instant::now() < until, "{}: the pause cannot be announced", self.name);
            sleep(Duration::from_millis(50));
        }
    }

    fn pid(&self, process: &str) -> String {
        fs::read_to_string(self.dir.join(format!("run/{process}.pid"))).unwrap_or_default().trim().to_owned()
    }

    fn kill_9(&self, process: &str) {
        self.signal("-9", process);
    }

    fn signal(&self, signal: &str, process: &str) {
        assert!(Command::new("kill").args([signal, &self.pid(process)]).status().unwrap().success());
    }

    /// Whether an event of this kind has happened here that speaks of `name`.
    fn has_told(&self, id: &str, name: &str) -> bool {
        let client = Client::connect(&self.dir.join("run/systole.sock")).unwrap();
        let mut events = client.events(1000, false).unwrap().map(Result::unwrap);
        events.any(|event| event.id == id && event.text.contains(name))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // The brain dies with its supervisor; the hands are told by their pid.
        let hands = self.pid("hands");
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
        let _ = Command::new("kill").args(["-9", &hands]).stderr(Stdio::null()).status();
    }
}

fn members(status: &Status) -> Vec<&str> {
    status.nodes.iter().filter(|node| node.member).map(|node| node.name.as_str()).collect()
}

/// A zombie that nobody has buried has no command line any more.
fn lives(pid: &str) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

/// Whether a process ends with success before our patience does.
fn ended(process: &mut Child) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = process.try_wait().unwrap() {
            return status.success();
        }
        sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    false
}

fn incarnation(status: &Status, name: &str) -> u64 {
    status.nodes.iter().find(|node| node.name == name).map_or(0, |node| node.incarnation)
}

#[test]
fn a_change_that_was_answered_is_on_both_hosts_and_on_both_disks() {
    let cluster = Cluster::start();
    assert_eq!(cluster.hosts[1].set_option("stonith-timeout", "61s"), Some(Reply::Done));
    for host in &cluster.hosts {
        assert!(host.cib().contains("value=\"61s\""), "{}", host.name);
        assert!(
            fs::read_to_string(host.dir.join("state/crm/cib.xml")).unwrap().contains("value=\"61s\""),
            "{}",
            host.name
        );
    }
}

#[test]
fn a_killed_brain_comes_back_under_a_new_incarnation_with_its_configuration() {
    let cluster = Cluster::start();
    let [alpha, beta] = cluster.hosts.as_slice() else { panic!("two hosts") };
    assert_eq!(alpha.set_option("stonith-timeout", "62s"), Some(Reply::Done));
    let before = incarnation(&beta.status().unwrap(), "alpha");
    alpha.kill_9("brain");
    beta.wait("alpha lives anew", |status| incarnation(status, "alpha") > before && members(status) == NAMES);
    alpha.wait("alpha is a member again", |status| members(status) == NAMES);
    assert!(alpha.cib().contains("value=\"62s\""));
}

#[test]
fn killed_hands_are_started_again() {
    let cluster = Cluster::start();
    let host = &cluster.hosts[0];
    let before = host.pid("hands");
    host.kill_9("hands");
    let until = Instant::now() + PATIENCE;
    while host.pid("hands") == before || host.pid("hands").is_empty() {
        assert!(Instant::now() < until, "the hands do not come back");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_killed_supervisor_leaves_the_hands_to_the_next_one_which_also_ends_them() {
    let mut cluster = Cluster::start();
    let (left, right) = cluster.hosts.split_at_mut(1);
    let (host, peer) = (&mut left[0], &right[0]);
    let hands = host.pid("hands");
    host.supervisor.kill().unwrap();
    host.supervisor.wait().unwrap();
    peer.wait("alpha is missed", |status| members(status) == ["beta"]);
    host.supervisor = Host::command(&host.dir, "-l").spawn().unwrap();
    host.wait("alpha is back", |status| members(status) == NAMES);
    assert_eq!(host.pid("hands"), hands);
    let mut stop = Host::command(&host.dir, "-k").spawn().unwrap();
    assert!(ended(&mut stop) && ended(&mut host.supervisor));
    assert!(!lives(&hands), "the hands have ended, too");
}

#[test]
fn a_second_start_says_that_it_runs_already_and_a_status_says_who() {
    let cluster = Cluster::start();
    let host = &cluster.hosts[0];
    let said = |letter: &str| Host::command(&host.dir, letter).stdout(Stdio::piped()).output().unwrap();
    let second = said("-l");
    assert!(second.status.success() && String::from_utf8_lossy(&second.stdout).contains("already running"));
    let status = said("-s");
    assert!(status.status.success() && String::from_utf8_lossy(&status.stdout).contains("[alpha]"));
}

#[test]
fn another_key_is_taken_over_by_a_reload_without_a_restart() {
    let cluster = Cluster::start();
    let incarnations = |host: &Host| NAMES.map(|name| incarnation(&host.status().unwrap(), name));
    let before = incarnations(&cluster.hosts[0]);
    for keys in [
        "auth 1\n1 sha256 a-secret-of-this-test\n2 sha256 new\n",
        "auth 2\n1 sha256 a-secret-of-this-test\n2 sha256 new\n",
        "auth 2\n2 sha256 new\n",
    ] {
        for host in &cluster.hosts {
            fs::write(host.dir.join("ha.d/authkeys"), keys).unwrap();
            assert_eq!(host.ask(&Request::Reload), Some(Reply::Done));
        }
    }
    sleep(Duration::from_secs(2));
    for host in &cluster.hosts {
        host.wait("both are members", |status| members(status) == NAMES);
        assert_eq!(incarnations(host), before, "{}", host.name);
    }
}

#[test]
fn who_announces_a_pause_is_waited_for_until_it_is_back() {
    let cluster = Cluster::start();
    let [alpha, beta] = cluster.hosts.as_slice() else { panic!("two hosts") };
    let before = incarnation(&beta.status().unwrap(), "alpha");
    let lost_before = beta.has_told("peer-lost", "alpha");
    alpha.pause(Duration::from_mins(2));
    alpha.signal("-STOP", "brain");
    sleep(Duration::from_secs(4));
    let meanwhile = beta.status().unwrap();
    // A machine that is busy with other tests may have stopped it before us, which ends what it has announced. While it is stopped it says no more.
    let was_calm = !lost_before && !beta.has_told("stall-over", "alpha");
    alpha.signal("-CONT", "brain");
    if !was_calm {
        return;
    }
    assert_eq!(members(&meanwhile), NAMES);
    beta.wait("alpha has said that it is back", |_| beta.has_told("stall-over", "alpha"));
    assert!(!beta.has_told("peer-lost", "alpha"));
    assert_eq!(incarnation(&alpha.status().unwrap(), "alpha"), before);
    let refused = alpha.ask(&Request::Pause { millis: 3_600_000 });
    assert!(matches!(refused, Some(Reply::Rejected { kind: Refusal::Unavailable, .. })), "{refused:?}");
}

#[test]
fn an_orderly_stop_ends_every_process_and_the_peer_sees_it_at_once() {
    let mut cluster = Cluster::start();
    let mut stop = Host::command(&cluster.hosts[0].dir, "-k").spawn().unwrap();
    cluster.hosts[1].wait("alpha has left", |status| members(status) == ["beta"]);
    assert!(ended(&mut cluster.hosts[0].supervisor) && ended(&mut stop));
    assert_eq!((cluster.hosts[0].pid("brain"), cluster.hosts[0].pid("hands")), (String::new(), String::new()));
}

#[test]
fn a_start_with_a_mistake_in_a_file_ends_with_code_6_and_the_line() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("ha.d")).unwrap();
    fs::write(dir.path().join("ha.d/ha.cf"), "bcast lo\nnode alpha\ncrm on\nkeepalife 1\n").unwrap();
    let output = Host::command(dir.path(), "-l").stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("ha.cf:4:") && said.contains("keepalife"), "{said}");
    assert!(!dir.path().join("state").exists(), "nothing was made");
}
