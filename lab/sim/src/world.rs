//! The world: hosts, wire and time. One event after another, everything from one seed.

mod act;
mod brain;
mod disk;
mod hands;
mod queue;
mod reads;
mod wire;
mod witness;

use crate::check::{Checker, Sight};
use crate::client::Clients;
use crate::host::Host;
use crate::network::Network;
use crate::story::{Rule, Story};
use crate::verb::Verb;
use cib::Element;
use messaging::witness::{Grant, Witness};
use model::{Instant, NodeName, ResourceId, Rng, WallTime};
use queue::{Event, Queue};
use std::sync::Arc;
use std::time::Duration;

/// The wall clock at the birth of a world.
const BIRTH: WallTime = WallTime(1_795_333_000_000);
/// Events that one instant may hold before it counts as a loop without end. A host of nine that wakes after four seconds
/// finds more than twenty thousand.
const EVENTS_PER_INSTANT_MAX: u32 = 400_000;
/// How often strangers look at the whole.
const LOOK: Duration = Duration::from_millis(250);

/// The whole of it.
#[derive(Debug)]
pub struct World {
    /// Virtual time.
    pub now: Instant,
    /// Where all chance comes from.
    pub rng: Rng,
    /// The hosts, by number.
    pub hosts: Vec<Host>,
    /// By which rule they count.
    pub rule: Rule,
    /// The wire.
    pub network: Network,
    /// What outsiders hold against it.
    pub checker: Checker,
    /// What clients did and were answered.
    pub clients: Clients,
    /// What happened, as lines with virtual time; kept only when asked for.
    pub transcript: Vec<String>,
    witness: Witness,
    /// What the witness has on disk.
    granted: Option<Grant>,
    is_noisy: bool,
    queue: Queue,
    /// When each host wants to be woken, as long as only events happen to it.
    deadlines: Vec<Option<Instant>>,
    at_once: (Instant, u32),
    next_look: Instant,
}

impl World {
    /// Hosts that are switched off, with the same file on their disks.
    pub fn new(story: &Story, is_noisy: bool) -> Self {
        let cib = factory_cib();
        let host = |number: usize| Host::new(NodeName::new(format!("n{number}")), Arc::clone(&cib));
        let hosts: Vec<_> = (0..story.hosts).map(host).collect();
        let mut rng = Rng::from_seed(story.seed);
        Self {
            now: Instant::ZERO,
            witness: witness::born(&mut rng, Instant::ZERO),
            granted: None,
            rng,
            checker: Checker::new(story),
            hosts,
            rule: story.rule,
            network: Network::default(),
            clients: Clients::default(),
            transcript: Vec::new(),
            is_noisy,
            queue: Queue::default(),
            deadlines: Vec::new(),
            at_once: (Instant::ZERO, 0),
            next_look: Instant::ZERO,
        }
    }

    /// The wall clock of a host.
    pub fn wall(&self, host: usize) -> WallTime {
        let passed = i64::try_from(self.now.as_micros() / 1000).unwrap_or(i64::MAX);
        WallTime(BIRTH.0 + passed + self.hosts[host].skew)
    }

    /// Lets things happen for so long.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while self.next_look <= end {
            self.run_until(self.next_look);
            self.next_look = self.next_look + LOOK;
            self.judge(Checker::look);
        }
        self.run_until(end);
    }

    fn run_until(&mut self, end: Instant) {
        self.deadlines = self.hosts.iter().map(Host::deadline).collect();
        loop {
            let queued = self.queue.first();
            let host = match (self.next_to_wake(), queued) {
                (Some((at, host)), _) if at <= end && queued.is_none_or(|queued| at <= queued) => {
                    self.advance(at);
                    self.wake(host);
                    Some(host)
                }
                (_, Some(at)) if at <= end => {
                    self.advance(at);
                    let event = self.queue.pop().expect("it was just seen");
                    let host = event.host();
                    self.happen(event);
                    host
                }
                _ => break,
            };
            if let Some(host) = host {
                self.deadlines[host] = self.hosts[host].deadline();
            }
        }
        self.now = self.now.max(end);
    }

    /// The host with the earliest deadline, the first of several.
    fn next_to_wake(&self) -> Option<(Instant, usize)> {
        debug_assert!(
            self.deadlines.iter().copied().eq(self.hosts.iter().map(Host::deadline)),
            "an event touches one host"
        );
        let due = self.deadlines.iter().enumerate().filter_map(|(host, deadline)| Some(((*deadline)?, host)));
        due.min()
    }

    fn advance(&mut self, at: Instant) {
        self.now = self.now.max(at);
        if self.at_once.0 != self.now {
            self.at_once = (self.now, 0);
        }
        self.at_once.1 += 1;
        if self.at_once.1 > EVENTS_PER_INSTANT_MAX {
            let last = self.transcript.iter().rev().take(20).rev().cloned().collect::<Vec<_>>().join("\n");
            panic!("time stands still at {:?}\n{last}", self.now);
        }
    }

    fn wake(&mut self, host: usize) {
        let now = self.now;
        let this = &mut self.hosts[host];
        this.paused.take_if(|end| *end <= now);
        this.stalled.take_if(|end| *end <= now);
        self.wake_hands(host);
        if self.hosts[host].paused.is_none() {
            self.wake_brain(host);
        }
    }

    /// Disks, hands, wire and witness go on while a brain is stopped.
    fn happen(&mut self, event: Event) {
        match event {
            Event::Written { host, boot, ticket, cib } => self.written(host, boot, ticket, &cib),
            Event::Ended { host, life, run, exit } => self.agent_ended(host, life, run, exit),
            Event::Again { from, packet, until } => self.send_again(from, packet, until),
            Event::Question { host, packet } => self.ask_witness(host, &packet),
            Event::Packet { to: host, .. } | Event::Answer { host, .. } => self.happen_to_host(host, None, event),
            Event::Node { host, boot, .. } | Event::Attach { host, boot, .. } | Event::Tick { host, boot } => {
                self.happen_to_host(host, Some(boot), event);
            }
        }
    }

    fn happen_to_host(&mut self, host: usize, boot: Option<u64>, event: Event) {
        let this = &self.hosts[host];
        if this.brain.is_none() || boot.is_some_and(|boot| boot != this.boots) {
            return;
        }
        match this.paused.filter(|end| *end > self.now) {
            Some(end) => self.at(end, event),
            None => self.happen_to_brain(host, event),
        }
    }

    fn after(&mut self, span: Duration, event: Event) {
        self.at(self.now + span, event);
    }

    fn at(&mut self, at: Instant, event: Event) {
        self.queue.add(at, event);
    }

    /// Shows the whole truth to the strangers.
    pub(crate) fn judge(&mut self, look: impl FnOnce(&mut Checker, Sight<'_>)) {
        let sight = Sight { now: self.now, hosts: &self.hosts, network: &self.network };
        look(&mut self.checker, sight);
    }

    /// A line of the transcript, made only where one is kept.
    pub(crate) fn say(&mut self, host: usize, text: impl FnOnce() -> String) {
        if self.is_noisy {
            let line = format!("{:>10} {} {}", milliseconds(self.now), self.hosts[host].name, text());
            self.transcript.push(line);
        }
    }

    /// What is done to whom, as a line of the transcript.
    pub(crate) fn say_verb(&mut self, verb: &Verb) {
        if self.is_noisy {
            self.transcript.push(format!("{:>10} > {verb}", milliseconds(self.now)));
        }
    }

    /// Where a service is alive.
    pub fn holders(&self, resource: &ResourceId) -> Vec<usize> {
        let holds = |host: &Host| host.services.live().contains(resource);
        self.hosts.iter().enumerate().filter(|(_, host)| holds(host)).map(|(number, _)| number).collect()
    }
}

/// `12.345`, in seconds.
pub fn milliseconds(at: Instant) -> String {
    format!("{}.{:03}", at.as_micros() / 1_000_000, at.as_micros() / 1000 % 1000)
}

/// The file that every disk begins with.
pub(crate) fn factory_cib() -> Arc<Element> {
    cib::parse(include_str!("cluster.xml")).expect("our own file is well-formed")
}
