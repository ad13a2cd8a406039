//! The wire between hosts: delay, loss, doubles, cuts in one direction or both.

use model::Rng;
use std::collections::BTreeSet;
use std::time::Duration;

/// Shortest way between two hosts.
const DELAY_MIN: Duration = Duration::from_micros(100);

/// What the wire does to packets at present.
#[derive(Clone, Debug)]
pub struct Network {
    /// Pairs (from, to) between which nothing passes.
    cuts: BTreeSet<(usize, usize)>,
    /// Of a thousand packets, so many are lost.
    pub loss: u64,
    /// Of a thousand packets, so many arrive twice.
    pub doubles: u64,
    /// The longest time on the way; different for each packet, so packets overtake each other.
    pub delay: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self { cuts: BTreeSet::new(), loss: 0, doubles: 0, delay: Duration::from_millis(1) }
    }
}

impl Network {
    /// Nothing passes from one host to another any more.
    pub fn cut(&mut self, from: usize, to: usize) {
        self.cuts.insert((from, to));
    }

    /// Nothing passes between the hosts of `group` and the others.
    pub fn partition(&mut self, group: &BTreeSet<usize>, hosts: usize) {
        for from in 0..hosts {
            for to in 0..hosts {
                if group.contains(&from) != group.contains(&to) {
                    self.cut(from, to);
                }
            }
        }
    }

    /// Everything passes as it should.
    pub fn heal(&mut self) {
        *self = Self::default();
    }

    /// Whether anything is wrong with it.
    pub fn is_whole(&self) -> bool {
        self.cuts.is_empty() && self.loss == 0
    }

    /// When the copies of a packet arrive, counted from now; none when it is lost.
    pub fn arrivals(&self, from: usize, to: usize, rng: &mut Rng) -> Vec<Duration> {
        if self.cuts.contains(&(from, to)) || rng.chance(self.loss) {
            return Vec::new();
        }
        let copies = 1 + u64::from(rng.chance(self.doubles));
        (0..copies).map(|_| DELAY_MIN + fraction(self.delay, rng)).collect()
    }
}

/// Any part of a span.
pub fn fraction(span: Duration, rng: &mut Rng) -> Duration {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(rng.below(micros.max(1)))
}
