//! Counters that are right, that lose, that count twice and that go back.

use super::judge;
use crate::endure::history::{Act, Entry, Told, Verdict};
use std::time::Duration;

fn entry(act: Act, from: u64, told: Told) -> Entry {
    let [invoked, returned] = [from, from + 10].map(Duration::from_millis);
    Entry { client: 0, act, invoked, returned, told }
}

fn add(from: u64, told: Told) -> Entry {
    entry(Act::Add, from, told)
}

fn read(from: u64, value: u64) -> Entry {
    entry(Act::Read, from, Told::Saw(Some(value)))
}

#[test]
fn every_acknowledged_addition_counts_once() {
    let history = [add(0, Told::Done), add(20, Told::Done), read(40, 2)];
    assert_eq!(judge(&history), Verdict::Holds);
    assert_ne!(judge(&[history[0], history[1], read(40, 1)]), Verdict::Holds, "one is lost");
    assert_ne!(judge(&[history[0], history[1], read(40, 3)]), Verdict::Holds, "one counts twice");
}

#[test]
fn unknown_additions_may_count_and_refused_ones_may_not() {
    assert_eq!(judge(&[add(0, Told::Nothing), read(40, 0), read(60, 1)]), Verdict::Holds);
    assert_ne!(judge(&[add(0, Told::Refused), read(40, 1)]), Verdict::Holds);
}

#[test]
fn a_counter_does_not_go_back() {
    assert_ne!(judge(&[add(0, Told::Nothing), read(40, 1), read(60, 0)]), Verdict::Holds);
    assert_eq!(judge(&[add(0, Told::Nothing), read(40, 1), read(45, 0)]), Verdict::Holds, "these two overlap");
}
