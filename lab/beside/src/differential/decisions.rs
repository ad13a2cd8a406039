//! What a scheduler decided, as sets that can be compared: what is done, and the scores that led there.

use cib::Element;
use cli::simulate::{Wishes, simulate};
use model::WallTime;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What was decided.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decisions {
    actions: BTreeSet<String>,
    scores: BTreeSet<String>,
}

/// How two decisions differ: what only one of them has.
#[derive(Debug)]
pub(super) struct Difference {
    pub kind: Kind,
    pub ours: Vec<String>,
    pub theirs: Vec<String>,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Actions,
    /// The same is done, for other scores.
    Scores,
}

impl Decisions {
    /// Of ours, in process; a panic or a refusal is a decision that agrees with nobody.
    pub fn ours(cib: &Arc<Element>) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default();
        let now = WallTime(i64::try_from(since).unwrap_or(i64::MAX));
        let wishes = Wishes { execute: true, scores: true, ..Wishes::default() };
        let upgraded = cib::upgrade(cib).cib;
        match catch_unwind(AssertUnwindSafe(|| simulate(&upgraded, &wishes, now))) {
            Ok(Ok(outcome)) => Self::read(&outcome.text),
            Ok(Err(failure)) => Self { actions: [format!("refused: {failure}")].into(), ..Self::default() },
            Err(_) => Self { actions: ["panic".to_owned()].into(), ..Self::default() },
        }
    }

    /// Of the installed one; `None` when it does not take the input.
    pub fn theirs(file: &Path, seconds: u64) -> Option<Self> {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", &seconds.to_string(), crate::PEER, "-sS", "-x"]).arg(file);
        let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        // It ends with 1 where its own plan cannot be carried out to the end: that much of it can be compared.
        let planned = matches!(output.status.code(), Some(0 | 1)) && !output.stdout.is_empty();
        planned.then(|| Self::read(&String::from_utf8_lossy(&output.stdout)))
    }

    fn read(text: &str) -> Self {
        let mut decisions = Self::default();
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("* ");
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                // Of instances that are nowhere, both say what says nothing, in different words.
                [.., "score", "on", "none:", "0"] | [_, "promotion", "score", "(inactive):", _] => {}
                // The stages have other names today.
                [_stage, rest @ ..] if line.contains(" allocation score on ") => {
                    decisions.scores.insert(rest.join(" "));
                }
                [_, "promotion", "score", ..] => {
                    decisions.scores.insert(words.join(" "));
                }
                [_, "action:", ..] | ["Fencing", _, ..] => {
                    decisions.actions.insert(words.join(" "));
                }
                _ => {}
            }
        }
        decisions
    }
}

impl Difference {
    /// The first kind of difference, if there is one.
    pub fn between(ours: &Decisions, theirs: &Decisions) -> Option<Self> {
        let one_sided = |kind, a: &BTreeSet<String>, b: &BTreeSet<String>| {
            let only = |x: &BTreeSet<String>, y: &BTreeSet<String>| x.difference(y).cloned().collect();
            (a != b).then(|| Self { kind, ours: only(a, b), theirs: only(b, a) })
        };
        one_sided(Kind::Actions, &ours.actions, &theirs.actions)
            .or_else(|| one_sided(Kind::Scores, &ours.scores, &theirs.scores))
    }

    /// Whether another difference is of the same kind, on the same sides.
    pub fn is_like(&self, other: &Self) -> bool {
        let sides = |difference: &Self| (difference.ours.is_empty(), difference.theirs.is_empty());
        let panics = |difference: &Self| difference.ours == ["panic"];
        self.kind == other.kind && sides(self) == sides(other) && panics(self) == panics(other)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", if self.kind == Kind::Actions { "actions" } else { "scores" })?;
        self.ours.iter().try_for_each(|line| write!(f, "\n  ours       {line}"))?;
        self.theirs.iter().try_for_each(|line| write!(f, "\n  installed  {line}"))
    }
}
