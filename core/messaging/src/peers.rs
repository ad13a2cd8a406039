//! What is known of the other nodes: which life of each, over which links it is heard, and what it says of itself.

use crate::clique::fingerprint;
use crate::contract::{Incarnation, LinkId};
use crate::replay::Window;
use crate::wire::{Flags, Heartbeat, Packet};
use model::{Instant, NodeName};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Every configured node but ourselves.
#[derive(Debug)]
pub(crate) struct Peers {
    by_name: BTreeMap<NodeName, Peer>,
}

/// One other node.
#[derive(Debug, Default)]
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
    pub(crate) hears: BTreeSet<u64>,
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
    pub(crate) fn new(names: impl Iterator<Item = NodeName>, links: usize) -> Self {
        let blank = |name| (name, Peer { links: vec![Link::default(); links], lost: true, ..Peer::default() });
        Self { by_name: names.map(blank).collect() }
    }

    pub(crate) fn get(&self, name: &NodeName) -> Option<&Peer> {
        self.by_name.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &NodeName) -> Option<&mut Peer> {
        self.by_name.get_mut(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&NodeName, &Peer)> {
        self.by_name.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&NodeName, &mut Peer)> {
        self.by_name.iter_mut()
    }

    /// The fingerprints of all that are heard.
    pub(crate) fn heard(&self) -> Vec<u64> {
        self.by_name.values().filter(|peer| !peer.lost).map(|peer| peer.fingerprint).collect()
    }
}

impl Peer {
    /// Judges a packet and notes the life sign in it.
    pub(crate) fn admit(&mut self, packet: &Packet, name: &NodeName, link: LinkId, now: Instant) -> Admission {
        match self.incarnation {
            Some(known) if packet.incarnation < known => return Admission::OlderLife,
            Some(known) if packet.incarnation == known => {}
            Some(_) | None => self.begin_life(name, packet.incarnation),
        }
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

    /// Another life of the same node: what was known of the old one is void.
    pub(crate) fn begin_life(&mut self, name: &NodeName, incarnation: Incarnation) {
        let links = vec![Link::default(); self.links.len()];
        *self = Self { incarnation: Some(incarnation), links, lost: true, ..Self::default() };
        self.fingerprint = fingerprint(name, incarnation.0);
    }

    fn note_stand(&mut self, packet: &Packet) {
        if packet.number > self.report.number {
            self.report.number = packet.number;
            self.report.view = packet.view;
            self.report.promised = packet.promised;
        }
    }

    /// Takes a heartbeat's words, unless a later one was heard; true when they matter to who should be with whom.
    pub(crate) fn note_heartbeat(&mut self, number: u64, beat: &Heartbeat) -> bool {
        if number <= self.report.beat {
            return false;
        }
        let hears: BTreeSet<u64> = beat.hears.iter().copied().collect();
        let lasting = |flags: Flags| flags.0 & (Flags::LEAVING | Flags::SETTLED | Flags::QUORATE);
        let report = &mut self.report;
        let changed = lasting(report.flags) != lasting(beat.flags)
            || report.born != beat.born
            || report.coordinator != beat.coordinator
            || report.hears != hears;
        report.beat = number;
        report.flags = beat.flags;
        report.born = beat.born;
        report.coordinator = beat.coordinator;
        report.hears = hears;
        changed
    }

    /// It is heard, and hears us.
    pub(crate) fn is_mutual(&self, own: u64) -> bool {
        !self.lost && self.report.hears.contains(&own)
    }

    /// How long it has been silent; `None` when it never spoke.
    pub(crate) fn silence(&self, now: Instant) -> Option<Duration> {
        self.heard.map(|heard| now.since(heard))
    }
}
