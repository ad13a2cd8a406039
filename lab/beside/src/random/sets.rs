//! Random constraints over sets of resources: colocations and orderings of one or two sets, locations and tickets.

use super::Maker;
use super::constraints::SCORES;
use cib::Element;

impl Maker {
    pub(super) fn constraint_of_sets(&mut self) -> Element {
        match self.rng.below(8) {
            0 => {
                let (node, score) = (self.node(), *self.pick(&SCORES));
                let location = Element::new("rsc_location").with("id", &self.id("location"));
                location.with("node", &node).with("score", score).with_child(self.resource_set())
            }
            1 => {
                let ticket = Element::new("rsc_ticket").with("id", &self.id("ticket")).with("ticket", "T1");
                ticket.with("loss-policy", "stop").with_child(self.resource_set())
            }
            2..5 => {
                let kinds = ["Mandatory", "Mandatory", "Optional", "Serialize"];
                let ordering = Element::new("rsc_order").with("id", &self.id("ordering"));
                let ordering = ordering.with("kind", self.word(&kinds));
                self.one_or_two(ordering, &[("require-all", "false"), ("action", "start"), ("action", "promote")])
            }
            _ => {
                let scores = ["INFINITY", "INFINITY", "-INFINITY", "100"];
                let colocation = Element::new("rsc_colocation").with("id", &self.id("colocation"));
                let colocation = colocation.with("score", self.word(&scores));
                self.one_or_two(colocation, &[("role", "Started"), ("role", "Promoted")])
            }
        }
    }

    /// A constraint over sets, each of which may say one thing more.
    fn one_or_two(&mut self, mut constraint: Element, more: &[(&str, &str)]) -> Element {
        for _ in 0..=self.rng.below(2) {
            let mut set = self.resource_set();
            if self.rng.chance(200) {
                let (name, value) = *self.pick(more);
                set.set(name, value);
            }
            constraint = constraint.with_child(set);
        }
        constraint
    }

    fn resource_set(&mut self) -> Element {
        let ((a, _), (b, _)) = self.two_targets();
        let mut set = Element::new("resource_set").with("id", &self.id("set"));
        for member in [a, b] {
            set = set.with_child(Element::new("resource_ref").with("id", &member));
        }
        if self.rng.chance(500) {
            set.set("sequential", "false");
        }
        set
    }
}
