//! The faults of a story: kinds, how each strikes, and what repairs it after a while.

use super::draw::Dice;
use crate::agents::Fault;
use crate::verb::{Verb, Wish};
use std::time::Duration;

/// Of a thousand steps, so many strike.
const STRIKES: u64 = 350;

/// Kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A host loses its power, with all that is not on disk.
    Power,
    /// A host loses its power in the middle of what it does.
    Crash,
    /// A brain is killed; hands and services stay.
    Brain,
    /// Hands are replaced; services stay.
    Hands,
    /// The hosts fall into two parts.
    Partition,
    /// Nothing passes from one host to another, but back; or nothing between a host and the witness.
    OneWay,
    /// Packets are lost and doubled.
    Loss,
    /// Packets take long and overtake each other.
    Delay,
    /// A host dies, and what it has sent arrives again and again.
    Replay,
    /// An agent fails, hangs, lies, or outlives its timeout.
    Agent,
    /// As `Agent`, when it should stop: the service stays, and nobody can fence the host.
    Stop,
    /// A service dies.
    Death,
    /// A brain is stopped for a while.
    Pause,
    /// One of a brain's loops stands still for a while.
    Stall,
    /// Writes take long.
    SlowDisk,
    /// Writes do not end.
    FullDisk,
    /// A host loses its power and gets a new disk.
    LostDisk,
    /// A wall clock jumps, forwards or backwards.
    Clock,
    /// A node leaves in order.
    Leave,
    /// The witness starts anew.
    Witness,
}

/// All of them.
pub(super) const KINDS: [Kind; 20] = [
    Kind::Power,
    Kind::Crash,
    Kind::Brain,
    Kind::Hands,
    Kind::Partition,
    Kind::OneWay,
    Kind::Loss,
    Kind::Delay,
    Kind::Replay,
    Kind::Agent,
    Kind::Stop,
    Kind::Death,
    Kind::Pause,
    Kind::Stall,
    Kind::SlowDisk,
    Kind::FullDisk,
    Kind::LostDisk,
    Kind::Clock,
    Kind::Leave,
    Kind::Witness,
];

/// What strikes in one story, and what is to be repaired.
pub(super) struct Faults {
    kinds: Vec<Kind>,
    repairs: Vec<(Duration, Verb)>,
}

impl Faults {
    /// A subset of all kinds: what every story suffers, no story explores deeply.
    pub(super) fn of(kinds: &[Kind]) -> Self {
        Self { kinds: kinds.to_vec(), repairs: Vec::new() }
    }

    /// Repairs what is due, and perhaps breaks something.
    pub(super) fn step(&mut self, now: Duration, dice: &mut Dice, verbs: &mut Vec<Verb>) {
        verbs.extend(self.repairs.extract_if(.., |(at, _)| *at <= now).map(|(_, repair)| repair));
        if self.kinds.is_empty() || !dice.chance(STRIKES) {
            return;
        }
        let kind = *dice.one_of(&self.kinds);
        let span = Duration::from_millis(100 + dice.below(6000));
        let (strike, repair) = strike(kind, span, dice);
        verbs.extend(strike);
        self.repairs.extend(repair.map(|repair| (now + span, repair)));
    }
}

/// What a kind of fault does, and what ends it.
fn strike(kind: Kind, span: Duration, dice: &mut Dice) -> (Vec<Verb>, Option<Verb>) {
    let host = dice.host();
    let boot = Some(Verb::Boot(host));
    let (strike, repair) = match kind {
        Kind::Power => (Verb::PowerOff(host), boot),
        Kind::Crash => (Verb::Crash(host, u32::try_from(dice.below(60)).expect("a small number")), boot),
        Kind::Brain => (Verb::KillBrain(host), boot),
        Kind::Hands => (Verb::ReplaceHands(host), None),
        Kind::Partition => (Verb::Partition(dice.group()), Some(Verb::Heal)),
        Kind::OneWay if dice.chance(200) => (Verb::CutWitness(host), Some(Verb::Heal)),
        Kind::OneWay => (Verb::Cut(host, dice.host()), Some(Verb::Heal)),
        Kind::Loss => (Verb::Loss(dice.below(400), dice.below(200)), Some(Verb::Heal)),
        Kind::Delay => (Verb::Delay(Duration::from_millis(1 + dice.below(150))), Some(Verb::Heal)),
        Kind::Replay => {
            let verbs = vec![Verb::Replay(host, span + Duration::from_secs(4)), Verb::PowerOff(host)];
            return (verbs, Some(Verb::Boot(host)));
        }
        Kind::Agent => {
            let action = if dice.chance(500) { "start" } else { "monitor" };
            let fault = *dice.one_of(&[Fault::Fails, Fault::Fails, Fault::Hangs, Fault::Lies, Fault::Outlives]);
            (Verb::Misbehave(host, dice.service(), action.to_owned(), fault), Some(Verb::Mend(host)))
        }
        Kind::Stop => {
            let fault = *dice.one_of(&[Fault::Fails, Fault::Hangs, Fault::Outlives]);
            (Verb::Misbehave(host, dice.service(), "stop".to_owned(), fault), Some(Verb::Mend(host)))
        }
        Kind::Death => (Verb::Die(dice.service(), host), None),
        Kind::Pause => (Verb::Pause(host, span), None),
        Kind::Stall => (Verb::Stall(host, span), None),
        Kind::SlowDisk => (Verb::SlowDisk(host), Some(Verb::MendDisk(host))),
        Kind::FullDisk => (Verb::FullDisk(host), Some(Verb::MendDisk(host))),
        Kind::LostDisk => (Verb::LoseDisk(host), boot),
        Kind::Clock => (Verb::Clock(host, jump(dice)), None),
        Kind::Leave => (Verb::Ask(host, Wish::Shutdown), boot),
        Kind::Witness => (Verb::RestartWitness, None),
    };
    (vec![strike], repair)
}

/// Seconds to hours, one way or the other.
fn jump(dice: &mut Dice) -> i64 {
    let most = *dice.one_of(&[10, 1000, 100_000]);
    let seconds = i64::try_from(dice.below(most)).expect("a small number");
    if dice.chance(500) { seconds } else { -seconds }
}
