//! What is done to a cluster: faults drawn from the seed, each with its repair.

use crate::agents::Fault;
use crate::world::World;
use model::{Instant, ResourceId, Rng};
use node::contract::Request;
use std::collections::BTreeSet;
use std::time::Duration;

/// The services of the simulated cluster.
pub const SERVICES: [&str; 4] = ["ip4", "ip5", "proxy", "mail"];

/// Kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A host loses its power, with all that is not on disk.
    Power,
    /// A brain is killed; hands and services stay.
    Brain,
    /// Hands are replaced; services stay.
    Hands,
    /// The hosts fall into two parts.
    Partition,
    /// Nothing passes from one host to another, but back.
    OneWay,
    /// Packets are lost and doubled.
    Loss,
    /// Packets take long and overtake each other.
    Delay,
    /// An agent fails or hangs.
    Agent,
    /// A service dies.
    Death,
    /// A brain is stopped for a while.
    Pause,
    /// Writes take long.
    SlowDisk,
    /// Writes do not end.
    FullDisk,
    /// A node leaves in order.
    Leave,
}

/// All of them.
pub const KINDS: [Kind; 13] = [
    Kind::Power,
    Kind::Brain,
    Kind::Hands,
    Kind::Partition,
    Kind::OneWay,
    Kind::Loss,
    Kind::Delay,
    Kind::Agent,
    Kind::Death,
    Kind::Pause,
    Kind::SlowDisk,
    Kind::FullDisk,
    Kind::Leave,
];

/// What ends a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repair {
    Boot(usize),
    Network,
    Agents(usize),
    Disk(usize),
}

/// The faults of one run.
#[derive(Debug)]
pub struct Faults {
    kinds: Vec<Kind>,
    repairs: Vec<(Instant, Repair)>,
}

impl Faults {
    /// A random subset of all kinds: what every run suffers, no run explores deeply.
    pub fn drawn(rng: &mut Rng) -> Self {
        let kinds = KINDS.into_iter().filter(|_| rng.chance(400)).collect();
        Self { kinds, repairs: Vec::new() }
    }

    /// The kinds of this run.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Repairs what is due, and perhaps breaks something.
    pub fn step(&mut self, world: &mut World) {
        let due: Vec<_> = self.repairs.extract_if(.., |(at, _)| *at <= world.now).map(|(_, repair)| repair).collect();
        for repair in due {
            mend(world, repair);
        }
        if !self.kinds.is_empty() && world.rng.chance(350) {
            let place = world.rng.below(self.kinds.len() as u64);
            let kind = self.kinds[usize::try_from(place).expect("a place in a short list")];
            self.strike(kind, world);
        }
    }

    /// Ends all faults and starts every host.
    pub fn end(&mut self, world: &mut World) {
        self.repairs.clear();
        mend(world, Repair::Network);
        for host in 0..world.hosts.len() {
            world.hosts[host].paused = None;
            mend(world, Repair::Agents(host));
            mend(world, Repair::Disk(host));
            mend(world, Repair::Boot(host));
        }
    }

    fn strike(&mut self, kind: Kind, world: &mut World) {
        let host = any_host(world);
        let span = Duration::from_millis(100 + world.rng.below(6000));
        world.say(host, &format!("suffers {kind:?} for {} ms", span.as_millis()));
        let repair = match kind {
            Kind::Power => {
                world.power_off(host);
                Some(Repair::Boot(host))
            }
            Kind::Brain => {
                world.kill_brain(host);
                Some(Repair::Boot(host))
            }
            Kind::Hands => {
                world.replace_hands(host);
                None
            }
            Kind::Partition => {
                partition(world);
                Some(Repair::Network)
            }
            Kind::OneWay => {
                let other = any_host(world);
                world.network.cut(host, other);
                Some(Repair::Network)
            }
            Kind::Loss => {
                world.network.loss = world.rng.below(400);
                world.network.doubles = world.rng.below(200);
                Some(Repair::Network)
            }
            Kind::Delay => {
                world.network.delay = Duration::from_millis(1 + world.rng.below(150));
                Some(Repair::Network)
            }
            Kind::Agent => {
                misbehave(world, host);
                Some(Repair::Agents(host))
            }
            Kind::Death => {
                let service = any_service(world);
                world.hosts[host].services.die(&service);
                None
            }
            Kind::Pause => {
                world.hosts[host].paused = Some(world.now + span);
                None
            }
            Kind::SlowDisk => {
                world.hosts[host].disk.latency = Duration::from_secs(2);
                Some(Repair::Disk(host))
            }
            Kind::FullDisk => {
                world.hosts[host].disk.full = true;
                Some(Repair::Disk(host))
            }
            Kind::Leave if world.hosts[host].brain.is_none() => None,
            Kind::Leave => {
                let id = world.clients.asks(host, None);
                world.ask(host, id, Request::Shutdown);
                Some(Repair::Boot(host))
            }
        };
        self.repairs.extend(repair.map(|repair| (world.now + span, repair)));
    }
}

fn mend(world: &mut World, repair: Repair) {
    match repair {
        Repair::Boot(host) => world.boot(host),
        Repair::Network => world.network.heal(),
        Repair::Agents(host) => world.hosts[host].services.mend(),
        Repair::Disk(host) => {
            world.hosts[host].disk.full = false;
            world.hosts[host].disk.latency = Duration::from_millis(5);
        }
    }
}

fn partition(world: &mut World) {
    let hosts = world.hosts.len();
    let group: BTreeSet<_> = (0..hosts).filter(|_| world.rng.chance(500)).collect();
    world.network.partition(&group, hosts);
}

fn misbehave(world: &mut World, host: usize) {
    let service = any_service(world);
    let fault = if world.rng.chance(250) { Fault::Hangs } else { Fault::Fails(1) };
    let action = if world.rng.chance(500) { "start" } else { "monitor" };
    world.hosts[host].services.misbehave(&service, action, fault);
}

/// A random service.
pub fn any_service(world: &mut World) -> ResourceId {
    let place = world.rng.below(SERVICES.len() as u64);
    ResourceId::new(SERVICES[usize::try_from(place).expect("a place in a short list")])
}

/// A random host.
pub fn any_host(world: &mut World) -> usize {
    let hosts = world.hosts.len() as u64;
    usize::try_from(world.rng.below(hosts)).expect("a place in a short list")
}
