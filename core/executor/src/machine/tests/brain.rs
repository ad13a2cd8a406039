//! The brain goes and comes.

use super::{Hands, every, line, once};
use crate::contract::{Exit, Input};
use model::Machine;

#[test]
fn an_attached_brain_hears_what_is_under_way_and_how_recurring_ones_stand() {
    let mut hands = Hands::attached();
    hands.run(every(10, "a", "monitor"));
    hands.end(1, 0);
    hands.run(once("b", "start"));
    hands.run(once("b", "monitor"));
    hands.said();
    hands.tell(Input::Detached);
    hands.tell(Input::Attached);
    assert_eq!(hands.said().len(), 0);
    let state: Vec<String> = hands.states[0].iter().map(line).collect();
    assert_eq!(state, ["a monitor Done 0", "b start Pending 1", "b monitor Pending 1"]);
}

#[test]
fn work_goes_on_without_a_brain_and_is_told_to_the_next_one() {
    let mut hands = Hands::attached();
    hands.run(once("a", "start"));
    hands.run(every(10, "b", "monitor"));
    hands.tell(Input::Detached);
    hands.end(1, 0);
    for run in 2..=5 {
        hands.end(run, if run == 4 { 7 } else { 0 });
        hands.pass_seconds(10);
    }
    assert_eq!(hands.said().len(), 0);
    hands.tell(Input::Attached);
    assert_eq!(hands.said(), ["a start Done 0", "b monitor Done 0", "b monitor Done 7", "b monitor Done 0"]);
    let state: Vec<String> = hands.states[0].iter().map(line).collect();
    assert_eq!(state, ["b monitor Done 0", "a start Done 0"]);
    hands.tell(Input::Attached);
    assert_eq!(hands.said().len(), 0, "told once");
}

#[test]
fn what_is_kept_is_bounded_and_the_single_results_outlast_the_repeated_ones() {
    let mut hands = Hands::alone();
    hands.run(once("a", "start"));
    hands.end(1, 0);
    hands.run(every(1, "b", "monitor"));
    for run in 2..=1000 {
        hands.end_as(run, Exit::Code(if run % 2 == 0 { 7 } else { 1 }), "");
        hands.pass_seconds(1);
    }
    hands.tell(Input::Attached);
    let said = hands.said();
    assert_eq!(said.len(), 256);
    assert_eq!(said[0], "a start Done 0");
    assert_eq!(hands.notices.len(), 1000 - 256);
}

#[test]
fn the_brain_adds_to_the_environment_of_agents() {
    let mut hands = Hands::attached();
    hands.tell(Input::Environment([("HA_CURHOST".to_owned(), "sip-a".to_owned())].into()));
    hands.machine.handle(hands.now, Input::Run(once("a", "start")));
    let Some(crate::contract::Output::Spawn { command, .. }) = hands.machine.poll() else { panic!("it is its turn") };
    assert_eq!(command.environment["HA_CURHOST"], "sip-a");
    assert_eq!(command.environment["OCF_RESOURCE_INSTANCE"], "a");
}
