//! The world: hosts, wire and time. One event after another, everything from one seed.

mod brain;
mod hands;

use crate::check::Checker;
use crate::client::Clients;
use crate::host::{Disk, Host};
use crate::network::Network;
use cib::Element;
use executor::contract::{Exit, RunId};
use model::{Instant, NodeName, Rng, WallTime};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The wall clock at the birth of a world.
const BIRTH: WallTime = WallTime(1_795_333_000_000);
/// Events that one instant may hold before it counts as a loop without end.
const EVENTS_PER_INSTANT_MAX: u32 = 20_000;

/// Something that is going to happen.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "an event lives once, on its way through the queue")]
pub(crate) enum Event {
    /// A packet arrives.
    Packet { to: usize, bytes: Vec<u8> },
    /// A fact for a node that was made outside its brain.
    Node { host: usize, boot: u64, input: node::contract::Input },
    /// An agent's process ends.
    Ended { host: usize, life: u64, run: RunId, exit: Exit },
    /// A write is on disk.
    Written { host: usize, boot: u64, ticket: node::contract::Ticket, cib: Arc<Element> },
    /// A brain reaches its hands.
    Attach { host: usize, boot: u64, life: u64 },
    /// A second has passed.
    Tick { host: usize, boot: u64 },
}

/// The whole of it.
#[derive(Debug)]
pub struct World {
    /// Virtual time.
    pub now: Instant,
    /// Where all chance comes from.
    pub rng: Rng,
    /// The hosts, by number.
    pub hosts: Vec<Host>,
    /// The wire.
    pub network: Network,
    /// What outsiders hold against it.
    pub checker: Checker,
    /// What clients did and were answered.
    pub clients: Clients,
    /// What happened, as lines with virtual time; kept only when asked for.
    pub transcript: Vec<String>,
    pub(crate) is_noisy: bool,
    queue: BTreeMap<(Instant, u64), Event>,
    sequence: u64,
    at_once: (Instant, u32),
}

impl World {
    /// Hosts that are switched off, with the same file on their disks.
    pub fn new(hosts: usize, seed: u64, is_noisy: bool) -> Self {
        let cib = cib::parse(include_str!("cluster.xml")).expect("our own file is well-formed");
        let host = |number: usize| Host::new(NodeName::new(format!("n{number}")), Arc::clone(&cib));
        Self {
            now: Instant::ZERO,
            rng: Rng::from_seed(seed),
            hosts: (0..hosts).map(host).collect(),
            network: Network::default(),
            checker: Checker::default(),
            clients: Clients::default(),
            transcript: Vec::new(),
            is_noisy,
            queue: BTreeMap::new(),
            sequence: 0,
            at_once: (Instant::ZERO, 0),
        }
    }

    /// The wall clock, the same on all hosts.
    pub fn wall(&self) -> WallTime {
        WallTime(BIRTH.0 + i64::try_from(self.now.as_micros() / 1000).unwrap_or(i64::MAX))
    }

    /// Lets things happen until then.
    pub fn run_until(&mut self, end: Instant) {
        while let Some(at) = self.next_instant().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.count_events();
            self.step();
        }
        self.now = self.now.max(end);
    }

    /// Lets things happen for so long.
    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    fn next_instant(&self) -> Option<Instant> {
        let queued = self.queue.first_key_value().map(|((at, _), _)| *at);
        self.hosts.iter().filter_map(Host::deadline).chain(queued).min()
    }

    fn count_events(&mut self) {
        if self.at_once.0 != self.now {
            self.at_once = (self.now, 0);
        }
        self.at_once.1 += 1;
        if self.at_once.1 > EVENTS_PER_INSTANT_MAX {
            let last = self.transcript.iter().rev().take(20).rev().cloned().collect::<Vec<_>>().join("\n");
            panic!("time stands still at {:?}\n{last}", self.now);
        }
    }

    fn step(&mut self) {
        let due = self.hosts.iter().position(|host| host.deadline().is_some_and(|at| at <= self.now));
        if let Some(host) = due {
            self.wake(host);
            return;
        }
        if let Some((_, event)) = self.queue.pop_first() {
            self.happen(event);
        }
    }

    fn wake(&mut self, host: usize) {
        if self.hosts[host].paused.is_some_and(|end| end <= self.now) {
            self.hosts[host].paused = None;
        }
        self.wake_hands(host);
        if self.hosts[host].paused.is_none() {
            self.wake_brain(host);
        }
    }

    fn happen(&mut self, event: Event) {
        let (host, boot) = match &event {
            Event::Packet { to, .. } => (*to, None),
            Event::Node { host, boot, .. } | Event::Attach { host, boot, .. } | Event::Tick { host, boot } => {
                (*host, Some(*boot))
            }
            Event::Written { host, .. } | Event::Ended { host, .. } => return self.happen_outside(*host, event),
        };
        if boot.is_some_and(|boot| boot != self.hosts[host].boots) || self.hosts[host].brain.is_none() {
            return;
        }
        if let Some(end) = self.hosts[host].paused.filter(|end| *end > self.now) {
            return self.at(end, event);
        }
        self.happen_to_brain(host, event);
    }

    /// Disks and hands go on while a brain is stopped.
    fn happen_outside(&mut self, host: usize, event: Event) {
        match event {
            Event::Written { boot, ticket, cib, .. } => self.written(host, boot, ticket, cib),
            Event::Ended { life, run, exit, .. } => self.agent_ended(host, life, run, exit),
            Event::Packet { .. } | Event::Node { .. } | Event::Attach { .. } | Event::Tick { .. } => {}
        }
    }

    fn written(&mut self, host: usize, boot: u64, ticket: node::contract::Ticket, cib: Arc<Element>) {
        if self.hosts[host].disk.full {
            let retry = Duration::from_millis(200);
            return self.after(retry, Event::Written { host, boot, ticket, cib });
        }
        if self.hosts[host].boots == boot && self.hosts[host].brain.is_some() {
            self.hosts[host].disk.cib = without_status(&cib);
            self.after(Duration::ZERO, Event::Node { host, boot, input: node::contract::Input::Persisted(ticket) });
        }
    }

    pub(crate) fn after(&mut self, span: Duration, event: Event) {
        self.at(self.now + span, event);
    }

    fn at(&mut self, at: Instant, event: Event) {
        self.sequence += 1;
        self.queue.insert((at, self.sequence), event);
    }

    pub(crate) fn say(&mut self, host: usize, text: &str) {
        if self.is_noisy {
            let line = format!("{:>10} {} {text}", milliseconds(self.now), self.hosts[host].name);
            self.transcript.push(line);
        }
    }

    /// Where a service is alive.
    pub fn holders(&self, resource: &model::ResourceId) -> Vec<usize> {
        let holds = |host: &Host| host.services.live().contains(resource);
        self.hosts.iter().enumerate().filter(|(_, host)| holds(host)).map(|(number, _)| number).collect()
    }
}

/// `12.345`, in seconds.
pub fn milliseconds(at: Instant) -> String {
    format!("{}.{:03}", at.as_micros() / 1_000_000, at.as_micros() / 1000 % 1000)
}

/// The status is never on disk.
fn without_status(cib: &Element) -> Arc<Element> {
    let mut stored = cib.clone();
    stored.children_mut().retain(|child| child.name() != "status");
    Arc::new(stored.with_child(Element::new("status")))
}

impl Disk {
    /// How long the next write takes.
    pub(crate) fn write_time(&self, rng: &mut Rng) -> Duration {
        crate::network::fraction(self.latency, rng)
    }
}
