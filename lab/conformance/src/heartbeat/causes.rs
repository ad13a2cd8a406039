//! Why an old case and the newer one of that name come to different plans: the parts of the old CIB that have to be
//! exchanged for those of the newer one until the plan is the same, and what in them differs.

use crate::heartbeat::facts;
use cib::Element;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// A part of a CIB that can be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The attributes of the document.
    Head,
    /// Cluster options but `compatibility`, and defaults.
    Options,
    /// The list of nodes.
    Nodes,
    /// The constraints.
    Constraints,
    /// The states of the nodes.
    States,
    /// The transient attributes.
    Attributes,
    /// The operation histories.
    Histories,
    /// The resources, whether their instances are unique left aside.
    Resources,
    /// Whether the instances of clones are unique.
    Unique,
    /// Whether the rules of Heartbeat 2 apply.
    Rules,
}

/// In the order in which they are found not to matter.
const PARTS: [Part; 10] = [
    Part::Head,
    Part::Options,
    Part::Nodes,
    Part::Constraints,
    Part::States,
    Part::Attributes,
    Part::Histories,
    Part::Resources,
    Part::Unique,
    Part::Rules,
];

/// Sections of the configuration that hold options.
const OPTION_SECTIONS: [&str; 3] = ["crm_config", "rsc_defaults", "op_defaults"];

impl Display for Part {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Part::Head => "edited since: quorum or other attributes of the document",
            Part::Options => "edited since: cluster options or defaults",
            Part::Nodes => "edited since: nodes",
            Part::Constraints => "edited since: constraints",
            Part::States => "edited since: states of nodes",
            Part::Attributes => "edited since: transient attributes",
            Part::Histories => "edited since: operation histories",
            Part::Resources => "edited since: resources",
            Part::Unique => "kept from 2007: instances of clones are unique unless it says otherwise",
            Part::Rules => "kept from 2007: failures weigh, a failed start bans, the first of two sets counts",
        })
    }
}

/// The parts that make the difference, or none when what differs in them is nothing anybody edited.
///
/// `same_plan` tells whether a CIB comes to the plan of the newer case.
pub fn causes(old: &Element, newer: &Element, same_plan: impl Fn(&Arc<Element>) -> bool) -> Option<Vec<Part>> {
    let mut taken = PARTS.to_vec();
    if !same_plan(&exchanged(old, newer, &taken)) {
        return None;
    }
    for part in PARTS {
        let fewer: Vec<Part> = taken.iter().copied().filter(|other| *other != part).collect();
        if same_plan(&exchanged(old, newer, &fewer)) {
            taken = fewer;
        }
    }
    let differs = |part: &Part| facts::of(old, *part) != facts::of(newer, *part);
    (!taken.is_empty() && taken.iter().all(differs)).then_some(taken)
}

/// The old document with parts of the newer one.
fn exchanged(old: &Element, newer: &Element, parts: &[Part]) -> Arc<Element> {
    let from = |part: Part| if parts.contains(&part) { newer } else { old };
    let mut cib = Element::new("cib");
    for (name, value) in from(Part::Head).attributes().filter(|(name, _)| *name != "validate-with") {
        cib.set(name, value);
    }
    newer.attribute("validate-with").into_iter().for_each(|schema| cib.set("validate-with", schema));
    let mut configuration = Element::new("configuration");
    for name in OPTION_SECTIONS {
        let section = section(from(Part::Options), name);
        configuration.children_mut().push(Arc::new(without(&section, "compatibility")));
    }
    if facts::has_rules(from(Part::Rules)) {
        let pair = Element::new("nvpair").with("id", "rules-of-2007").with("name", "compatibility");
        let set = Element::new("cluster_property_set").with("id", "rules-2007");
        let set = set.with_child(pair.with("value", "heartbeat-2"));
        Arc::make_mut(&mut configuration.children_mut()[0]).children_mut().push(Arc::new(set));
    }
    let resources = section(from(Part::Resources), "resources");
    let unique = section(from(Part::Unique), "resources");
    configuration.children_mut().push(section(from(Part::Nodes), "nodes"));
    configuration.children_mut().push(Arc::new(with_uniqueness(&resources, &unique)));
    configuration.children_mut().push(section(from(Part::Constraints), "constraints"));
    let rest = newer.child("configuration").into_iter().flat_map(|all| all.children());
    let known = ["nodes", "resources", "constraints"];
    let rest = rest.filter(|part| !known.contains(&part.name()) && !OPTION_SECTIONS.contains(&part.name()));
    configuration.children_mut().extend(rest.cloned());
    let status = status(from(Part::States), from(Part::Attributes), from(Part::Histories));
    Arc::new(cib.with_child(configuration).with_child(status))
}

fn section(cib: &Element, name: &str) -> Arc<Element> {
    let found = cib.child("configuration").and_then(|configuration| configuration.child(name));
    found.map_or_else(|| Arc::new(Element::new(name)), Arc::clone)
}

fn status(states: &Element, attributes: &Element, histories: &Element) -> Element {
    let all = |cib: &Element| cib.child("status").map(|status| status.children().to_vec()).unwrap_or_default();
    let mut status = Element::new("status");
    for state in all(states) {
        let mut new = (*state).clone();
        new.children_mut().retain(|child| !matches!(child.name(), "lrm" | "transient_attributes"));
        for (cib, name) in [(attributes, "transient_attributes"), (histories, "lrm")] {
            let theirs = all(cib).into_iter().find(|other| other.id() == state.id());
            new.children_mut().extend(
                theirs.into_iter().flat_map(|other| other.children_named(name).map(Arc::clone).collect::<Vec<_>>()),
            );
        }
        status.children_mut().push(Arc::new(new));
    }
    status
}

/// An element without the pairs of that name, all the way down.
pub fn without(element: &Element, name: &str) -> Element {
    let mut new = element.clone();
    new.children_mut().retain(|child| child.attribute("name") != Some(name));
    for child in new.children_mut() {
        *child = Arc::new(without(child, name));
    }
    new
}

/// Resources with the clones among them as unique as those of the same id elsewhere.
fn with_uniqueness(resources: &Element, like: &Element) -> Element {
    let mut new = without(resources, "globally-unique");
    for resource in new.children_mut().iter_mut().filter(|resource| resource.name() == "clone") {
        let id = resource.id().unwrap_or_default().to_owned();
        let there = like.children().iter().find(|other| other.id() == Some(&id));
        let own = resources.children().iter().find(|other| other.id() == Some(&id));
        let Some(value) = there.or(own).and_then(|clone| facts::uniqueness(clone)) else { continue };
        let pair = Element::new("nvpair").with("id", &format!("{id}-unique")).with("name", "globally-unique");
        let set = Element::new("meta_attributes").with("id", &format!("{id}-uniqueness"));
        let set = set.with_child(pair.with("value", &value));
        Arc::make_mut(resource).children_mut().insert(0, Arc::new(set));
    }
    new
}
