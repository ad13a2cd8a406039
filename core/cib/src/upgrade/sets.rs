//! Sets of nvpairs, and the rules that guard them: the wrapper goes, underscores become dashes.

use super::{Upgrade, copied, like, renamed};
use crate::{Element, value};
use std::sync::Arc;

const RULE: [(&str, &str); 2] = [("score_attribute", "score-attribute"), ("boolean_op", "boolean-op")];

/// Where a rule stands decides whether it carries a score.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Outermost,
    Nested,
}

impl Upgrade {
    /// A set of any kind, with its pairs as they are.
    pub(super) fn set(&mut self, old: &Element, owner: &Element) -> Element {
        let mut new = self.empty_set(old, owner);
        for pair in pairs(old) {
            let pair = self.pair(pair, &new);
            new.children_mut().push(Arc::new(pair));
        }
        new
    }

    /// A set with its rules, and without its pairs.
    pub(super) fn empty_set(&mut self, old: &Element, owner: &Element) -> Element {
        let wish = format!("{}-{}", owner.id().unwrap_or(owner.name()), old.name());
        let mut new = like(old, old.name()).with("id", &self.own_id(old, &wish));
        if let Some(score) = old.attribute("score") {
            new.set("score", &score_word(score));
        }
        for rule in old.children_named("rule") {
            let rule = self.rule(rule, &new, Depth::Outermost);
            new.children_mut().push(Arc::new(rule));
        }
        new
    }

    /// A pair with its own id and name.
    pub(super) fn pair(&mut self, old: &Element, set: &Element) -> Element {
        let name = old.attribute("name").unwrap_or_default();
        let wish = format!("{}-{name}", set.id().unwrap_or_default());
        let id = self.own_id(old, &wish);
        let new = like(old, "nvpair").with("id", &id).with("name", name);
        old.attribute("value").into_iter().fold(new, |pair, value| pair.with("value", value))
    }

    /// The id that an element keeps or gets.
    pub(super) fn own_id(&mut self, old: &Element, wish: &str) -> String {
        let Some(id) = old.id().filter(|id| !id.is_empty()) else { return self.ids.make(wish) };
        let kept = self.ids.keep(id);
        if kept != id {
            self.note(old, format!("the id '{id}' of this <{}> stands twice; here it becomes '{kept}'", old.name()));
        }
        kept
    }

    pub(super) fn rule(&mut self, old: &Element, owner: &Element, depth: Depth) -> Element {
        let wish = format!("{}-rule", owner.id().unwrap_or_default());
        let mut new = like(old, "rule").with("id", &self.own_id(old, &wish));
        for (name, text) in old.attributes().filter(|(name, _)| *name != "id") {
            let text = match name {
                "score" => score_word(text),
                "role" => value::role(text).to_owned(),
                _ => text.to_owned(),
            };
            new.set(renamed(name, &RULE), &text);
        }
        if depth == Depth::Outermost && new.attribute("score").is_none() && new.attribute("score-attribute").is_none() {
            new.set("score", "0");
        }
        for child in old.children() {
            let child = self.condition(child, &new);
            new.children_mut().push(Arc::new(child));
        }
        if old.children().is_empty() {
            let always = self.always(&new);
            new.children_mut().push(Arc::new(always));
        }
        new
    }

    /// One expression inside a rule.
    fn condition(&mut self, old: &Element, rule: &Element) -> Element {
        if old.name() == "rule" {
            return self.rule(old, rule, Depth::Nested);
        }
        let wish = format!("{}-{}", rule.id().unwrap_or_default(), old.name());
        let mut new = like(old, old.name()).with("id", &self.own_id(old, &wish));
        for (name, value) in old.attributes().filter(|(name, _)| *name != "id") {
            new.set(renamed(name, &[("op", "operation")]), value);
        }
        if old.name() == "date_expression" && new.attribute("operation").is_none() {
            new.set("operation", "in_range");
        }
        for part in old.children() {
            let wish = format!("{}-{}", new.id().unwrap_or_default(), part.name());
            let id = self.own_id(part, &wish);
            new.children_mut().push(Arc::new(copied(part, &[]).with("id", &id)));
        }
        new
    }

    /// A rule without conditions holds everywhere; today's syntax wants that said.
    fn always(&mut self, rule: &Element) -> Element {
        let id = self.ids.make(&format!("{}-expression", rule.id().unwrap_or_default()));
        Element::new("expression").with("id", &id).with("attribute", "#uname").with("operation", "defined")
    }
}

/// The pairs of a set, wrapped (as they should be) or not.
pub(super) fn pairs(set: &Element) -> impl Iterator<Item = &Element> {
    let wrapped = set.children_named("attributes").flat_map(|wrapper| wrapper.children_named("nvpair"));
    wrapped.chain(set.children_named("nvpair")).map(|pair| &**pair)
}

/// A score as it is written today; what is none stays as it is.
pub(super) fn score_word(text: &str) -> String {
    value::score(text).map_or_else(|| text.to_owned(), |score| score.to_string())
}
