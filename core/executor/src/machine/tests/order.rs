//! Whose turn it is, delays, and cancelling what has not begun.

use super::{Hands, every, once};
use crate::contract::Operation;
use model::Machine;
use std::time::Duration;

#[test]
fn operations_of_a_resource_run_one_after_the_other_and_others_beside_them() {
    let mut hands = Hands::attached();
    for operation in [once("a", "start"), once("a", "monitor"), once("b", "start")] {
        hands.run(operation);
    }
    assert_eq!(hands.spawned(), ["a start", "b start"]);
    hands.end(1, 0);
    assert_eq!(hands.spawned(), ["a monitor"]);
}

#[test]
fn no_more_agents_run_at_once_than_allowed() {
    let mut hands = Hands::attached();
    for resource in ["a", "b", "c", "d", "e", "f"] {
        hands.run(once(resource, "monitor"));
    }
    assert_eq!(hands.spawned().len(), 4);
    hands.end(2, 7);
    assert_eq!(hands.spawned(), ["e monitor"]);
}

#[test]
fn a_start_delay_postpones_the_first_run_only() {
    let mut hands = Hands::attached();
    hands.run(Operation { start_delay: Duration::from_secs(30), ..every(10, "a", "monitor") });
    hands.pass_seconds(29);
    assert_eq!(hands.spawned().len(), 0);
    hands.pass_seconds(1);
    assert_eq!(hands.spawned(), ["a monitor"]);
    hands.end(1, 0);
    hands.pass_seconds(10);
    assert_eq!(hands.spawned(), ["a monitor"]);
}

#[test]
fn a_single_operation_can_be_cancelled_until_it_begins() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.run(once("a", "notify"));
    hands.cancel("a", "notify", 0);
    hands.cancel("a", "start", 0);
    assert_eq!(hands.said(), ["a notify Cancelled 1"]);
    hands.end(1, 0);
    assert_eq!(hands.said(), ["a start Done 0"]);
    assert_eq!(hands.spawned(), ["a start"]);
}

#[test]
fn a_flood_of_operations_is_refused_beyond_the_bound() {
    let mut hands = Hands::attached();
    for _ in 0..=super::super::CALLS_MAX {
        hands.run(once("a", "monitor"));
    }
    assert_eq!(hands.said(), ["a monitor Error 1"]);
}

#[test]
fn nothing_is_left_behind_by_many_operations() {
    let mut hands = Hands::attached();
    for run in 1..=100_000 {
        hands.run(once("a", "monitor"));
        hands.end(run, 0);
        hands.reports.clear();
        hands.spawned.clear();
    }
    assert!(hands.machine.calls.is_empty() && hands.machine.runs.is_empty());
    assert_eq!(hands.machine.deadline(), None);
}
