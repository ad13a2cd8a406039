//! What is wrong in a configuration file: where, what, and what to do.

use std::fmt;

/// One complaint about a file, in a form that a person can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as the caller named it.
    pub file: String,
    /// The line, from 1; `None` when it is about the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what)?,
            None => write!(f, "{}: {}", self.file, self.what)?,
        }
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}

/// A file that cannot be used: every reason, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct Rejected {
    /// Never empty.
    pub problems: Vec<Problem>,
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// Collects errors and warnings about one file.
#[derive(Debug)]
pub(crate) struct Complaints {
    file: String,
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Complaints {
    pub(crate) fn about(file: &str) -> Self {
        Self { file: file.to_owned(), errors: Vec::new(), warnings: Vec::new() }
    }

    pub(crate) fn error(&mut self, line: impl Into<Option<usize>>, what: impl Into<String>, hint: impl Into<String>) {
        let problem = self.problem(line.into(), what.into(), hint.into());
        self.errors.push(problem);
    }

    pub(crate) fn warning(&mut self, line: impl Into<Option<usize>>, what: impl Into<String>, hint: impl Into<String>) {
        let problem = self.problem(line.into(), what.into(), hint.into());
        self.warnings.push(problem);
    }

    /// The warnings when there was no error, otherwise all errors.
    pub(crate) fn verdict(mut self) -> Result<Vec<Problem>, Rejected> {
        self.warnings.sort_by_key(|problem| problem.line);
        if self.errors.is_empty() {
            return Ok(self.warnings);
        }
        self.errors.sort_by_key(|problem| problem.line);
        Err(Rejected { problems: self.errors })
    }

    fn problem(&self, line: Option<usize>, what: String, hint: String) -> Problem {
        Problem { file: self.file.clone(), line, what, hint }
    }
}
