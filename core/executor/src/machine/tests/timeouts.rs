//! Agents that take too long.

use super::{Hands, every, once};
use crate::contract::{Exit, RunId, Signal};
use std::time::Duration;

#[test]
fn a_timeout_is_told_at_once_and_the_group_is_killed_in_two_steps() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.pass_seconds(20);
    assert_eq!(hands.reports[0].run_time, Duration::from_secs(20));
    assert_eq!(hands.reports[0].reason, "the agent did not end within 20000 ms");
    assert_eq!(hands.said(), ["a start Timeout 1"]);
    assert_eq!(hands.signals, [(RunId(1), Signal::Terminate)]);
    hands.pass(Duration::from_millis(4999));
    assert_eq!(hands.signals.len(), 1);
    hands.pass(Duration::from_millis(1));
    assert_eq!(hands.signals.pop(), Some((RunId(1), Signal::Kill)));
    hands.end_as(1, Exit::Signal(9), "");
    assert_eq!(hands.said().len(), 0, "the late end is not told");
}

#[test]
fn what_the_leader_leaves_of_its_group_is_killed_with_it() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.pass_seconds(20);
    hands.end_as(1, Exit::Signal(15), "");
    assert_eq!(hands.signals, [(RunId(1), Signal::Terminate), (RunId(1), Signal::Kill)]);
    hands.pass_seconds(100);
    assert_eq!(hands.signals.len(), 2);
}

#[test]
fn the_resource_stays_busy_until_the_group_is_dead() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.pass_seconds(20);
    hands.run(once("a", "stop"));
    hands.pass_seconds(3);
    assert_eq!(hands.spawned(), ["a start"]);
    hands.end(1, 0);
    assert_eq!(hands.spawned(), ["a stop"]);
    hands.pass_seconds(19);
    hands.end(2, 0);
    assert_eq!(hands.said(), ["a start Timeout 1", "a stop Done 0"], "its own time counts from its own begin");
}

#[test]
fn a_process_that_nothing_kills_does_not_hold_its_resource_for_ever() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.run(once("a", "stop"));
    hands.pass_seconds(29);
    assert_eq!(hands.spawned(), ["a start"]);
    hands.pass_seconds(1);
    assert_eq!(hands.spawned(), ["a stop"]);
    assert_eq!(hands.notices, ["agent-timeout", "agent-unkillable"]);
    hands.end(1, 0);
    hands.end(2, 0);
    assert_eq!(hands.said(), ["a start Timeout 1", "a stop Done 0"]);
}

#[test]
fn a_recurring_operation_comes_again_after_its_timeout() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    for run in 1..=3 {
        hands.pass_seconds(20);
        let told: &[&str] = if run == 1 { &["a monitor Timeout 1"] } else { &[] };
        assert_eq!(hands.said(), told, "the first time only");
        hands.end_as(run, Exit::Signal(15), "");
        hands.pass_seconds(10);
    }
    hands.end(4, 0);
    assert_eq!(hands.said(), ["a monitor Done 0"]);
}

#[test]
fn a_cancelled_run_that_hangs_is_killed_and_then_answered() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    hands.cancel("a", "monitor", 10);
    hands.pass_seconds(25);
    assert_eq!(hands.signals.len(), 2);
    hands.end_as(1, Exit::Signal(9), "");
    assert_eq!(hands.said(), ["a monitor Cancelled 1"]);
}
