//! Resources: options leave the attributes of the element for its meta attributes, a master becomes a clone.

use super::sets::pairs;
use super::{Upgrade, copied, like, renamed};
use crate::{Element, value};
use std::sync::Arc;

/// Attributes that say what a resource is; all others are options.
const IDENTITY: [&str; 5] = ["id", "class", "provider", "type", "description"];

/// Options that Heartbeat 2 also looked for among the instance attributes.
const OPTIONS: [&str; 16] = [
    "is-managed",
    "target-role",
    "resource-stickiness",
    "resource-failure-stickiness",
    "multiple-active",
    "restart-type",
    "priority",
    "allow-migrate",
    "clone-max",
    "clone-node-max",
    "master-max",
    "master-node-max",
    "globally-unique",
    "notify",
    "ordered",
    "interleave",
];

const OP: [(&str, &str); 4] = [
    ("prereq", "requires"),
    ("on_fail", "on-fail"),
    ("start_delay", "start-delay"),
    ("role_after_failure", "role-after-failure"),
];

impl Upgrade {
    /// One resource and what is inside it.
    pub(super) fn resource(&mut self, old: &Element) -> Vec<Element> {
        let mut new = identity(old);
        let mut inner = Vec::new();
        let mut sets = Vec::new();
        for child in old.children() {
            match child.name() {
                "operations" => inner.push(self.operations(child, old)),
                "instance_attributes" => sets.extend(self.parameters(child, old)),
                "meta_attributes" => sets.push(self.meta(child, old)),
                _ => inner.extend(self.resource(child)),
            }
        }
        self.options_of(old, &mut sets);
        new.children_mut().extend(sets.into_iter().chain(inner).map(Arc::new));
        vec![new]
    }

    /// A set of parameters. A clone or group has none of its own, so options among them are no parameters of its
    /// members: their digests never contained them. A primitive's agent may read its options.
    fn parameters(&mut self, old: &Element, owner: &Element) -> Option<Element> {
        let mut new = self.set(old, owner);
        if owner.name() == "primitive" || old.child("rule").is_some() || new.children().is_empty() {
            return Some(new);
        }
        new.children_mut().retain(|pair| !pair.attribute("name").is_some_and(is_option));
        (!new.children().is_empty()).then_some(new)
    }

    /// A set of options: names with dashes, old words for roles kept as they are read either way.
    fn meta(&mut self, old: &Element, owner: &Element) -> Element {
        let mut new = self.empty_set(old, owner);
        for pair in pairs(old) {
            let name = today(pair.attribute("name").unwrap_or_default());
            let pair = self.pair(pair, &new).with("name", &name);
            new.children_mut().push(Arc::new(pair));
        }
        new
    }

    /// Gathers the options that stand elsewhere in a set of meta attributes, behind those that stand there already.
    fn options_of(&mut self, old: &Element, sets: &mut Vec<Element>) {
        let mut wanted = options_by_attribute(old);
        wanted.extend(options_by_instance_attribute(old));
        wanted.extend(needed_to_start(old).map(|needed| ("requires".to_owned(), needed.to_owned())));
        if matches!(old.name(), "clone" | "master_slave") {
            wanted.push(("globally-unique".to_owned(), "true".to_owned()));
        }
        if old.name() == "master_slave" {
            wanted.push(("promotable".to_owned(), "true".to_owned()));
        }
        let is_plain = |set: &Element| set.name() == "meta_attributes" && set.child("rule").is_none();
        for (name, value) in wanted {
            let known = sets.iter().filter(|set| is_plain(set)).any(|set| has(set, &name));
            if known {
                continue;
            }
            let at = sets.iter().position(is_plain).unwrap_or_else(|| {
                let id = self.ids.make(&format!("{}-meta_attributes", old.id().unwrap_or_default()));
                sets.insert(0, like(old, "meta_attributes").with("id", &id));
                0
            });
            let id = self.ids.make(&format!("{}-{name}", sets[at].id().unwrap_or_default()));
            let pair = like(old, "nvpair").with("id", &id).with("name", &name).with("value", &value);
            sets[at].children_mut().push(Arc::new(pair));
        }
    }

    fn operations(&mut self, old: &Element, owner: &Element) -> Element {
        let mut new = copied(old, &[]);
        for op in old.children_named("op") {
            let op = self.op(op, owner);
            new.children_mut().push(Arc::new(op));
        }
        new
    }

    fn op(&mut self, old: &Element, owner: &Element) -> Element {
        let name = old.attribute("name").unwrap_or_default();
        let wish = format!("{}-{name}-{}", owner.id().unwrap_or_default(), old.attribute("interval").unwrap_or("0"));
        let mut new = like(old, "op").with("id", &self.own_id(old, &wish));
        for (name, text) in old.attributes().filter(|(name, _)| *name != "id") {
            match name {
                "disabled" => new.set("enabled", if value::boolean(text) == Some(true) { "false" } else { "true" }),
                "role" | "role_after_failure" => new.set(renamed(name, &OP), value::role(text)),
                _ => new.set(renamed(name, &OP), text),
            }
        }
        if new.attribute("interval").is_none() {
            new.set("interval", "0");
        }
        for set in old.children() {
            let set = self.set(set, old);
            new.children_mut().push(Arc::new(set));
        }
        new
    }
}

/// The element without its options; only agents of class ocf have a provider.
fn identity(old: &Element) -> Element {
    let tag = if old.name() == "master_slave" { "clone" } else { old.name() };
    let mut new = like(old, tag);
    for (name, value) in old.attributes().filter(|(name, _)| IDENTITY.contains(name)) {
        new.set(name, value);
    }
    match new.attribute("class") {
        Some("ocf") if new.attribute("provider").is_none() => new.set("provider", "heartbeat"),
        Some("ocf") | None => {}
        Some(_) => drop(new.remove("provider")),
    }
    new
}

fn options_by_attribute(old: &Element) -> Vec<(String, String)> {
    let options = old.attributes().filter(|(name, _)| !IDENTITY.contains(name));
    options.map(|(name, value)| (today(name), value.to_owned())).collect()
}

/// Of a primitive these are copies, since its agent may read them as parameters, too, and digests contain them.
fn options_by_instance_attribute(old: &Element) -> Vec<(String, String)> {
    let sets = old.children_named("instance_attributes").filter(|set| set.child("rule").is_none());
    let all = sets.flat_map(|set| pairs(set));
    let named = all.filter_map(|pair| Some((pair.attribute("name")?, pair.attribute("value")?)));
    let known = named.filter(|(name, _)| is_option(name));
    known.map(|(name, value)| (today(name), value.to_owned())).collect()
}

/// Whether a name among the instance attributes was read as an option.
pub(super) fn is_option(name: &str) -> bool {
    OPTIONS.contains(&name.replace('_', "-").as_str())
}

/// What starting the resource requires: an attribute of the operation then, an option of the resource today. A fencing
/// device required nothing unless it said so.
fn needed_to_start(old: &Element) -> Option<&str> {
    let mut operations = old.children_named("operations").flat_map(|all| all.children_named("op"));
    let told = operations.find(|op| op.attribute("name") == Some("start")).and_then(|op| op.attribute("prereq"));
    let is_device = old.name() == "primitive" && old.attribute("class") == Some("stonith");
    told.or(is_device.then_some("nothing"))
}

/// An option's name today.
fn today(name: &str) -> String {
    match name.replace('_', "-").as_str() {
        "master-max" => "promoted-max".to_owned(),
        "master-node-max" => "promoted-node-max".to_owned(),
        dashed => dashed.to_owned(),
    }
}

fn has(set: &Element, name: &str) -> bool {
    set.children_named("nvpair").any(|pair| pair.attribute("name") == Some(name))
}
