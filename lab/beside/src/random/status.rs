//! A random past: nodes that are there or not, and on each node what it remembers of each resource.

use super::Maker;
use super::history::{Memory, history};
use super::resources::Agent;
use cib::Element;

pub(super) const EPOCH: i64 = 1_700_000_000;

/// How a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Member,
    Left,
    Vanished,
}

impl Maker {
    pub fn make_status(&mut self) -> Element {
        let mut status = Element::new("status");
        if self.rng.chance(500) {
            let granted = if self.rng.chance(500) { "true" } else { "false" };
            let ticket =
                Element::new("ticket_state").with("id", "T1").with("granted", granted).with("standby", "false");
            status = status.with_child(Element::new("tickets").with_child(ticket));
        }
        let quiet = self.rng.chance(250);
        for (n, name) in self.nodes.clone().into_iter().enumerate() {
            let standing = match self.rng.below(20) {
                0 if n > 0 => Standing::Left,
                1 if n > 0 => Standing::Vanished,
                _ => Standing::Member,
            };
            let state = self.node_state(n, &name, standing, quiet);
            status = status.with_child(state);
        }
        for guest in self.guests.clone() {
            if !quiet && self.rng.chance(700) {
                let state = self.guest_state(&guest.name);
                status = status.with_child(state);
            }
        }
        status
    }

    fn node_state(&mut self, n: usize, name: &str, standing: Standing, quiet: bool) -> Element {
        let (member, crmd, join, expected) = match standing {
            Standing::Member => ("true", "online", "member", "member"),
            Standing::Left => ("false", "offline", "down", "down"),
            Standing::Vanished => ("false", "offline", "member", "member"),
        };
        let id = (n + 1).to_string();
        let mut state = Element::new("node_state")
            .with("id", &id)
            .with("uname", name)
            .with("in_ccm", member)
            .with("crmd", crmd)
            .with("join", join)
            .with("expected", expected);
        if let Some(attributes) = self.transient(&id) {
            state = state.with_child(attributes);
        }
        let mut histories = Element::new("lrm_resources");
        if !quiet {
            for history in self.histories(n, name) {
                histories = histories.with_child(history);
            }
        }
        state.with_child(Element::new("lrm").with("id", &id).with_child(histories))
    }

    fn transient(&mut self, id: &str) -> Option<Element> {
        let members: Vec<String> = self.resources.iter().flat_map(|r| r.members.clone()).collect();
        let promotable: Vec<String> =
            self.resources.iter().filter(|r| r.promotable).flat_map(|r| r.members.clone()).collect();
        let mut set = Element::new("instance_attributes").with("id", &format!("status-{id}"));
        for (name, value, chance) in
            [("shutdown", "1700000000", 20), ("#health-cpu", "red", 20), ("#health-fan", "-10", 20)]
        {
            if self.rng.chance(chance) {
                let id = self.id("status");
                let pair = Element::new("nvpair").with("id", &id).with("name", name).with("value", value);
                set.children_mut().push(pair.into());
            }
        }
        let mut add = |maker: &mut Self, name: String, value: &str| {
            let pair = Element::new("nvpair").with("id", &maker.id("status")).with("name", &name).with("value", value);
            set.children_mut().push(pair.into());
        };
        for member in promotable {
            if self.rng.chance(700) {
                let scores = ["5", "10", "-1", "100"];
                let score = *self.pick(&scores);
                add(self, format!("master-{member}"), score);
            }
        }
        for member in members {
            if self.rng.chance(60) {
                let counts = ["1", "2", "INFINITY"];
                let count = *self.pick(&counts);
                add(self, format!("fail-count-{member}#monitor_10000"), count);
                add(self, format!("last-failure-{member}#monitor_10000"), &EPOCH.to_string());
            }
        }
        (!set.children().is_empty()).then(|| Element::new("transient_attributes").with("id", id).with_child(set))
    }

    /// What cluster node `n` remembers; bundles and machines stand with their connections.
    fn histories(&mut self, n: usize, name: &str) -> Vec<Element> {
        let mut all = vec![history("fencing", Agent::FENCE, name, Memory::FoundStopped)];
        for (at, resource) in self.resources.clone().into_iter().enumerate() {
            let home = resource.cloned || at % self.nodes.len() == n;
            for member in &resource.members {
                let memory = self.memory(home, resource.promotable);
                let id = if resource.unique { format!("{member}:{n}") } else { member.clone() };
                let agent = if member.contains("-ip-") { Agent::ADDRESS } else { resource.agent };
                all.push(history(&id, agent, name, memory));
            }
            for connection in &resource.connections {
                let memory = self.memory(home, false);
                all.push(history(connection, Agent::REMOTE, name, memory));
            }
        }
        if self.rng.chance(60) {
            let memory = self.memory(true, false);
            all.push(history("removed", Agent::DUMMY, name, memory));
        }
        all
    }

    /// What a guest remembers: what runs in it, and some of the rest.
    fn guest_state(&mut self, name: &str) -> Element {
        let mut state = Element::new("node_state").with("id", name).with("uname", name).with("remote_node", "true");
        if self.rng.chance(700) {
            state.set("in_ccm", "true");
        }
        if let Some(attributes) = self.transient(name) {
            state = state.with_child(attributes);
        }
        let mut histories = Element::new("lrm_resources");
        for resource in self.resources.clone() {
            let runs_here = resource.connections.iter().any(|connection| connection == name);
            if let Some((inner, agent)) = resource.inner.as_ref().filter(|_| runs_here) {
                let memory = self.memory(true, *agent == Agent::STATEFUL);
                histories = histories.with_child(history(inner, *agent, name, memory));
            } else if resource.agent == Agent::DUMMY && resource.connections.is_empty() && self.rng.chance(600) {
                for member in &resource.members {
                    let memory = self.memory(resource.cloned, false);
                    histories = histories.with_child(history(member, Agent::DUMMY, name, memory));
                }
            }
        }
        state.with_child(Element::new("lrm").with("id", name).with_child(histories))
    }
}
