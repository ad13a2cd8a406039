//! The coordinator's part: numbers what comes, each origin in its own order, and knows who holds what.

use super::{RESEND_BATCH, SLOTS_AHEAD_MAX, SUBMITS_AHEAD_MAX};
use crate::wire::Piece;
use model::{Instant, NodeName};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an acknowledgement may take before slots are sent again.
const RESEND_AFTER: Duration = Duration::from_millis(15);
/// How often that doubles for a member that stays silent: up to 120 ms.
const DOUBLINGS_MAX: u32 = 3;

/// Numbers the pieces of one view.
#[derive(Clone, Debug)]
pub(crate) struct Sequencer {
    highest: u64,
    others: BTreeMap<NodeName, Progress>,
    intakes: BTreeMap<NodeName, Intake>,
}

/// How far another member is.
#[derive(Debug, Clone, Copy)]
struct Progress {
    acked: u64,
    since: Instant,
    resends: u32,
}

/// What one origin has submitted and is not numbered yet.
#[derive(Clone, Debug, Default)]
struct Intake {
    numbered: u64,
    waiting: BTreeMap<u64, Piece>,
}

impl Sequencer {
    /// For a new view; `others` are its members without ourselves.
    pub(crate) fn new(others: impl Iterator<Item = NodeName>) -> Self {
        let start = Progress { acked: 0, since: Instant::ZERO, resends: 0 };
        Self { highest: 0, others: others.map(|name| (name, start)).collect(), intakes: BTreeMap::new() }
    }

    /// Takes a piece from its origin; one that came before is ignored.
    pub(crate) fn submit(&mut self, piece: Piece) {
        let intake = self.intakes.entry(piece.origin.clone()).or_default();
        let bound = intake.numbered + 2 * SUBMITS_AHEAD_MAX;
        if piece.local > intake.numbered && piece.local <= bound {
            intake.waiting.insert(piece.local, piece);
        }
    }

    /// Numbers what can be: in turn, one of each origin, as long as the slowest member keeps up.
    pub(crate) fn number(&mut self, stable: u64, now: Instant) -> Vec<(u64, Piece)> {
        let mut numbered = Vec::new();
        let mut progress = true;
        while progress {
            progress = false;
            for intake in self.intakes.values_mut() {
                if self.highest >= stable + SLOTS_AHEAD_MAX {
                    break;
                }
                if let Some(piece) = intake.waiting.remove(&(intake.numbered + 1)) {
                    intake.numbered += 1;
                    self.highest += 1;
                    numbered.push((self.highest, piece));
                    progress = true;
                }
            }
        }
        self.start_waiting(numbered.len(), now);
        numbered
    }

    /// Those who were up to date owe an acknowledgement from now on.
    fn start_waiting(&mut self, count: usize, now: Instant) {
        let before = self.highest - u64::try_from(count).expect("a short list");
        for progress in self.others.values_mut().filter(|progress| count > 0 && progress.acked == before) {
            progress.since = now;
        }
    }

    /// A member holds everything up to `slot`.
    pub(crate) fn acknowledge(&mut self, from: &NodeName, slot: u64, now: Instant) {
        if let Some(progress) = self.others.get_mut(from).filter(|progress| slot > progress.acked) {
            *progress = Progress { acked: slot.min(self.highest), since: now, resends: 0 };
        }
    }

    #[cfg(test)]
    pub(crate) fn highest(&self) -> u64 {
        self.highest
    }

    /// Pieces that have no number yet.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.intakes.values().map(|intake| intake.waiting.len()).sum()
    }

    /// Everybody holds everything up to here, `own` being how far we are.
    pub(crate) fn stable(&self, own: u64) -> u64 {
        self.others.values().map(|progress| progress.acked).fold(own, u64::min)
    }

    /// Who has waited long enough for which slots; each is due again later and later.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<(NodeName, std::ops::RangeInclusive<u64>)> {
        let highest = self.highest;
        let batch = u64::try_from(RESEND_BATCH).expect("a small number");
        let late = self.others.iter_mut().filter(|(_, progress)| progress.due(highest).is_some_and(|due| due <= now));
        late.map(|(name, progress)| {
            progress.since = now;
            progress.resends = (progress.resends + 1).min(DOUBLINGS_MAX);
            (name.clone(), progress.acked + 1..=highest.min(progress.acked + batch))
        })
        .collect()
    }

    /// When `overdue` has something to say next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.others.values().filter_map(|progress| progress.due(self.highest)).min()
    }
}

impl Progress {
    fn due(&self, highest: u64) -> Option<Instant> {
        (self.acked < highest).then(|| self.since + RESEND_AFTER * 2u32.pow(self.resends))
    }
}
