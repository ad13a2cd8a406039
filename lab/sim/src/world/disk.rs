//! The world and a host's disk: writes that end, do not end, are slow, and what a crash leaves of them.

use super::queue::Event;
use super::{World, factory_cib};
use crate::host::Disk;
use crate::network::fraction;
use cib::Element;
use model::planted::{Bug, planted};
use node::contract::{Input, Ticket};
use std::sync::Arc;
use std::time::Duration;

/// How soon a write is tried again that the disk refused.
const RETRY: Duration = Duration::from_millis(200);

impl World {
    pub(super) fn write(&mut self, host: usize, ticket: Ticket, cib: Arc<Element>) {
        let boot = self.hosts[host].boots;
        let time = fraction(self.hosts[host].disk.latency, &mut self.rng);
        self.hosts[host].disk.writing = Some(without_status(&cib));
        self.after(time, Event::Written { host, boot, ticket, cib });
    }

    pub(super) fn written(&mut self, host: usize, boot: u64, ticket: Ticket, cib: &Arc<Element>) {
        if self.hosts[host].boots != boot || self.hosts[host].brain.is_none() {
            return;
        }
        let disk = &mut self.hosts[host].disk;
        let input = if disk.full {
            let cib = Arc::clone(cib);
            self.after(RETRY, Event::Written { host, boot, ticket, cib });
            Input::NotPersisted(ticket, "no space left on device".to_owned())
        } else {
            if !planted(Bug::LostFsync) {
                disk.cib = disk.writing.take().unwrap_or_else(|| without_status(cib));
            }
            Input::Persisted(ticket)
        };
        self.after(Duration::ZERO, Event::Node { host, boot, input: Box::new(input) });
    }

    /// Nobody knows how far a write was when its writer died.
    pub(super) fn cut_write_short(&mut self, host: usize) {
        if let Some(half) = self.hosts[host].disk.writing.take()
            && !self.hosts[host].disk.full
            && self.rng.chance(500)
        {
            self.hosts[host].disk.cib = half;
        }
    }

    pub(super) fn replace_disk(&mut self, host: usize) {
        self.hosts[host].disk = Disk::new(factory_cib());
        self.hosts[host].has_new_disk = true;
        self.checker.disk_lost();
        self.clients.forget();
    }

    /// The number of the life that begins, on disk before anything is said: above the last one, and from the wall clock
    /// where there was none.
    pub(super) fn next_generation(&mut self, host: usize) -> u64 {
        let seconds = u64::try_from(self.wall(host).seconds()).unwrap_or(0);
        let disk = &mut self.hosts[host].disk;
        if disk.generation == 0 {
            disk.generation = seconds;
        } else if !planted(Bug::GenerationNotBumped) {
            disk.generation += 1;
        }
        disk.generation
    }
}

/// The status is never on disk.
fn without_status(cib: &Element) -> Arc<Element> {
    let mut stored = cib.clone();
    stored.children_mut().retain(|child| child.name() != "status");
    Arc::new(stored.with_child(Element::new("status")))
}
