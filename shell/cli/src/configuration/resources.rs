//! The resources that a CIB configures, by id.

use super::nodes::section;
use crate::failure::Failure;
use crate::suggest;
use cib::Element;
use std::sync::Arc;

/// A configured resource and the collectives around it.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Its element.
    pub element: &'a Arc<Element>,
    /// The group, clone or bundle right around it.
    pub parent: Option<&'a Arc<Element>>,
    /// The outermost collective around it, or itself.
    pub top: &'a Arc<Element>,
}

/// The tags of resources that hold others.
const COLLECTIVES: [&str; 4] = ["group", "clone", "master", "bundle"];

/// Whether an element is a resource.
pub fn is_resource(element: &Element) -> bool {
    element.name() == "primitive" || COLLECTIVES.contains(&element.name())
}

/// Every resource, collectives before their members, in the order of the configuration.
pub fn all(cib: &Element) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for top in section(cib, "resources").map(Element::children).unwrap_or_default() {
        if is_resource(top) {
            collect(top, None, top, &mut found);
        }
    }
    found
}

fn collect<'a>(
    element: &'a Arc<Element>,
    parent: Option<&'a Arc<Element>>,
    top: &'a Arc<Element>,
    found: &mut Vec<Found<'a>>,
) {
    found.push(Found { element, parent, top });
    for child in element.children().iter().filter(|child| is_resource(child)) {
        collect(child, Some(element), top, found);
    }
}

/// The resource of that id; `id:0`, an instance, means the resource that it is an instance of.
///
/// # Errors
/// When there is none, with the id that was probably meant.
pub fn named<'a>(cib: &'a Element, wanted: &str) -> Result<Found<'a>, Failure> {
    let known = all(cib);
    let plain = wanted.rsplit_once(':').filter(|(_, n)| n.parse::<u32>().is_ok()).map_or(wanted, |(id, _)| id);
    let by_id = |id: &str| known.iter().find(|found| found.element.id() == Some(id)).copied();
    by_id(wanted).or_else(|| by_id(plain)).ok_or_else(|| {
        let ids = known.iter().filter_map(|found| found.element.id());
        Failure::no_such(format!("resource '{wanted}' not found")).hint(suggest::hint(wanted, "resources", ids))
    })
}

/// `ocf:heartbeat:IPaddr2`, `systemd:nginx`.
pub fn agent(primitive: &Element) -> String {
    let part = |name: &str| primitive.attribute(name).unwrap_or_default();
    match primitive.attribute("provider") {
        Some(provider) => format!("{}:{provider}:{}", part("class"), part("type")),
        None => format!("{}:{}", part("class"), part("type")),
    }
}

/// The primitives that are cleaned up when one of them is asked for: those of its whole collective, unless `alone`.
///
/// # Errors
/// When there is no such resource.
pub fn cleaned_with(cib: &Element, wanted: &str, alone: bool) -> Result<Vec<String>, Failure> {
    let found = named(cib, wanted)?;
    let root = if alone { found.element } else { found.top };
    let mut primitives = Vec::new();
    primitives_below(root, &mut primitives);
    Ok(primitives)
}

fn primitives_below(element: &Arc<Element>, ids: &mut Vec<String>) {
    if element.name() == "primitive" {
        ids.extend(element.id().map(str::to_owned));
    }
    element.children().iter().filter(|child| is_resource(child)).for_each(|child| primitives_below(child, ids));
}
