//! Ids in use: originals first, new ones where two clash or one is missing.

use crate::Element;
use std::collections::{BTreeMap, BTreeSet};

/// Elements whose id others refer to: it is theirs whoever else has it.
const NAMED: [&str; 4] = ["primitive", "group", "clone", "master_slave"];

/// What is taken, and what was used up.
pub(super) struct Ids {
    originals: BTreeSet<String>,
    used: BTreeSet<String>,
    /// The last number tried for each new id, so that many clashes of one id stay cheap.
    numbers: BTreeMap<String, u32>,
}

impl Ids {
    /// All ids of the configuration; those of resources are used already.
    pub(super) fn of(cib: &Element) -> Self {
        let mut ids = Self { originals: BTreeSet::new(), used: BTreeSet::new(), numbers: BTreeMap::new() };
        ids.gather(cib.child("configuration").map_or(cib, |configuration| configuration));
        ids
    }

    fn gather(&mut self, element: &Element) {
        if let Some(id) = element.id() {
            self.originals.insert(id.to_owned());
            if NAMED.contains(&element.name()) {
                self.used.insert(id.to_owned());
            }
        }
        for child in element.children() {
            self.gather(child);
        }
    }

    /// The id of an element that has one: its own, unless somebody before it had the same.
    pub(super) fn keep(&mut self, id: &str) -> String {
        if self.used.insert(id.to_owned()) { id.to_owned() } else { self.make(id) }
    }

    /// A new id, like `wish`.
    pub(super) fn make(&mut self, wish: &str) -> String {
        if !self.originals.contains(wish) && self.used.insert(wish.to_owned()) {
            return wish.to_owned();
        }
        let mut number = self.numbers.get(wish).copied().unwrap_or(1);
        loop {
            number += 1;
            let id = format!("{wish}-{number}");
            if !self.originals.contains(&id) && self.used.insert(id.clone()) {
                self.numbers.insert(wish.to_owned(), number);
                return id;
            }
        }
    }
}
