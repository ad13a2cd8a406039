//! A witness on a socket of this host, and engines that ask it over real datagrams.

use super::Service;
use super::keys::Keys;
use super::options::{Misuse, Options};
use crate::clock::Clock;
use crate::config::keyring_of;
use crate::seal::Sealer;
use crate::witness_link::WitnessLink;
use messaging::authkeys::{AuthKeys, FileMode};
use messaging::config::Timing;
use messaging::contract::{Incarnation, Input, Output};
use messaging::{Engine, Quorum, Setup};
use model::{Machine, NodeName};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const KEYS: &str = "# two clusters\ncluster berlin\nauth 1\n1 sha256 first\ncluster a/b\nauth 2\n2 sha256 second\n";

fn write_keys(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("keys");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    path
}

fn service(folder: &Path) -> Service {
    let options = Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        keys: write_keys(folder, KEYS),
        state_dir: folder.join("state"),
    };
    Service::open(&options).unwrap()
}

/// What a node is beside its media: an engine, a seal and the way to the witness.
struct Half {
    engine: Engine,
    sealer: Sealer,
    link: WitnessLink,
    quorate: Option<bool>,
}

fn half(name: &str, cluster: &str, secret: &str, service: &Service, clock: &Clock) -> Half {
    let mode = FileMode { mode: 0o600, owner: 0, own_user: 0 };
    let keys = AuthKeys::parse("keys", secret, mode).unwrap();
    let span = Duration::from_millis;
    let setup = Setup {
        nodes: vec![NodeName::new("left"), NodeName::new("right")],
        own: NodeName::new(name),
        incarnation: Incarnation(7),
        links: vec!["bcast eth0".to_owned()],
        timing: Timing { keepalive: span(20), warntime: span(50), deadtime: span(100), initdead: span(100) },
        quorum: Quorum::Witness,
        seed: u64::from(name.as_bytes()[0]),
    };
    Half {
        engine: Engine::new(setup, clock.now()),
        sealer: Sealer::new(keyring_of(cluster, &keys)).unwrap(),
        link: WitnessLink::open(service.address().unwrap()),
        quorate: None,
    }
}

impl Half {
    fn turn(&mut self, clock: &Clock, buffer: &mut [u8]) {
        while let Some(length) = self.link.receive(buffer) {
            let packet = self.sealer.open(&buffer[..length]).unwrap();
            self.engine.handle(clock.now(), Input::Witness { packet });
        }
        self.engine.wake(clock.now());
        while let Some(output) = self.engine.poll() {
            match output {
                Output::AskWitness { packet } => self.link.send(&self.sealer.seal(&packet).unwrap()),
                Output::View(view) => self.quorate = Some(view.quorate),
                // A machine that stood still for longer than deadtime.
                Output::ViewLost { .. } => self.quorate = None,
                Output::Send { .. }
                | Output::Deliver { .. }
                | Output::Undelivered { .. }
                | Output::Confirmed { .. }
                | Output::StallAnswer(_)
                | Output::Notice(_)
                | Output::Left => {}
            }
        }
    }
}

#[test]
fn of_two_halves_that_ask_over_the_network_one_gets_the_vote() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("state")).unwrap();
    for name in ["berlin", "a%2fb"] {
        let nobody = messaging::witness::Grant::default();
        fs::write(folder.path().join(format!("state/{name}.grant")), nobody.to_string()).unwrap();
    }
    let mut service = service(folder.path());
    service.socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let clock = Clock::start();
    let mut halves = [
        half("left", "berlin", "auth 1\n1 sha256 first\n", &service, &clock),
        half("right", "berlin", "auth 1\n1 sha256 first\n", &service, &clock),
        half("left", "a/b", "auth 2\n2 sha256 second\n", &service, &clock),
        half("right", "a/b", "auth 2\n2 sha256 wrong\n", &service, &clock),
    ];
    let mut buffer = vec![0; 2048];
    for _ in 0..20_000 {
        service.turn();
        halves.iter_mut().for_each(|half| half.turn(&clock, &mut buffer));
        if halves.iter().all(|half| half.quorate.is_some()) {
            break;
        }
    }
    let [left, right, other, stranger] = halves.map(|half| half.quorate);
    assert_ne!(left, right, "one of the two");
    assert_eq!((other, stranger), (Some(true), Some(false)), "a cluster of its own, and one with another key");
    let kept = fs::read_to_string(folder.path().join("state/a%2fb.grant")).unwrap();
    assert!(kept.contains("node left 7\n"), "{kept}");
}

#[test]
fn keys_are_refused_with_their_line_and_replaced_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let table = [
        ("auth 1\n1 sha256 x\n", "keys:1: a key before any cluster"),
        ("cluster a\nauth 1\n1 sha256 x\ncluster a\nauth 1\n", "keys:4: cluster [a] is there twice"),
        ("", "keys: 0 clusters"),
        ("cluster a\nauth 1\n1 sha256 x\ncluster b\nauth 1\n1 rot13 x\n", "keys:6: "),
    ];
    for (text, expected) in table {
        let error = Keys::read(&write_keys(folder.path(), text)).expect_err("it is wrong").to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    }
    let path = write_keys(folder.path(), KEYS);
    let mut keys = Keys::read(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert!(Keys::read(&path).is_err(), "others can read it");
    assert!(keys.read_again().is_err());
    assert_eq!(keys.served.len(), 2, "the former ones stay");
}

#[test]
fn the_command_line_says_what_it_wants() {
    let parse = |text: &str| Options::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(parse("--keys k").unwrap().listen.to_string(), "0.0.0.0:6940");
    assert_eq!(parse("--keys k --listen ::1").unwrap().listen.to_string(), "[::1]:6940");
    assert_eq!(parse("--listen x --keys k"), Err(Misuse::Address("x".into())));
    assert_eq!(parse("--keys"), Err(Misuse::NoValue("--keys".into())));
    assert_eq!(parse(""), Err(Misuse::NoKeys));
    assert_eq!(parse("--key k"), Err(Misuse::Unknown("--key".into())));
}
