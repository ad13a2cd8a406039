//! Sections: where they are, and what belongs into which.

use super::tree::{self, Path};
use super::{ChangeRefused, Refusal};
use crate::Element;
use std::sync::Arc;

/// All sections, as paths of tags below `<cib>`; those of the configuration in the order in which they are written.
const SECTIONS: [(&str, &[&str]); 13] = [
    ("cib", &[]),
    ("configuration", &["configuration"]),
    ("crm_config", &["configuration", "crm_config"]),
    ("rsc_defaults", &["configuration", "rsc_defaults"]),
    ("op_defaults", &["configuration", "op_defaults"]),
    ("nodes", &["configuration", "nodes"]),
    ("resources", &["configuration", "resources"]),
    ("constraints", &["configuration", "constraints"]),
    ("acls", &["configuration", "acls"]),
    ("tags", &["configuration", "tags"]),
    ("alerts", &["configuration", "alerts"]),
    ("fencing-topology", &["configuration", "fencing-topology"]),
    ("status", &["status"]),
];

/// Which section an element belongs to, when nobody says.
const HOMES: [(&str, &str); 20] = [
    ("cluster_property_set", "crm_config"),
    ("node", "nodes"),
    ("primitive", "resources"),
    ("template", "resources"),
    ("group", "resources"),
    ("clone", "resources"),
    ("master", "resources"),
    ("bundle", "resources"),
    ("rsc_location", "constraints"),
    ("rsc_colocation", "constraints"),
    ("rsc_order", "constraints"),
    ("rsc_ticket", "constraints"),
    ("acl_target", "acls"),
    ("acl_group", "acls"),
    ("acl_role", "acls"),
    ("tag", "tags"),
    ("alert", "alerts"),
    ("fencing-level", "fencing-topology"),
    ("node_state", "status"),
    ("tickets", "status"),
];

/// The tags that lead to a section.
pub(super) fn tags(section: &str) -> Result<&'static [&'static str], ChangeRefused> {
    let found = SECTIONS.iter().find(|(name, _)| *name == section).map(|(_, tags)| *tags);
    found.ok_or_else(|| {
        let names: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        let reason = format!("no section of the CIB is called '{section}'");
        ChangeRefused::new(Refusal::Invalid, reason, format!("name one of: {}", names.join(", ")))
    })
}

/// Whether an element is a section itself.
pub(super) fn is_section(element: &Element) -> bool {
    SECTIONS.iter().any(|(name, _)| *name == element.name())
}

/// The section that an element is, or belongs to.
pub(super) fn home(element: &Element) -> Option<&'static str> {
    let itself = SECTIONS.iter().find(|(name, _)| *name == element.name()).map(|(name, _)| *name);
    itself.or_else(|| HOMES.iter().find(|(tag, _)| *tag == element.name()).map(|(_, section)| *section))
}

/// The path of a section, when it is there.
pub(super) fn path(cib: &Element, tags: &[&str]) -> Option<Path> {
    let mut path = Path::new();
    let mut element = cib;
    for tag in tags {
        let index = element.children().iter().position(|child| child.name() == *tag)?;
        path.push(index);
        element = &element.children()[index];
    }
    Some(path)
}

/// The tree with that section, made in its place when it is missing, and its path.
pub(super) fn ensured(cib: &Arc<Element>, tags: &[&str]) -> (Arc<Element>, Path) {
    if let Some(path) = path(cib, tags) {
        return (Arc::clone(cib), path);
    }
    let (last, parents) = tags.split_last().expect("the root is always there");
    let (cib, mut path) = ensured(cib, parents);
    let parent = tree::at(&cib, &path);
    let rank = |tag: &str| SECTIONS.iter().position(|(name, _)| *name == tag);
    let index = parent.children().iter().position(|child| rank(child.name()) > rank(last));
    let index = index.unwrap_or(parent.children().len());
    let mut new = (**parent).clone();
    new.children_mut().insert(index, Arc::new(Element::new(last)));
    let cib = tree::put(&cib, &path, Some(Arc::new(new)));
    path.push(index);
    (cib, path)
}

/// The document with the four sections that every configuration has, all empty. The status stays: it is what is.
pub(super) fn emptied(cib: &Element) -> Element {
    let names = ["crm_config", "nodes", "resources", "constraints"];
    let empty = names.into_iter().fold(Element::new("configuration"), |new, name| new.with_child(Element::new(name)));
    let mut new = cib.clone();
    new.children_mut().retain(|child| child.name() != "configuration");
    new.children_mut().insert(0, Arc::new(empty));
    new
}
