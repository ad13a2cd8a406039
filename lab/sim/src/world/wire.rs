//! The world and the wire: packets go out, are recorded, and arrive once, twice, never, or again later.

use super::World;
use super::queue::Event;
use crate::network::{Packet, Recording};
use messaging::contract::Opened;
use model::{Instant, NodeName};
use std::time::Duration;

/// How often a recorded packet is sent again.
const AGAIN: Duration = Duration::from_millis(150);

impl World {
    pub(super) fn send(&mut self, from: usize, to: Option<&NodeName>, packet: Vec<u8>) {
        let to = to.and_then(|name| self.hosts.iter().position(|host| host.name == *name));
        let packet = Packet { to, bytes: packet.into() };
        self.carry(from, &packet);
        self.hosts[from].recording.add(packet);
    }

    fn carry(&mut self, from: usize, packet: &Packet) {
        let all = 0..self.hosts.len();
        for target in all.filter(|target| *target != from && packet.to.is_none_or(|to| to == *target)) {
            let delays = self.network.arrivals(from, target, &mut self.rng);
            for delay in delays.into_iter().flatten() {
                self.after(delay, Event::Packet { to: target, bytes: packet.bytes.clone() });
            }
        }
    }

    /// What a stranger has recorded of a host is sent from now on, over and over.
    pub(super) fn replay(&mut self, from: usize, span: Duration) {
        let until = self.now + span;
        let recording: Recording = self.hosts[from].recording.clone();
        for packet in recording.packets().cloned() {
            let delay = self.network.way(&mut self.rng);
            self.after(delay, Event::Again { from, packet, until });
        }
    }

    pub(super) fn send_again(&mut self, from: usize, packet: Packet, until: Instant) {
        self.carry(from, &packet);
        if self.now < until {
            self.after(AGAIN, Event::Again { from, packet, until });
        }
    }

    /// A packet whose seal was good.
    pub(super) fn opened(bytes: &[u8]) -> Opened {
        Opened::after_verification(bytes.to_vec())
    }
}
