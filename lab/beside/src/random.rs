//! Random small clusters: a configuration out of all features, and a history that could have happened under it.
//!
//! One seed, one cluster. Damage is not done here but in `endure`; what is made here is valid.

mod constraints;
mod resources;
mod status;

use cib::Element;
use model::Rng;
use resources::Resource;
use std::sync::Arc;

/// A cluster in the making.
pub(crate) struct Maker {
    pub rng: Rng,
    pub nodes: Vec<String>,
    pub resources: Vec<Resource>,
    ids: u32,
}

/// The cluster of a seed.
pub fn cluster(seed: u64) -> Arc<Element> {
    let mut rng = Rng::from_seed(seed);
    let nodes = (1..=2 + rng.below(3)).map(|n| format!("n{n}")).collect();
    let mut maker = Maker { rng, nodes, resources: Vec::new(), ids: 0 };
    let options = maker.options();
    let nodes = maker.configured_nodes();
    let resources = maker.make_resources();
    let constraints = maker.make_constraints();
    let defaults = maker.defaults();
    let status = maker.make_status();
    let configuration = Element::new("configuration")
        .with_child(options)
        .with_child(nodes)
        .with_child(resources)
        .with_child(constraints)
        .with_child(defaults);
    let quorate = if maker.rng.chance(930) { "1" } else { "0" };
    let cib = Element::new("cib")
        .with("admin_epoch", "0")
        .with("epoch", "1")
        .with("num_updates", "1")
        .with("crm_feature_set", "3.16.1")
        .with("validate-with", "pacemaker-3.9")
        .with("have-quorum", quorate)
        .with("dc-uuid", "1")
        .with_child(configuration)
        .with_child(status);
    Arc::new(cib)
}

impl Maker {
    /// A new id.
    pub fn id(&mut self, stem: &str) -> String {
        self.ids += 1;
        format!("{stem}-{}", self.ids)
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let count = u64::try_from(items.len()).unwrap_or(1).max(1);
        &items[usize::try_from(self.rng.below(count)).unwrap_or(0)]
    }

    /// One of several words.
    pub fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let word: &&'a str = self.pick(words);
        word
    }

    /// A node's name.
    pub fn node(&mut self) -> String {
        let nodes = self.nodes.clone();
        self.pick(&nodes).clone()
    }

    /// A set of name-value pairs; each of those offered is in with its own chance, in thousandths.
    pub fn pairs(&mut self, tag: &str, offered: &[(&str, &[&str], u64)]) -> Option<Element> {
        let mut set = Element::new(tag).with("id", &self.id("set"));
        for (name, values, chance) in offered {
            if self.rng.chance(*chance) {
                let (id, value) = (self.id("nv"), *self.pick(values));
                set = set.with_child(Element::new("nvpair").with("id", &id).with("name", name).with("value", value));
            }
        }
        (!set.children().is_empty()).then_some(set)
    }

    fn options(&mut self) -> Element {
        let fencing: &[&str] = if self.rng.chance(700) { &["true"] } else { &["false"] };
        let set = self.pairs(
            "cluster_property_set",
            &[
                ("stonith-enabled", fencing, 1000),
                ("no-quorum-policy", &["stop", "ignore", "freeze", "demote", "suicide"], 400),
                ("symmetric-cluster", &["true", "false"], 100),
                ("placement-strategy", &["default", "utilization", "minimal", "balanced"], 200),
                ("start-failure-is-fatal", &["true", "false"], 200),
                ("concurrent-fencing", &["true", "false"], 100),
                ("maintenance-mode", &["true", "false"], 40),
                ("stop-all-resources", &["true", "false"], 40),
                ("enable-startup-probes", &["false"], 40),
                ("stop-orphan-resources", &["false"], 60),
                ("stonith-action", &["off", "reboot"], 100),
            ],
        );
        let mut section = Element::new("crm_config");
        section.children_mut().extend(set.map(Arc::new));
        section
    }

    fn configured_nodes(&mut self) -> Element {
        let mut section = Element::new("nodes");
        for (n, name) in self.nodes.clone().into_iter().enumerate() {
            let mut node = Element::new("node").with("id", &(n + 1).to_string()).with("uname", &name);
            let sets = [
                self.pairs(
                    "instance_attributes",
                    &[("standby", &["on"], 60), ("maintenance", &["true"], 30), ("zone", &["east", "west"], 500)],
                ),
                self.pairs("utilization", &[("cpu", &["2", "4", "8"], 400), ("memory", &["1000", "2000"], 300)]),
            ];
            node.children_mut().extend(sets.into_iter().flatten().map(Arc::new));
            section = section.with_child(node);
        }
        section
    }

    fn defaults(&mut self) -> Element {
        let set = self.pairs(
            "meta_attributes",
            &[
                ("resource-stickiness", &["0", "1", "100", "INFINITY", "-1"], 500),
                ("migration-threshold", &["1", "2", "3"], 200),
                ("failure-timeout", &["60s", "1h"], 100),
            ],
        );
        let mut section = Element::new("rsc_defaults");
        section.children_mut().extend(set.map(Arc::new));
        section
    }
}
