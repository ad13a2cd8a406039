//! Reads at coordinators: whenever a change is acknowledged somewhere, a client reads wherever a host says that it coordinates
//! a view with quorum. One that was left by its majority and has not noticed is the one that matters.

use super::World;
use crate::check::Checker;
use crate::client::Read;
use crate::host::Host;
use crate::story::Rule;
use node::contract::{Reply, Request};

impl World {
    /// Where parts may act that know nothing of each other, nothing is promised.
    pub(super) fn read_at_coordinators(&mut self) {
        if self.rule.forgets(self.hosts.len()) {
            return;
        }
        for host in 0..self.hosts.len() {
            if let Some(view) = self.coordinated(host) {
                let id = self.clients.reads(host, view);
                self.ask(host, id, Request::Cib);
            }
        }
    }

    /// The view with quorum that a host says it coordinates.
    fn coordinated(&self, host: usize) -> Option<u64> {
        let this = &self.hosts[host];
        let view = this.brain.as_ref()?.node.status().view?;
        (view.quorate && view.coordinator == this.name).then_some(view.number)
    }

    /// The half with the tie-breaker may act alone although all of its disks are new, and knows nothing then of what the
    /// other half knows. Where they meet, the configuration with a past wins; what it overrules is kept aside.
    pub(super) fn excuse_new_disks(&mut self, host: usize, key: &str) {
        let view = self.hosts[host].brain.as_ref().and_then(|brain| brain.node.status().view);
        let Some(members) = view.map(|view| view.members).filter(|_| self.rule == Rule::TieBreaker) else { return };
        let is_member = |host: &&Host| members.iter().any(|member| member.name == host.name);
        let is_half = 2 * members.len() == self.hosts.len();
        if is_half && self.hosts.iter().filter(is_member).all(|host| host.has_new_disk) {
            self.clients.acknowledged_by_new_disks(key);
        }
    }

    /// A read counts if the host says after it what it said before it.
    pub(super) fn judge_read(&mut self, host: usize, read: &Read, reply: &Reply) {
        if let Reply::Cib(cib) = reply
            && self.coordinated(host) == Some(read.view)
        {
            self.judge(|checker: &mut Checker, sight| checker.on_read(sight, host, read, cib));
        }
    }
}
