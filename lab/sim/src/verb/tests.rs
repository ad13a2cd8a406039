//! Every verb of every story survives being written and read.

use super::Verb;
use crate::story::Story;

#[test]
fn a_verb_that_is_written_reads_as_itself() {
    for seed in 0..300 {
        for verb in Story::drawn(seed).verbs {
            assert_eq!(Verb::parse(&verb.to_string()), Some(verb.clone()), "{verb}");
        }
    }
}

#[test]
fn what_is_no_verb_is_refused() {
    for line in ["", "fly n0", "boot", "boot m0", "run soon", "ask n0 nothing", "edit n0 restore", "lie proxy n0"] {
        assert_eq!(Verb::parse(line), None, "{line:?}");
    }
}
