//! The middle link of the liveness chain: the node loop says that it moves, and the messaging loop looks.

use model::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long the node loop may take for one turn before this node counts as unable to think.
pub const STALL: Duration = Duration::from_secs(10);

/// A gap of the watcher's own beyond which it has been stopped itself, and blames nobody.
const OWN_GAP: Duration = Duration::from_secs(2);

/// When the node loop last began a turn.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// To be called in each turn.
    pub fn moved(&self, now: Instant) {
        self.0.store(now.as_micros(), Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// The messaging loop's view of it.
#[derive(Debug)]
pub struct Watcher {
    progress: Progress,
    last_look: Instant,
    forgiven: Instant,
}

impl Watcher {
    /// Watches from now on.
    pub fn new(progress: Progress, now: Instant) -> Self {
        Self { progress, last_look: now, forgiven: now }
    }

    /// How long the node loop has not moved, when that is too long. A pause of the whole process is nobody's stall.
    pub fn stalled(&mut self, now: Instant) -> Option<Duration> {
        if now.since(self.last_look) > OWN_GAP {
            self.forgiven = now;
        }
        self.last_look = now;
        let still = now.since(self.progress.last().max(self.forgiven));
        (still > STALL).then_some(still)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_node_loop_that_stops_moving_is_seen_while_the_watcher_moves() {
        let progress = Progress::default();
        let mut watcher = Watcher::new(progress.clone(), at(0));
        for second in 1..=10 {
            assert_eq!(watcher.stalled(at(second)), None);
        }
        assert_eq!(watcher.stalled(at(11)), Some(Duration::from_secs(11)));
        progress.moved(at(11));
        assert_eq!(watcher.stalled(at(12)), None);
    }

    #[test]
    fn a_pause_of_both_is_no_stall() {
        let mut watcher = Watcher::new(Progress::default(), at(0));
        assert_eq!(watcher.stalled(at(1)), None);
        assert_eq!(watcher.stalled(at(60)), None);
        assert_eq!(watcher.stalled(at(61)), None);
    }
}
