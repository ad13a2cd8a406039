//! Large clusters, cheap to run: one broadcast medium with a fixed delay, no faults but death, and a count of everything.
//!
//! As on a real broadcast medium everybody hears every packet, also those that are meant for one. Processor time is that of
//! this thread, so a busy machine does not count; the simulated network and cold caches do.

use crate::config::Timing;
use crate::contract::{Delivery, Incarnation, Input, LinkId, Opened, Output, View};
use crate::engine::{Engine, Setup};
use crate::quorum::Quorum;
use model::{Instant, Machine, NodeName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How long a packet travels.
const DELAY: Duration = Duration::from_micros(100);

/// What all engines did together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    pub(super) sent: u64,
    pub(super) sent_bytes: u64,
    pub(super) heard: u64,
    pub(super) processor: Duration,
}

/// A packet on its way to everybody but its sender.
struct Flight {
    from: usize,
    bytes: Vec<u8>,
}

/// Many engines on one medium.
pub(super) struct Crowd {
    pub(super) now: Instant,
    engines: Vec<Option<Engine>>,
    views: Vec<Option<View>>,
    delivered: Vec<u64>,
    deadlines: Vec<Option<Instant>>,
    wakes: BTreeSet<(Instant, usize)>,
    flying: BTreeMap<(Instant, u64), Flight>,
    packets: u64,
    work: Work,
    /// This thread's processor time when the work was taken last.
    since: Duration,
}

impl Crowd {
    /// `count` hosts that start at the same time.
    pub(super) fn start(count: usize, timing: Timing) -> Self {
        let nodes: Vec<NodeName> = (0..count).map(|n| NodeName::new(format!("n{n:04}"))).collect();
        let mut crowd = Self {
            now: Instant::from_micros(1_000),
            engines: (0..count).map(|_| None).collect(),
            views: vec![None; count],
            delivered: vec![0; count],
            deadlines: vec![None; count],
            wakes: BTreeSet::new(),
            flying: BTreeMap::new(),
            packets: 0,
            work: Work::default(),
            since: processor_time(),
        };
        for node in 0..count {
            let setup = Setup {
                nodes: nodes.clone(),
                own: nodes[node].clone(),
                incarnation: Incarnation(1),
                links: vec!["bcast eth0".to_owned()],
                timing,
                quorum: Quorum::for_nodes(count),
                seed: u64::try_from(node).unwrap(),
            };
            crowd.engines[node] = Some(Engine::new(setup, crowd.now));
            crowd.drain(node);
        }
        crowd
    }

    pub(super) fn crash(&mut self, node: usize) {
        self.engines[node] = None;
        self.views[node] = None;
        self.note_deadline(node);
    }

    pub(super) fn broadcast(&mut self, node: usize, payload: &[u8]) {
        self.input(node, Input::Broadcast { delivery: Delivery::Safe, payload: Arc::from(payload) });
    }

    /// Everybody who runs is in one view, of exactly themselves.
    pub(super) fn is_whole(&self) -> bool {
        let running = self.engines.iter().flatten().count();
        let mut views =
            self.engines.iter().zip(&self.views).filter(|(engine, _)| engine.is_some()).map(|(_, view)| view);
        let Some(Some(first)) = views.next() else { return false };
        first.members.len() == running
            && views.all(|view| view.as_ref().is_some_and(|view| view.number == first.number))
    }

    /// Everybody who runs has delivered so many messages in its life.
    pub(super) fn all_delivered(&self, count: u64) -> bool {
        let mut running = self.engines.iter().zip(&self.delivered).filter(|(engine, _)| engine.is_some());
        running.all(|(_, delivered)| *delivered >= count)
    }

    /// Runs until `done`, asked after each instant in which something happened, but no longer than `limit`; how long it took.
    pub(super) fn run_until(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> Option<Duration> {
        let start = self.now;
        while !done(self) {
            let next = self.next_event().filter(|next| next.since(start) <= limit)?;
            self.step(next);
        }
        Some(self.now - start)
    }

    /// Runs for `span`.
    pub(super) fn run(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(next) = self.next_event().filter(|next| *next <= end) {
            self.step(next);
        }
        self.now = end;
    }

    /// What was done since this was asked last.
    pub(super) fn take_work(&mut self) -> Work {
        let now = processor_time();
        let processor = now.saturating_sub(std::mem::replace(&mut self.since, now));
        Work { processor, ..std::mem::take(&mut self.work) }
    }

    fn next_event(&self) -> Option<Instant> {
        let packet = self.flying.first_key_value().map(|((at, _), _)| *at);
        let wake = self.wakes.first().map(|(at, _)| *at);
        packet.into_iter().chain(wake).min()
    }

    fn step(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(entry) = self.flying.first_entry().filter(|entry| entry.key().0 <= self.now) {
            let Flight { from, bytes } = entry.remove();
            for node in (0..self.engines.len()).filter(|node| *node != from) {
                let packet = Opened::after_verification(bytes.clone());
                self.work.heard += u64::from(self.engines[node].is_some());
                self.input(node, Input::Packet { link: LinkId(0), packet });
            }
        }
        while let Some((_, node)) = self.wakes.first().copied().filter(|(at, _)| *at <= self.now) {
            self.with(node, Machine::wake);
        }
    }

    fn input(&mut self, node: usize, input: Input) {
        self.with(node, |engine, now| engine.handle(now, input));
    }

    fn with(&mut self, node: usize, act: impl FnOnce(&mut Engine, Instant)) {
        if let Some(engine) = &mut self.engines[node] {
            act(engine, self.now);
            self.drain(node);
        }
    }

    fn drain(&mut self, node: usize) {
        while let Some(output) = self.engines[node].as_mut().and_then(Machine::poll) {
            match output {
                Output::Send { packet, .. } => self.transmit(node, packet),
                Output::View(view) => {
                    let number = view.number;
                    self.views[node] = Some(view);
                    self.input(node, Input::ViewAccepted { number });
                }
                Output::Deliver { .. } => self.delivered[node] += 1,
                Output::AskWitness { .. }
                | Output::Undelivered { .. }
                | Output::ViewLost { .. }
                | Output::Confirmed { .. }
                | Output::StallAnswer(_)
                | Output::Notice(_)
                | Output::Left => {}
            }
        }
        self.note_deadline(node);
    }

    fn transmit(&mut self, from: usize, packet: Vec<u8>) {
        self.work.sent += 1;
        self.work.sent_bytes += u64::try_from(packet.len()).unwrap();
        self.packets += 1;
        self.flying.insert((self.now + DELAY, self.packets), Flight { from, bytes: packet });
    }

    fn note_deadline(&mut self, node: usize) {
        let deadline = self.engines[node].as_ref().and_then(Machine::deadline);
        let known = std::mem::replace(&mut self.deadlines[node], deadline);
        if known != deadline {
            known.into_iter().for_each(|at| {
                self.wakes.remove(&(at, node));
            });
            deadline.into_iter().for_each(|at| {
                self.wakes.insert((at, node));
            });
        }
    }
}

/// What this thread has used so far; nothing where the system does not tell.
#[expect(clippy::disallowed_methods, reason = "a measurement of real time")]
fn processor_time() -> Duration {
    // The count is brought up to date when a thread is scheduled.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
