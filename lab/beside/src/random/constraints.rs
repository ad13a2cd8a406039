//! Random constraints: locations, colocations and orderings, plain, in sets and by rule; tickets.

use super::Maker;
use cib::Element;

const SCORES: [&str; 7] = ["INFINITY", "-INFINITY", "100", "-100", "10", "1", "0"];

impl Maker {
    pub fn make_constraints(&mut self) -> Element {
        let mut section = Element::new("constraints");
        for _ in 0..self.rng.below(7) {
            let element = match self.rng.below(20) {
                0..6 => self.location(),
                6..8 => self.rule(),
                8..13 => self.colocation(),
                13..18 => self.ordering(),
                18 => self.set_of_resources(),
                _ => self.ticket(),
            };
            section = section.with_child(element);
        }
        section
    }

    /// A resource that constraints may name, and whether it can be promoted.
    fn target(&mut self) -> (String, bool) {
        let all: Vec<(String, bool)> = self.resources.iter().map(|r| (r.id.clone(), r.promotable)).collect();
        self.pick(&all).clone()
    }

    fn two_targets(&mut self) -> ((String, bool), (String, bool)) {
        let first = self.target();
        for _ in 0..8 {
            let second = self.target();
            if second.0 != first.0 {
                return (first, second);
            }
        }
        (first, ("fencing".to_owned(), false))
    }

    fn location(&mut self) -> Element {
        let (rsc, promotable) = self.target();
        let (id, node, score) = (self.id("location"), self.node(), *self.pick(&SCORES));
        let mut location =
            Element::new("rsc_location").with("id", &id).with("rsc", &rsc).with("node", &node).with("score", score);
        if promotable && self.rng.chance(300) {
            location.set("role", "Promoted");
        }
        if self.rng.chance(100) {
            let modes = ["never", "exclusive", "always"];
            location.set("resource-discovery", self.word(&modes));
        }
        location
    }

    fn rule(&mut self) -> Element {
        let (rsc, _) = self.target();
        let (id, rule, expression, score) =
            (self.id("location"), self.id("rule"), self.id("expression"), *self.pick(&SCORES));
        let operations = ["eq", "ne", "defined", "not_defined"];
        let operation = *self.pick(&operations);
        let attributes = ["zone", "#uname", "nothing"];
        let mut test = Element::new("expression")
            .with("id", &expression)
            .with("attribute", self.word(&attributes))
            .with("operation", operation);
        if matches!(operation, "eq" | "ne") {
            let values = ["east", "west", "n1", "n2"];
            test.set("value", self.word(&values));
        }
        let rule = Element::new("rule").with("id", &rule).with("score", score).with_child(test);
        Element::new("rsc_location").with("id", &id).with("rsc", &rsc).with_child(rule)
    }

    fn colocation(&mut self) -> Element {
        let ((rsc, promotable), (with, with_promotable)) = self.two_targets();
        let (id, score) = (self.id("colocation"), *self.pick(&SCORES));
        let mut colocation = Element::new("rsc_colocation")
            .with("id", &id)
            .with("rsc", &rsc)
            .with("with-rsc", &with)
            .with("score", score);
        if promotable && self.rng.chance(300) {
            colocation.set("rsc-role", "Promoted");
        }
        if with_promotable && self.rng.chance(600) {
            colocation.set("with-rsc-role", "Promoted");
        }
        colocation
    }

    fn ordering(&mut self) -> Element {
        let ((first, promotable), (then, then_promotable)) = self.two_targets();
        let id = self.id("ordering");
        let kinds = ["Mandatory", "Mandatory", "Optional", "Serialize"];
        let kind = *self.pick(&kinds);
        let mut ordering =
            Element::new("rsc_order").with("id", &id).with("first", &first).with("then", &then).with("kind", kind);
        if promotable && self.rng.chance(400) {
            ordering.set("first-action", "promote");
            ordering.set("then-action", "start");
        } else if then_promotable && self.rng.chance(300) {
            ordering.set("first-action", "start");
            ordering.set("then-action", "promote");
        }
        if kind != "Serialize" && self.rng.chance(150) {
            ordering.set("symmetrical", "false");
        }
        ordering
    }

    fn set_of_resources(&mut self) -> Element {
        let ((a, _), (b, _)) = self.two_targets();
        let set = self.id("set");
        let mut members = Element::new("resource_set").with("id", &set);
        for member in [a, b] {
            members = members.with_child(Element::new("resource_ref").with("id", &member));
        }
        if self.rng.chance(500) {
            members.set("sequential", "false");
        }
        if self.rng.chance(500) {
            let id = self.id("ordering");
            Element::new("rsc_order").with("id", &id).with("kind", "Mandatory").with_child(members)
        } else {
            let id = self.id("colocation");
            Element::new("rsc_colocation").with("id", &id).with("score", "INFINITY").with_child(members)
        }
    }

    fn ticket(&mut self) -> Element {
        let (rsc, _) = self.target();
        let id = self.id("ticket");
        let losses = ["stop", "fence", "freeze"];
        Element::new("rsc_ticket")
            .with("id", &id)
            .with("rsc", &rsc)
            .with("ticket", "T1")
            .with("loss-policy", self.word(&losses))
    }
}
