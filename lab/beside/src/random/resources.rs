//! Random resources: primitives, groups, clones of either, promotable or not.

use super::Maker;
use cib::Element;
use std::sync::Arc;

/// What constraints and histories need to know of a resource.
pub(crate) struct Resource {
    pub id: String,
    /// Its primitives.
    pub members: Vec<String>,
    pub cloned: bool,
    pub promotable: bool,
    /// Its instances have numbers that agents see.
    pub unique: bool,
}

const SCORES: [&str; 3] = ["0", "5", "100"];

impl Maker {
    pub fn make_resources(&mut self) -> Element {
        let mut section = Element::new("resources");
        section = section.with_child(
            Element::new("primitive").with("id", "fencing").with("class", "stonith").with("type", "fence_dummy"),
        );
        for n in 0..=self.rng.below(5) {
            let element = match self.rng.below(10) {
                0..4 => self.plain(&format!("p{n}")),
                4..6 => self.group(&format!("g{n}")),
                _ => self.clone_set(&format!("c{n}"), n),
            };
            section = section.with_child(element);
        }
        section
    }

    fn plain(&mut self, id: &str) -> Element {
        let members = vec![id.to_owned()];
        self.resources.push(Resource { id: id.to_owned(), members, cloned: false, promotable: false, unique: false });
        self.primitive(id, false)
    }

    fn primitive(&mut self, id: &str, promotable: bool) -> Element {
        let agent = if promotable { "Stateful" } else { "Dummy" };
        let mut primitive = Element::new("primitive")
            .with("id", id)
            .with("class", "ocf")
            .with("provider", "pacemaker")
            .with("type", agent);
        let sets = [self.meta(), self.pairs("utilization", &[("cpu", &["1", "2"], 250), ("memory", &["500"], 150)])];
        primitive.children_mut().extend(sets.into_iter().flatten().map(Arc::new));
        let operations = self.operations(id, promotable);
        primitive.with_child(operations)
    }

    fn meta(&mut self) -> Option<Element> {
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
                ("requires", &["nothing", "quorum", "fencing"], 80),
            ],
        )
    }

    fn operations(&mut self, id: &str, promotable: bool) -> Element {
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
                let words = ["ignore", "block", "stop", "restart", "fence", "standby"];
                op.set("on-fail", self.word(&words));
            }
            operations = operations.with_child(op);
        }
        operations
    }

    fn group(&mut self, id: &str) -> Element {
        let (group, members) = self.bare_group(id, false);
        self.resources.push(Resource { id: id.to_owned(), members, cloned: false, promotable: false, unique: false });
        group
    }

    fn bare_group(&mut self, id: &str, promotable: bool) -> (Element, Vec<String>) {
        let members: Vec<String> = (1..=1 + self.rng.below(3)).map(|n| format!("{id}m{n}")).collect();
        let mut group = Element::new("group").with("id", id);
        group.children_mut().extend(self.meta().map(Arc::new));
        for member in &members {
            let member = self.primitive(member, promotable);
            group = group.with_child(member);
        }
        (group, members)
    }

    fn clone_set(&mut self, id: &str, n: u64) -> Element {
        let promotable = self.rng.chance(400);
        let unique = !promotable && self.rng.chance(150);
        let (inner, members) = if self.rng.chance(250) {
            self.bare_group(&format!("cg{n}"), promotable)
        } else {
            let inner = format!("cp{n}");
            (self.primitive(&inner, promotable), vec![inner])
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
                ("promoted-max", &["1", "2"], if promotable { 300 } else { 0 }),
                ("clone-node-max", &["1", "2"], if unique { 500 } else { 0 }),
                ("target-role", &["Started", "Stopped", "Unpromoted"], 100),
                ("resource-stickiness", &["0", "1"], 150),
            ],
        );
        self.resources.push(Resource { id: id.to_owned(), members, cloned: true, promotable, unique });
        let mut clone = Element::new("clone").with("id", id);
        clone.children_mut().extend(meta.map(Arc::new));
        clone.with_child(inner)
    }
}
