//! Resource templates: what a resource inherits is merged into its element, its own operations winning.

use crate::cluster::Cluster;
use cib::Element;
use model::Role;
use std::sync::Arc;

/// Operations of a template and a resource are the same when name and role (none, started and unpromoted alike) are.
fn operation_key(op: &Element) -> (String, Option<Role>) {
    let role =
        op.attribute("role").and_then(Role::parse).filter(|role| !matches!(role, Role::Started | Role::Unpromoted));
    (op.attribute("name").unwrap_or_default().to_owned(), role)
}

impl Cluster {
    /// The element with its template merged in; `None` when the template is missing.
    pub(super) fn expand_template(&mut self, element: &Arc<Element>) -> Option<Arc<Element>> {
        let Some(reference) = element.attribute("template") else { return Some(Arc::clone(element)) };
        let id = element.id().unwrap_or_default().to_owned();
        let section = super::section(&self.cib, "resources")?;
        let template =
            section.children_named("template").find(|template| template.id() == Some(reference) && reference != id);
        let Some(template) = template.cloned() else {
            self.complain(
                &id,
                format!("'{id}' is ignored: there is no template '{reference}'; add it or correct the name"),
            );
            return None;
        };
        self.lists.entry(reference.to_owned()).or_default().push(id.clone());
        Some(Arc::new(merge(element, &template, &id)))
    }
}

fn merge(element: &Element, template: &Element, id: &str) -> Element {
    let mut merged = Element::new(element.name());
    for (name, value) in template.attributes() {
        merged.set(name, value);
    }
    merged.set("id", id);
    let own_operations = element.child("operations");
    for child in template.children() {
        if child.name() != "operations" || own_operations.is_none() {
            merged.children_mut().push(Arc::clone(child));
        }
    }
    for child in element.children() {
        let inherited = template.child("operations").filter(|_| child.name() == "operations");
        merged.children_mut().push(match inherited {
            Some(inherited) => Arc::new(merge_operations(child, inherited)),
            None => Arc::clone(child),
        });
    }
    merged
}

fn merge_operations(own: &Element, inherited: &Element) -> Element {
    let mut operations = own.clone();
    let taken: Vec<_> = own.children().iter().map(|op| operation_key(op)).collect();
    for op in inherited.children() {
        if !taken.contains(&operation_key(op)) {
            operations.children_mut().push(Arc::clone(op));
        }
    }
    operations
}
