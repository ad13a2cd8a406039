//! Datagrams: before their seal is checked, and those that reach a witness.

use clusterd::seal::{Keyring, Sealer};
use messaging::Quorum;
use messaging::contract::{Opened, Output};
use messaging::witness::Witness;
use model::{Instant, Machine};
use std::cell::RefCell;
use std::time::Duration;

fn sealer() -> Sealer {
    let keys = Keyring::derive("fuzz", 1, [(1, b"secret".as_slice()), (2, b"".as_slice())]).expect("key 1 is there");
    Sealer::new(keys).expect("this host has randomness")
}

/// Datagrams of the right shape, sealed with keys that nobody here has: random nonces would make cases differ between runs.
pub(super) fn sealed() -> Vec<Vec<u8>> {
    let datagram = |length: u8| [&[1, length % 3][..], &[7; 24], &vec![length; usize::from(length)]].concat();
    [0, 15, 16, 17, 50, 200].map(datagram).to_vec()
}

thread_local! {
    static SEALER: RefCell<Sealer> = RefCell::new(sealer());
}

/// Nobody has the key, so nothing is ever opened; a good datagram with any of this laid over it is not opened either.
pub(super) fn open(bytes: &[u8]) {
    SEALER.with_borrow_mut(|sealer| {
        assert!(sealer.open(bytes).is_err(), "a datagram was opened that nobody has sealed");
        let content = &bytes[..bytes.len().min(1400)];
        let good = sealer.seal(content).expect("it is short");
        assert_eq!(sealer.open(&good).expect("it is our own").bytes(), content);
        let mut bad = good.clone();
        for (old, new) in bad.iter_mut().skip(content.len() / 2).zip(bytes) {
            *old ^= new;
        }
        assert!(bad == good || sealer.open(&bad).is_err(), "a changed datagram was opened");
    });
}

/// What two halves of a cluster ask.
pub(super) fn questions() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for own in ["n0", "n1"] {
        let mut engine = super::cluster::engine(own, 7, Quorum::Witness, Instant::ZERO);
        while let Some(at) = engine.deadline().filter(|at| at.since(Instant::ZERO) < Duration::from_secs(4)) {
            engine.wake(at);
            while let Some(output) = engine.poll() {
                if let Output::AskWitness { packet } = output {
                    found.push(packet);
                }
            }
        }
    }
    found.dedup();
    found
}

pub(super) fn ask(bytes: &[u8]) {
    let mut witness = Witness::new(1);
    witness.serve("fuzz", Some(messaging::witness::Grant::default()), Instant::ZERO);
    let mut now = Instant::ZERO;
    for _ in 0..3 {
        now = now + Duration::from_secs(1);
        let _ = witness.on_question(now, "fuzz", &Opened::after_verification(bytes.to_vec()));
        witness.saved("fuzz");
    }
    let holder = witness.holder("fuzz", now).map_or(0, |grant| grant.holder.len());
    assert!(holder <= 128, "{holder} members hold the vote");
}
