//! The resources whose troubles can be a resource's own.

use crate::configuration::nodes::section;
use crate::configuration::resources::{self, Found, is_resource};
use cib::Element;
use std::sync::Arc;

/// The resource itself, what is around and inside it, and what it must be with or start after, and so on from there.
pub(in crate::explain) fn related(cib: &Element, resource: &str) -> Vec<String> {
    let mut ids = vec![resource.to_owned()];
    let mut at = 0;
    while let Some(id) = ids.get(at).cloned() {
        for next in neighbours(cib, &id) {
            if !ids.contains(&next) {
                ids.push(next);
            }
        }
        at += 1;
    }
    ids
}

fn neighbours(cib: &Element, id: &str) -> Vec<String> {
    let mut ids = Vec::new();
    if let Ok(found) = resources::named(cib, id) {
        ids.extend(around(&found));
        inside(found.element, &mut ids);
        ids.extend(found.element.attribute("template").map(str::to_owned));
    }
    let constraints = section(cib, "constraints").map(Element::children).unwrap_or_default();
    for constraint in constraints {
        let needs = match constraint.name() {
            "rsc_colocation" => ("rsc", "with-rsc"),
            "rsc_order" => ("then", "first"),
            _ => continue,
        };
        if constraint.attribute(needs.0) == Some(id) {
            ids.extend(constraint.attribute(needs.1).map(str::to_owned));
        }
        let sets = constraint.children_named("resource_set").flat_map(|set| set.children_named("resource_ref"));
        let members: Vec<&str> = sets.filter_map(|member| member.id()).collect();
        if members.contains(&id) {
            ids.extend(members.into_iter().map(str::to_owned));
        }
    }
    ids
}

fn around(found: &Found<'_>) -> Vec<String> {
    [found.parent, Some(found.top)]
        .into_iter()
        .flatten()
        .filter_map(|element| element.id().map(str::to_owned))
        .collect()
}

fn inside(element: &Arc<Element>, ids: &mut Vec<String>) {
    for child in element.children().iter().filter(|child| is_resource(child)) {
        ids.extend(child.id().map(str::to_owned));
        inside(child, ids);
    }
}
