//! From bytes to the right place: whose packet it is, whether it is new, what it asks for.

use super::{Engine, Timer};
use crate::contract::{Incarnation, LinkId, Opened};
use crate::peers::{Admission, Challenge};
use crate::wire::{Body, Flags, Heartbeat, Packet, decode};
use model::{Instant, NodeName, Severity};
use std::cmp::Ordering;

impl Engine {
    pub(super) fn on_packet(&mut self, now: Instant, link: LinkId, opened: &Opened) {
        self.counters.received += 1;
        self.counters.received_bytes += u64::try_from(opened.bytes().len()).expect("a packet is short");
        match decode(opened.bytes()) {
            Ok(packet) if packet.sender == self.setup.own => self.on_own_name(now, &packet),
            Ok(packet) => self.admit(now, link, packet),
            Err(malformed) => {
                self.counters.malformed += 1;
                self.notice_rarely(now, "packet-malformed", || {
                    format!("a packet with a good seal was dropped: {malformed}; do all nodes run the same version?")
                });
            }
        }
    }

    /// Our own packets come back on a broadcast medium; those of another life do not.
    fn on_own_name(&mut self, now: Instant, packet: &Packet) {
        match packet.incarnation.cmp(&self.setup.incarnation) {
            Ordering::Equal => {}
            Ordering::Less => self.counters.older_lives += 1,
            Ordering::Greater => {
                self.counters.unlisted += 1;
                let own = self.setup.own.clone();
                self.notice_rarely(now, "name-conflict", || {
                    format!("another host calls itself [{own}]; give it its own name and put that into every ha.cf")
                });
            }
        }
    }

    fn admit(&mut self, now: Instant, link: LinkId, packet: Packet) {
        let name = packet.sender.clone();
        let known = self.peers.get(&name).and_then(|peer| peer.incarnation);
        let Some(admission) = self.peers.admit(&packet, link, now) else { return self.on_unlisted(now, &name) };
        match admission {
            Admission::Fresh => {
                self.note_life(now, &name, known, packet.incarnation);
                self.note_numbers(now, &packet);
                if packet.to.as_ref().is_none_or(|to| *to == self.setup.own) {
                    self.dispatch(now, &name, packet);
                }
            }
            Admission::Copy => self.counters.copies += 1,
            Admission::Replayed => self.counters.replayed += 1,
            Admission::OlderLife => self.on_older_life(now, &packet),
        }
    }

    fn on_unlisted(&mut self, now: Instant, name: &NodeName) {
        self.counters.unlisted += 1;
        self.notice_rarely(now, "sender-unlisted", || {
            format!("packets of [{name}] are dropped: it has our key and our port, but no node line here names it")
        });
    }

    /// A peer speaks for the first time, again, or in a new life.
    fn note_life(&mut self, now: Instant, name: &NodeName, known: Option<Incarnation>, seen: Incarnation) {
        let Some(peer) = self.peers.get_mut(name) else { return };
        peer.warned = false;
        let was_lost = std::mem::replace(&mut peer.lost, false);
        if !was_lost {
            return;
        }
        peer.since = Some(now);
        self.due.settle = true;
        self.beat_soon(now);
        self.timers.set(Timer::Peer(name.clone()), now + self.late_after());
        let text = match known {
            None => format!("{name} is heard"),
            Some(known) if known == seen => format!("{name} is heard again"),
            Some(_) => format!("{name} has started anew"),
        };
        self.notice("peer-heard", Severity::Info, text);
    }

    /// What every packet says of its sender's view.
    fn note_numbers(&mut self, now: Instant, packet: &Packet) {
        let seen = packet.promised.max(packet.view);
        self.agreement.note_seen(seen);
        if self.agreement.pending.as_ref().is_some_and(|sync| sync.number == packet.view) {
            self.install(now);
        }
        let Some(session) = &mut self.session else { return };
        let member = session.member(&packet.sender).is_some_and(|member| member.incarnation == packet.incarnation);
        if member && packet.view == session.view.number {
            session.confirmed.insert(packet.sender.clone());
        }
        self.due.review |= seen > session.view.number || (member && packet.view < session.view.number);
    }

    fn dispatch(&mut self, now: Instant, from: &NodeName, packet: Packet) {
        match packet.body {
            Body::Heartbeat(beat) => self.on_heartbeat(now, from, packet.number, packet.view, &beat),
            Body::Challenge { incarnation, nonce } => {
                if incarnation == self.setup.incarnation {
                    self.send(Some(from.clone()), Body::Response { nonce });
                }
            }
            Body::Response { .. } => {}
            Body::Propose { number, members } => self.on_propose(now, from, number, &members),
            Body::Accept { number, stand } => self.on_accept(now, from, number, stand),
            Body::Sync(sync) => self.on_sync(now, from, sync),
            Body::Ready { number } => self.on_ready(now, from, number),
            Body::Submit { view, piece } => self.on_submit(now, from, view, piece),
            Body::Ordered { view, slot, stable, piece } => {
                if view == self.view_number() {
                    self.on_ordered(now, slot, stable, piece);
                }
            }
            Body::Missing { view, ranges } => self.on_missing(from, view, &ranges),
            Body::Ack { view, received, stable } => {
                if view == self.view_number() {
                    self.on_ack(now, from, received, stable);
                }
            }
            Body::Stable { view, highest, stable } => self.on_stable(now, from, view, highest, stable),
            Body::Stall { number, millis } => self.on_stall(now, from, number, millis),
            Body::StallHeard { number } => self.on_stall_heard(from, number),
            Body::Inquire { view, number } => self.on_inquire(from, view, number),
            Body::Affirm { view, number } => self.on_affirm(now, from, view, number),
        }
    }

    fn on_heartbeat(&mut self, now: Instant, from: &NodeName, number: u64, view: u64, beat: &Heartbeat) {
        self.due.review |= self.peers.note_heartbeat(now, from, number, beat);
        if beat.flags.has(Flags::BRISK) {
            self.beat_faster(now);
        }
        if beat.flags.has(Flags::ANSWER) {
            self.beat_soon(now);
        }
        if beat.nodes != self.node_lines {
            self.notice_rarely(now, "node-lines-differ", || {
                format!("the node lines of {from} differ from ours; make ha.cf the same on all nodes")
            });
        }
        self.on_stable(now, from, view, beat.highest, beat.stable);
    }

    /// Either a replay, or a host that lost its identity file: only a living node can answer a fresh question.
    fn on_older_life(&mut self, now: Instant, packet: &Packet) {
        self.counters.older_lives += 1;
        let nonce = self.rng.next_u64();
        let every = self.setup.timing.keepalive;
        let Some(peer) = self.peers.get_mut(&packet.sender) else { return };
        if !peer.lost {
            return;
        }
        let asked = peer.challenge.filter(|challenge| challenge.incarnation == packet.incarnation);
        if let (Body::Response { nonce }, Some(challenge)) = (&packet.body, asked)
            && *nonce == challenge.nonce
        {
            return self.accept_older_life(packet);
        }
        if asked.is_none_or(|challenge| now.since(challenge.asked) >= every) {
            let incarnation = packet.incarnation;
            peer.challenge = Some(Challenge { incarnation, nonce, asked: now });
            self.send(Some(packet.sender.clone()), Body::Challenge { incarnation, nonce });
        }
    }

    fn accept_older_life(&mut self, packet: &Packet) {
        let name = &packet.sender;
        self.peers.begin_life(name, packet.incarnation);
        let text = format!(
            "{name} is back with a lower generation than before, and has proved that it is alive; its identity file was probably lost"
        );
        self.notice("peer-identity-reset", Severity::Notice, text);
    }

    pub(super) fn on_bad_seal(&mut self, now: Instant, link: LinkId, source: &str) {
        self.counters.bad_seals += 1;
        let medium = self.medium(link);
        self.notice_rarely(now, "seal-bad", || {
            format!("packets from {source} on {medium} are dropped: another key, or another cluster on this port; compare authkeys and udpport")
        });
    }

    pub(super) fn on_link_trouble(&mut self, link: LinkId, trouble: Option<String>) {
        let medium = self.medium(link);
        match trouble {
            Some(trouble) => {
                let text = format!("{medium} does not send: {trouble}");
                self.notice("link-trouble", Severity::Warning, text);
            }
            None => self.notice("link-works", Severity::Info, format!("{medium} sends again")),
        }
    }

    /// What people call a medium.
    fn medium(&self, link: LinkId) -> String {
        self.setup.links.get(usize::from(link.0)).cloned().unwrap_or_else(|| format!("medium {}", link.0))
    }
}
