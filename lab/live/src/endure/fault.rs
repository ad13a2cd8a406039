//! What is done to a cluster in one round, drawn from the seed.

#[cfg(test)]
mod tests;

use model::Rng;
use std::fmt;
use std::time::Duration;

/// Latest begin of a fault in its round.
const BEGIN_MS: u64 = 6_000;
/// A fault lasts so long at least, and up to this much longer.
const LASTS_MS: (u64, u64) = (1_500, 6_500);

/// One kind of harm; hosts by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `kill -9` of the brain; its supervisor starts another at once.
    KillBrain(usize),
    /// `kill -9` of the hands.
    KillHands(usize),
    /// `kill -9` of the supervisor, whose brain ends with it; both are started again when the fault ends.
    KillSupervisor(usize),
    /// `kill -9` of all three: resources go on with nobody to stop them until the fault ends.
    KillNode(usize),
    /// SIGSTOP to every process of the host.
    Freeze(usize),
    /// SIGSTOP to the brain alone.
    StallBrain(usize),
    /// These hosts and the rest do not reach each other.
    Partition(Vec<usize>),
    /// Everybody reaches this host, and it is all that two halves have in common.
    Bridge(usize),
    /// Nothing of the first reaches the second; the other way is open.
    OneWay(usize, usize),
    /// Nobody hears this host; it hears everybody.
    Mute(usize),
    /// This share of the host's packets is lost, in percent.
    Loss(usize, u32),
    /// The file system that holds the cluster's state is full.
    FullDisk(usize),
    /// Every process dies at once; the host boots again when the fault ends.
    PowerLoss(usize),
    /// The same everywhere.
    Blackout,
    /// An orderly stop, and a start when the fault ends.
    Leave(usize),
}

/// One fault of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// After the round's begin.
    pub begins: Duration,
    /// After the round's begin.
    pub ends: Duration,
    /// What.
    pub kind: Kind,
}

impl Kind {
    /// Whether a switch is to be told about it.
    pub fn is_network(&self) -> bool {
        match self {
            Self::Partition(_) | Self::Bridge(_) | Self::OneWay(..) | Self::Mute(_) | Self::Loss(..) => true,
            Self::KillBrain(_)
            | Self::KillHands(_)
            | Self::KillSupervisor(_)
            | Self::KillNode(_)
            | Self::Freeze(_)
            | Self::StallBrain(_)
            | Self::FullDisk(_)
            | Self::PowerLoss(_)
            | Self::Blackout
            | Self::Leave(_) => false,
        }
    }

    /// Whether a host is left with resources and without anybody who could stop them, until the fault ends.
    pub fn leaves_orphans(&self) -> bool {
        match self {
            Self::KillSupervisor(_) | Self::KillNode(_) | Self::Freeze(_) | Self::StallBrain(_) => true,
            Self::KillBrain(_)
            | Self::KillHands(_)
            | Self::FullDisk(_)
            | Self::Partition(_)
            | Self::Bridge(_)
            | Self::OneWay(..)
            | Self::Mute(_)
            | Self::Loss(..)
            | Self::PowerLoss(_)
            | Self::Blackout
            | Self::Leave(_) => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = |number: &usize| format!("n{}", number + 1);
        match self {
            Self::KillBrain(on) => write!(f, "kill -9 brain {}", host(on)),
            Self::KillHands(on) => write!(f, "kill -9 hands {}", host(on)),
            Self::KillSupervisor(on) => write!(f, "kill -9 supervisor {}", host(on)),
            Self::KillNode(on) => write!(f, "kill -9 node {}", host(on)),
            Self::Freeze(on) => write!(f, "freeze {}", host(on)),
            Self::StallBrain(on) => write!(f, "stall brain {}", host(on)),
            Self::Partition(side) => {
                write!(f, "partition {}|rest", side.iter().map(host).collect::<Vec<_>>().join(" "))
            }
            Self::Bridge(on) => write!(f, "bridge {}", host(on)),
            Self::OneWay(from, to) => write!(f, "cut {}->{}", host(from), host(to)),
            Self::Mute(on) => write!(f, "mute {}", host(on)),
            Self::Loss(on, percent) => write!(f, "loss {percent}% {}", host(on)),
            Self::FullDisk(on) => write!(f, "full disk {}", host(on)),
            Self::PowerLoss(on) => write!(f, "power loss {}", host(on)),
            Self::Blackout => write!(f, "power loss everywhere"),
            Self::Leave(on) => write!(f, "orderly stop {}", host(on)),
        }
    }
}

/// One to three faults for a cluster of so many hosts, in the order of their begins.
pub fn draw(rng: &mut Rng, hosts: usize) -> Vec<Fault> {
    let count = 1 + rng.below(3);
    let mut faults: Vec<Fault> = (0..count).map(|_| one(rng, hosts)).collect();
    faults.sort_by_key(|fault| fault.begins);
    faults
}

fn one(rng: &mut Rng, hosts: usize) -> Fault {
    let begins = Duration::from_millis(rng.below(BEGIN_MS));
    let ends = begins + Duration::from_millis(LASTS_MS.0 + rng.below(LASTS_MS.1));
    Fault { begins, ends, kind: kind(rng, hosts) }
}

fn kind(rng: &mut Rng, hosts: usize) -> Kind {
    let on = index(rng, hosts);
    let other = (on + 1 + index(rng, hosts - 1)) % hosts;
    match rng.below(30) {
        0..3 => Kind::KillBrain(on),
        3..5 => Kind::KillHands(on),
        5 => Kind::KillSupervisor(on),
        6..8 => Kind::KillNode(on),
        8..11 => Kind::Freeze(on),
        11 => Kind::StallBrain(on),
        12..16 => Kind::Partition(side(rng, hosts)),
        16..18 => Kind::Bridge(on),
        18..20 => Kind::OneWay(on, other),
        20 => Kind::Mute(on),
        21..23 => Kind::Loss(on, if rng.chance(500) { 15 } else { 30 }),
        23..25 => Kind::FullDisk(on),
        25..28 => Kind::PowerLoss(on),
        28 => Kind::Blackout,
        _ => Kind::Leave(on),
    }
}

/// One to half of the hosts.
fn side(rng: &mut Rng, hosts: usize) -> Vec<usize> {
    let size = 1 + index(rng, hosts / 2);
    let first = index(rng, hosts);
    (0..size).map(|step| (first + step) % hosts).collect()
}

fn index(rng: &mut Rng, bound: usize) -> usize {
    usize::try_from(rng.below(bound as u64)).expect("below a usize")
}
