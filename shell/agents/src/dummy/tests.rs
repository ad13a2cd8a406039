//! The life of a state file.

use super::*;

#[test]
fn a_dummy_runs_while_its_state_file_exists() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("sub/d.state");
    let environment = Environment::of_parameters([("state", state.to_str().unwrap())]);
    let code = |action| run(action, &environment).unwrap().unwrap().0;
    for (action, expected) in [
        ("monitor", 7),
        ("stop", 0),
        ("start", 0),
        ("start", 0),
        ("monitor", 0),
        ("stop", 0),
        ("stop", 0),
        ("status", 7),
    ] {
        assert_eq!(code(action), expected, "{action}");
    }
    assert!(run("promote", &environment).is_none());
}

#[test]
fn a_relative_state_file_is_refused() {
    let environment = Environment::of_parameters([("state", "here")]);
    assert_eq!(run("validate-all", &environment).unwrap().unwrap_err().code, OcfCode::NOT_CONFIGURED);
}
