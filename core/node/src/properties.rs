//! What the cluster says of itself in `crm_config`, where tools look for it: what it is made of, and its version.

#[cfg(test)]
mod tests;

use crate::edit::{by_id_mut, child_mut, section_mut};
use cib::Element;
use std::sync::Arc;

/// The set in which tools expect them.
const SET: &str = "cib-bootstrap-options";

/// Writes the properties that are missing or say something else; true when there was one.
///
/// `version` is the coordinator's. No watchdog is operated: nothing here fences itself.
pub fn describe(cib: &mut Element, version: &str) -> bool {
    let wanted = [("have-watchdog", "false"), ("dc-version", version), ("cluster-infrastructure", "heartbeat")];
    let missing: Vec<_> = wanted.into_iter().filter(|(name, value)| present(cib, name) != Some(value)).collect();
    for (name, value) in &missing {
        set(cib, name, value);
    }
    !missing.is_empty()
}

fn present<'a>(cib: &'a Element, name: &str) -> Option<&'a str> {
    let options = cib.descend(&["configuration", "crm_config"])?;
    let pairs = options.children().iter().flat_map(|set| set.children_named("nvpair"));
    pairs.filter(|pair| is_called(pair, name)).find_map(|pair| pair.attribute("value"))
}

/// Where it stands already, in whichever set, else in the usual one.
fn set(cib: &mut Element, name: &str, value: &str) {
    let options = section_mut(section_mut(cib, "configuration"), "crm_config");
    let holder = options.children().iter().position(|set| set.children().iter().any(|pair| is_called(pair, name)));
    let set = match holder {
        Some(place) => Arc::make_mut(&mut options.children_mut()[place]),
        None => by_id_mut(options, "cluster_property_set", SET),
    };
    match child_mut(set, |pair| is_called(pair, name)) {
        Some(pair) => pair.set("value", value),
        None => {
            let id = format!("{SET}-{name}");
            let pair = Element::new("nvpair").with("id", &id).with("name", name).with("value", value);
            set.children_mut().push(Arc::new(pair));
        }
    }
}

fn is_called(pair: &Element, name: &str) -> bool {
    pair.name() == "nvpair" && pair.attribute("name") == Some(name)
}
