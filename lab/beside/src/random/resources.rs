//! Random resources: primitives, plain and of a template, groups, clones of either, promotable or not.

use super::Maker;
use super::defaults::ruled;
use cib::Element;
use std::sync::Arc;

/// What constraints and histories need to know of a resource.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "properties that come in nearly all combinations")]
pub(crate) struct Resource {
    pub id: String,
    /// Its primitives.
    pub members: Vec<String>,
    /// The connections that come up with them.
    pub connections: Vec<String>,
    /// What runs on those.
    pub inner: Option<(String, Agent)>,
    pub agent: Agent,
    pub cloned: bool,
    pub promotable: bool,
    /// Its instances have numbers that agents see.
    pub unique: bool,
    /// Constraints may name it.
    pub named: bool,
}

impl Resource {
    pub fn plain(id: &str, agent: Agent) -> Self {
        Self {
            id: id.to_owned(),
            members: vec![id.to_owned()],
            connections: Vec::new(),
            inner: None,
            agent,
            cloned: false,
            promotable: false,
            unique: false,
            named: true,
        }
    }
}

/// The kind of a resource, as the configuration and the history name it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agent {
    pub class: &'static str,
    pub provider: Option<&'static str>,
    pub name: &'static str,
}

impl Agent {
    pub const DUMMY: Self = Self { class: "ocf", provider: Some("pacemaker"), name: "Dummy" };
    pub const STATEFUL: Self = Self { class: "ocf", provider: Some("pacemaker"), name: "Stateful" };
    pub const REMOTE: Self = Self { class: "ocf", provider: Some("pacemaker"), name: "remote" };
    pub const ADDRESS: Self = Self { class: "ocf", provider: Some("heartbeat"), name: "IPaddr2" };
    pub const FENCE: Self = Self { class: "stonith", provider: None, name: "fence_dummy" };

    pub fn container(name: &'static str) -> Self {
        Self { class: "ocf", provider: Some("heartbeat"), name }
    }

    /// An element with its words.
    pub fn mark(self, element: Element) -> Element {
        let element = element.with("class", self.class).with("type", self.name);
        self.provider.into_iter().fold(element, |element, provider| element.with("provider", provider))
    }

    pub fn primitive(self, id: &str) -> Element {
        self.mark(Element::new("primitive").with("id", id))
    }
}

const SCORES: [&str; 3] = ["0", "5", "100"];

impl Maker {
    pub fn make_resources(&mut self) -> Element {
        let mut section = Element::new("resources");
        section.children_mut().extend(self.devices().into_iter().map(Arc::new));
        let template = self.rng.chance(200);
        if template {
            let operations = self.operations("template", false);
            let mut element = Agent::DUMMY.mark(Element::new("template").with("id", "template"));
            element.children_mut().extend(self.meta().map(Arc::new));
            section = section.with_child(element.with_child(operations));
            self.names.push("template".to_owned());
        }
        for n in 0..=self.rng.below(5) {
            let element = match self.rng.below(40) {
                0..3 if template => self.templated(&format!("t{n}")),
                0..13 => self.plain(&format!("p{n}")),
                13..19 => self.group(&format!("g{n}")),
                19..33 => self.clone_set(&format!("c{n}"), n),
                33 => self.remote(&format!("remote{n}")),
                34..36 => self.machine(&format!("vm{n}"), &format!("guest{n}")),
                _ => self.bundle(&format!("b{n}"), n),
            };
            section = section.with_child(element);
        }
        section
    }

    fn plain(&mut self, id: &str) -> Element {
        self.resources.push(Resource::plain(id, Agent::DUMMY));
        self.primitive(id, Agent::DUMMY)
    }

    fn templated(&mut self, id: &str) -> Element {
        self.resources.push(Resource::plain(id, Agent::DUMMY));
        let mut primitive = Element::new("primitive").with("id", id).with("template", "template");
        primitive.children_mut().extend(self.meta().map(Arc::new));
        primitive
    }

    pub(super) fn primitive(&mut self, id: &str, agent: Agent) -> Element {
        let mut primitive = agent.primitive(id);
        let mut sets =
            vec![self.meta(), self.pairs("utilization", &[("cpu", &["1", "2"], 250), ("memory", &["500"], 150)])];
        if self.rng.chance(60) {
            let set = self.pairs("meta_attributes", &[("resource-stickiness", &["33"], 1000)]);
            let rule = self.date_rule();
            sets.push(set.map(|set| ruled(set, rule)));
        }
        primitive.children_mut().extend(sets.into_iter().flatten().map(Arc::new));
        let operations = self.operations(id, agent == Agent::STATEFUL);
        primitive.with_child(operations)
    }

    pub(super) fn meta(&mut self) -> Option<Element> {
        self.pairs(
            "meta_attributes",
            &[
                ("target-role", &["Started", "Stopped"], 100),
                ("is-managed", &["false"], 50),
                ("priority", &SCORES, 150),
                ("resource-stickiness", &["1", "50", "INFINITY"], 150),
                ("migration-threshold", &["1", "3"], 100),
                ("multiple-active", &["stop_only", "block", "stop_start"], 80),
                ("allow-migrate", &["true"], 150),
                ("requires", &["nothing", "quorum", "fencing", "unfencing"], 80),
                ("maintenance", &["true"], 30),
                ("critical", &["false"], 60),
                ("failure-timeout", &["60s"], 60),
                ("allow-unhealthy-nodes", &["true"], 30),
            ],
        )
    }

    pub(super) fn operations(&mut self, id: &str, promotable: bool) -> Element {
        let mut operations = Element::new("operations");
        let roles: &[Option<&str>] = if promotable { &[Some("Promoted"), Some("Unpromoted")] } else { &[None] };
        for (role, interval) in roles.iter().zip(["10s", "11s"]) {
            let mut op = Element::new("op")
                .with("id", &format!("{id}-monitor-{interval}"))
                .with("name", "monitor")
                .with("interval", interval)
                .with("timeout", "20s");
            if let Some(role) = role {
                op.set("role", role);
            }
            if self.rng.chance(150) {
                let words = ["ignore", "block", "stop", "restart", "fence", "standby", "demote"];
                op.set("on-fail", self.word(&words));
            }
            operations = operations.with_child(op);
        }
        operations
    }

    fn group(&mut self, id: &str) -> Element {
        let (group, members) = self.bare_group(id, Agent::DUMMY);
        self.resources.push(Resource { members, ..Resource::plain(id, Agent::DUMMY) });
        group
    }

    fn bare_group(&mut self, id: &str, agent: Agent) -> (Element, Vec<String>) {
        let members: Vec<String> = (1..=1 + self.rng.below(3)).map(|n| format!("{id}m{n}")).collect();
        let mut group = Element::new("group").with("id", id);
        group.children_mut().extend(self.meta().map(Arc::new));
        for member in &members {
            let member = self.primitive(member, agent);
            group = group.with_child(member);
        }
        (group, members)
    }

    fn clone_set(&mut self, id: &str, n: u64) -> Element {
        let promotable = self.rng.chance(400);
        let unique = !promotable && self.rng.chance(150);
        let agent = if promotable { Agent::STATEFUL } else { Agent::DUMMY };
        let (inner, members) = if self.rng.chance(250) {
            self.bare_group(&format!("cg{n}"), agent)
        } else {
            let inner = format!("cp{n}");
            (self.primitive(&inner, agent), vec![inner])
        };
        let unique_word: &[&str] = if unique { &["true"] } else { &["false"] };
        let promotable_word: &[&str] = if promotable { &["true"] } else { &["false"] };
        let meta = self.pairs(
            "meta_attributes",
            &[
                ("promotable", promotable_word, if promotable { 1000 } else { 0 }),
                ("globally-unique", unique_word, if unique { 1000 } else { 0 }),
                ("interleave", &["true", "false"], 500),
                ("ordered", &["true"], 150),
                ("notify", &["true"], 250),
                ("clone-max", &["1", "2", "3"], 300),
                ("clone-min", &["1", "2"], 80),
                ("promoted-max", &["1", "2"], if promotable { 300 } else { 0 }),
                ("clone-node-max", &["1", "2"], if unique { 500 } else { 0 }),
                ("target-role", &["Started", "Stopped", "Unpromoted"], 100),
                ("resource-stickiness", &["0", "1"], 150),
            ],
        );
        self.resources.push(Resource { members, cloned: true, promotable, unique, ..Resource::plain(id, agent) });
        let mut clone = Element::new("clone").with("id", id);
        clone.children_mut().extend(meta.map(Arc::new));
        clone.with_child(inner)
    }
}
