//! Name-value pairs, and how the sets of the configuration merge into them.

use crate::document::Document;
use crate::rules::{self, Facts, NextChange};
use crate::values;
use cib::Element;
use model::Score;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Name-value pairs in name order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether the name is there and its value means true.
    pub fn is_true(&self, name: &str) -> bool {
        values::is_true(self.get(name))
    }

    /// Sets a value, replacing another one.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Sets a value unless there is one: the first one seen wins.
    pub fn offer(&mut self, name: &str, value: &str) {
        if !self.0.contains_key(name) {
            self.set(name, value);
        }
    }

    /// Forgets a value.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name begins so.
    pub(crate) fn any_from(&self, prefix: &str) -> bool {
        self.from(prefix).next().is_some()
    }

    /// The pairs whose names begin so, by name.
    pub(crate) fn from<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let range = self.0.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        range.map(|(name, value)| (name.as_str(), value.as_str())).take_while(move |(name, _)| name.starts_with(prefix))
    }

    /// All pairs, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Merges the sets with a tag below an element, each when its rule holds: first the one with the id `first`,
    /// then by falling score, then the later one in the document first (the earlier one, in a Heartbeat 2 file). The first
    /// value of a name wins.
    pub(crate) fn merge_sets(&mut self, from: &Merge<'_>, parent: &Element, tag: &str, next: &mut NextChange) {
        let mut sets: Vec<&Arc<Element>> =
            parent.children_named(tag).filter_map(|set| from.document.resolve(set)).collect();
        let rank = |set: &Element| {
            let first = from.first.is_some() && set.id() == from.first;
            let score = set.attribute("score").and_then(Score::parse).unwrap_or(Score::ZERO);
            (Reverse(first), Reverse(score))
        };
        if !from.document.first_set_wins() {
            sets.reverse();
        }
        sets.sort_by_key(|set| rank(set));
        for set in sets {
            let rule = set.child("rule").map(|rule| from.document.resolve(rule));
            if match rule {
                None => true,
                Some(rule) => rule.is_some_and(|rule| rules::holds(rule, &from.facts, next)),
            } {
                self.merge_set(from.document, set);
            }
        }
    }

    fn merge_set(&mut self, document: &Document, set: &Element) {
        let pairs = set.child("attributes").map_or(set, |wrapper| wrapper);
        for pair in pairs.children_named("nvpair") {
            let Some(pair) = document.resolve(pair) else { continue };
            let (Some(name), Some(value)) = (pair.attribute("name"), pair.attribute("value")) else { continue };
            if value.eq_ignore_ascii_case("#default") {
                self.remove(name);
            } else {
                self.offer(name, value);
            }
        }
    }
}

/// Where sets are merged from: what their rules may look at, and which set goes first.
#[derive(Clone, Copy)]
pub(crate) struct Merge<'a> {
    pub document: &'a Document,
    pub facts: Facts<'a>,
    pub first: Option<&'a str>,
}
