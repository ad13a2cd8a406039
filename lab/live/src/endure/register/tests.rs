//! Histories that can be explained, and histories that cannot.

use super::judge;
use crate::endure::history::{Act, Entry, Told, Verdict};
use std::time::Duration;

/// An act asked and answered at these milliseconds.
fn act(act: Act, times: (u64, u64), told: Told) -> Entry {
    let [invoked, returned] = [times.0, times.1].map(Duration::from_millis);
    Entry { client: 0, act, invoked, returned, told }
}

fn write(value: u64, from: u64, to: u64) -> Entry {
    act(Act::Write(value), (from, to), Told::Done)
}

fn lost(value: u64, from: u64) -> Entry {
    act(Act::Write(value), (from, from + 1), Told::Nothing)
}

fn read(value: Option<u64>, from: u64, to: u64) -> Entry {
    act(Act::Read, (from, to), Told::Saw(value))
}

fn holds(history: &[Entry]) -> bool {
    match judge(history) {
        Verdict::Holds => true,
        Verdict::Violated(_) => false,
        Verdict::Undecided(attempts) => panic!("undecided after {attempts}"),
    }
}

#[test]
fn an_acknowledged_write_must_be_read() {
    assert!(holds(&[write(1, 0, 10), read(Some(1), 11, 12)]));
    assert!(!holds(&[write(1, 0, 10), read(None, 11, 12)]));
}

#[test]
fn a_write_under_way_may_be_read_or_not_but_not_taken_back() {
    assert!(holds(&[write(1, 0, 100), read(None, 1, 2), read(Some(1), 3, 4)]));
    assert!(!holds(&[write(1, 0, 100), read(Some(1), 1, 2), read(None, 3, 4)]));
}

#[test]
fn a_write_that_nobody_knows_about_may_happen_late_or_never() {
    assert!(holds(&[lost(1, 0), read(None, 10, 11), read(Some(1), 500, 501)]));
    assert!(holds(&[lost(1, 0), read(None, 500, 501)]));
    assert!(!holds(&[lost(1, 0), read(Some(1), 10, 11), read(None, 500, 501)]));
}

#[test]
fn what_was_refused_must_not_show() {
    let refused = act(Act::Write(1), (0, 1), Told::Refused);
    assert!(holds(&[refused, read(None, 10, 11)]));
    assert!(!holds(&[refused, read(Some(1), 10, 11)]));
}

#[test]
fn an_overwritten_value_does_not_come_back() {
    assert!(holds(&[write(1, 0, 1), write(2, 2, 3), read(Some(2), 4, 5)]));
    assert!(!holds(&[write(1, 0, 1), write(2, 2, 3), read(Some(1), 4, 5)]));
    assert!(holds(&[write(1, 0, 3), write(2, 2, 4), read(Some(1), 5, 6)]), "concurrent: either order");
}

#[test]
fn two_creations_of_one_key_cannot_both_be_done() {
    let create = |value, from, told| act(Act::Create(value), (from, from + 5), told);
    assert!(holds(&[create(1, 0, Told::Done), create(2, 1, Told::Exists)]));
    assert!(!holds(&[create(1, 0, Told::Done), create(2, 1, Told::Done)]));
    assert!(!holds(&[create(1, 0, Told::Exists)]), "nothing was there");
}

#[test]
fn deletions_compare() {
    let delete_if = |value, from| act(Act::DeleteIf(value), (from, from + 1), Told::Done);
    assert!(holds(&[write(1, 0, 1), delete_if(1, 2), read(None, 4, 5)]));
    assert!(!holds(&[write(1, 0, 1), delete_if(1, 2), read(Some(1), 4, 5)]));
    assert!(holds(&[write(1, 0, 1), delete_if(9, 2), read(Some(1), 4, 5)]));
    assert!(!holds(&[write(1, 0, 1), act(Act::Delete, (2, 3), Told::Done), read(Some(1), 4, 5)]));
}

#[test]
fn seven_unknown_writes_at_once_are_decided() {
    let mut history: Vec<Entry> = (1..=7).map(|value| lost(value, value)).collect();
    history.extend((0..40).map(|step| write(100 + step, 50 + 2 * step, 51 + 2 * step)));
    history.push(read(Some(5), 400, 401));
    assert!(holds(&history), "one of the unknown happened last");
    history.push(read(Some(99), 402, 403));
    assert!(!holds(&history), "nobody ever wrote 99");
}
