//! The witness as nodes meet it, question by question.

use super::wire::{Answer, Question, Ruling, answer, encode_question, question};
use super::{Grant, LEASE_MAX, Verdict, Witness};
use crate::contract::{Incarnation, Member, Opened};
use model::Instant;
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(2);

fn member(name: &str, incarnation: u64) -> Member {
    Member { name: name.into(), incarnation: Incarnation(incarnation) }
}

/// One question from its first member, with the token that the witness wants.
struct Bench {
    witness: Witness,
    now: Instant,
    number: u64,
    token: u64,
}

impl Bench {
    fn new(past: Option<Grant>) -> Self {
        let mut witness = Witness::new(1);
        witness.serve("c", past, Instant::ZERO);
        Self { witness, now: Instant::ZERO, number: 0, token: 0 }
    }

    /// After the time for which a witness without a past gives nothing.
    fn open() -> Self {
        Self { now: Instant::ZERO + LEASE_MAX, ..Self::new(None) }
    }

    fn question(&mut self, members: &[Member]) -> Question {
        self.number += 1;
        let (number, token) = (self.number, self.token);
        Question { asker: members[0].clone(), number, token, nonce: number, lease: LEASE, members: members.to_vec() }
    }

    fn put(&mut self, question: &Question) -> Verdict {
        let verdict = self.witness.on_question(self.now, "c", &Opened::after_verification(encode_question(question)));
        if matches!(verdict, Verdict::SaveFirst { .. }) {
            self.witness.saved("c");
        }
        verdict
    }

    fn ask(&mut self, members: &[Member]) -> Ruling {
        let question = self.question(members);
        let (Verdict::Answer(bytes) | Verdict::SaveFirst { answer: bytes, .. }) = self.put(&question) else {
            panic!("no answer to {question:?}");
        };
        match answer(&bytes).unwrap() {
            Answer { ruling: Ruling::Introduce { token }, .. } => {
                self.token = token;
                self.ask(members)
            }
            Answer { ruling, .. } => ruling,
        }
    }
}

const GRANTED: Ruling = Ruling::Granted { lease: LEASE };

#[test]
fn who_asks_first_has_the_vote_until_it_stops_renewing() {
    let mut bench = Bench::open();
    assert_eq!(bench.ask(&[member("a", 1)]), GRANTED);
    assert_eq!(bench.ask(&[member("b", 1)]), Ruling::Refused { wait: LEASE });
    bench.now = bench.now + LEASE / 2;
    assert_eq!(bench.ask(&[member("a", 1)]), GRANTED);
    bench.now = bench.now + Duration::from_millis(1_999);
    assert_eq!(bench.ask(&[member("b", 1)]), Ruling::Refused { wait: Duration::from_millis(1) });
    bench.now = bench.now + Duration::from_millis(1);
    assert_eq!(bench.ask(&[member("b", 1)]), GRANTED);
    assert!(matches!(bench.ask(&[member("a", 1)]), Ruling::Refused { .. }));
}

#[test]
fn a_later_life_of_the_holder_continues_its_vote() {
    let mut bench = Bench::open();
    bench.ask(&[member("a", 1), member("b", 1)]);
    assert_eq!(bench.ask(&[member("b", 1), member("a", 2)]), GRANTED);
    assert!(matches!(bench.ask(&[member("a", 3), member("c", 1)]), Ruling::Refused { .. }));
}

#[test]
fn a_new_holder_is_on_disk_before_it_is_told_and_a_renewal_writes_nothing() {
    let mut bench = Bench::open();
    bench.ask(&[member("b", 1)]);
    bench.now = bench.now + LEASE;
    let question = bench.question(&[member("a", 1)]);
    let packet = |question: &Question| Opened::after_verification(encode_question(question));
    let first = bench.witness.on_question(bench.now, "c", &packet(&question));
    assert!(matches!(first, Verdict::SaveFirst { .. }));
    let again = bench.question(&[member("a", 1)]);
    let second = bench.witness.on_question(bench.now, "c", &packet(&again));
    assert!(matches!(second, Verdict::SaveFirst { .. }), "the write may have failed");
    bench.witness.saved("c");
    let third = bench.question(&[member("a", 1)]);
    assert!(matches!(bench.put(&third), Verdict::Answer(_)));
}

#[test]
fn a_restart_keeps_the_holder_and_a_lost_disk_gives_nothing_for_as_long_as_a_vote_may_last() {
    let grant = Grant::new(&[member("a", 1)], LEASE);
    let mut bench = Bench::new(Some(Grant::parse(&grant.to_string()).unwrap()));
    assert!(matches!(bench.ask(&[member("b", 1)]), Ruling::Refused { .. }));
    assert_eq!(bench.ask(&[member("a", 1)]), GRANTED);
    let mut lost = Bench::new(None);
    assert_eq!(lost.ask(&[member("a", 1)]), Ruling::Refused { wait: LEASE_MAX });
    lost.now = lost.now + LEASE_MAX;
    assert_eq!(lost.ask(&[member("a", 1)]), GRANTED);
}

#[test]
fn what_was_recorded_takes_no_vote() {
    let mut bench = Bench::open();
    bench.ask(&[member("a", 5)]);
    let recorded = bench.question(&[member("a", 5)]);
    assert!(matches!(bench.put(&recorded), Verdict::Answer(_)));
    bench.now = bench.now + LEASE;
    assert_eq!(bench.put(&recorded), Verdict::Silent("asked before"));
    let older = Question { asker: member("a", 4), members: vec![member("a", 4)], number: 99, ..recorded };
    let Verdict::Answer(bytes) = bench.put(&older) else { panic!("an older life is asked for proof") };
    assert!(matches!(answer(&bytes).unwrap().ruling, Ruling::Introduce { .. }));
    assert!(bench.witness.holder("c", bench.now).is_none());
    assert_eq!(bench.ask(&[member("a", 4)]), GRANTED, "a living host that lost its identity");
}

#[test]
fn clusters_do_not_know_of_each_other() {
    let mut bench = Bench::open();
    bench.witness.serve("d", Some(Grant::default()), bench.now);
    bench.ask(&[member("a", 1)]);
    assert!(bench.witness.holder("c", bench.now).is_some());
    let question = bench.question(&[member("a", 1)]);
    let packet = Opened::after_verification(encode_question(&question));
    assert_eq!(bench.witness.on_question(bench.now, "e", &packet), Verdict::Silent("no such cluster"));
}

#[test]
fn a_damaged_file_is_no_grant() {
    let text = Grant::new(&[member("b", 7), member("a", 1)], LEASE).to_string();
    assert_eq!(Grant::parse(&text).unwrap().to_string(), text);
    for position in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[position] ^= 1;
        assert_eq!(Grant::parse(&String::from_utf8_lossy(&bytes)), None, "byte {position}");
        assert_eq!(Grant::parse(&text[..position]), None, "cut at {position}");
    }
}

#[test]
fn questions_survive_the_wire_and_torn_ones_do_not() {
    let mut bench = Bench::open();
    let asked = bench.question(&[member("a", 1), member("b", u64::MAX)]);
    let bytes = encode_question(&asked);
    assert_eq!(question(&bytes), Ok(asked));
    for end in 0..bytes.len() {
        assert!(question(&bytes[..end]).is_err());
        assert!(answer(&bytes[..end]).is_err());
    }
}
