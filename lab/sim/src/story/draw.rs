//! Drawing a story: births, suffering with work going on, and the end of all faults.

use super::faults::{Faults, KINDS};
use super::work::Work;
use super::{Rule, SERVICES, Story};
use crate::verb::{HostId, Verb};
use model::{ResourceId, Rng};
use std::time::Duration;

/// Steps of the suffering; each takes up to a second and a half.
const STEPS: u64 = 60;
/// How long a cluster has before anything happens to it.
const CHILDHOOD: Duration = Duration::from_secs(5);
/// Most hosts of an ordinary story, and of a large one.
const HOSTS_MAX: (u64, u64) = (5, 16);
/// Of a thousand stories, so many are large ones.
const LARGE: u64 = 15;

pub(super) fn story(seed: u64) -> Story {
    let mut rng = Rng::from_seed(seed);
    let hosts = hosts(&mut rng);
    let rule = rule(&mut rng, hosts);
    let mut dice = Dice { rng, hosts };
    let kinds: Vec<_> = KINDS.into_iter().filter(|_| dice.chance(350)).collect();
    let (mut faults, mut work) = (Faults::of(&kinds), Work::drawn(&mut dice));
    let mut verbs: Vec<_> = (0..hosts).map(|host| Verb::Boot(HostId(host))).collect();
    verbs.push(Verb::Run(CHILDHOOD));
    let mut now = CHILDHOOD;
    for _ in 0..STEPS {
        let span = Duration::from_millis(20 + dice.below(1500));
        now += span;
        verbs.push(Verb::Run(span));
        verbs.push(work.next(&mut dice));
        faults.step(now, &mut dice, &mut verbs);
    }
    verbs.push(Verb::Recover);
    Story { hosts, rule, seed: dice.rng.next_u64(), kinds, verbs }
}

fn hosts(rng: &mut Rng) -> usize {
    let (ordinary, large) = HOSTS_MAX;
    let hosts = if rng.chance(LARGE) { ordinary + 1 + rng.below(large - ordinary) } else { 1 + rng.below(ordinary) };
    usize::try_from(hosts).expect("a small number")
}

fn rule(rng: &mut Rng, hosts: usize) -> Rule {
    let usual = if hosts == 2 { Rule::Any } else { Rule::Majority };
    match rng.below(10) {
        0 => Rule::TieBreaker,
        1 => Rule::WaitForAll,
        2 => Rule::LastManStanding,
        3 => Rule::Witness,
        _ => usual,
    }
}

/// The chance of a drawing.
pub(super) struct Dice {
    rng: Rng,
    hosts: usize,
}

impl Dice {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.rng.below(bound)
    }

    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.rng.chance(per_mille)
    }

    pub(super) fn host(&mut self) -> HostId {
        let hosts = u64::try_from(self.hosts).expect("a small number");
        HostId(usize::try_from(self.rng.below(hosts)).expect("a small number"))
    }

    /// Each host with a chance of one half.
    pub(super) fn group(&mut self) -> Vec<HostId> {
        (0..self.hosts).map(HostId).filter(|_| self.rng.chance(500)).collect()
    }

    pub(super) fn service(&mut self) -> ResourceId {
        ResourceId::new(*self.one_of(&SERVICES))
    }

    pub(super) fn one_of<'a, T>(&mut self, choice: &'a [T]) -> &'a T {
        let place = self.rng.below(u64::try_from(choice.len()).expect("a short list"));
        &choice[usize::try_from(place).expect("a place in a short list")]
    }
}
