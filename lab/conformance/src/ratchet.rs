//! The cases that agreed once: a file with a line for each, its name and what of it agreed.

use crate::pacemaker::{Expectation, Verdict};
use std::collections::BTreeSet;
use std::path::Path;

/// Pairs of a case and one of its expectations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ratchet(BTreeSet<(String, &'static str)>);

const HEADING: &str = "# The cases that agree, with what of each. Written by --update; the diff is the review.\n";

impl Ratchet {
    /// What agrees now.
    pub fn of(verdicts: &[Verdict]) -> Self {
        let pairs = verdicts.iter().flat_map(|verdict| {
            let met = Expectation::ALL.into_iter().filter(|expectation| verdict.agrees(*expectation));
            met.map(|expectation| (verdict.case.clone(), expectation.name()))
        });
        Self(pairs.collect())
    }

    /// Reads a file; one that is not there is empty.
    pub fn read(file: &Path) -> Result<Self, String> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut pairs = BTreeSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let Some(case) = words.next() else { continue };
            for word in words {
                let known = Expectation::ALL.into_iter().find(|expectation| expectation.name() == word);
                pairs.extend(known.map(|expectation| (case.to_owned(), expectation.name())));
            }
        }
        Self(pairs)
    }

    fn text(&self) -> String {
        let cases: BTreeSet<&String> = self.0.iter().map(|(case, _)| case).collect();
        let line = |case: &String| {
            let met = Expectation::ALL.into_iter().map(Expectation::name);
            let met: Vec<&str> = met.filter(|name| self.0.contains(&(case.clone(), *name))).collect();
            format!("{case} {}\n", met.join(" "))
        };
        HEADING.to_owned() + &cases.into_iter().map(line).collect::<String>()
    }

    /// Writes the file.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        std::fs::write(file, self.text()).map_err(|error| format!("cannot write {}: {error}", file.display()))
    }

    /// What agreed and, among the cases that were run, no longer does.
    pub fn broken(&self, verdicts: &[Verdict]) -> Vec<String> {
        let run: BTreeSet<&String> = verdicts.iter().map(|verdict| &verdict.case).collect();
        let now = Self::of(verdicts);
        let lost = self.0.iter().filter(|pair| run.contains(&pair.0) && !now.0.contains(*pair));
        lost.map(|(case, name)| format!("{case} {name}")).collect()
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Difference;

    fn verdict(case: &str, summary: bool) -> Verdict {
        let difference = || Some(Difference { expected: "a".to_owned(), ours: "b".to_owned() });
        let answers = vec![
            (Expectation::Summary, if summary { None } else { difference() }),
            (Expectation::Dot, difference()),
            (Expectation::Scores, None),
            (Expectation::Graph, difference()),
            (Expectation::Literal, difference()),
        ];
        Verdict { case: case.to_owned(), answers, trouble: None }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let ratchet = Ratchet::of(&[verdict("one", true), verdict("two", false)]);
        assert_eq!(ratchet.len(), 3);
        assert_eq!(Ratchet::parse(&ratchet.text()), ratchet);
    }

    #[test]
    fn a_case_that_agreed_and_no_longer_does_is_broken() {
        let ratchet = Ratchet::of(&[verdict("one", true), verdict("two", true)]);
        assert_eq!(ratchet.broken(&[verdict("one", true), verdict("two", false)]), ["two summary"]);
        assert!(ratchet.broken(&[verdict("one", true)]).is_empty(), "a case that was not run is not judged");
    }
}
