//! Every target survives its own corpus and some thousand cases; every former finding stays found.

use fuzz::run::{Limits, run, survives};
use fuzz::targets::TARGETS;
use std::time::Duration;

#[test]
fn good_input_is_survived() {
    for target in TARGETS {
        let corpus = (target.corpus)();
        assert!(!corpus.is_empty(), "{target:?} has nothing to begin with");
        for input in corpus {
            assert_eq!(survives(target, &input), Ok(()), "{target:?}: {:?}", String::from_utf8_lossy(&input));
        }
    }
}

#[test]
fn a_few_cases_of_each_target_are_survived() {
    let limits = Limits { seed: 1, cases: 200, time: Duration::from_secs(20) };
    for target in TARGETS {
        if let Err(finding) = run(target, limits, |_| {}) {
            panic!("{target:?} {}: {}", finding.seed, finding.what);
        }
    }
}

#[test]
fn a_target_that_panics_is_a_finding_with_its_number() {
    let broken = fuzz::Target {
        name: "broken",
        about: "",
        corpus: || vec![b"abc".to_vec()],
        run: |bytes| assert!(bytes.len() < 10, "too much"),
    };
    let limits = Limits { seed: 5, cases: 10_000, time: Duration::from_secs(20) };
    let finding = run(&broken, limits, |_| {}).expect_err("some case is long");
    assert_eq!(finding.what, "too much");
    let again = Limits { seed: finding.seed, cases: 1, ..limits };
    assert_eq!(run(&broken, again, |_| {}), Err(finding));
}

#[test]
fn a_guided_finding_is_its_input() {
    let broken = fuzz::Target {
        name: "broken",
        about: "",
        corpus: || vec![b"abc".to_vec()],
        run: |bytes| assert!(bytes.len() < 10, "too much"),
    };
    let limits = Limits { seed: 5, cases: 10_000, time: Duration::from_secs(20) };
    let finding = fuzz::guided::run(&broken, limits).expect_err("some case is long");
    assert_eq!(survives(&broken, &finding.input), Err("too much".to_owned()));
}
