//! The keys of one round and what was done with them; where they live in a CIB, and how to find them there.
//!
//! A register is a property set of its own whose `score` is the value (nothing reads it: the set is empty); a counter is a
//! permanent attribute of the first node.

use crate::endure::history::Entry;
use cib::Element;
use model::Rng;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Keys in use at a time: so many registers, and so many counters.
const REGISTERS: u64 = 6;
const COUNTERS: u64 = 2;
/// After so many acts on each, others take their place: a judge's work grows faster than a history.
const ACTS_PER_KEY: u64 = 60;
/// The node whose attributes are counters.
pub const COUNTING_NODE: &str = "n1";

/// What clients act on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Holds a value or nothing.
    Register(String),
    /// Counts.
    Counter(String),
}

impl Key {
    /// Its name in the CIB.
    pub fn name(&self) -> &str {
        match self {
            Self::Register(name) | Self::Counter(name) => name,
        }
    }

    /// Its value in a CIB.
    pub fn value(&self, cib: &Element) -> Option<u64> {
        let configuration = cib.child("configuration")?;
        match self {
            Self::Register(name) => {
                let sets = configuration.child("crm_config")?;
                sets.children().iter().find(|set| set.id() == Some(name))?.attribute("score")?.parse().ok()
            }
            Self::Counter(name) => {
                let nodes = configuration.child("nodes")?.children();
                let node = nodes.iter().find(|node| node.attribute("uname") == Some(COUNTING_NODE))?;
                let mut pairs = node.children_named("instance_attributes").flat_map(|set| set.children());
                pairs.find(|pair| pair.attribute("name") == Some(name))?.attribute("value")?.parse().ok()
            }
        }
    }
}

/// The histories of one round.
#[derive(Debug)]
pub struct Book {
    round: u64,
    issued: AtomicU64,
    values: AtomicU64,
    histories: Mutex<BTreeMap<Key, Vec<Entry>>>,
}

impl Book {
    /// An empty one.
    pub fn of_round(round: u64) -> Self {
        Self { round, issued: AtomicU64::new(0), values: AtomicU64::new(0), histories: Mutex::default() }
    }

    /// A key to act on.
    pub fn pick(&self, rng: &mut Rng) -> Key {
        let issued = self.issued.fetch_add(1, Ordering::Relaxed);
        let generation = issued / (ACTS_PER_KEY * (REGISTERS + COUNTERS));
        let number = rng.below(REGISTERS + COUNTERS);
        let name = format!("r{}-{generation}-{number}", self.round);
        if number < REGISTERS { Key::Register(name) } else { Key::Counter(name) }
    }

    /// A value that no register of this round has had.
    pub fn new_value(&self) -> u64 {
        self.values.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Writes one act down.
    pub fn note(&self, key: &Key, entry: Entry) {
        let mut histories = self.histories.lock().unwrap_or_else(PoisonError::into_inner);
        histories.entry(key.clone()).or_default().push(entry);
    }

    /// Everything so far.
    pub fn histories(&self) -> BTreeMap<Key, Vec<Entry>> {
        self.histories.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
