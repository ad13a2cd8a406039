//! The figures of a run.

use crate::endure::fault::Kind;
use crate::endure::history::{Act, Entry, Told};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What a run has seen so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rounds of faults.
    pub rounds: u64,
    /// Faults by the first words of their names.
    pub faults: BTreeMap<String, u64>,
    /// Changes acknowledged, refused, and those whose fate the client was not told; reads at the coordinator.
    pub acts: [u64; 4],
    /// Keys whose history was judged, and those where the judge gave up.
    pub keys: [u64; 2],
    /// From the heal until all replicas were equal.
    pub converged: Vec<Duration>,
    /// From the heal until each resource ran exactly once.
    pub serving: Vec<Duration>,
    /// How long there were two holders within the windows of a cut.
    pub cut: Vec<Duration>,
    /// The same where a host was left with nobody who could stop anything.
    pub orphaned: Vec<Duration>,
    /// Everything that must not be.
    pub violations: Vec<String>,
}

impl Tally {
    /// Counts a fault.
    pub fn fault(&mut self, kind: &Kind) {
        let text = kind.to_string();
        let words: Vec<&str> = text.split(' ').take_while(|word| !word.starts_with('n')).collect();
        *self.faults.entry(words.join(" ")).or_default() += 1;
    }

    /// Counts the acts of a history.
    pub fn history(&mut self, history: &[Entry]) {
        for entry in history {
            let place = match (entry.act, entry.told) {
                (Act::Read, _) => 3,
                (_, Told::Nothing) => 2,
                (_, Told::Refused | Told::Exists) => 1,
                (_, Told::Done | Told::Saw(_)) => 0,
            };
            self.acts[place] += 1;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.faults.iter().map(|(name, count)| format!("{count} {name}")).collect();
        writeln!(f, "rounds:             {}", self.rounds)?;
        writeln!(f, "faults:             {}: {}", self.faults.values().sum::<u64>(), faults.join(", "))?;
        let [done, refused, unknown, reads] = self.acts;
        writeln!(f, "changes:            {done} acknowledged, {refused} refused, {unknown} of unknown fate")?;
        writeln!(f, "reads:              {reads} at the coordinator")?;
        writeln!(f, "histories:          {} keys judged, {} undecided", self.keys[0], self.keys[1])?;
        writeln!(f, "replicas equal:     {}", spread(&self.converged))?;
        writeln!(f, "each runs once:     {}", spread(&self.serving))?;
        writeln!(f, "two holders, cut:   {} within the windows; {}", self.cut.len(), spread(&self.cut))?;
        writeln!(f, "two, host unable:   {} within the windows; {}", self.orphaned.len(), spread(&self.orphaned))?;
        write!(f, "violations:         {}", self.violations.len())?;
        self.violations.iter().try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

/// Median and worst.
fn spread(times: &[Duration]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort();
    match (sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(median), Some(worst)) => {
            format!("{:.2} s in the middle, {:.2} s at worst", median.as_secs_f64(), worst.as_secs_f64())
        }
        _ => "none".to_owned(),
    }
}
