//! Older schemas of Pacemaker: `<master>` becomes a promotable clone, defaults leave the cluster options.
//!
//! Options keep the name they were written with (`stonith-enabled` and `fencing-enabled` alike): policy reads both.

use crate::{CURRENT_SCHEMA, Element, Syntax, value};
use std::sync::Arc;

/// Cluster options of the first schemas that are defaults of resources or operations today.
const DEFAULTS: [(&str, &str, &str); 4] = [
    ("default-resource-stickiness", "rsc_defaults", "resource-stickiness"),
    ("default-migration-threshold", "rsc_defaults", "migration-threshold"),
    ("is-managed-default", "rsc_defaults", "is-managed"),
    ("default-action-timeout", "op_defaults", "timeout"),
];

/// Attributes that hold a role.
const ROLES: [&str; 5] = ["role", "rsc-role", "with-rsc-role", "role-after-failure", "target-role"];

/// The document with the words of today; parts that need no change are shared.
pub(super) fn upgrade(cib: &Element) -> Element {
    let mut new = cib.clone();
    let Some(at) = new.children().iter().position(|child| child.name() == "configuration") else { return new };
    let old = Arc::clone(&new.children()[at]);
    let mut configuration = carried(&old);
    if matches!(Syntax::of(cib), Syntax::Pacemaker(1, _)) {
        configuration = with_defaults(configuration);
        new.set("validate-with", CURRENT_SCHEMA);
    }
    if cib.attribute("validate-with").is_none() {
        new.set("validate-with", CURRENT_SCHEMA);
    }
    new.children_mut()[at] = configuration;
    new
}

/// An element with the words of today, or the very same when it has no others.
pub(super) fn carried(old: &Arc<Element>) -> Arc<Element> {
    let children: Vec<_> = old.children().iter().map(carried).collect();
    let is_same = old.children().iter().zip(&children).all(|(a, b)| Arc::ptr_eq(a, b));
    let old_words = ROLES.iter().any(|name| old.attribute(name).is_some_and(|role| value::role(role) != role));
    let is_old_option =
        old.name() == "nvpair" && matches!(old.attribute("name"), Some("master-max" | "master-node-max"));
    if is_same && !old_words && !is_old_option && old.name() != "master" {
        return Arc::clone(old);
    }
    let mut new = (**old).clone();
    *new.children_mut() = children;
    for name in ROLES {
        if let Some(role) = new.attribute(name).map(|role| value::role(role).to_owned()) {
            new.set(name, &role);
        }
    }
    match (new.name(), new.attribute("name")) {
        ("nvpair", Some("master-max")) => new.set("name", "promoted-max"),
        ("nvpair", Some("master-node-max")) => new.set("name", "promoted-node-max"),
        ("master", _) => make_promotable(&mut new),
        _ => {}
    }
    Arc::new(new)
}

fn make_promotable(master: &mut Element) {
    master.rename("clone");
    let id = master.id().unwrap_or_default().to_owned();
    let pair = |set: &str| {
        let id = format!("{set}-promotable");
        Arc::new(Element::new("nvpair").with("id", &id).with("name", "promotable").with("value", "true"))
    };
    let is_plain = |set: &Arc<Element>| set.name() == "meta_attributes" && set.child("rule").is_none();
    if let Some(at) = master.children().iter().position(is_plain) {
        let set = Arc::make_mut(&mut master.children_mut()[at]);
        let pair = pair(set.id().unwrap_or(&id));
        set.children_mut().push(pair);
    } else {
        let set_id = format!("{id}-meta_attributes");
        let set = Element::new("meta_attributes").with("id", &set_id).with_child(pair(&set_id));
        master.children_mut().insert(0, Arc::new(set));
    }
}

/// Moves the defaults out of the cluster options.
fn with_defaults(configuration: Arc<Element>) -> Arc<Element> {
    let Some(config) = configuration.child("crm_config") else { return configuration };
    let mut moved: Vec<(&str, Arc<Element>)> = Vec::new();
    let mut kept = (**config).clone();
    for set in kept.children_mut() {
        let set = Arc::make_mut(set);
        set.children_mut().retain(|pair| {
            match DEFAULTS.iter().find(|(name, ..)| pair.attribute("name") == Some(name)) {
                Some((_, section, name)) => {
                    moved.push((section, Arc::new((**pair).clone().with("name", name))));
                    false
                }
                None => true,
            }
        });
    }
    if moved.is_empty() {
        return configuration;
    }
    let mut new = (*configuration).clone();
    if let Some(config) = new.children_mut().iter_mut().find(|child| child.name() == "crm_config") {
        *config = Arc::new(kept);
    }
    for (section, pair) in moved {
        add_default(&mut new, section, pair);
    }
    Arc::new(new)
}

fn add_default(configuration: &mut Element, section: &str, pair: Arc<Element>) {
    let children = configuration.children_mut();
    let at = children.iter().position(|child| child.name() == section).unwrap_or_else(|| {
        children.insert(1, Arc::new(Element::new(section)));
        1
    });
    let section_element = Arc::make_mut(&mut children[at]);
    let set_id = format!("{section}-options");
    let sets = section_element.children_mut();
    let set_at = sets.iter().position(|set| set.id() == Some(&set_id)).unwrap_or_else(|| {
        sets.push(Arc::new(Element::new("meta_attributes").with("id", &set_id)));
        sets.len() - 1
    });
    Arc::make_mut(&mut sets[set_at]).children_mut().push(pair);
}
