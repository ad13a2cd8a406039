//! A cluster in one thread: engines, a network with faults, virtual time, and a record of all that happened.

use crate::config::Timing;
use crate::contract::{Delivery, Incarnation, Input, LinkId, Opened, Output, StallAnswer, View};
use crate::engine::{Engine, Setup};
use crate::quorum::Quorum;
use crate::witness::wire::{Answer, Ruling, encode_answer, question};
use crate::witness::{Grant, Verdict, Witness};
use model::{Instant, Machine, NodeName, Rng};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

pub(super) const MS: Duration = Duration::from_millis(1);

/// Something a node above would have seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    View(View),
    /// `flushed`: together with the end of its view.
    Deliver {
        view: u64,
        sequence: u64,
        from: NodeName,
        payload: Arc<[u8]>,
        flushed: bool,
    },
    Undelivered(Arc<[u8]>),
    ViewLost,
    Confirmed {
        view: u64,
        number: u64,
    },
    Left,
    Notice(&'static str),
}

/// One life of one node.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) node: usize,
    pub(super) events: Vec<(Instant, Event)>,
    pub(super) broadcast: Vec<Arc<[u8]>>,
    /// When which question about a view was put; numbered from 1.
    pub(super) questions: Vec<Instant>,
    pub(super) ended: bool,
    /// When it ended.
    pub(super) until: Option<Instant>,
    /// It was told to leave.
    pub(super) leaving: bool,
}

/// What the network does to packets.
#[derive(Clone, Debug)]
pub(super) struct Network {
    /// In a thousand.
    pub(super) loss: u64,
    /// In a thousand.
    pub(super) duplicates: u64,
    pub(super) delay: (u64, u64),
    /// One-way cuts: (from, to, link).
    pub(super) cuts: BTreeSet<(usize, usize, u8)>,
}

pub(super) struct World {
    pub(super) now: Instant,
    pub(super) names: Vec<NodeName>,
    pub(super) engines: Vec<Option<Engine>>,
    pub(super) lives: Vec<Life>,
    current: Vec<usize>,
    incarnations: Vec<u64>,
    pub(super) network: Network,
    pub(super) timing: Timing,
    pub(super) quorum: Quorum,
    /// The users of a view come to know the same in it, at once.
    pub(super) joins: bool,
    pub(super) links: u8,
    flying: BTreeMap<(Instant, u64), (usize, LinkId, Vec<u8>)>,
    pub(super) rng: Rng,
    packets: u64,
    /// Frozen hosts are not woken until then; packets wait for them.
    frozen: BTreeMap<usize, Instant>,
    /// Reached as if it were one node more.
    pub(super) witness: Option<Witness>,
    pub(super) on_disk: Option<Grant>,
    pub(super) record: Vec<(usize, Vec<u8>)>,
    pub(super) recording: bool,
}

impl World {
    pub(super) fn of(count: usize) -> Self {
        Self::seeded(count, 1)
    }

    /// All started under this rule, and together.
    pub(super) fn under(count: usize, quorum: Quorum) -> Self {
        let mut world = Self { quorum, ..Self::of(count) };
        world.start_all();
        world.run(50 * MS);
        world
    }

    pub(super) fn seeded(count: usize, seed: u64) -> Self {
        let timing = Timing { keepalive: 100 * MS, warntime: 250 * MS, deadtime: 500 * MS, initdead: 12_000 * MS };
        Self {
            now: Instant::from_micros(1_000),
            names: (0..count).map(|n| NodeName::new(format!("n{n:02}"))).collect(),
            engines: (0..count).map(|_| None).collect(),
            lives: Vec::new(),
            current: vec![usize::MAX; count],
            incarnations: vec![100; count],
            network: Network { loss: 0, duplicates: 0, delay: (80, 150), cuts: BTreeSet::new() },
            timing,
            quorum: Quorum::for_nodes(count),
            joins: true,
            links: 1,
            flying: BTreeMap::new(),
            rng: Rng::from_seed(seed),
            packets: 0,
            frozen: BTreeMap::new(),
            witness: None,
            on_disk: None,
            record: Vec::new(),
            recording: false,
        }
    }

    pub(super) fn booted(count: usize) -> Self {
        let mut world = Self::of(count);
        world.start_all();
        world.run(50 * MS);
        world
    }

    pub(super) fn start_all(&mut self) {
        (0..self.names.len()).for_each(|node| self.start(node));
    }

    pub(super) fn start(&mut self, node: usize) {
        let incarnation = self.incarnations[node] + 1;
        self.start_as(node, incarnation);
    }

    pub(super) fn start_as(&mut self, node: usize, incarnation: u64) {
        self.incarnations[node] = incarnation;
        let setup = Setup {
            nodes: self.names.clone(),
            own: self.names[node].clone(),
            incarnation: Incarnation(incarnation),
            links: (0..self.links).map(|place| format!("bcast eth{place}")).collect(),
            timing: self.timing,
            quorum: self.quorum.clone(),
            seed: self.rng.next_u64(),
        };
        self.current[node] = self.lives.len();
        self.lives.push(Life {
            node,
            events: Vec::new(),
            broadcast: Vec::new(),
            questions: Vec::new(),
            ended: false,
            until: None,
            leaving: false,
        });
        self.engines[node] = Some(Engine::new(setup, self.now));
        self.drain(node);
    }

    pub(super) fn crash(&mut self, node: usize) {
        if self.engines[node].take().is_some() {
            self.lives[self.current[node]].ended = true;
            self.lives[self.current[node]].until = Some(self.now);
        }
        self.frozen.remove(&node);
    }

    pub(super) fn freeze(&mut self, node: usize, span: Duration) {
        self.frozen.insert(node, self.now + span);
    }

    pub(super) fn input(&mut self, node: usize, input: Input) {
        let now = self.now;
        if let Some(engine) = &mut self.engines[node] {
            self.lives[self.current[node]].leaving |= matches!(input, Input::Leave);
            engine.handle(now, input);
            self.drain(node);
        }
    }

    pub(super) fn broadcast(&mut self, node: usize, delivery: Delivery, payload: &[u8]) {
        if self.engines[node].is_some() {
            let payload: Arc<[u8]> = Arc::from(payload);
            self.lives[self.current[node]].broadcast.push(payload.clone());
            self.input(node, Input::Broadcast { delivery, payload });
        }
    }

    /// Asks a node whether its view is still in force, if it coordinates one with quorum; the question's number.
    pub(super) fn question(&mut self, node: usize) -> Option<u64> {
        let view = self.view(node).filter(|view| view.quorate && view.coordinator == self.names[node])?.number;
        let questions = &mut self.lives[self.current[node]].questions;
        questions.push(self.now);
        let number = u64::try_from(questions.len()).unwrap();
        self.input(node, Input::Confirm { view, number });
        Some(number)
    }

    /// The highest question that was answered.
    pub(super) fn confirmed(&self, node: usize) -> u64 {
        let number = |event: &Event| if let Event::Confirmed { number, .. } = event { *number } else { 0 };
        self.events(node).iter().map(|(_, event)| number(event)).max().unwrap_or(0)
    }

    /// Cuts one direction on all links.
    pub(super) fn cut(&mut self, from: usize, to: usize) {
        (0..self.links).for_each(|link| {
            self.network.cuts.insert((from, to, link));
        });
    }

    /// Cuts everything between the two sides.
    pub(super) fn partition(&mut self, side: &[usize]) {
        let count = self.names.len();
        for a in 0..count {
            for b in 0..count {
                if side.contains(&a) != side.contains(&b) {
                    self.cut(a, b);
                }
            }
        }
    }

    pub(super) fn heal(&mut self) {
        self.network.cuts.clear();
    }

    pub(super) fn run(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(next) = self.next_event().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = end;
    }

    /// Runs until `done`, at most for `limit`; how long it took.
    pub(super) fn run_until(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> Option<Duration> {
        let start = self.now;
        while !done(self) {
            let next = self.next_event()?;
            if next.since(start) > limit {
                return None;
            }
            self.now = self.now.max(next);
            self.step();
        }
        Some(self.now - start)
    }

    fn next_event(&self) -> Option<Instant> {
        let wakes = (0..self.engines.len()).filter_map(|node| self.wake_at(node));
        let packets = self.flying.first_key_value().map(|((at, _), _)| *at);
        wakes.chain(packets).min()
    }

    fn wake_at(&self, node: usize) -> Option<Instant> {
        let deadline = self.engines[node].as_ref()?.deadline()?;
        Some(self.frozen.get(&node).map_or(deadline, |until| deadline.max(*until)))
    }

    fn step(&mut self) {
        let now = self.now;
        self.frozen.retain(|_, until| *until > now);
        while let Some(entry) = self.flying.first_entry().filter(|entry| entry.key().0 <= now) {
            let (_, (to, link, bytes)) = entry.remove_entry();
            self.arrive(to, link, bytes);
        }
        for node in 0..self.engines.len() {
            if self.wake_at(node).is_some_and(|at| at <= now) {
                if let Some(engine) = &mut self.engines[node] {
                    engine.wake(now);
                }
                self.drain(node);
            }
        }
    }

    /// The witness starts from what is on its disk.
    pub(super) fn start_witness(&mut self) {
        let mut witness = Witness::new(self.rng.next_u64());
        witness.serve("c", self.on_disk.clone(), self.now);
        self.witness = Some(witness);
    }

    /// A question; who asked is told by its name.
    fn ask(&mut self, bytes: Vec<u8>) {
        let Some(witness) = &mut self.witness else { return };
        let asker = question(&bytes).unwrap().asker.name;
        let to = self.names.iter().position(|name| *name == asker).unwrap();
        let answer = match witness.on_question(self.now, "c", &Opened::after_verification(bytes)) {
            Verdict::Silent(_) => return,
            Verdict::Answer(answer) => answer,
            Verdict::SaveFirst { grant, answer } => {
                self.on_disk = Some(grant);
                witness.saved("c");
                answer
            }
        };
        self.carry(self.names.len(), to, 0, &answer);
    }

    fn arrive(&mut self, to: usize, link: LinkId, bytes: Vec<u8>) {
        if to == self.names.len() {
            return self.ask(bytes);
        }
        match self.frozen.get(&to) {
            Some(until) => {
                self.packets += 1;
                let at = *until + Duration::from_micros(1);
                self.flying.insert((at, self.packets), (to, link, bytes));
            }
            None => {
                let is_answer =
                    bytes[0] == encode_answer(&Answer { nonce: 0, ruling: Ruling::Introduce { token: 1 } })[0];
                let packet = Opened::after_verification(bytes);
                let input = if is_answer { Input::Witness { packet } } else { Input::Packet { link, packet } };
                self.input(to, input);
            }
        }
    }

    fn drain(&mut self, node: usize) {
        let mut batch = Vec::new();
        while let Some(output) = self.engines[node].as_mut().and_then(Machine::poll) {
            if let Output::Send { link, to, packet } = output {
                self.transmit(node, link, to.as_ref(), &packet);
            } else if let Output::AskWitness { packet } = output {
                self.carry(node, self.names.len(), 0, &packet);
            } else {
                batch.push(output);
            }
        }
        let accepted = self.note(node, batch);
        for number in accepted {
            self.input(node, Input::ViewAccepted { number });
            if self.joins {
                self.input(node, Input::Joined { view: number });
            }
        }
    }

    fn note(&mut self, node: usize, batch: Vec<Output>) -> Vec<u64> {
        let last_view = batch.iter().rposition(|output| matches!(output, Output::View(_)));
        let mut accepted = Vec::new();
        for (place, output) in batch.into_iter().enumerate() {
            let event = match output {
                Output::View(view) => {
                    accepted.push(view.number);
                    Event::View(view)
                }
                Output::Deliver { view, sequence, from, payload } => {
                    let flushed = last_view.is_some_and(|last| place < last);
                    Event::Deliver { view, sequence, from, payload, flushed }
                }
                Output::Undelivered { payload } => Event::Undelivered(payload),
                Output::ViewLost { .. } => Event::ViewLost,
                Output::Notice(notice) => Event::Notice(notice.id),
                Output::Confirmed { view, number } => Event::Confirmed { view, number },
                Output::StallAnswer(StallAnswer::Heard) => Event::Notice("stall-heard"),
                Output::StallAnswer(StallAnswer::Unheard(_)) => Event::Notice("stall-unheard"),
                Output::StallAnswer(StallAnswer::Refused(_)) => Event::Notice("stall-refused"),
                Output::Left => {
                    self.lives[self.current[node]].ended = true;
                    Event::Left
                }
                Output::Send { .. } | Output::AskWitness { .. } => continue,
            };
            self.lives[self.current[node]].events.push((self.now, event));
        }
        accepted
    }

    fn transmit(&mut self, from: usize, link: Option<LinkId>, to: Option<&NodeName>, packet: &[u8]) {
        if self.recording {
            self.record.push((from, packet.to_vec()));
        }
        let links: Vec<u8> = link.map_or_else(|| (0..self.links).collect(), |link| vec![link.0]);
        for link in links {
            for node in 0..self.names.len() {
                if node != from && to.is_none_or(|to| *to == self.names[node]) {
                    self.carry(from, node, link, packet);
                }
            }
        }
    }

    fn carry(&mut self, from: usize, to: usize, link: u8, packet: &[u8]) {
        let lost = self.rng.chance(self.network.loss) || self.network.cuts.contains(&(from, to, link));
        let copies = if lost { 0 } else { 1 + u64::from(self.rng.chance(self.network.duplicates)) };
        for _ in 0..copies {
            let (least, most) = self.network.delay;
            let delay = Duration::from_micros(least + self.rng.below(most - least + 1));
            self.packets += 1;
            self.flying.insert((self.now + delay, self.packets), (to, LinkId(link), packet.to_vec()));
        }
    }

    pub(super) fn events(&self, node: usize) -> &[(Instant, Event)] {
        &self.lives[self.current[node]].events
    }

    pub(super) fn view(&self, node: usize) -> Option<View> {
        self.engines[node].as_ref()?.status(self.now).view
    }

    /// The names in a node's view, by seniority, as one word: `0 1 2`.
    pub(super) fn members(&self, node: usize) -> String {
        let number = |name: &NodeName| name.as_str()[1..].parse::<usize>().unwrap().to_string();
        let view = self.view(node);
        let members = view.iter().flat_map(|view| &view.members);
        members.map(|member| number(&member.name)).collect::<Vec<_>>().join(" ")
    }

    /// All running nodes are in one view, of exactly themselves.
    pub(super) fn is_whole(&self) -> bool {
        let alive: Vec<usize> = (0..self.engines.len()).filter(|node| self.engines[*node].is_some()).collect();
        let views: Vec<Option<View>> = alive.iter().map(|node| self.view(*node)).collect();
        let count = |view: &View| view.members.len() == alive.len();
        views.iter().all(|view| view.is_some() && *view == views[0]) && views[0].as_ref().is_some_and(count)
    }

    pub(super) fn delivered(&self, node: usize) -> Vec<String> {
        let text = |event: &Event| match event {
            Event::Deliver { payload, .. } => Some(String::from_utf8_lossy(payload).into_owned()),
            Event::View(_)
            | Event::Undelivered(_)
            | Event::ViewLost
            | Event::Confirmed { .. }
            | Event::Left
            | Event::Notice(_) => None,
        };
        self.events(node).iter().filter_map(|(_, event)| text(event)).collect()
    }

    pub(super) fn notices(&self, node: usize, id: &str) -> usize {
        self.events(node).iter().filter(|(_, event)| matches!(event, Event::Notice(found) if *found == id)).count()
    }
}
