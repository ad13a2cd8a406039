//! Is a history of one key linearizable? The search of Wing and Gong, with a memory of where it has been.
//!
//! A history holds when all acts that returned, and any of those that nobody knows about, can be put into one order that
//! respects real time (what had returned before another was asked comes first) and in which each answer is right.

#[cfg(test)]
mod tests;

use crate::endure::history::{Act, Entry, Told, Verdict};
use std::collections::HashSet;
use std::time::Duration;

/// Places looked at before the judge gives up: about a second of work and 100 MB.
const ATTEMPTS_MAX: usize = 500_000;

/// What a key holds.
type Value = Option<u64>;

/// Judges the history of one key that held nothing at first.
pub fn judge(history: &[Entry]) -> Verdict {
    let mut acts: Vec<Entry> = history.iter().copied().filter(Entry::matters).collect();
    acts.sort_by_key(|entry| entry.invoked);
    Search { acts, seen: HashSet::new(), furthest: Place::default() }.run()
}

/// Which acts have happened, and what the key holds after them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Place {
    happened: Vec<u64>,
    count: usize,
    value: Value,
}

impl Place {
    fn has(&self, act: usize) -> bool {
        self.happened.get(act / 64).is_some_and(|word| word & (1 << (act % 64)) != 0)
    }

    fn after(&self, act: usize, value: Value) -> Self {
        let mut next = self.clone();
        if next.happened.len() <= act / 64 {
            next.happened.resize(act / 64 + 1, 0);
        }
        next.happened[act / 64] |= 1 << (act % 64);
        next.count += 1;
        next.value = value;
        next
    }
}

struct Search {
    /// By the time they were asked.
    acts: Vec<Entry>,
    seen: HashSet<Place>,
    furthest: Place,
}

impl Search {
    fn run(mut self) -> Verdict {
        let mut open = vec![Place::default()];
        while let Some(place) = open.pop() {
            let Some(horizon) = self.horizon(&place) else { return Verdict::Holds };
            if place.count > self.furthest.count {
                self.furthest = place.clone();
            }
            if self.seen.len() > ATTEMPTS_MAX {
                return Verdict::Undecided(self.seen.len());
            }
            for next in self.nexts(&place, horizon) {
                if self.seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        Verdict::Violated(self.explain())
    }

    /// The earliest return among what is still to happen: nothing asked later can come first. `None`: nothing must happen any more.
    fn horizon(&self, place: &Place) -> Option<Duration> {
        let open = self.acts.iter().enumerate().filter(|(index, _)| !place.has(*index));
        open.filter_map(|(_, entry)| entry.settled()).min()
    }

    /// The places one act further; what was asked first is tried first.
    fn nexts(&self, place: &Place, horizon: Duration) -> Vec<Place> {
        let candidates = self.acts.iter().enumerate().take_while(|(_, entry)| entry.invoked <= horizon);
        let mut nexts: Vec<Place> = candidates
            .filter(|(index, _)| !place.has(*index))
            .filter_map(|(index, entry)| Some(place.after(index, effect(place.value, entry)?)))
            .collect();
        // What nobody knows about comes last: mostly it did happen soon or never.
        nexts.reverse();
        nexts
    }

    fn explain(&self) -> String {
        let place = &self.furthest;
        let open = self.acts.iter().enumerate().filter(|(index, _)| !place.has(*index));
        let lines: Vec<String> = open.take(12).map(|(_, entry)| entry.line()).collect();
        let (count, all, value) = (place.count, self.acts.len(), place.value);
        format!(
            "{count} of {all} acts can be ordered, then the key holds {value:?} and none of these fits:\n  {}",
            lines.join("\n  ")
        )
    }
}

/// The value after an act that was answered so; `None`: it cannot have been answered so here.
fn effect(value: Value, entry: &Entry) -> Option<Value> {
    match (entry.act, entry.told) {
        (Act::Write(new), _) => Some(Some(new)),
        (Act::Create(new), Told::Done) => value.is_none().then_some(Some(new)),
        (Act::Create(_), Told::Exists) => value.is_some().then_some(value),
        (Act::Create(new), Told::Nothing | Told::Refused | Told::Saw(_)) => Some(value.or(Some(new))),
        (Act::Delete, _) => Some(None),
        (Act::DeleteIf(old), _) => Some(value.filter(|value| *value != old)),
        (Act::Add, _) => Some(Some(value.unwrap_or(0) + 1)),
        (Act::Read, Told::Saw(seen)) => (seen == value).then_some(value),
        (Act::Read, Told::Done | Told::Exists | Told::Refused | Told::Nothing) => Some(value),
    }
}
