//! Operations that come again: when, what is told of them, and how they end.

use super::{Hands, every, once};
use crate::contract::{Input, Operation};
use model::WallTime;

#[test]
fn the_interval_counts_from_the_end_of_the_last_run() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    assert_eq!(hands.spawned(), ["a monitor"], "the first run is at once");
    hands.pass_seconds(3);
    hands.end(1, 0);
    hands.pass_seconds(9);
    assert_eq!(hands.spawned().len(), 0);
    hands.pass_seconds(1);
    assert_eq!(hands.spawned(), ["a monitor"]);
}

#[test]
fn what_stays_as_it_was_is_told_once() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    let mut told = Vec::new();
    for (run, code) in [0, 0, 7, 7, 0, 0, 1].into_iter().enumerate() {
        hands.end(u64::try_from(run).unwrap() + 1, code);
        told.push(hands.said().len());
        hands.pass_seconds(10);
    }
    assert_eq!(told, [1, 0, 1, 0, 1, 0, 1]);
}

#[test]
fn the_time_of_change_stays_while_the_code_does() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    for run in 1..=2 {
        hands.end(run, 7);
        hands.pass_seconds(10);
    }
    hands.tell(Input::Attached);
    let times: Vec<_> = hands.states.concat().iter().map(|report| (report.started, report.changed)).collect();
    assert_eq!(times.first(), Some(&(WallTime(10_000), WallTime(0))));
}

#[test]
fn a_cancelled_operation_runs_no_more_and_is_answered_when_it_is_over() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    hands.cancel("a", "monitor", 10);
    assert_eq!(hands.said().len(), 0, "a run is under way");
    hands.end(1, 7);
    assert_eq!(hands.said(), ["a monitor Cancelled 1"]);
    hands.run(every(10, "b", "monitor"));
    hands.end(2, 0);
    hands.said();
    hands.cancel("b", "monitor", 10);
    assert_eq!(hands.said(), ["b monitor Cancelled 1"]);
    hands.spawned();
    hands.pass_seconds(100);
    assert_eq!(hands.spawned().len(), 0);
}

#[test]
fn cancelling_what_is_not_there_is_answered_too() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    hands.cancel("a", "monitor", 11);
    assert_eq!(hands.reports[0].call.0, 0);
    assert_eq!(hands.said(), ["a monitor Cancelled 1"]);
}

#[test]
fn a_new_operation_replaces_the_one_of_its_key() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    hands.run(every(20, "a", "monitor"));
    hands.run(Operation { tag: "new".into(), ..every(10, "a", "monitor") });
    for run in 1..=3 {
        hands.end(run, 0);
    }
    let heard: Vec<_> = hands.reports.iter().map(|report| (report.call.0, report.operation.tag.as_str())).collect();
    assert_eq!(heard, [(2, "a-monitor"), (3, "new")]);
    hands.spawned();
    hands.pass_seconds(10);
    assert_eq!(hands.spawned().len(), 1);
}

#[test]
fn a_change_of_state_ends_the_recurring_operations_of_its_resource_only() {
    for (action, left) in [("stop", 1), ("start", 1), ("promote", 1), ("monitor", 2), ("notify", 2), ("reload", 2)] {
        let mut hands = Hands::attached();
        hands.run(every(10, "a", "monitor"));
        hands.run(every(10, "b", "monitor"));
        hands.run(once("a", action));
        for run in 1..=3 {
            hands.end(run, 0);
        }
        hands.spawned();
        hands.pass_seconds(10);
        assert_eq!(hands.spawned().len(), left, "{action}");
    }
}

#[test]
fn a_monitor_under_way_is_not_heard_after_a_stop_was_asked_for() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    hands.run(once("a", "stop"));
    hands.end(1, 7);
    hands.end(2, 0);
    assert_eq!(hands.said(), ["a stop Done 0"]);
}
