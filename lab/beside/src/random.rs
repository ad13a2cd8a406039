//! Random small clusters: a configuration out of all features, and a history that could have happened under it.
//!
//! One seed, one cluster. Damage is not done here but in `endure`; what is made here is valid.

mod bundles;
mod constraints;
mod defaults;
mod fencing;
mod guests;
mod history;
mod options;
mod resources;
mod rules;
mod sets;
mod status;

use cib::Element;
use guests::Guest;
use model::Rng;
use resources::Resource;
use std::sync::Arc;

/// A cluster in the making.
pub(crate) struct Maker {
    pub rng: Rng,
    pub nodes: Vec<String>,
    /// Nodes that a resource brings up.
    pub guests: Vec<Guest>,
    pub resources: Vec<Resource>,
    /// Templates and tags, which constraints may name like a resource.
    pub names: Vec<String>,
    ids: u32,
}

/// The cluster of a seed.
pub fn cluster(seed: u64) -> Arc<Element> {
    let mut rng = Rng::from_seed(seed);
    let nodes = (1..=2 + rng.below(3)).map(|n| format!("n{n}")).collect();
    let mut maker = Maker { rng, nodes, guests: Vec::new(), resources: Vec::new(), names: Vec::new(), ids: 0 };
    let options = maker.options();
    let resources = maker.make_resources();
    let nodes = maker.configured_nodes();
    let tags = maker.tags();
    let constraints = maker.make_constraints();
    let topology = maker.topology();
    let defaults = maker.defaults();
    let status = maker.make_status();
    let mut configuration = Element::new("configuration")
        .with_child(options)
        .with_child(nodes)
        .with_child(resources)
        .with_child(constraints)
        .with_child(defaults);
    configuration
        .children_mut()
        .extend([maker.operation_defaults(), topology, tags].into_iter().flatten().map(Arc::new));
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
        let guests = self.guests.iter().map(|guest| guest.name.clone());
        let nodes: Vec<String> = self.nodes.iter().cloned().chain(guests).collect();
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
}
