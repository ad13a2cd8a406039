//! What each end of a process means.

use super::{Dialect, judge};
use crate::contract::Exit;
use model::{OcfCode, OperationStatus};

/// Code by code, what a dialect makes of `from` for an action.
fn codes(dialect: Dialect, action: &str, from: &[u8]) -> Vec<u8> {
    from.iter().map(|code| judge(dialect, action, &Exit::Code(*code), "", "").code.0).collect()
}

#[test]
fn ocf_codes_stand_and_all_others_are_an_unspecified_failure() {
    for code in 0..=u8::MAX {
        let expected = if matches!(code, 0..=9 | 190 | 191) { code } else { 1 };
        for dialect in [Dialect::Ocf, Dialect::Lsb, Dialect::HeartbeatScript, Dialect::Unit] {
            assert_eq!(codes(dialect, "start", &[code]), [expected], "{dialect:?} {code}");
        }
        assert_eq!(codes(Dialect::Ocf, "monitor", &[code]), [expected], "{code}");
    }
}

#[test]
fn an_init_script_that_is_dead_in_any_way_is_not_running() {
    assert_eq!(codes(Dialect::Lsb, "monitor", &[0, 1, 2, 3, 4, 5, 6, 150]), [0, 7, 7, 7, 1, 5, 1, 1]);
}

#[test]
fn a_heartbeat_script_is_judged_by_its_words() {
    let table = [
        ("running", 0),
        ("IPaddr is RUNNING", 0),
        ("OK", 0),
        ("ok", 7),
        ("not running", 7),
        ("Not currently Running", 7),
        ("stopped", 7),
        ("was running, now stopped", 7),
        ("", 7),
        ("who knows\nrunning", 7),
    ];
    for (text, code) in table {
        let outcome = judge(Dialect::HeartbeatScript, "monitor", &Exit::Code(1), text, "");
        assert_eq!(outcome.code, OcfCode(code), "{text:?}");
    }
    assert_eq!(codes(Dialect::HeartbeatScript, "monitor", &[5]), [5]);
}

#[test]
fn a_unit_is_running_only_once_it_is_up() {
    let table = [("active\n", 0), ("reloading\n", 0), ("inactive\n", 7), ("failed\n", 7), ("activating\n", 1), ("", 1)];
    for (text, code) in table {
        assert_eq!(judge(Dialect::Unit, "monitor", &Exit::Code(3), text, "").code, OcfCode(code), "{text:?}");
    }
}

#[test]
fn an_end_without_a_code_says_how_it_came() {
    let table = [
        (Exit::Signal(9), OperationStatus::Error, OcfCode::ERROR, "the agent was ended by signal 9"),
        (Exit::NotFound("no such file".into()), OperationStatus::NotInstalled, OcfCode::NOT_INSTALLED, "no such file"),
        (Exit::NotSpawned("no memory".into()), OperationStatus::Error, OcfCode::ERROR, "no memory"),
        (Exit::Code(127), OperationStatus::Done, OcfCode::ERROR, "the agent ended with code 127"),
        (Exit::Code(7), OperationStatus::Done, OcfCode::NOT_RUNNING, ""),
    ];
    for (exit, status, code, reason) in table {
        let outcome = judge(Dialect::Ocf, "start", &exit, "", "");
        assert_eq!((outcome.status, outcome.code, outcome.reason.as_str()), (status, code, reason));
    }
}

#[test]
fn the_last_reason_counts_and_is_not_repeated_in_the_output() {
    let stderr = "noise\nocf-exit-reason:first\nocf-exit-reason: the port is taken \nmore\nx ocf-exit-reason:no\n";
    let outcome = judge(Dialect::Ocf, "start", &Exit::Code(1), "hello\n\n", stderr);
    assert_eq!(outcome.reason, "the port is taken");
    assert_eq!(outcome.output, "hello\nnoise\nmore\nx ocf-exit-reason:no");
}

#[test]
fn an_agent_that_gives_no_reason_is_quoted_where_it_acted_and_failed() {
    let judged = |action: &str, code: u8| judge(Dialect::Ocf, action, &Exit::Code(code), "", "noise\nno such file\n\n");
    assert_eq!(judged("start", 4).reason, "no such file");
    assert_eq!(judged("start", 0).reason, "");
    assert_eq!(judged("monitor", 7).reason, "");
}

#[test]
fn reason_and_output_are_bounded_and_cut_between_characters() {
    let long = "ä".repeat(10_000);
    let outcome =
        judge(Dialect::Ocf, "start", &Exit::Code(1), &format!("x{long}"), &format!("ocf-exit-reason:x{long}"));
    assert!(outcome.reason.len() <= 512 && outcome.reason.starts_with("xä"));
    assert!(outcome.output.len() <= 2048 && outcome.output.ends_with('ä'));
}
