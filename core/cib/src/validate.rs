//! Whether a document is a CIB: each mistake by line, with what to write instead; and notes about what has no effect.
//!
//! The shape of both generations is data (`heartbeat2`, `modern`); what no table can say is in `meaning`. The status
//! section is written by programs and only ever read leniently, so it is not checked here.

mod heartbeat2;
mod ids;
mod meaning;
mod modern;
mod notes;
mod options;
mod references;
mod shape;
mod structure;
mod values;

#[cfg(test)]
mod tests;

use crate::{Element, Position, Syntax};
use shape::Shape;
use std::fmt;

pub(crate) use options::is_cluster_option;
pub(crate) use structure::step;

/// What becomes of the document because of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// The document is not accepted.
    Refused,
    /// The element (or the value, in whose place the default stands) has no effect; the rest is used.
    Ignored,
    /// What is meant is clear, and is what counts.
    Repaired,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands in the source.
    pub position: Position,
    /// Where it stands in the tree: `cib/configuration/resources/primitive[ip]`.
    pub path: String,
    /// What is wrong, as a clause.
    pub what: String,
    /// What to do about it, as a clause.
    pub hint: String,
    /// What happens when nothing is done.
    pub consequence: Consequence,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}; {}", self.position.line, self.position.column, self.what, self.hint)
    }
}

/// Something that is right and perhaps not what its author thinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it stands in the source; zero when it is about something absent.
    pub position: Position,
    /// A clause.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.position.line > 0 {
            write!(f, "line {}: ", self.position.line)?;
        }
        f.write_str(&self.text)
    }
}

/// What was found in a document, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The language it was read as.
    pub syntax: Syntax,
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    /// What `crm_verify -V` adds.
    pub notes: Vec<Note>,
}

impl Report {
    /// Whether the document may be used.
    pub fn is_accepted(&self) -> bool {
        self.refusals().next().is_none()
    }

    /// The mistakes because of which it may not.
    pub fn refusals(&self) -> impl Iterator<Item = &Mistake> {
        self.mistakes.iter().filter(|mistake| mistake.consequence == Consequence::Refused)
    }
}

/// Checks a whole document.
pub fn validate(cib: &Element) -> Report {
    let syntax = Syntax::of(cib);
    let mut check = Check::new(syntax);
    if cib.name() == "cib" {
        check.whole(cib);
    } else {
        let what = format!("the document is a <{}>, not a <cib>", cib.name());
        check.refuse(cib, None, what, "give the whole CIB, or name the section that this belongs to");
    }
    check.mistakes.sort_by_key(|mistake| mistake.position);
    check.notes.sort_by_key(|note| note.position);
    Report { syntax, mistakes: check.mistakes, notes: check.notes }
}

/// The state of one check: where it is, and what it found.
struct Check<'a> {
    syntax: Syntax,
    shapes: &'static [Shape],
    path: Vec<&'a Element>,
    mistakes: Vec<Mistake>,
    notes: Vec<Note>,
}

impl<'a> Check<'a> {
    fn new(syntax: Syntax) -> Self {
        let shapes = match syntax {
            Syntax::Heartbeat2 => heartbeat2::SHAPES,
            Syntax::Pacemaker(..) | Syntax::Unchecked => modern::SHAPES,
        };
        Self { syntax, shapes, path: Vec::new(), mistakes: Vec::new(), notes: Vec::new() }
    }

    fn whole(&mut self, cib: &'a Element) {
        self.schema(cib);
        self.structure(cib);
        self.ids(cib);
        self.references(cib);
        self.options(cib);
        self.remarks(cib);
        if self.syntax == Syntax::Unchecked {
            for mistake in &mut self.mistakes {
                mistake.consequence = mistake.consequence.max(Consequence::Ignored);
            }
        }
    }

    fn schema(&mut self, cib: &'a Element) {
        let Some(schema) = cib.attribute("validate-with") else { return };
        if self.syntax != Syntax::Heartbeat2 && schema != "none" && Syntax::by_schema(schema).is_none() {
            let what = format!("no schema is called '{schema}'");
            let hint = format!("write validate-with=\"{}\"", crate::CURRENT_SCHEMA);
            self.refuse(cib, Some("validate-with"), what, hint);
        }
    }

    fn refuse(&mut self, element: &Element, attribute: Option<&str>, what: String, hint: impl Into<String>) {
        self.mistake(Consequence::Refused, element, attribute, (what, hint.into()));
    }

    fn ignore(&mut self, element: &Element, attribute: Option<&str>, what: String, hint: impl Into<String>) {
        self.mistake(Consequence::Ignored, element, attribute, (what, hint.into()));
    }

    fn mistake(
        &mut self,
        consequence: Consequence,
        element: &Element,
        attribute: Option<&str>,
        said: (String, String),
    ) {
        let position = attribute.map_or(element.position(), |name| element.attribute_position(name));
        let (what, hint) = said;
        self.mistakes.push(Mistake { position, path: self.path_to(element), what, hint, consequence });
    }

    fn note(&mut self, position: Position, text: impl Into<String>) {
        self.notes.push(Note { position, text: text.into() });
    }

    /// The path to `element`, which is the one being looked at or a child of it.
    fn path_to(&self, element: &Element) -> String {
        let ends_here = self.path.last().is_some_and(|last| std::ptr::eq(*last, element));
        let extra = if ends_here { None } else { Some(element) };
        let steps: Vec<String> = self.path.iter().copied().chain(extra).map(path_step).collect();
        steps.join("/")
    }
}

fn path_step(element: &Element) -> String {
    match element.id() {
        Some(id) => format!("{}[{id}]", element.name()),
        None => element.name().to_owned(),
    }
}
