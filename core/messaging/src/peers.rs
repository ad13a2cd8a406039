//! What is known of the other nodes: which life of each, over which links it is heard, and what it says of itself.

use crate::clique::fingerprint;
use crate::contract::{Incarnation, LinkId};
use crate::places::Places;
use crate::replay::Window;
use crate::wire::{Flags, Heartbeat, Packet};
use model::{Instant, NodeName};
use std::collections::BTreeMap;
use std::time::Duration;

/// Every configured node, by its place among them; we are none of our peers.
#[derive(Clone, Debug)]
pub(crate) struct Peers {
    nodes: Vec<(NodeName, Peer)>,
    own: usize,
    /// The life known at each place, ours included; 0 where none is.
    prints: Vec<u64>,
    places: BTreeMap<u64, usize>,
}

/// One other node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    /// The life we accept packets of; `None` until the first one.
    pub(crate) incarnation: Option<Incarnation>,
    pub(crate) fingerprint: u64,
    window: Window,
    pub(crate) links: Vec<Link>,
    /// When a new packet last came, on any link.
    pub(crate) heard: Option<Instant>,
    /// Since when it has been heard without being lost.
    pub(crate) since: Option<Instant>,
    /// Silent for `deadtime`, or not heard yet.
    pub(crate) lost: bool,
    /// The warning about its silence was given.
    pub(crate) warned: bool,
    /// What it said last.
    pub(crate) report: Report,
    /// The number of the last stall that it has announced.
    pub(crate) stall: u64,
    /// Until when it may stand still.
    pub(crate) excused: Option<Instant>,
    /// Asked of a life older than the one we know.
    pub(crate) challenge: Option<Challenge>,
}

/// How a peer is heard over one medium.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    window: Window,
    pub(crate) heard: Option<Instant>,
    pub(crate) up: bool,
}

/// A peer's own words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// The number of the packet it is from; older words do not replace newer ones.
    number: u64,
    pub(crate) view: u64,
    pub(crate) promised: u64,
    beat: u64,
    pub(crate) flags: Flags,
    pub(crate) born: u64,
    pub(crate) coordinator: u64,
    /// Whom it hears, in the life that we know of each.
    pub(crate) hears: Places,
    hears_us: bool,
    /// Lives that it hears and we do not know.
    strangers: Vec<u64>,
    /// Since when there are such.
    strangers_since: Option<Instant>,
}

/// A question that only a living node can answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challenge {
    pub(crate) incarnation: Incarnation,
    pub(crate) nonce: u64,
    pub(crate) asked: Instant,
}

/// What a packet is to us, by its sender's life and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// New.
    Fresh,
    /// The same packet over another medium.
    Copy,
    /// Its number has passed on this medium before.
    Replayed,
    /// Of a life that is over, or says so.
    OlderLife,
}

impl Peers {
    /// `nodes` are sorted and hold `own`, whose present life has this fingerprint.
    pub(crate) fn new(nodes: &[NodeName], own: &NodeName, print: u64, links: usize) -> Self {
        let blank = || Peer { links: vec![Link::default(); links], lost: true, ..Peer::default() };
        let own = nodes.binary_search(own).expect("the engine's setup holds our own name, sorted");
        let mut prints = vec![0; nodes.len()];
        prints[own] = print;
        let nodes = nodes.iter().map(|name| (name.clone(), blank())).collect();
        Self { nodes, own, prints, places: BTreeMap::from([(print, own)]) }
    }

    /// How many nodes there are, ourselves included.
    pub(crate) fn configured(&self) -> usize {
        self.nodes.len()
    }

    /// Our own place.
    pub(crate) fn own(&self) -> usize {
        self.own
    }

    pub(crate) fn name(&self, place: usize) -> &NodeName {
        &self.nodes[place].0
    }

    /// The peer at this place; `None` when it is ours.
    pub(crate) fn at(&self, place: usize) -> Option<&Peer> {
        (place != self.own).then(|| &self.nodes[place].1)
    }

    fn place(&self, name: &NodeName) -> Option<usize> {
        let place = self.nodes.binary_search_by(|(other, _)| other.cmp(name)).ok()?;
        (place != self.own).then_some(place)
    }

    pub(crate) fn get(&self, name: &NodeName) -> Option<&Peer> {
        self.place(name).map(|place| &self.nodes[place].1)
    }

    pub(crate) fn get_mut(&mut self, name: &NodeName) -> Option<&mut Peer> {
        self.place(name).map(|place| &mut self.nodes[place].1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&NodeName, &Peer)> {
        let peers = self.nodes.iter().enumerate().filter(|(place, _)| *place != self.own);
        peers.map(|(_, (name, peer))| (name, peer))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&NodeName, &mut Peer)> {
        let own = self.own;
        let peers = self.nodes.iter_mut().enumerate().filter(move |(place, _)| *place != own);
        peers.map(|(_, (name, peer))| (&*name, peer))
    }

    /// The fingerprints of all that are heard, in the order of their places.
    pub(crate) fn heard(&self) -> Vec<u64> {
        self.iter().filter(|(_, peer)| !peer.lost).map(|(_, peer)| peer.fingerprint).collect()
    }

    /// The peer whose present life this is.
    pub(crate) fn living(&self, print: u64) -> Option<&Peer> {
        self.places.get(&print).and_then(|place| self.at(*place))
    }

    /// Whether `peer` says that it hears this life.
    pub(crate) fn is_heard_by(&self, peer: &Peer, print: u64) -> bool {
        match self.places.get(&print) {
            Some(place) => peer.report.hears.contains(*place),
            None => peer.report.strangers.contains(&print),
        }
    }

    /// Judges a packet and notes the life sign in it; `None` when no node line names its sender.
    pub(crate) fn admit(&mut self, packet: &Packet, link: LinkId, now: Instant) -> Option<Admission> {
        let place = self.place(&packet.sender)?;
        match self.nodes[place].1.incarnation {
            Some(known) if packet.incarnation < known => return Some(Admission::OlderLife),
            Some(known) if packet.incarnation == known => {}
            Some(_) | None => self.begin_life_at(place, packet.incarnation),
        }
        Some(self.nodes[place].1.admit(packet, link, now))
    }

    /// Another life of the same node: what was known of the old one is void.
    pub(crate) fn begin_life(&mut self, name: &NodeName, incarnation: Incarnation) {
        if let Some(place) = self.place(name) {
            self.begin_life_at(place, incarnation);
        }
    }

    fn begin_life_at(&mut self, place: usize, incarnation: Incarnation) {
        let (name, peer) = &mut self.nodes[place];
        let print = fingerprint(name, incarnation.0);
        let links = vec![Link::default(); peer.links.len()];
        *peer = Peer { incarnation: Some(incarnation), fingerprint: print, links, lost: true, ..Peer::default() };
        let former = std::mem::replace(&mut self.prints[place], print);
        self.places.remove(&former);
        self.places.insert(print, place);
        self.nodes.iter_mut().for_each(|(_, other)| other.report.rename(place, former, print));
    }

    /// Takes a heartbeat's words, unless later ones were heard; true when they matter to who should be with whom.
    pub(crate) fn note_heartbeat(&mut self, now: Instant, name: &NodeName, number: u64, beat: &Heartbeat) -> bool {
        let Some(place) = self.place(name) else { return false };
        let report = &self.nodes[place].1.report;
        if number <= report.beat {
            return false;
        }
        let lists_the_same = report.strangers.is_empty() && self.is_list_of(&report.hears, &beat.hears);
        let lists = (!lists_the_same).then(|| self.read_list(&beat.hears));
        let own = self.own;
        let report = &mut self.nodes[place].1.report;
        let mut changed = report.note_words(number, beat);
        if let Some((hears, strangers)) = lists {
            changed |= report.hears != hears || report.strangers != strangers;
            (report.hears_us, report.hears, report.strangers) = (hears.contains(own), hears, strangers);
            report.strangers_since = report.strangers_since.or(Some(now)).filter(|_| !report.strangers.is_empty());
        }
        changed
    }

    /// Nearly every heartbeat lists what the one before it did: that costs one comparison for each entry.
    fn is_list_of(&self, hears: &Places, list: &[u64]) -> bool {
        hears.iter().map(|place| self.prints[place]).eq(list.iter().copied())
    }

    fn read_list(&self, list: &[u64]) -> (Places, Vec<u64>) {
        let mut hears = Places::default();
        let mut strangers = Vec::new();
        for print in list {
            match self.places.get(print) {
                Some(place) => hears.insert(*place),
                None => strangers.push(*print),
            }
        }
        strangers.sort_unstable();
        (hears, strangers)
    }
}

impl Peer {
    fn admit(&mut self, packet: &Packet, link: LinkId, now: Instant) -> Admission {
        if let Some(link) = self.links.get_mut(usize::from(link.0)) {
            if !link.window.admit(packet.number) {
                return Admission::Replayed;
            }
            link.heard = Some(now);
        }
        if !self.window.admit(packet.number) {
            return Admission::Copy;
        }
        self.heard = Some(now);
        self.note_stand(packet);
        Admission::Fresh
    }

    fn note_stand(&mut self, packet: &Packet) {
        if packet.number > self.report.number {
            self.report.number = packet.number;
            self.report.view = packet.view;
            self.report.promised = packet.promised;
        }
    }

    /// Since when it hears somebody whom we do not know: a host that is new to us, or one in a new life.
    pub(crate) fn hears_strangers_since(&self) -> Option<Instant> {
        self.report.strangers_since
    }

    /// It is heard, and hears us.
    pub(crate) fn is_mutual(&self) -> bool {
        !self.lost && self.report.hears_us
    }

    /// How long it has been silent; `None` when it never spoke.
    pub(crate) fn silence(&self, now: Instant) -> Option<Duration> {
        self.heard.map(|heard| now.since(heard))
    }
}

impl Report {
    /// All but the list; true when it matters.
    fn note_words(&mut self, number: u64, beat: &Heartbeat) -> bool {
        let lasting = |flags: Flags| flags.0 & (Flags::LEAVING | Flags::SETTLED | Flags::QUORATE);
        let changed = lasting(self.flags) != lasting(beat.flags)
            || self.born != beat.born
            || self.coordinator != beat.coordinator;
        self.beat = number;
        self.flags = beat.flags;
        self.born = beat.born;
        self.coordinator = beat.coordinator;
        changed
    }

    /// The node at this place has another life: the former one is a stranger from now on, the new one none any more.
    fn rename(&mut self, place: usize, former: u64, print: u64) {
        if self.hears.remove(place) {
            self.strangers.push(former);
            self.strangers.sort_unstable();
        }
        if let Ok(at) = self.strangers.binary_search(&print) {
            self.strangers.remove(at);
            self.strangers_since = self.strangers_since.filter(|_| !self.strangers.is_empty());
            self.hears.insert(place);
        }
    }
}
