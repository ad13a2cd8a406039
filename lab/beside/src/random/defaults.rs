//! Random defaults of resources and operations, some of them under a rule; and tags.

use super::Maker;
use cib::Element;
use std::sync::Arc;

impl Maker {
    pub(super) fn defaults(&mut self) -> Element {
        let set = self.pairs(
            "meta_attributes",
            &[
                ("resource-stickiness", &["0", "1", "100", "INFINITY", "-1"], 500),
                ("migration-threshold", &["1", "2", "3"], 200),
                ("failure-timeout", &["60s", "1h"], 100),
            ],
        );
        let mut sets: Vec<Element> = set.into_iter().collect();
        if self.rng.chance(150) {
            let set =
                self.pairs("meta_attributes", &[("resource-stickiness", &["7"], 1000), ("priority", &["3"], 200)]);
            let rule = self.resource_rule();
            sets.extend(set.map(|set| ruled(set, rule)));
        }
        section("rsc_defaults", sets)
    }

    pub(super) fn operation_defaults(&mut self) -> Option<Element> {
        if !self.rng.chance(200) {
            return None;
        }
        let mut sets: Vec<Element> =
            self.pairs("meta_attributes", &[("timeout", &["40s"], 1000)]).into_iter().collect();
        if self.rng.chance(600) {
            let offered: &[(&str, &[&str], u64)] =
                &[("on-fail", &["block", "stop", "fence"], 700), ("record-pending", &["false"], 500)];
            let rule = self.operation_rule();
            sets.extend(self.pairs("meta_attributes", offered).map(|set| ruled(set, rule)));
        }
        Some(section("op_defaults", sets))
    }

    /// Names for several resources at once.
    pub(super) fn tags(&mut self) -> Option<Element> {
        if !self.rng.chance(200) {
            return None;
        }
        let mut tag = Element::new("tag").with("id", "tagged");
        for resource in self.resources.iter().take(3) {
            tag = tag.with_child(Element::new("obj_ref").with("id", &resource.id));
        }
        self.names.push("tagged".to_owned());
        Some(Element::new("tags").with_child(tag))
    }
}

fn section(name: &str, sets: Vec<Element>) -> Element {
    let mut section = Element::new(name);
    section.children_mut().extend(sets.into_iter().map(Arc::new));
    section
}

/// A set of pairs that holds where a rule does.
pub(super) fn ruled(mut set: Element, rule: Element) -> Element {
    set.children_mut().insert(0, Arc::new(rule));
    set
}
