//! Checkers: strangers that see everything and know the laws, but none of the code that keeps them.

use crate::host::Host;
use cib::{Digest, Version};
use executor::contract::Operation;
use messaging::contract::View;
use model::{Instant, NodeName};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long two members of one view may hold the same service after they met: what ran on both sides of a partition
/// is stopped by then, hanging agents and their timeouts included.
const TWICE_MAX: Duration = Duration::from_secs(30);

/// What was seen, and what was wrong with it.
#[derive(Debug, Default)]
pub struct Checker {
    /// Broken laws, with their time.
    pub violations: Vec<String>,
    views: BTreeMap<u64, View>,
    digests: BTreeMap<(u64, Version), Digest>,
    since: BTreeMap<usize, (u64, Instant)>,
    seen: BTreeMap<usize, (usize, Version)>,
}

impl Checker {
    fn violated(&mut self, now: Instant, text: &str) {
        self.violations.push(format!("{} {text}", crate::world::milliseconds(now)));
    }

    /// Views of one number are one view.
    pub(crate) fn on_view(&mut self, now: Instant, host: usize, view: &View) {
        self.since.insert(host, (view.number, now));
        match self.views.get(&view.number) {
            None => {
                self.views.insert(view.number, view.clone());
            }
            Some(other) if other.members == view.members && other.coordinator == view.coordinator => {}
            Some(other) => {
                let text = format!("view {} is {:?} and {:?}", view.number, other.members, view.members);
                self.violated(now, &text);
            }
        }
    }

    /// Members that have joined a view have equal CIBs wherever they have equal versions.
    pub(crate) fn observe(&mut self, now: Instant, hosts: &[Host], host: usize) {
        let Some(brain) = &hosts[host].brain else { return };
        let cib = brain.node.cib();
        let seen = (std::sync::Arc::as_ptr(cib).addr(), Version::of(cib));
        if self.seen.insert(host, seen) == Some(seen) || !hosts[host].has_joined() {
            return;
        }
        let Some((view, _)) = self.since.get(&host).copied() else { return };
        let (version, digest) = (seen.1, Digest::of_tree(cib));
        if *self.digests.entry((view, version)).or_insert(digest) != digest {
            let text = format!("{} has another CIB {version} than others in view {view}", hosts[host].name);
            self.violated(now, &text);
        }
    }

    /// No start while another member of the same view holds the service.
    pub(crate) fn on_execute(&mut self, now: Instant, hosts: &[Host], host: usize, operation: &Operation) {
        if operation.action != "start" {
            return;
        }
        for (other, holder) in hosts.iter().enumerate().filter(|(other, _)| *other != host) {
            if holder.services.live().contains(&operation.resource) && self.are_together(hosts, host, other) {
                let text =
                    format!("{} is started on {} while {} holds it", operation.resource, hosts[host].name, holder.name);
                self.violated(now, &text);
            }
        }
    }

    /// Nothing is held twice for long by members of one view.
    pub fn holders(&mut self, now: Instant, hosts: &[Host], resource: &str, holders: &[usize]) {
        for (place, one) in holders.iter().enumerate() {
            for other in &holders[place + 1..] {
                let met = [one, other].map(|host| self.since.get(host).map_or(now, |(_, since)| *since));
                let together = now.since(met[0].max(met[1]));
                if self.are_together(hosts, *one, *other) && together > TWICE_MAX {
                    let names: [&NodeName; 2] = [&hosts[*one].name, &hosts[*other].name];
                    self.violated(now, &format!("{resource} is held by {names:?} for too long"));
                }
            }
        }
    }

    fn are_together(&self, hosts: &[Host], one: usize, other: usize) -> bool {
        let view = |host: usize| self.since.get(&host).filter(|_| hosts[host].has_joined()).map(|(view, _)| *view);
        view(one).is_some() && view(one) == view(other)
    }
}
