//! The obedient agent of `tests/agents`, run as by hand.

use super::{meta, perform};
use executor::Settings;
use executor::contract::{Agent, Operation};
use model::{OcfCode, OperationStatus, ResourceId};
use std::path::Path;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

/// What an agent answers to an action.
fn answer(kind: &str, action: &str, timeout: Duration) -> (OperationStatus, OcfCode) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents");
    let settings = Settings { ocf_root: root.to_str().unwrap().to_owned(), ..Settings::for_cores(1) };
    let own = [("answer".to_owned(), "7".to_owned())];
    let operation = Operation {
        resource: ResourceId::new("one"),
        agent: Agent { class: "ocf".into(), provider: Some("tests".into()), kind: kind.into() },
        action: action.into(),
        interval: Duration::ZERO,
        timeout,
        start_delay: Duration::ZERO,
        parameters: own.into_iter().chain([meta(timeout)]).collect(),
        tag: String::new(),
    };
    let outcome = perform(&settings, &operation).unwrap();
    (outcome.status, outcome.code)
}

#[test]
fn the_agents_own_code_is_the_answer() {
    assert_eq!(answer("obedient", "monitor", LONG), (OperationStatus::Done, OcfCode::NOT_RUNNING));
    assert_eq!(answer("obedient", "notify", LONG), (OperationStatus::Done, OcfCode::UNIMPLEMENTED));
}

#[test]
fn it_finds_the_environment_of_the_cluster() {
    assert_eq!(answer("obedient", "validate-all", LONG), (OperationStatus::Done, OcfCode::OK));
}

#[test]
fn an_agent_without_an_end_is_ended() {
    let (status, _) = answer("obedient", "start", Duration::from_millis(200));
    assert_eq!(status, OperationStatus::Timeout);
}

#[test]
fn an_agent_that_dies_or_is_not_there_has_failed() {
    assert_eq!(answer("obedient", "stop", LONG), (OperationStatus::Error, OcfCode::ERROR));
    assert_eq!(answer("absent", "monitor", LONG), (OperationStatus::NotInstalled, OcfCode::NOT_INSTALLED));
}
