//! The end of a story: all faults end, an operator forgives what failed, and the cluster must reach its goal.

use crate::client;
use crate::story::SERVICES;
use crate::verb::{Edit, HostId, Wish};
use crate::world::World;
use cib::Element;
use model::ResourceId;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long agents that hung when the faults ended may go on: to their timeout (20 s where none is configured), and the
/// kill. Who cleans up earlier cleans up before it has failed; its failure counts afterwards, and rightly bans the node.
const AFTERMATH: Duration = Duration::from_secs(25);
/// The same where no agent ever hung.
const AFTERMATH_SHORT: Duration = Duration::from_secs(4);
/// How often an operator says again what was refused.
const TRIES: u32 = 3;
/// How long a healed cluster may take to be one again.
const RECOVERY: Duration = Duration::from_secs(80);
/// How often it is looked at meanwhile.
const GLANCE: Duration = Duration::from_secs(1);
/// How many looks in a row must find nothing wrong.
const GLANCES: u32 = 3;

impl World {
    /// Ends all faults and demands what must then come true.
    pub(crate) fn recover(&mut self) {
        self.end_faults();
        let hangs = self.checker.agents_may_hang();
        self.run_for(if hangs { AFTERMATH } else { AFTERMATH_SHORT });
        self.end_faults();
        self.forgive_until_heard();
        for host in 0..self.hosts.len() {
            self.wish(HostId(host), &Wish::WaitIdle);
        }
        let wrong = self.wait_until_well();
        self.checker.accuse(self.now, wrong);
        let lost = self.lost_changes();
        self.checker.accuse(self.now, lost);
    }

    /// Everything works again, and every host is started.
    fn end_faults(&mut self) {
        self.network.heal();
        for host in 0..self.hosts.len() {
            let this = &mut self.hosts[host];
            (this.paused, this.stalled, this.fuse) = (None, None, None);
            this.services.mend();
            this.disk.mend();
            self.boot(host);
        }
    }

    /// Who was asked to leave before the faults ended, and could not.
    fn boot_who_left(&mut self) {
        for host in 0..self.hosts.len() {
            if self.hosts[host].has_left {
                self.boot(host);
            }
        }
    }

    /// An operator who is refused, as who comes together again has no quorum yet, says it again when all are there.
    fn forgive_until_heard(&mut self) {
        for _ in 0..TRIES {
            let last = self.clients.last();
            self.forgive();
            self.run_for(AFTERMATH_SHORT);
            if !self.clients.is_refused_since(last) {
                break;
            }
            self.boot_who_left();
            self.run_for(AFTERMATH_SHORT);
        }
    }

    fn forgive(&mut self) {
        let first = HostId(0);
        self.wish(first, &Wish::Edit(Edit::Restore));
        for host in (0..self.hosts.len()).map(HostId) {
            self.wish(host, &Wish::Standby(host, false));
            self.wish(host, &Wish::Cleanup);
        }
    }

    /// What is still wrong when the patience ends, or nothing.
    fn wait_until_well(&mut self) -> Vec<String> {
        let end = self.now + RECOVERY;
        let mut well = 0;
        while self.now < end && well < GLANCES {
            self.run_for(GLANCE);
            self.boot_who_left();
            well = if self.trouble().is_empty() { well + 1 } else { 0 };
        }
        self.trouble()
    }

    fn trouble(&self) -> Vec<String> {
        [self.unanswered(), self.not_one(), self.not_placed()].into_iter().flatten().collect()
    }

    fn unanswered(&self) -> Option<String> {
        let waiting = self.clients.waiting();
        (waiting > 0).then(|| format!("{waiting} clients still wait for an answer at the end"))
    }

    fn not_one(&self) -> Option<String> {
        let brains = || self.hosts.iter().filter_map(|host| host.brain.as_ref());
        let views: BTreeSet<_> = brains()
            .filter_map(|brain| brain.node.status().view.map(|view| (view.number, view.members.len())))
            .collect();
        let is_whole = brains().count() == self.hosts.len()
            && views.len() == 1
            && views.iter().all(|(_, members)| *members == self.hosts.len());
        if !is_whole {
            return Some(format!("the hosts are not one cluster at the end: {views:?}"));
        }
        let first: Option<&Arc<Element>> = brains().next().map(|brain| brain.node.cib());
        let same = brains().all(|brain| Some(brain.node.cib()) == first);
        (!same).then(|| "the members have different CIBs at the end".to_owned())
    }

    fn not_placed(&self) -> Option<String> {
        let holders = |service: &str| self.holders(&ResourceId::new(service));
        let wrong = SERVICES.into_iter().filter(|service| holders(service).len() != 1);
        let wrong: Vec<_> = wrong.map(|service| format!("{service}: {:?}", holders(service))).collect();
        let text = || format!("services are not held by exactly one host at the end: {}", wrong.join(", "));
        (!wrong.is_empty()).then(text)
    }

    /// What was acknowledged is there; where a part may act that knows nothing of another, it may be in what the loser
    /// kept aside.
    fn lost_changes(&self) -> Option<String> {
        let brain = self.hosts.iter().find_map(|host| host.brain.as_ref())?;
        let mut there = client::keys(brain.node.cib());
        if self.rule.forgets(self.hosts.len()) {
            there.extend(self.clients.aside.iter().cloned());
        }
        let is_aside = |key: &&String| self.clients.aside.contains(*key);
        let overruled = self.clients.of_new_disks.difference(&there).filter(|key| !is_aside(key));
        let lost: Vec<_> = self.clients.acknowledged.difference(&there).chain(overruled).collect();
        (!lost.is_empty()).then(|| format!("acknowledged changes are lost: {lost:?}"))
    }
}
