//! Is a history of one counter right? Additions commute, so bounds say what a search would.
//!
//! A read shows at least what was acknowledged before it was asked and at most what was asked before it returned, and
//! never less than a read that had returned before. Counters are never removed.

#[cfg(test)]
mod tests;

use crate::endure::history::{Act, Entry, Told, Verdict};

/// Judges the history of one counter that began at nothing.
pub fn judge(history: &[Entry]) -> Verdict {
    let wrong = history.iter().find_map(|entry| out_of_bounds(history, entry).or_else(|| goes_back(history, entry)));
    wrong.map_or(Verdict::Holds, Verdict::Violated)
}

fn seen(entry: &Entry) -> Option<u64> {
    match entry.told {
        Told::Saw(value) => Some(value.unwrap_or(0)),
        Told::Done | Told::Exists | Told::Refused | Told::Nothing => None,
    }
}

fn out_of_bounds(history: &[Entry], read: &Entry) -> Option<String> {
    let value = seen(read)?;
    let additions = || history.iter().filter(|entry| entry.act == Act::Add);
    let count = |certain: &dyn Fn(&Entry) -> bool| additions().filter(|entry| certain(entry)).count() as u64;
    let least = count(&|entry| entry.told == Told::Done && entry.returned < read.invoked);
    let most = count(&|entry| entry.told != Told::Refused && entry.invoked <= read.returned);
    (value < least || value > most)
        .then(|| format!("a read shows {value}, and {least} to {most} are possible:\n  {}", read.line()))
}

fn goes_back(history: &[Entry], read: &Entry) -> Option<String> {
    let value = seen(read)?;
    let mut before = history.iter().filter(|entry| entry.returned < read.invoked);
    let higher = before.rfind(|entry| seen(entry).is_some_and(|earlier| earlier > value))?;
    Some(format!("a counter went back:\n  {}\n  {}", higher.line(), read.line()))
}
