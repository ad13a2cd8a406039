//! What the engine can tell of itself: for `cl_status`, `systole status` and the metrics. Getters only.

use super::Engine;
use crate::contract::{Incarnation, View};
use model::{Instant, NodeName};
use std::time::Duration;

/// The engine as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Ourselves.
    pub own: NodeName,
    /// Which life of ours this is.
    pub incarnation: Incarnation,
    /// The installed view.
    pub view: Option<View>,
    /// An agreement on the next view runs.
    pub agreeing: bool,
    /// Every other configured node, by name.
    pub peers: Vec<PeerStatus>,
    /// What was counted since the start.
    pub counters: Counters,
    /// Broadcasts of ours that have not been delivered yet.
    pub queued: usize,
}

/// Another node as we see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Who.
    pub name: NodeName,
    /// Which life of it; `None` when it was never heard.
    pub incarnation: Option<Incarnation>,
    /// What it is to us.
    pub state: PeerState,
    /// How long it has been silent; `None` when it was never heard.
    pub silence: Option<Duration>,
    /// By medium, in the order of `ha.cf`.
    pub links: Vec<LinkStatus>,
}

/// What a node is to us, in the words of `cl_status nodestatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerState {
    /// In our view.
    Active,
    /// Heard, not in our view.
    Up,
    /// Not heard.
    Dead,
}

impl PeerState {
    /// The word that scripts know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Up => "up",
            Self::Dead => "dead",
        }
    }
}

/// Whether a peer is heard over a medium, in the words of `cl_status hblinkstatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStatus {
    /// Within the last `deadtime`.
    Up,
    /// Not.
    Dead,
}

impl LinkStatus {
    /// The word that scripts know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Dead => "dead",
        }
    }
}

/// What was counted since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets given to the driver, each once however many media there are.
    pub sent: u64,
    /// Their bytes before sealing.
    pub sent_bytes: u64,
    /// Packets with a good seal, from every medium.
    pub received: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// The same packet over another medium.
    pub copies: u64,
    /// Packet numbers that came twice over one medium, or from before the window.
    pub replayed: u64,
    /// Packets of a life that is over.
    pub older_lives: u64,
    /// Packets of nodes that no `node` line names, or with our own name.
    pub unlisted: u64,
    /// Packets that another key sealed, or nobody.
    pub bad_seals: u64,
    /// Packets with a good seal that are not of this version.
    pub malformed: u64,
    /// Pieces of messages sent again.
    pub resent: u64,
    /// Messages delivered here.
    pub delivered: u64,
    /// Broadcasts handed back.
    pub undelivered: u64,
    /// Views installed.
    pub views: u64,
    /// Times that this host was stopped.
    pub own_pauses: u64,
}

impl Engine {
    /// Everything at once.
    pub fn status(&self, now: Instant) -> Status {
        Status {
            own: self.setup.own.clone(),
            incarnation: self.setup.incarnation,
            view: self.session.as_ref().map(|session| session.view.clone()),
            agreeing: self.agreement.promised > self.view_number(),
            peers: self.peers.iter().map(|(name, _)| self.peer_status(name, now)).collect(),
            counters: self.counters.clone(),
            queued: self.outbox.len(),
        }
    }

    fn peer_status(&self, name: &NodeName, now: Instant) -> PeerStatus {
        let peer = self.peers.get(name).expect("a name from the list of peers");
        let member = self.session.as_ref().is_some_and(|session| session.member(name).is_some());
        let state = match (peer.lost, member) {
            (true, _) => PeerState::Dead,
            (false, true) => PeerState::Active,
            (false, false) => PeerState::Up,
        };
        let deadtime = self.setup.timing.deadtime;
        let link = |heard: Option<Instant>| match heard {
            Some(heard) if now.since(heard) < deadtime => LinkStatus::Up,
            Some(_) | None => LinkStatus::Dead,
        };
        PeerStatus {
            name: name.clone(),
            incarnation: peer.incarnation,
            state,
            silence: peer.silence(now),
            links: peer.links.iter().map(|one| link(one.heard)).collect(),
        }
    }
}
