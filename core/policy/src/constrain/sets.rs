//! Resource sets: explicit ones, and those that tags and templates stand for.

use super::Set;
use crate::cluster::Cluster;
use cib::Element;
use std::sync::Arc;

impl Cluster {
    /// The members of a tag or of all that uses a template; `None` when there is none of that name, or it is empty.
    pub(super) fn list(&self, name: &str) -> Option<&Vec<String>> {
        self.lists.get(name).filter(|members| !members.is_empty())
    }

    /// The sets of a constraint, tags in them replaced by their members; `None` when a set that is referred to is missing.
    pub(super) fn sets(&mut self, element: &Element) -> Option<Vec<Set>> {
        let mut sets = Vec::new();
        for set in element.children_named("resource_set") {
            let set = Arc::clone(self.document.resolve(set)?);
            let Some(id) = set.id().filter(|id| !id.is_empty()).map(str::to_owned) else { continue };
            let names: Vec<String> =
                set.children_named("resource_ref").filter_map(|r| r.id().map(str::to_owned)).collect();
            let known = names.iter().all(|name| self.constrained(name).is_some() || self.list(name).is_some());
            let members = if known { names.iter().flat_map(|name| self.expanded(name)).collect() } else { names };
            sets.push(Set { id, members, xml: set });
        }
        Some(sets)
    }

    fn expanded(&self, name: &str) -> Vec<String> {
        match self.list(name) {
            Some(members) if self.constrained(name).is_none() => members.clone(),
            Some(_) | None => vec![name.to_owned()],
        }
    }

    /// The sets that two names of a simple constraint stand for, when one of them is a tag or a template.
    ///
    /// `carried` are the attributes of the constraint that each set takes along, by the name they have there.
    pub(super) fn sets_for_lists(
        &mut self,
        id: &str,
        names: [&str; 2],
        carried: [(&str, Option<&str>); 2],
    ) -> Result<Vec<Set>, ()> {
        let known = names.map(|name| self.constrained(name).is_some());
        let lists = names.map(|name| self.list(name).is_some());
        for at in 0..2 {
            if !known[at] && !lists[at] {
                self.missing(id, names[at]);
                return Err(());
            }
        }
        if known == [true, true] {
            return Ok(Vec::new());
        }
        Ok([0, 1].map(|at| self.set_for(names[at], carried[at])).to_vec())
    }

    /// A set of what one name stands for.
    pub(super) fn set_for(&self, name: &str, (attribute, value): (&str, Option<&str>)) -> Set {
        let mut xml = Element::new("resource_set").with("id", name);
        if self.constrained(name).is_none() {
            xml.set("sequential", "false");
        }
        if let Some(value) = value {
            xml.set(attribute, value);
        }
        Set { id: name.to_owned(), members: self.expanded(name), xml: Arc::new(xml) }
    }
}
