//! Random constraints about one resource or two: locations, colocations and orderings, plain and by rule; tickets.

use super::Maker;
use cib::Element;

pub(super) const SCORES: [&str; 7] = ["INFINITY", "-INFINITY", "100", "-100", "10", "1", "0"];

impl Maker {
    pub fn make_constraints(&mut self) -> Element {
        let mut section = Element::new("constraints");
        for _ in 0..self.rng.below(7) {
            let element = match self.rng.below(20) {
                0..6 => self.location(),
                6..8 => self.rule(),
                8..13 => self.colocation(),
                13..18 => self.ordering(),
                18 => self.constraint_of_sets(),
                _ => self.ticket(),
            };
            section = section.with_child(element);
        }
        section
    }

    /// A resource that constraints may name, and whether it can be promoted.
    pub(super) fn target(&mut self) -> (String, bool) {
        let named = self.resources.iter().filter(|r| r.named).map(|r| (r.id.clone(), r.promotable));
        let all: Vec<(String, bool)> = named.chain(self.names.iter().map(|name| (name.clone(), false))).collect();
        self.pick(&all).clone()
    }

    /// Two different ones; what a tag names may be the other of the two, so only one is a tag or template.
    pub(super) fn two_targets(&mut self) -> ((String, bool), (String, bool)) {
        let first = self.target();
        for _ in 0..8 {
            let second = self.target();
            let named = [&first.0, &second.0].into_iter().filter(|id| self.names.contains(id)).count();
            // A resource that a tag names, ordered with that tag, is an order with itself: the installed one gives up.
            if second.0 != first.0 && (named == 0 || self.rng.chance(300)) {
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
        let (rsc, promotable) = self.target();
        let mut rule = self.node_rule();
        if self.rng.chance(100) {
            rule.set("score-attribute", "rank");
        } else {
            rule.set("score", self.word(&SCORES));
        }
        if promotable && self.rng.chance(300) {
            rule.set("role", "Promoted");
        }
        let location = Element::new("rsc_location").with("id", &self.id("location"));
        let location = match self.rng.below(8) {
            0 => location.with("rsc-pattern", "^(.)[0-9]$"),
            _ => location.with("rsc", &rsc),
        };
        location.with_child(rule)
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
        if self.rng.chance(80) {
            colocation.set("influence", "false");
        }
        if self.rng.chance(80) {
            colocation.set("node-attribute", "zone");
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
        if self.rng.chance(60) {
            ordering.set("require-all", "false");
        }
        ordering
    }

    fn ticket(&mut self) -> Element {
        let (rsc, promotable) = self.target();
        let id = self.id("ticket");
        let losses = ["stop", "fence", "freeze", "demote"];
        let mut ticket = Element::new("rsc_ticket")
            .with("id", &id)
            .with("rsc", &rsc)
            .with("ticket", "T1")
            .with("loss-policy", self.word(&losses));
        if promotable && self.rng.chance(500) {
            ticket.set("rsc-role", "Promoted");
        }
        ticket
    }
}
