//! The cluster engine: the machine that turns packets and time into views and an order of messages.
//!
//! This file holds its vocabulary and its control flow; what it knows is in the leaf modules beside it.
//!
//! What protects it from the past, as every packet is sealed but may be recorded and sent again:
//! - each packet has a number that passes once per sender's life and medium;
//! - a life older than the one that is known is dropped, unless that one is silent and the older one answers a nonce;
//! - only who hears *this* life of ours counts, so no recording from before our start makes a dead peer a member.
//!
//! What it costs at rest: one heartbeat per node and `keepalive` on each medium, about 50 bytes for two nodes and 290 for
//! 32, before sealing. While a peer is late, eight questions more a `keepalive`, and four times the heartbeats for twenty.

mod agree;
mod beat;
mod confirm;
mod departure;
mod pause;
mod quorate;
mod receive;
mod session;
mod settle;
mod stall;
mod status;
#[cfg(test)]
mod tests;
mod traffic;
mod vote;

pub use status::{Counters, LinkStatus, PeerState, PeerStatus, Status};

use crate::agreement::Agreement;
use crate::clique::fingerprint;
use crate::config::{Config, Medium, Timing};
use crate::contract::{Incarnation, Input, Output};
use crate::order::outbox::Outbox;
use crate::peers::Peers;
use crate::quorum::Quorum;
use crate::quorum::lineage::Lineage;
use crate::wire::{Body, Packet, encode};
use beat::Pace;
use departure::Departure;
use model::{Instant, Machine, NodeName, Notice, Rng, Severity, Timers};
use session::Session;
use stall::Stall;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use vote::Vote;

/// A notice of the same kind is given again after this long.
const NOTICE_EVERY: Duration = Duration::from_mins(1);

/// What an engine is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Every configured node, ourselves included.
    pub nodes: Vec<NodeName>,
    /// Who we are.
    pub own: NodeName,
    /// Which life of ours this is; it must be on disk already.
    pub incarnation: Incarnation,
    /// The media, as notices name them: `bcast eth0`.
    pub links: Vec<String>,
    /// The detector's times.
    pub timing: Timing,
    /// The rule of quorum.
    pub quorum: Quorum,
    /// For nonces: must not be foreseeable by others.
    pub seed: u64,
}

impl Setup {
    /// As `ha.cf` has it.
    pub fn from_config(config: &Config, own: NodeName, incarnation: Incarnation, seed: u64) -> Self {
        Self {
            nodes: config.nodes.clone(),
            own,
            incarnation,
            links: config.media.iter().map(Medium::line).collect(),
            timing: config.timing,
            quorum: config.quorum.clone(),
            seed,
        }
    }
}

/// What the engine waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// When to send the next heartbeat.
    Beat,
    /// When a peer is to be looked after: late, very late, lost.
    Peer(NodeName),
    /// When absent hosts are no longer waited for.
    Settled,
    /// When to send the present round of an agreement again.
    Agree,
    /// When to stop following another's proposal that does not come to an end.
    Follow,
    /// When to stop expecting a proposal from our seniors.
    Patience,
    /// When a member that has started anew is no longer waited for.
    NewLife,
    /// When to look at what several heartbeats have changed.
    Review,
    /// When to send unacknowledged slots again.
    Resend,
    /// When to submit again what was not numbered.
    Submit,
    /// When to acknowledge what has come.
    Ack,
    /// When to ask for slots that are missing.
    Missing,
    /// When to ask the witness for its vote, or when it ends.
    Vote,
    /// When to say again that we may stand still, or that this is over.
    Stall,
    /// When to ask those again who have not said that our view is theirs.
    Inquire,
    /// When to look whether we may leave.
    Leave,
}

/// What follows from new facts, once the input is digested.
#[derive(Clone, Copy, Debug)]
struct Due {
    /// They decide who should be with whom.
    settle: bool,
    /// They may, and others of their kind are on their way.
    review: bool,
    /// The others must hear of them at once.
    beat: bool,
}

/// The cluster engine of one node.
#[derive(Clone, Debug)]
pub struct Engine {
    setup: Setup,
    /// Our own fingerprint.
    print: u64,
    /// The fingerprint of our node lines.
    node_lines: u64,
    peers: Peers,
    agreement: Agreement,
    session: Option<Session>,
    /// What we know of views with quorum, where the rule asks for it.
    lineage: Lineage,
    vote: Vote,
    stall: Stall,
    outbox: Outbox,
    pace: Pace,
    timers: Timers<Timer>,
    output: VecDeque<Output>,
    counters: Counters,
    noticed: BTreeMap<&'static str, Instant>,
    rng: Rng,
    packets: u64,
    submit_tries: u32,
    /// Absent hosts are no longer waited for.
    settled: bool,
    patience_over: bool,
    departure: Departure,
    due: Due,
    /// When it was last looked at who should be with whom.
    settled_at: Instant,
    /// When we last noticed that we had been stopped: what is overdue since before that is no other pause.
    woken: Instant,
}

impl Engine {
    /// An engine that starts to speak at once.
    pub fn new(mut setup: Setup, now: Instant) -> Self {
        setup.nodes.sort();
        setup.nodes.dedup();
        let print = fingerprint(&setup.own, setup.incarnation.0);
        let mut engine = Self {
            print,
            node_lines: setup.nodes.iter().fold(0, |lines, name| fingerprint(name, lines)),
            peers: Peers::new(&setup.nodes, &setup.own, print, setup.links.len()),
            agreement: Agreement::default(),
            session: None,
            lineage: Lineage::default(),
            vote: Vote::default(),
            stall: Stall::default(),
            outbox: Outbox::new(setup.own.clone()),
            pace: Pace::default(),
            timers: Timers::default(),
            output: VecDeque::new(),
            counters: Counters::default(),
            noticed: BTreeMap::new(),
            rng: Rng::from_seed(setup.seed),
            packets: 0,
            submit_tries: 0,
            settled: false,
            patience_over: false,
            departure: Departure::Stays,
            due: Due { settle: true, review: false, beat: true },
            settled_at: Instant::ZERO,
            woken: Instant::ZERO,
            setup,
        };
        engine.timers.set(Timer::Settled, now + engine.setup.timing.initdead);
        engine.conclude(now);
        engine
    }

    /// Brings everything that follows from the facts up to date, once per input.
    fn conclude(&mut self, now: Instant) {
        if self.departure.is_gone() {
            return;
        }
        let review = std::mem::take(&mut self.due.review);
        if std::mem::take(&mut self.due.settle) || (review && self.is_time_for_review(now)) {
            self.settle(now);
        }
        if std::mem::take(&mut self.due.beat) {
            self.beat(now, None, 0);
        }
    }

    fn on_timer(&mut self, now: Instant, timer: &Timer) {
        match timer {
            Timer::Beat => self.on_beat(now),
            Timer::Peer(name) => self.look_after(now, name),
            Timer::Settled => {
                self.settled = true;
                self.due.settle = true;
                self.due.beat = true;
            }
            Timer::Agree => self.ask_again(now),
            Timer::Follow => {
                self.agreement.follows = None;
                self.due.settle = true;
            }
            Timer::Patience => {
                self.patience_over = true;
                self.due.settle = true;
            }
            Timer::NewLife | Timer::Review => self.due.settle = true,
            Timer::Resend => self.resend_slots(now),
            Timer::Submit => self.submit_again(now),
            Timer::Ack => self.acknowledge(now),
            Timer::Missing => self.ask_for_missing(now),
            Timer::Vote => self.on_vote_timer(now),
            Timer::Stall => self.on_stall_timer(now),
            Timer::Inquire => self.inquire_again(now),
            Timer::Leave => self.try_to_leave(now),
        }
    }

    /// Puts a packet on all media.
    fn send(&mut self, to: Option<NodeName>, body: Body) {
        self.packets += 1;
        let packet = Packet {
            sender: self.setup.own.clone(),
            incarnation: self.setup.incarnation,
            to,
            number: self.packets,
            view: self.view_number(),
            promised: self.agreement.promised,
            body,
        };
        let bytes = encode(&packet);
        self.counters.sent += 1;
        self.counters.sent_bytes += u64::try_from(bytes.len()).expect("a packet is short");
        self.output.push_back(Output::Send { link: None, to: packet.to, packet: bytes });
    }

    fn notice(&mut self, id: &'static str, severity: Severity, text: String) {
        self.output.push_back(Output::Notice(Notice::new(id, severity, text)));
    }

    /// For what strangers can cause: once a minute.
    fn notice_rarely(&mut self, now: Instant, id: &'static str, text: impl FnOnce() -> String) {
        let due = self.noticed.get(id).is_none_or(|last| now.since(*last) >= NOTICE_EVERY);
        if due {
            self.noticed.insert(id, now);
            self.notice(id, Severity::Warning, text());
        }
    }
}

impl Machine for Engine {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        if self.departure.is_gone() {
            return;
        }
        self.notice_own_pause(now);
        match input {
            Input::Packet { link, packet } => self.on_packet(now, link, &packet),
            Input::Witness { packet } => self.on_witness(now, &packet),
            Input::BadSeal { link, source } => self.on_bad_seal(now, link, &source),
            Input::LinkTrouble { link, trouble } => self.on_link_trouble(link, trouble),
            Input::Broadcast { delivery, payload } => self.broadcast(now, delivery, payload),
            Input::ViewAccepted { number } => self.on_view_accepted(now, number),
            Input::AnnounceStall { span } => self.announce_stall(now, span),
            Input::Joined { view } => self.note_joined(view),
            Input::Confirm { view, number } => self.confirm(now, view, number),
            Input::Leave => self.leave(now),
        }
        self.conclude(now);
    }

    fn wake(&mut self, now: Instant) {
        if self.departure.is_gone() {
            return;
        }
        self.notice_own_pause(now);
        while let Some(timer) = self.timers.expired(now) {
            self.on_timer(now, &timer);
            self.conclude(now);
            if self.departure.is_gone() {
                return;
            }
        }
    }

    fn poll(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    fn deadline(&self) -> Option<Instant> {
        if self.departure.is_gone() { None } else { self.timers.deadline() }
    }
}
