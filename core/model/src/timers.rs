//! A machine's timers: a closed enum of keys, one deadline each.

use crate::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// One deadline per key. Setting a key again moves it; a payload inside the key makes a late one harmless.
#[derive(Clone, Debug)]
pub struct Timers<K> {
    by_key: BTreeMap<K, Instant>,
    by_time: BTreeSet<(Instant, K)>,
}

impl<K: Ord + Clone> Default for Timers<K> {
    fn default() -> Self {
        Self { by_key: BTreeMap::new(), by_time: BTreeSet::new() }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Sets or moves a timer.
    pub fn set(&mut self, key: K, at: Instant) {
        if let Some(old) = self.by_key.insert(key.clone(), at) {
            self.by_time.remove(&(old, key.clone()));
        }
        self.by_time.insert((at, key));
    }

    /// Forgets a timer; nothing happens when it was not set.
    pub fn cancel(&mut self, key: &K) {
        if let Some(old) = self.by_key.remove(key) {
            self.by_time.remove(&(old, key.clone()));
        }
    }

    /// When this timer will fire, if it is set.
    pub fn at(&self, key: &K) -> Option<Instant> {
        self.by_key.get(key).copied()
    }

    /// The earliest deadline.
    pub fn deadline(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due; call until `None`.
    pub fn expired(&mut self, now: Instant) -> Option<K> {
        let (at, _) = self.by_time.first()?;
        if *at > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::Timers;
    use crate::Instant;

    #[test]
    fn a_timer_that_was_moved_fires_once_at_its_new_time() {
        let mut timers = Timers::default();
        timers.set("a", Instant::from_micros(5));
        timers.set("b", Instant::from_micros(7));
        timers.set("a", Instant::from_micros(9));
        assert_eq!(timers.expired(Instant::from_micros(6)), None);
        assert_eq!(timers.expired(Instant::from_micros(9)), Some("b"));
        assert_eq!(timers.expired(Instant::from_micros(9)), Some("a"));
        assert_eq!(timers.expired(Instant::from_micros(99)), None);
        assert_eq!(timers.deadline(), None);
    }
}
