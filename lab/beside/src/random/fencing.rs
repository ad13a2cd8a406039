//! Random fencing: devices with and without hosts of their own, unfencing, levels.

use super::Maker;
use cib::Element;
use std::sync::Arc;

impl Maker {
    /// One device for all, and sometimes a second.
    pub(super) fn devices(&mut self) -> Vec<Element> {
        let device =
            |id: &str| Element::new("primitive").with("id", id).with("class", "stonith").with("type", "fence_dummy");
        let mut all = vec![device("fencing")];
        if self.rng.chance(150) {
            let mut second = device("fencing2");
            let sets = [
                self.pairs("meta_attributes", &[("provides", &["unfencing"], 300), ("target-role", &["Stopped"], 100)]),
                self.pairs("instance_attributes", &[("pcmk_host_list", &["n1", "n1 n2"], 700), ("delay", &["5"], 200)]),
            ];
            second.children_mut().extend(sets.into_iter().flatten().map(Arc::new));
            all.push(second);
        }
        all
    }

    /// Which devices, and in which order, fence a node.
    pub(super) fn topology(&mut self) -> Option<Element> {
        if !self.rng.chance(150) {
            return None;
        }
        let mut topology = Element::new("fencing-topology");
        for (n, name) in self.nodes.clone().iter().take(2).enumerate() {
            let level = Element::new("fencing-level").with("id", &self.id("level"));
            let level = match self.rng.below(3) {
                0 => level.with("target", name),
                1 => level.with("target-pattern", &format!("{name}.*")),
                _ => level.with("target-attribute", "zone").with("target-value", "east"),
            };
            let level = level.with("index", &(n + 1).to_string()).with("devices", "fencing");
            topology = topology.with_child(level);
        }
        Some(topology)
    }
}
