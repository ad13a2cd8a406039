//! The wire between hosts: delay, loss, doubles, cuts in one direction or both, and a stranger who records it.

use model::Rng;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Shortest way between two hosts.
const DELAY_MIN: Duration = Duration::from_micros(100);
/// How many packets of a host the stranger keeps.
const RECORDED: usize = 40;

/// A packet on its way: to one host, or to all others.
#[derive(Clone, Debug)]
pub struct Packet {
    /// `None`: everybody.
    pub to: Option<usize>,
    /// What it says.
    pub bytes: Arc<[u8]>,
}

/// What the wire does to packets at present.
#[derive(Clone, Debug)]
pub struct Network {
    /// Pairs (from, to) between which nothing passes.
    cuts: BTreeSet<(usize, usize)>,
    /// Hosts that do not reach the witness.
    pub without_witness: BTreeSet<usize>,
    /// Of a thousand packets, so many are lost.
    pub loss: u64,
    /// Of a thousand packets, so many arrive twice.
    pub doubles: u64,
    /// The longest time on the way; different for each packet, so packets overtake each other.
    pub delay: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            cuts: BTreeSet::new(),
            without_witness: BTreeSet::new(),
            loss: 0,
            doubles: 0,
            delay: Duration::from_millis(1),
        }
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

    /// Whether packets arrive in both directions between any two hosts, and in time.
    pub fn is_whole(&self) -> bool {
        self.cuts.is_empty() && self.loss == 0 && self.delay <= Duration::from_millis(50)
    }

    /// When the copies of a packet arrive, counted from now; none when it is lost.
    pub fn arrivals(&self, from: usize, to: usize, rng: &mut Rng) -> [Option<Duration>; 2] {
        if self.cuts.contains(&(from, to)) || self.loss > 0 && rng.chance(self.loss) {
            return [None; 2];
        }
        let copy = self.doubles > 0 && rng.chance(self.doubles);
        [Some(self.way(rng)), copy.then(|| self.way(rng))]
    }

    /// How long one packet takes.
    pub fn way(&self, rng: &mut Rng) -> Duration {
        DELAY_MIN + fraction(self.delay, rng)
    }
}

/// What the stranger has recorded of one host.
#[derive(Clone, Debug, Default)]
pub struct Recording(VecDeque<Packet>);

impl Recording {
    /// One more; the oldest is forgotten.
    pub fn add(&mut self, packet: Packet) {
        if self.0.len() == RECORDED {
            self.0.pop_front();
        }
        self.0.push_back(packet);
    }

    /// The packets, oldest first.
    pub fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.0.iter()
    }
}

/// Any part of a span.
pub fn fraction(span: Duration, rng: &mut Rng) -> Duration {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(rng.below(micros.max(1)))
}
