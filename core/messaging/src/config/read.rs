//! First pass: lines to statements. What is unknown or refused is complained about here; values come later.

use super::directive::{Directive, Grammar, Standing};
use crate::problem::Complaints;

/// A longer line is nobody's configuration.
const LINE_LENGTH_MAX: usize = 4096;

/// A directive with what stands after it.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) line: usize,
    pub(super) directive: &'static Directive,
    /// As written, without comment and outer blanks.
    pub(super) rest: String,
    /// The values by the directive's grammar.
    pub(super) words: Vec<String>,
}

/// All statements that can be acted upon.
pub(super) fn statements(text: &str, complaints: &mut Complaints) -> Vec<Statement> {
    text.lines().enumerate().filter_map(|(index, raw)| statement(index + 1, raw, complaints)).collect()
}

fn statement(line: usize, raw: &str, complaints: &mut Complaints) -> Option<Statement> {
    if raw.len() > LINE_LENGTH_MAX {
        complaints.error(
            line,
            format!("the line is longer than {LINE_LENGTH_MAX} bytes"),
            "break it into several lines",
        );
        return None;
    }
    let content = raw.split('#').next().unwrap_or_default().trim();
    let (word, rest) = content.split_once(char::is_whitespace).unwrap_or((content, ""));
    if word.is_empty() {
        return None;
    }
    let Some(directive) = Directive::find(word) else {
        complaints.error(line, format!("Illegal directive [{word}]"), unknown_hint(word));
        return None;
    };
    let statement = Statement { line, directive, rest: rest.trim().to_owned(), words: split(directive.grammar, rest) };
    admit(statement, complaints)
}

fn unknown_hint(word: &str) -> String {
    match Directive::nearest(word) {
        Some(name) => format!("did you mean: {name}"),
        None => "remove the line, or put a # before it".to_owned(),
    }
}

/// Passes on what can be acted upon.
fn admit(statement: Statement, complaints: &mut Complaints) -> Option<Statement> {
    let (line, name) = (statement.line, statement.directive.name);
    match statement.directive.standing {
        Standing::Refused(why) => {
            complaints.error(line, format!("[{name}] is not supported"), why);
            None
        }
        Standing::Idle(why) => {
            complaints.warning(line, format!("[{name}] has no effect"), why);
            Some(statement)
        }
        Standing::Honoured if statement.words.is_empty() => {
            complaints.error(line, format!("[{name}] has no value"), "write one after the word, or remove the line");
            None
        }
        Standing::Honoured => Some(statement),
    }
}

fn split(grammar: Grammar, rest: &str) -> Vec<String> {
    let words: Vec<&str> = match grammar {
        Grammar::List => rest.split(|c: char| c.is_whitespace() || c == ',').collect(),
        Grammar::Line => rest.split_whitespace().collect(),
    };
    words.into_iter().filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
