//! One value against its kind.

use super::Check;
use super::shape::{Kind, Rule};
use super::structure::list;
use crate::{Element, value};
use model::Role;
use model::nearest;

/// Why a value is not of its kind, and what to write.
pub(super) struct Misfit {
    pub what: String,
    pub hint: String,
}

impl Check<'_> {
    /// Checks one attribute that the element may have.
    pub(super) fn value(&mut self, element: &Element, rule: &'static Rule, value: &str) {
        if let Some(misfit) = misfit(rule.kind, value) {
            let what = format!("{} of <{}> is {}", rule.name, element.name(), misfit.what);
            match rule.kind {
                Kind::Time | Kind::Boolean => self.ignore(element, Some(rule.name), what, misfit.hint),
                Kind::Text | Kind::Id | Kind::Name | Kind::Integer | Kind::Score | Kind::Role | Kind::Word(_) => {
                    self.refuse(element, Some(rule.name), what, misfit.hint);
                }
            }
        }
    }
}

/// `None` when the value is of the kind.
pub(super) fn misfit(kind: Kind, text: &str) -> Option<Misfit> {
    let wrong = |what: &str, hint: &str| Some(Misfit { what: format!("'{text}', {what}"), hint: hint.to_owned() });
    match kind {
        Kind::Name if text.trim().is_empty() => wrong("which is empty", "give it a value"),
        Kind::Id if text.is_empty() => wrong("which is empty", "give it a name of its own"),
        Kind::Id => bad_id_character(text).and_then(|bad| {
            wrong(&format!("which holds the character '{bad}'"), "use letters, digits, '-', '_' and '.' only")
        }),
        Kind::Boolean if value::boolean(text).is_none() => wrong("no truth value", "write true or false"),
        Kind::Integer if text.trim().parse::<i64>().is_err() => wrong("no whole number", "write digits only"),
        Kind::Score if value::score(text).is_none() => wrong("no score", "write a whole number, INFINITY or -INFINITY"),
        Kind::Time if value::duration(text).is_none() => {
            wrong("no time", "write a number with a unit, as in 10s, 500ms or 2min")
        }
        Kind::Role if Role::parse(text).is_none() => wrong("no role", "write Started, Stopped, Promoted or Unpromoted"),
        Kind::Text | Kind::Name | Kind::Boolean | Kind::Integer | Kind::Score | Kind::Time | Kind::Role => None,
        Kind::Word(words) if words.contains(&text) => None,
        Kind::Word(words) => {
            let all = list(words.iter().copied());
            let hint = match nearest(text, words.iter().copied()) {
                Some(word) => format!("did you mean '{word}'? (known are: {all})"),
                None => format!("write one of: {all}"),
            };
            wrong("which is not known", &hint)
        }
    }
}

/// Heartbeat took any id; what breaks a path, a list or a command line is refused.
fn bad_id_character(id: &str) -> Option<char> {
    id.chars()
        .find(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.' | ':' | '@' | '#' | '+'))
}
