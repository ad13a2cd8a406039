//! How a document became another one: every single difference between two trees, and the tree with some of them applied.
//!
//! Parts are found again by what they are about, not by ids that nobody refers to. Differences of the same kind are one
//! edit, whatever they happened to: a class that was renamed in forty places is one thing that somebody did.

use cib::Element;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Attributes that say nothing about a cluster; the newer value is taken without a word.
const NOISE: [&str; 7] =
    ["crm-debug-origin", "cib-last-written", "description", "num_updates", "epoch", "admin_epoch", "on_node"];

/// Attributes of which only counts that they are others: keys, digests and numbers of operations.
const MARKS: [&str; 5] = ["transition-key", "transition-magic", "operation_key", "op-digest", "call-id"];

/// Two documents, and what is done to the first to make it the second.
#[derive(Debug)]
pub struct Edits<'a> {
    old: &'a Element,
    new: &'a Element,
    /// Each edit, with how often it was made.
    kinds: BTreeMap<String, usize>,
}

impl<'a> Edits<'a> {
    /// All differences between two documents.
    pub fn between(old: &'a Element, new: &'a Element) -> Self {
        let mut kinds = BTreeMap::new();
        let mut note = |edit: String| {
            *kinds.entry(edit).or_default() += 1;
            true
        };
        merged(old, new, &mut note);
        Self { old, new, kinds }
    }

    /// The edits.
    pub fn all(&self) -> Vec<&str> {
        self.kinds.keys().map(String::as_str).collect()
    }

    /// How many places an edit changes.
    pub fn places(&self, edit: &str) -> usize {
        self.kinds.get(edit).copied().unwrap_or_default()
    }

    /// The first document with some of the edits.
    pub fn applied(&self, wanted: &[&str]) -> Arc<Element> {
        let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
        Arc::new(merged(self.old, self.new, &mut |edit| wanted.contains(edit.as_str())))
    }
}

/// The old element with those differences to the new one that are wanted; each is asked for once for each place.
fn merged(old: &Element, new: &Element, wanted: &mut dyn FnMut(String) -> bool) -> Element {
    let mut out = Element::new(new.name());
    let mut names: Vec<&str> = old.attributes().map(|(name, _)| name).collect();
    names.extend(new.attributes().map(|(name, _)| name).filter(|name| old.attribute(name).is_none()));
    for name in names {
        let (before, after) = (old.attribute(name), new.attribute(name));
        let quiet = NOISE.contains(&name) || (name == "id" && key(old) == key(new));
        let take_new = before == after || quiet || wanted(changed(old, name, before, after));
        if let Some(value) = if take_new { after } else { before } {
            out.set(name, value);
        }
    }
    let (olds, news) = (keyed(old), keyed(new));
    let moved = common(&olds, &news) != common(&news, &olds);
    let by_new = moved && wanted(format!("{}: in another order", place(new)));
    let mut kept: Vec<(String, Element)> = Vec::new();
    for (key, child) in &olds {
        match news.iter().find(|(other, _)| other == key) {
            Some((_, newer)) => kept.push((key.clone(), merged(child, newer, wanted))),
            None if wanted(format!("without {}", told(child))) => {}
            None => kept.push((key.clone(), (**child).clone())),
        }
    }
    for (at, (key, child)) in news.iter().enumerate() {
        if !olds.iter().any(|(other, _)| other == key) && wanted(format!("with {}", told(child))) {
            let after =
                news[..at].iter().rev().find_map(|(before, _)| kept.iter().position(|(known, _)| known == before));
            kept.insert(after.map_or(0, |place| place + 1), (key.clone(), (**child).clone()));
        }
    }
    if by_new {
        let rank = |key: &str| news.iter().position(|(known, _)| known == key).unwrap_or(usize::MAX);
        kept.sort_by_key(|(key, _)| rank(key));
    }
    out.children_mut().extend(kept.into_iter().map(|(_, child)| Arc::new(child)));
    out
}

/// The keys that another list knows, too, in order.
fn common<'a>(of: &'a [(String, Arc<Element>)], also_in: &[(String, Arc<Element>)]) -> Vec<&'a str> {
    let known = |key: &&str| also_in.iter().any(|(other, _)| other == key);
    of.iter().map(|(key, _)| key.as_str()).filter(known).collect()
}

/// An element's children, each with what it is known by; twins are numbered.
fn keyed(element: &Element) -> Vec<(String, Arc<Element>)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = element.children().iter().map(|child| {
        let key = key(child);
        let number = seen.entry(key.clone()).or_default();
        *number += 1;
        (format!("{key}#{number}"), Arc::clone(child))
    });
    numbered.collect()
}

/// What an element is known by among its siblings.
fn key(element: &Element) -> String {
    let of = |names: &[&str]| {
        let values: Vec<&str> = names.iter().map(|name| element.attribute(name).unwrap_or_default()).collect();
        format!("{} {}", element.name(), values.join(" "))
    };
    match element.name() {
        "nvpair" => of(&["name"]),
        "op" => of(&["name", "interval", "role"]),
        "lrm_rsc_op" => of(&["operation", "interval"]),
        "node_state" => of(&["uname"]),
        "cluster_property_set"
        | "meta_attributes"
        | "instance_attributes"
        | "rule"
        | "expression"
        | "date_expression"
        | "lrm"
        | "lrm_resources"
        | "transient_attributes" => of(&[]),
        _ => of(&["id"]),
    }
}

/// What was done to an attribute, without whose it is.
fn changed(element: &Element, name: &str, before: Option<&str>, after: Option<&str>) -> String {
    if MARKS.contains(&name) && before.is_some() && after.is_some() {
        return format!("{} {name}: another one", place(element));
    }
    let value = |value: Option<&str>| value.map_or("nothing".to_owned(), |value| format!("{value:?}"));
    format!("{} {name}: {} is now {}", place(element), value(before), value(after))
}

/// An element's kind, for what has no meaning without it with what it is about.
fn place(element: &Element) -> String {
    let about = match element.name() {
        "lrm_rsc_op" => element.attribute("operation"),
        "nvpair" | "op" => element.attribute("name"),
        _ => None,
    };
    about.map_or_else(|| element.name().to_owned(), |about| format!("{} {about}", element.name()))
}

/// An element that came or went: its kind and attributes, ids aside.
fn told(element: &Element) -> String {
    let said = element
        .attributes()
        .filter(|(name, _)| *name != "id" && *name != "name" && !NOISE.contains(name) && !MARKS.contains(name));
    said.fold(place(element), |told, (name, value)| format!("{told} {name}={value:?}"))
}
