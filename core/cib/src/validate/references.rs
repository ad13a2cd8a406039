//! Names of things that are not there.

use super::Check;
use super::structure::step;
use crate::Element;
use model::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which attributes of a constraint name a resource.
const TO_RESOURCES: [(&str, &[&str]); 5] = [
    ("rsc_location", &["rsc"]),
    ("rsc_colocation", &["rsc", "with-rsc", "from", "to"]),
    ("rsc_order", &["first", "then", "from", "to"]),
    ("rsc_ticket", &["rsc"]),
    ("resource_ref", &["id"]),
];

/// What can be named.
#[derive(Default)]
struct Known<'a> {
    resources: BTreeSet<&'a str>,
    templates: BTreeSet<&'a str>,
    by_tag: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Check<'a> {
    /// Checks that what is named exists.
    pub(super) fn references(&mut self, cib: &'a Element) {
        let Some(configuration) = cib.child("configuration") else { return };
        let mut known = Known::default();
        known.gather(configuration);
        self.path.push(cib);
        self.references_below(configuration, &known);
        self.path.pop();
    }

    fn references_below(&mut self, element: &'a Element, known: &Known<'a>) {
        self.path.push(element);
        if let Some((_, attributes)) = TO_RESOURCES.iter().find(|(tag, _)| *tag == element.name()) {
            for attribute in *attributes {
                self.resource_reference(element, attribute, known);
            }
        }
        self.template_reference(element, known);
        self.element_reference(element, known);
        for child in element.children() {
            self.references_below(child, known);
        }
        self.path.pop();
    }

    fn resource_reference(&mut self, element: &Element, attribute: &str, known: &Known<'a>) {
        let Some(name) = element.attribute(attribute).filter(|name| !name.is_empty()) else { return };
        let without_instance = name.split_once(':').map_or(name, |(resource, _)| resource);
        if known.resources.contains(name) || known.resources.contains(without_instance) {
            return;
        }
        let what = format!("{attribute} of <{}> names '{name}', and no resource is called that", step(element));
        let hint = hint(name, &known.resources, "the constraint has no effect; remove it, or name a resource");
        self.ignore(element, Some(attribute), what, hint);
    }

    fn template_reference(&mut self, element: &Element, known: &Known<'a>) {
        let Some(name) = element.attribute("template").filter(|_| element.name() == "primitive") else { return };
        if !known.templates.contains(name) {
            let what = format!("<{}> names the template '{name}', which is not there", step(element));
            self.refuse(element, Some("template"), what, hint(name, &known.templates, "write that <template>"));
        }
    }

    fn element_reference(&mut self, element: &Element, known: &Known<'a>) {
        let Some(name) = element.attribute("id-ref") else { return };
        let none = BTreeSet::new();
        let ids = known.by_tag.get(element.name()).unwrap_or(&none);
        if !ids.contains(name) {
            let what = format!("<{}> refers to the id '{name}', which no <{0}> has", element.name());
            self.refuse(element, Some("id-ref"), what, hint(name, ids, "name one that is there"));
        }
    }
}

fn hint(name: &str, known: &BTreeSet<&str>, otherwise: &str) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => otherwise.to_owned(),
    }
}

impl<'a> Known<'a> {
    fn gather(&mut self, element: &'a Arc<Element>) {
        if let Some(id) = element.id() {
            self.by_tag.entry(element.name()).or_default().insert(id);
            match element.name() {
                "primitive" | "group" | "clone" | "master" | "master_slave" | "bundle" | "tag" => {
                    self.resources.insert(id);
                }
                "template" => {
                    self.templates.insert(id);
                    self.resources.insert(id);
                }
                _ => {}
            }
        }
        for child in element.children() {
            self.gather(child);
        }
    }
}
