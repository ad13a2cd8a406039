//! Constraints: `from` and `to` become `rsc` and `with-rsc`, `first` and `then`.

use super::sets::{Depth, pairs, score_word};
use super::{Upgrade, copied, like};
use crate::{Element, value};
use model::Score;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What can be put in order.
const ACTIONS: [&str; 4] = ["start", "stop", "promote", "demote"];

impl Upgrade {
    /// One constraint; a symmetrical colocation becomes two.
    pub(super) fn constraint(&mut self, old: &Element) -> Vec<Element> {
        let id = self.own_id(old, old.name());
        match old.name() {
            "rsc_location" => vec![self.location(old, &id)],
            "rsc_colocation" => self.colocation(old, &id),
            "rsc_order" => self.ordering(old, &id),
            _ => vec![old.clone()],
        }
    }

    /// Several rules in one constraint are kept: each adds its score where it holds.
    fn location(&mut self, old: &Element, id: &str) -> Element {
        let mut new = copied(old, &[]).with("id", id);
        for rule in old.children_named("rule") {
            let rule = self.rule(rule, old, Depth::Outermost);
            new.children_mut().push(Arc::new(rule));
        }
        self.lifetime(old, &mut new);
        new
    }

    fn lifetime(&mut self, old: &Element, new: &mut Element) {
        for lifetime in old.children_named("lifetime") {
            let mut kept = like(lifetime, "lifetime");
            for rule in lifetime.children_named("rule") {
                let rule = self.rule(rule, old, Depth::Outermost);
                kept.children_mut().push(Arc::new(rule));
            }
            new.children_mut().push(Arc::new(kept));
        }
    }

    fn colocation(&mut self, old: &Element, id: &str) -> Vec<Element> {
        let one = self.colocated(old, id, ["from", "to"]);
        if old.attribute("symmetrical").and_then(value::boolean) != Some(true) {
            return vec![one];
        }
        let reverse = self.ids.make(&format!("{id}-reverse"));
        self.note(old, format!("the colocation '{id}' is symmetrical; '{reverse}' says its other direction"));
        vec![one, self.colocated(old, &reverse, ["to", "from"])]
    }

    fn colocated(&mut self, old: &Element, id: &str, [dependent, primary]: [&str; 2]) -> Element {
        let mut new = like(old, "rsc_colocation").with("id", id);
        for (end, name) in [(dependent, "rsc"), (primary, "with-rsc")] {
            if let Some(resource) = old.attribute(end) {
                new.set(name, resource);
            }
            if let Some(role) = old.attribute(&format!("{end}_role")) {
                new.set(&format!("{name}-role"), value::role(role));
            }
        }
        if let Some(score) = old.attribute("score") {
            new.set("score", &score_word(score));
        }
        if let Some(attribute) = old.attribute("node_attribute") {
            new.set("node-attribute", attribute);
        }
        self.lifetime(old, &mut new);
        new
    }

    /// One ordering; or none when it is about notifications, whose order is not for anybody to choose.
    fn ordering(&mut self, old: &Element, id: &str) -> Vec<Element> {
        let action = old.attribute("action");
        let to_action = old.attribute("to_action").or(action);
        if [action, to_action].into_iter().flatten().any(|action| !ACTIONS.contains(&action)) {
            self.note(
                old,
                format!("the ordering '{id}' is about an internal action; it is implied today, and left out"),
            );
            return Vec::new();
        }
        let from = (old.attribute("from").unwrap_or_default(), action);
        let to = (old.attribute("to").unwrap_or_default(), to_action);
        let (first, then) = if old.attribute("type") == Some("before") { (from, to) } else { (to, from) };
        let mut new = like(old, "rsc_order").with("id", id);
        new.set("first", first.0);
        new.set("then", then.0);
        for (name, action) in [("first-action", first.1), ("then-action", then.1)] {
            if let Some(action) = action {
                new.set(name, action);
            }
        }
        if let Some(score) = old.attribute("score").and_then(value::score) {
            let binds = score > Score::ZERO || self.restarting.contains(then.0);
            new.set("kind", if binds { "Mandatory" } else { "Optional" });
        }
        if let Some(symmetrical) = old.attribute("symmetrical") {
            new.set("symmetrical", symmetrical);
        }
        self.lifetime(old, &mut new);
        vec![new]
    }
}

/// The resources with `restart_type="restart"`: an ordering without a score bound those all the same.
pub(super) fn restarting(old: &Element) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    gather_restarting(old, &mut found);
    found
}

fn gather_restarting(around: &Element, found: &mut BTreeSet<String>) {
    for child in around.children() {
        if matches!(child.name(), "primitive" | "group" | "clone" | "master_slave") && restarts(child) {
            found.extend(child.id().map(str::to_owned));
        }
        gather_restarting(child, found);
    }
}

fn restarts(resource: &Element) -> bool {
    let sets = resource.children().iter().filter(|set| matches!(set.name(), "instance_attributes" | "meta_attributes"));
    let mut pairs = sets.flat_map(|set| pairs(set));
    let named = pairs.find(|pair| matches!(pair.attribute("name"), Some("restart_type" | "restart-type")));
    let attribute = resource.attribute("restart_type").or(resource.attribute("restart-type"));
    attribute.or(named.and_then(|pair| pair.attribute("value"))) == Some("restart")
}
