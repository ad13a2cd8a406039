//! What a part of a CIB says, without the ids of its sets and without what a newer program notes beside a result.

use crate::heartbeat::causes::{Part, without};
use cib::Element;
use std::collections::BTreeSet;

/// Attributes that say nothing about a cluster.
const NOISE: [&str; 9] = [
    "crm-debug-origin",
    "crm_feature_set",
    "on_node",
    "transition-key",
    "transition-magic",
    "cib-last-written",
    "validate-with",
    "description",
    "call-id",
];

/// Elements whose ids nobody refers to.
const NAMELESS: [&str; 12] = [
    "nvpair",
    "op",
    "cluster_property_set",
    "meta_attributes",
    "instance_attributes",
    "rule",
    "expression",
    "date_expression",
    "lrm_rsc_op",
    "lrm",
    "lrm_resources",
    "transient_attributes",
];

/// The lines that tell a part.
pub fn of(cib: &Element, part: Part) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let configuration = |name: &str| cib.descend(&["configuration", name]).cloned();
    let mut section = |name: &str, unwanted: &str| {
        configuration(name).into_iter().for_each(|section| walk(&without(&section, unwanted), "", &mut lines));
    };
    match part {
        Part::Head => lines.extend([one(cib)]),
        Part::Options => {
            ["crm_config", "rsc_defaults", "op_defaults"].into_iter().for_each(|name| section(name, "compatibility"));
        }
        Part::Nodes => section("nodes", ""),
        Part::Constraints => section("constraints", ""),
        Part::Resources => section("resources", "globally-unique"),
        Part::States => lines.extend(states(cib).map(one)),
        Part::Attributes => of_states(cib, "transient_attributes", &mut lines),
        Part::Histories => of_states(cib, "lrm", &mut lines),
        Part::Unique => lines.extend(clones(cib)),
        Part::Rules => lines.extend(has_rules(cib).then(|| "heartbeat-2".to_owned())),
    }
    lines
}

/// Whether the rules of Heartbeat 2 apply.
pub fn has_rules(cib: &Element) -> bool {
    fn holds(element: &Element) -> bool {
        let here = element.attribute("name") == Some("compatibility");
        (here && element.attribute("value") == Some("heartbeat-2"))
            || element.children().iter().any(|child| holds(child))
    }
    cib.descend(&["configuration", "crm_config"]).is_some_and(holds)
}

/// What a clone says about its instances.
pub fn uniqueness(clone: &Element) -> Option<String> {
    let pairs = clone.children_named("meta_attributes").flat_map(|set| set.children_named("nvpair"));
    let mut said = pairs.filter(|pair| pair.attribute("name") == Some("globally-unique"));
    said.next()?.attribute("value").map(str::to_owned)
}

fn clones(cib: &Element) -> Vec<String> {
    let resources = cib.descend(&["configuration", "resources"]);
    let clones = resources.into_iter().flat_map(|section| section.children_named("clone"));
    clones.filter_map(|clone| Some(format!("{} {}", clone.id()?, uniqueness(clone)?))).collect()
}

fn states(cib: &Element) -> impl Iterator<Item = &Element> {
    cib.child("status").into_iter().flat_map(|status| status.children()).map(|state| &**state)
}

fn of_states(cib: &Element, name: &str, lines: &mut BTreeSet<String>) {
    for state in states(cib) {
        let node = state.id().unwrap_or_default();
        state.children_named(name).for_each(|child| walk(child, node, lines));
    }
}

fn walk(element: &Element, path: &str, lines: &mut BTreeSet<String>) {
    let here = format!("{path}/{}", one(element));
    for child in element.children() {
        walk(child, &here, lines);
    }
    lines.insert(here);
}

/// An element's tag and attributes, sorted.
fn one(element: &Element) -> String {
    let is_noise = |name: &str| NOISE.contains(&name) || (name == "id" && NAMELESS.contains(&element.name()));
    let told = element.attributes().filter(|(name, _)| !is_noise(name));
    let mut told: Vec<String> = told.map(|(name, value)| format!("{name}={value}")).collect();
    told.sort();
    format!("{} {}", element.name(), told.join(" "))
}
