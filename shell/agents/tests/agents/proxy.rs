//! The proxy agent: with the built-in responder everywhere, with Kamailio where it is installed.

use super::{Run, agent, skip};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const KAMAILIO: &str = "/usr/sbin/kamailio";

/// One proxy with its files in a directory of its own, stopped when the test ends.
struct Proxy {
    directory: tempfile::TempDir,
    parameters: Vec<(&'static str, String)>,
}

impl Proxy {
    /// The built-in responder in the place of a proxy.
    fn responder() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let binary = directory.path().join("sip-responder");
        symlink(env!("CARGO_BIN_EXE_agent"), &binary).unwrap();
        Self::of(directory, &binary, "# empty\n", &[])
    }

    fn kamailio() -> Option<Self> {
        if !Path::new(KAMAILIO).exists() {
            skip("kamailio is not installed");
            return None;
        }
        let config = "children=2\nloadmodule \"sl.so\"\nrequest_route { sl_send_reply(\"200\", \"OK\"); }\n";
        Some(Self::of(tempfile::tempdir().unwrap(), Path::new(KAMAILIO), config, &["-m", "16", "-M", "4"]))
    }

    fn of(directory: tempfile::TempDir, binary: &Path, config: &str, options: &[&str]) -> Self {
        let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("config"), config).unwrap();
        let port = free_port();
        let parameters = vec![
            ("binary", binary.to_str().unwrap().to_owned()),
            ("config", path("config")),
            ("pidfile", path("run/pid")),
            ("port", port.to_string()),
            ("listen", format!("udp:127.0.0.1:{port}")),
            ("options", options.join(" ")),
            ("probe_timeout", "3000".to_owned()),
            ("CRM_meta_timeout", "60000".to_owned()),
        ];
        Self { directory, parameters }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| *known != name);
        self.parameters.push((name, value.to_owned()));
        self
    }

    fn run(&self, action: &str) -> Run {
        let parameters: Vec<_> = self.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        agent("Kamailio", action, self.directory.path(), &parameters)
    }

    fn code(&self, action: &str) -> i32 {
        let run = self.run(action);
        println!("{action}: {run:?}");
        run.code
    }

    fn pidfile(&self) -> PathBuf {
        self.directory.path().join("run/pid")
    }

    /// How many live processes name its pid file.
    fn members(&self) -> usize {
        let name = self.pidfile().to_str().unwrap().to_owned();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        // A zombie has no command line any more.
        entries.filter(|entry| fs::read(entry.path().join("cmdline")).is_ok_and(|line| has(&line, &name))).count()
    }

    fn pid(&self) -> Pid {
        let text = fs::read_to_string(self.pidfile()).unwrap();
        Pid::from_raw(text.trim().parse().unwrap()).unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.run("stop");
    }
}

fn has(line: &[u8], word: &str) -> bool {
    line.split(|&byte| byte == 0).any(|found| found == word.as_bytes())
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The life that every proxy must have.
fn lives(proxy: &Proxy) {
    let actions = ["validate-all", "monitor", "stop", "start", "start", "monitor", "stop", "monitor", "stop"];
    let expected = [0, 7, 0, 0, 0, 0, 0, 7, 0];
    assert_eq!(actions.map(|action| proxy.code(action)), expected);
    assert!(!proxy.pidfile().exists());
}

#[test]
fn a_responder_lives_from_start_to_stop() {
    lives(&Proxy::responder());
    lives(&Proxy::responder().with("proto", "tcp"));
}

#[test]
fn kamailio_lives_from_start_to_stop() {
    let Some(proxy) = Proxy::kamailio() else { return };
    lives(&proxy);
    assert_eq!(proxy.code("start"), 0);
    assert!(proxy.members() > 1, "a proxy has children");
    assert_eq!(proxy.code("stop"), 0);
    assert_eq!(proxy.members(), 0);
}

#[test]
fn children_of_a_killed_kamailio_do_not_pass_for_it() {
    let Some(proxy) = Proxy::kamailio() else { return };
    assert_eq!(proxy.code("start"), 0);
    kill_process(proxy.pid(), Signal::KILL).unwrap();
    // A killed process takes a moment to go, and its children may go by themselves.
    let mut monitor = proxy.run("monitor");
    while monitor.code == 0 {
        monitor = proxy.run("monitor");
    }
    if proxy.members() > 0 {
        assert_eq!(monitor.code, 1);
        assert!(monitor.said.contains("of its processes live"), "{}", monitor.said);
    }
    assert_eq!(["start", "monitor"].map(|action| proxy.code(action)), [0, 0]);
    kill_process(proxy.pid(), Signal::KILL).unwrap();
    assert_eq!(["stop", "monitor"].map(|action| proxy.code(action)), [0, 7]);
    assert_eq!(proxy.members(), 0);
}

#[test]
fn a_configuration_that_kamailio_refuses_is_a_mistake_of_the_configuration() {
    let Some(proxy) = Proxy::kamailio() else { return };
    fs::write(proxy.directory.path().join("config"), "no such thing\n").unwrap();
    assert_eq!(proxy.code("validate-all"), 6);
    let start = proxy.run("start");
    assert_eq!(start.code, 1);
    assert!(start.said.contains("kamailio did not start"), "{}", start.said);
}

#[test]
fn a_killed_proxy_is_not_running_and_starts_again() {
    let proxy = Proxy::responder();
    assert_eq!(proxy.code("start"), 0);
    kill_process(proxy.pid(), Signal::KILL).unwrap();
    while proxy.code("monitor") != 7 {}
    assert_eq!(proxy.code("start"), 0);
}

#[test]
fn a_frozen_proxy_fails_its_monitor_and_is_stopped_by_force() {
    let proxy = Proxy::responder();
    assert_eq!(proxy.code("start"), 0);
    kill_process(proxy.pid(), Signal::STOP).unwrap();
    let proxy = proxy.with("CRM_meta_timeout", "900").with("probe_timeout", "300");
    assert_eq!(proxy.code("monitor"), 1);
    let stop = proxy.run("stop");
    assert_eq!(stop.code, 0);
    assert!(stop.said.contains("killing it"), "{}", stop.said);
    assert_eq!(proxy.code("monitor"), 7);
}

#[test]
fn a_process_that_is_not_the_proxy_is_left_alone() {
    let proxy = Proxy::responder();
    let mut bystander = std::process::Command::new("sleep").arg("600").spawn().unwrap();
    fs::create_dir_all(proxy.pidfile().parent().unwrap()).unwrap();
    fs::write(proxy.pidfile(), bystander.id().to_string()).unwrap();
    assert_eq!(proxy.code("monitor"), 7);
    assert_eq!(proxy.code("stop"), 0);
    assert_eq!(bystander.try_wait().unwrap(), None, "it still runs");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[test]
fn another_instance_of_the_same_program_is_left_alone() {
    let (one, other) = (Proxy::responder(), Proxy::responder());
    assert_eq!((one.code("start"), other.code("start")), (0, 0));
    fs::write(other.pidfile(), fs::read_to_string(one.pidfile()).unwrap()).unwrap();
    assert_eq!(["monitor", "stop", "monitor"].map(|action| other.code(action)), [1, 0, 7]);
    assert_eq!(one.code("monitor"), 0);
}

#[test]
fn a_taken_port_fails_the_start_with_the_proxys_own_words() {
    let proxy = Proxy::responder();
    let port: u16 = proxy.parameters.iter().find(|(name, _)| *name == "port").unwrap().1.parse().unwrap();
    let _taken = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let start = proxy.run("start");
    assert_eq!(start.code, 1);
    assert!(start.said.contains("cannot listen at"), "{}", start.said);
    assert_eq!(proxy.code("monitor"), 7);
}

#[test]
fn a_failure_answer_is_no_success() {
    let proxy = Proxy::responder();
    assert_eq!(proxy.code("start"), 0);
    let strict = Proxy { directory: tempfile::tempdir().unwrap(), parameters: proxy.parameters.clone() };
    let strict = strict.with("accept", "404");
    assert_eq!(strict.code("monitor"), 1);
}

#[test]
fn missing_files_are_not_installed() {
    assert_eq!(Proxy::responder().with("binary", "/nowhere/proxy").code("start"), 5);
    assert_eq!(Proxy::responder().with("config", "/nowhere/config").code("validate-all"), 5);
    assert_eq!(Proxy::responder().with("port", "no").code("monitor"), 6);
}
