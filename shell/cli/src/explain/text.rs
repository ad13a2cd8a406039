//! An explanation for people: the cause first, then what supports it.

use super::{Candidate, Explanation, Term, Wish};
use std::fmt::Write as _;

pub(super) fn render(explanation: &Explanation) -> String {
    let mut text = format!("{}\n", explanation.headline);
    for command in &explanation.clear {
        line(&mut text, format_args!("  to clear: {command}"));
    }
    if !explanation.candidates.is_empty() {
        line(&mut text, format_args!("Scores of {}:", explanation.decided_by));
        let width = explanation.candidates.iter().map(|candidate| candidate.node.chars().count()).max().unwrap_or(0);
        explanation.candidates.iter().for_each(|candidate| scores(&mut text, candidate, width));
    }
    wishes(&mut text, &explanation.wishes);
    for sentence in &explanation.threshold {
        line(&mut text, format_args!("Next: {sentence}"));
    }
    for left in &explanation.left_by_moves {
        line(&mut text, format_args!("Left by a move: {}; to clear: {}", left.constraint, left.clear));
    }
    text
}

fn scores(text: &mut String, candidate: &Candidate, width: usize) {
    let veto = candidate.veto.as_ref().map(|veto| format!("  ({veto})")).unwrap_or_default();
    let chosen = |term: &&Term| term.score != "0";
    line(text, format_args!("  {:<width$}  {:>9}{veto}", candidate.node, candidate.score));
    for term in candidate.terms.iter().filter(chosen) {
        let source = if term.source.is_empty() { String::new() } else { format!(" [{}]", term.source) };
        line(text, format_args!("  {:<width$}  {:>9}  {}{source}", "", term.score, term.text));
    }
}

/// What the other members bring in, so that every number of the sum can be found.
fn wishes(text: &mut String, wishes: &[Wish]) {
    if wishes.is_empty() {
        return;
    }
    line(text, format_args!("Of which the other members of the group bring:"));
    let width = wishes.iter().map(|wish| wish.resource.chars().count()).max().unwrap_or(0);
    for wish in wishes {
        let term = &wish.term;
        let source = if term.source.is_empty() { String::new() } else { format!(" [{}]", term.source) };
        line(
            text,
            format_args!("  {:<width$}  {}  {:>9}  {}{source}", wish.resource, wish.node, term.score, term.text),
        );
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("writing to a string cannot fail");
}
