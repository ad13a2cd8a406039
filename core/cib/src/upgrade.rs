//! An older document in today's form, in memory: every reader behind this sees one syntax.
//!
//! Original ids are kept; only where two clash, or one is missing, a new one is made. What Heartbeat 2 meant and today's
//! syntax cannot say stays as an option of its old meaning (failure stickiness), under the cluster option
//! `compatibility=heartbeat-2`, which tells policy whose rules hold.

mod constraints;
mod ids;
mod modern;
mod options;
mod resources;
mod sets;
mod status;

#[cfg(test)]
mod tests;

use crate::{CURRENT_SCHEMA, Element, Note, Syntax, Version};
use ids::Ids;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A document in today's syntax.
#[derive(Clone, Debug)]
pub struct Upgraded {
    /// The document; validating it finds nothing that was not wrong before.
    pub cib: Arc<Element>,
    /// What was changed beyond its form.
    pub notes: Vec<Note>,
}

/// Carries a document over; one that is current comes back as it is, with its version written out.
pub fn upgrade(cib: &Element) -> Upgraded {
    let (mut cib, notes) = match Syntax::of(cib) {
        Syntax::Heartbeat2 => {
            let mut upgrade = Upgrade::of(cib);
            (upgrade.cib(cib), upgrade.notes)
        }
        Syntax::Pacemaker(..) | Syntax::Unchecked => (modern::upgrade(cib), Vec::new()),
    };
    Version::of(&cib).write(&mut cib);
    Upgraded { cib: Arc::new(cib), notes }
}

/// A part of a document on its own; a constraint that became two comes back inside of their section.
pub(crate) fn fragment(old: &Arc<Element>) -> Arc<Element> {
    if !Syntax::has_old_signs(old) {
        return modern::carried(old);
    }
    let mut upgrade = Upgrade::of(old);
    let (section, convert): (_, Convert) = match old.name() {
        "primitive" | "group" | "clone" | "master_slave" => ("resources", Upgrade::resource),
        "rsc_location" | "rsc_colocation" | "rsc_order" => ("constraints", Upgrade::constraint),
        "resources" => return Arc::new(upgrade.section(old, Upgrade::resource)),
        "constraints" => return Arc::new(upgrade.section(old, Upgrade::constraint)),
        "cluster_property_set" | "instance_attributes" | "meta_attributes" => return Arc::new(upgrade.set(old, old)),
        _ => return Arc::clone(old),
    };
    let mut new = convert(&mut upgrade, old);
    match (new.pop(), new.pop()) {
        (Some(only), None) => Arc::new(only),
        (second, first) => {
            let both = [first, second].into_iter().flatten();
            Arc::new(both.fold(Element::new(section), Element::with_child))
        }
    }
}

/// One upgrade from Heartbeat 2 under way.
struct Upgrade {
    ids: Ids,
    /// Resources that are started anew whenever what they are ordered behind is.
    restarting: BTreeSet<String>,
    notes: Vec<Note>,
}

/// Bookkeeping of the programs of that time, which nobody reads any more.
const DROPPED: [&str; 7] = [
    "generated",
    "ccm_transition",
    "num_peers",
    "cib_last_written",
    "ignore_dtd",
    "cib_feature_revision",
    "crm-debug-origin",
];

/// Attributes of `<cib>` with another name today.
const RENAMED: [(&str, &str); 4] = [
    ("dc_uuid", "dc-uuid"),
    ("have_quorum", "have-quorum"),
    ("remote_access_port", "remote-tls-port"),
    ("remote_tls_port", "remote-tls-port"),
];

impl Upgrade {
    fn of(old: &Element) -> Self {
        Self { ids: Ids::of(old), restarting: constraints::restarting(old), notes: Vec::new() }
    }

    fn cib(&mut self, old: &Element) -> Element {
        let mut new = like(old, "cib");
        new.set("validate-with", CURRENT_SCHEMA);
        for (name, value) in old.attributes() {
            if name != "validate-with" && !DROPPED.contains(&name) {
                new.set(renamed(name, &RENAMED), value);
            }
        }
        let empty = Element::new("configuration");
        let configuration = old.child("configuration").map_or(&empty, |element| element);
        new.children_mut().push(Arc::new(self.configuration(configuration)));
        if let Some(status) = old.child("status") {
            let resources = configuration.child("resources").map(|section| &**section);
            let (status, notes) = status::upgraded(status, resources);
            self.notes.extend(notes);
            new.children_mut().push(Arc::new(status));
        }
        new
    }

    fn configuration(&mut self, old: &Element) -> Element {
        let mut new = like(old, "configuration");
        let options = self.options(old.child("crm_config").map(|config| &**config));
        new.children_mut().push(Arc::new(options.properties));
        new.children_mut().extend(options.resource_defaults.map(Arc::new));
        new.children_mut().extend(options.operation_defaults.map(Arc::new));
        for (name, convert) in SECTIONS {
            let section = old.child(name).map_or_else(|| Element::new(name), |old| self.section(old, convert));
            new.children_mut().push(Arc::new(section));
        }
        new
    }

    fn section(&mut self, old: &Element, convert: Convert) -> Element {
        let mut new = like(old, old.name());
        for child in old.children() {
            new.children_mut().extend(convert(self, child).into_iter().map(Arc::new));
        }
        new
    }

    fn node(&mut self, old: &Element) -> Vec<Element> {
        let mut new = copied(old, &["crm-debug-origin"]);
        for set in old.children() {
            new.children_mut().push(Arc::new(self.set(set, old)));
        }
        vec![new]
    }

    fn note(&mut self, element: &Element, text: String) {
        self.notes.push(Note { position: element.position(), text });
    }
}

/// How the children of a section are carried over.
type Convert = fn(&mut Upgrade, &Element) -> Vec<Element>;

const SECTIONS: [(&str, Convert); 3] =
    [("nodes", Upgrade::node), ("resources", Upgrade::resource), ("constraints", Upgrade::constraint)];

/// An empty element in the place of another.
fn like(old: &Element, name: &str) -> Element {
    let mut new = Element::new(name);
    new.set_position(old.position());
    new
}

/// An element with the attributes of another, but without those named, and without its children.
fn copied(old: &Element, without: &[&str]) -> Element {
    let attributes = old.attributes().filter(|(name, _)| !without.contains(name));
    attributes.fold(like(old, old.name()), |new, (name, value)| new.with(name, value))
}

/// A name's counterpart in a table of old and new names.
fn renamed<'a>(name: &'a str, table: &[(&str, &'a str)]) -> &'a str {
    table.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}
