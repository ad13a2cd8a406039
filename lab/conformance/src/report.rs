//! The figures: per category and in total, and the first difference of each case that disagrees.

use crate::pacemaker::{Expectation, Verdict};
use std::collections::BTreeMap;

/// How many cases a category needs to get a line of its own.
const CATEGORY_MIN: usize = 4;

/// Prints differences, then figures.
pub fn print(verdicts: &[Verdict], all: bool) {
    for verdict in verdicts {
        differences(verdict, all);
    }
    println!("\n{:<20} {:>6} {}", "category", "cases", header());
    for (category, members) in categories(verdicts) {
        figures(&category, &members);
    }
    figures("total", &verdicts.iter().collect::<Vec<_>>());
    let whole = verdicts.iter().filter(|verdict| Expectation::ALL.into_iter().all(|e| verdict.agrees(e))).count();
    println!("{whole} of {} agree in everything", verdicts.len());
}

fn header() -> String {
    Expectation::ALL.map(|expectation| format!("{:>8}", expectation.name())).join(" ")
}

/// Unless all are wanted, only the first expectation of a case that is not met is told.
fn differences(verdict: &Verdict, all: bool) {
    if let Some(trouble) = &verdict.trouble {
        println!("{}: {trouble}", verdict.case);
    }
    let unmet =
        verdict.answers.iter().filter_map(|(expectation, difference)| Some((expectation, difference.as_ref()?)));
    for (expectation, difference) in unmet.take(if all { usize::MAX } else { 1 }) {
        println!("{} {}", verdict.case, expectation.name());
        println!("    - {}", difference.expected);
        println!("    + {}", difference.ours);
    }
}

fn figures(name: &str, members: &[&Verdict]) {
    let counts = Expectation::ALL.map(|expectation| {
        let met = members.iter().filter(|verdict| verdict.agrees(expectation)).count();
        format!("{met:>8}")
    });
    println!("{name:<20} {:>6} {}", members.len(), counts.join(" "));
}

/// By the first word of the names; small ones together.
fn categories(verdicts: &[Verdict]) -> BTreeMap<String, Vec<&Verdict>> {
    let mut by_word: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        by_word.entry(first_word(&verdict.case)).or_default().push(verdict);
    }
    let mut categories: BTreeMap<String, Vec<&Verdict>> = BTreeMap::new();
    for (word, members) in by_word {
        let name = if members.len() < CATEGORY_MIN { "(others)" } else { word };
        categories.entry(name.to_owned()).or_default().extend(members);
    }
    categories
}

fn first_word(name: &str) -> &str {
    let end = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
    if end == 0 { name } else { &name[..end] }
}
