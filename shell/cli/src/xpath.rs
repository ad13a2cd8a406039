//! The part of XPath 1.0 that is used on a CIB: paths over elements, with conditions on attributes.
//!
//! `/cib/configuration`, `//primitive[@id="ip"]//nvpair[@name='x' and not(@value)]`, `a|b`, `contains()`, `starts-with()`,
//! positions, and paths inside conditions. No other axes, no arithmetic.

mod read;

pub use read::read;

use cib::Element;
use std::sync::Arc;

/// An expression that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xpath {
    alternatives: Vec<Path>,
}

/// Steps, and the attribute at their end if one is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    steps: Vec<Step>,
    attribute: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// At any depth below (`//`), not only right below.
    deep: bool,
    /// `None`: any tag.
    tag: Option<String>,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Exists(Path),
    Equal(Value, Value),
    Differs(Value, Value),
    Contains(Value, Value),
    Starts(Value, Value),
    Position(usize),
    Last,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Literal(String),
    Path(Path),
}

/// An element and those around it, the root first.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    chain: Vec<&'a Arc<Element>>,
}

impl<'a> Match<'a> {
    /// The element itself.
    pub fn element(&self) -> &'a Arc<Element> {
        self.chain.last().expect("a match holds at least the root")
    }

    /// Where it is: `/cib/configuration/nodes/node[@id='1']`.
    pub fn path(&self) -> String {
        let step = |element: &&Arc<Element>| match element.id() {
            Some(id) => format!("/{}[@id='{id}']", element.name()),
            None => format!("/{}", element.name()),
        };
        self.chain.iter().map(step).collect()
    }

    /// Its place by child numbers: the order of the document.
    fn order(&self) -> Vec<usize> {
        let place = |pair: &[&Arc<Element>]| pair[0].children().iter().position(|child| Arc::ptr_eq(child, pair[1]));
        self.chain
            .windows(2)
            .map(|pair| place(pair).expect("each element of a chain is a child of the one before"))
            .collect()
    }
}

impl Xpath {
    /// Every element that matches, in the order of the document.
    pub fn matches<'a>(&self, root: &'a Arc<Element>) -> Vec<Match<'a>> {
        let mut found: Vec<(Vec<usize>, Match<'a>)> = Vec::new();
        for path in &self.alternatives {
            found.extend(path.in_root(root).into_iter().map(|found| (found.order(), found)));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found.dedup_by(|a, b| a.0 == b.0);
        found.into_iter().map(|(_, found)| found).collect()
    }
}

impl Path {
    fn in_root<'a>(&self, root: &'a Arc<Element>) -> Vec<Match<'a>> {
        let Some((first, rest)) = self.steps.split_first() else { return Vec::new() };
        let start = Match { chain: vec![root] };
        let mut candidates = vec![start.clone()];
        if first.deep {
            descendants(&start, &mut candidates);
        }
        self.walk(first.keep(candidates), rest)
    }

    /// The elements that the path leads to from this one; itself for a path without steps.
    fn in_element<'a>(&self, element: &'a Arc<Element>) -> Vec<Match<'a>> {
        self.walk(vec![Match { chain: vec![element] }], &self.steps)
    }

    fn walk<'a>(&self, start: Vec<Match<'a>>, steps: &[Step]) -> Vec<Match<'a>> {
        let end =
            steps.iter().fold(start, |matches, step| matches.iter().flat_map(|found| step.below(found)).collect());
        end.into_iter()
            .filter(|found| self.attribute.as_deref().is_none_or(|name| found.element().attribute(name).is_some()))
            .collect()
    }

    fn strings(&self, element: &Arc<Element>) -> Vec<String> {
        let text = |found: &Match<'_>| match &self.attribute {
            Some(name) => found.element().attribute(name).unwrap_or_default().to_owned(),
            None => found.element().text().unwrap_or_default().to_owned(),
        };
        self.in_element(element).iter().map(text).collect()
    }
}

impl Step {
    fn below<'a>(&self, parent: &Match<'a>) -> Vec<Match<'a>> {
        let mut candidates = Vec::new();
        if self.deep {
            descendants(parent, &mut candidates);
        } else {
            candidates.extend(parent.element().children().iter().map(|child| extend(parent, child)));
        }
        self.keep(candidates)
    }

    fn keep<'a>(&self, mut candidates: Vec<Match<'a>>) -> Vec<Match<'a>> {
        candidates.retain(|found| self.tag.as_deref().is_none_or(|tag| tag == found.element().name()));
        for condition in &self.conditions {
            let count = candidates.len();
            let mut position = 0;
            candidates.retain(|found| {
                position += 1;
                condition.holds(found.element(), position, count)
            });
        }
        candidates
    }
}

impl Condition {
    fn holds(&self, element: &Arc<Element>, position: usize, count: usize) -> bool {
        let pairs = |a: &Value, b: &Value, test: fn(&str, &str) -> bool| {
            let (left, right) = (a.strings(element), b.strings(element));
            left.iter().any(|x| right.iter().any(|y| test(x, y)))
        };
        match self {
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(element, position, count)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(element, position, count)),
            Self::Not(condition) => !condition.holds(element, position, count),
            Self::Exists(path) => !path.in_element(element).is_empty(),
            Self::Equal(a, b) => pairs(a, b, |x, y| x == y),
            Self::Differs(a, b) => pairs(a, b, |x, y| x != y),
            Self::Contains(a, b) => pairs(a, b, |x, y| x.contains(y)),
            Self::Starts(a, b) => pairs(a, b, |x, y| x.starts_with(y)),
            Self::Position(wanted) => *wanted == position,
            Self::Last => position == count,
        }
    }
}

impl Value {
    fn strings(&self, element: &Arc<Element>) -> Vec<String> {
        match self {
            Self::Literal(text) => vec![text.clone()],
            Self::Path(path) => path.strings(element),
        }
    }
}

fn extend<'a>(parent: &Match<'a>, child: &'a Arc<Element>) -> Match<'a> {
    let mut chain = parent.chain.clone();
    chain.push(child);
    Match { chain }
}

fn descendants<'a>(parent: &Match<'a>, into: &mut Vec<Match<'a>>) {
    for child in parent.element().children() {
        let found = extend(parent, child);
        into.push(found.clone());
        descendants(&found, into);
    }
}

#[cfg(test)]
mod tests;
