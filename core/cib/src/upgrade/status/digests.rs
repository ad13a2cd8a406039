//! Digests of Heartbeat 2, by which a later plan sees that parameters have changed.
//!
//! An option that stood among the parameters of an agent was part of the digest or not, as it had been set before or after
//! the operation, and no operation was repeated for that; early programs recorded no digest at all; and of a promotion it
//! was not looked at, since the start before it tells as much. None of this may cost a restart when a cluster is carried
//! over, so all of it becomes the digest of what is configured.

use crate::upgrade::resources::is_option;
use crate::upgrade::sets::pairs;
use crate::{Element, op_digest};
use std::collections::BTreeMap;

/// Operations that a plan repeats when parameters have changed.
const REPEATED: [&str; 4] = ["start", "promote", "monitor", "migrate_from"];

/// The value of a parameter that is not given.
const UNSET: &str = "#default";

/// What the digests of a primitive can be.
struct Known {
    /// Of all that its agent is told.
    all: String,
    /// Without options.
    plain: String,
}

/// The digests of all primitives whose parameters depend on nothing.
pub(super) struct Digests<'a>(BTreeMap<&'a str, Known>);

impl<'a> Digests<'a> {
    pub fn of(resources: Option<&'a Element>) -> Self {
        let mut found = BTreeMap::new();
        resources.into_iter().for_each(|section| gather(section, &BTreeMap::new(), &mut found));
        Self(found)
    }

    /// Gives a result of a primitive the digest of what is configured, unless it tells of other parameters.
    pub fn settle(&self, primitive: &str, op: &mut Element) {
        let Some(known) = self.0.get(primitive) else { return };
        let (task, digest) = (op.attribute("operation").unwrap_or_default(), op.attribute("op-digest"));
        if REPEATED.contains(&task) && (task == "promote" || digest.is_none_or(|digest| digest == known.plain)) {
            op.set("op-digest", &known.all);
        }
    }
}

type Parameters<'a> = BTreeMap<&'a str, &'a str>;

/// Goes down to the primitives with what those around them add: parameters, but no options.
fn gather<'a>(around: &'a Element, inherited: &Parameters<'a>, found: &mut BTreeMap<&'a str, Known>) {
    for child in around.children() {
        let Some(own) = parameters(child) else { continue };
        match (child.name(), child.id()) {
            ("primitive", Some(id)) => {
                let mut all = inherited.clone();
                all.extend(own);
                let plain = all.iter().filter(|(name, _)| !is_option(name));
                let plain = op_digest(plain.map(|(name, value)| (*name, *value))).to_string();
                found.insert(id, Known { all: op_digest(all).to_string(), plain });
            }
            ("group" | "clone" | "master_slave", _) => {
                let mut inherited = inherited.clone();
                inherited.extend(own.into_iter().filter(|(name, _)| !is_option(name)));
                gather(child, &inherited, found);
            }
            _ => {}
        }
    }
}

/// What a resource itself tells its agent, the first word counting; nothing that holds only at times.
fn parameters(resource: &Element) -> Option<Parameters<'_>> {
    let mut all = BTreeMap::new();
    for set in resource.children_named("instance_attributes") {
        if set.child("rule").is_some() {
            return None;
        }
        let named = pairs(set).filter_map(|pair| Some((pair.attribute("name")?, pair.attribute("value")?)));
        let named = named.filter(|(_, value)| *value != UNSET);
        for (name, value) in named {
            all.entry(name).or_insert(value);
        }
    }
    Some(all)
}
