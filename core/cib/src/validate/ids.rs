//! Ids that stand twice.

use super::Check;
use crate::{Element, Syntax};
use std::collections::BTreeMap;

/// Elements whose id points at another one, or is a name of a node or person rather than an id.
const REFERENCES: [&str; 5] = ["resource_ref", "obj_ref", "role", "role_ref", "node"];

/// Elements of Heartbeat 2 that are resources.
const RESOURCES: [&str; 4] = ["primitive", "group", "clone", "master_slave"];

impl<'a> Check<'a> {
    /// Checks that no id stands twice outside of the status.
    pub(super) fn ids(&mut self, cib: &'a Element) {
        let mut seen = BTreeMap::new();
        self.ids_below(cib, &mut seen);
        let mut nodes = BTreeMap::new();
        for node in cib.descend(&["configuration", "nodes"]).into_iter().flat_map(|nodes| nodes.children_named("node"))
        {
            for (attribute, value) in node.attributes().filter(|(name, _)| matches!(*name, "id" | "uname")) {
                match nodes.insert((attribute, value), node) {
                    Some(first) if attribute == "id" => self.second(first, node, attribute, value),
                    Some(first) => self.second_node(first, node, value),
                    None => {}
                }
            }
        }
    }

    fn ids_below(&mut self, element: &'a Element, seen: &mut BTreeMap<&'a str, &'a Element>) {
        self.path.push(element);
        if let Some(id) = element.id().filter(|id| !id.is_empty() && !REFERENCES.contains(&element.name())) {
            match seen.get(id) {
                None => drop(seen.insert(id, element)),
                Some(first) if self.may_share(first, element) => {
                    let (line, tag) = (first.position().line, first.name());
                    let text = format!("the id '{id}' is also that of the <{tag}> on line {line}; it gets another one");
                    self.note(element.position(), text);
                }
                Some(first) => self.second(first, element, "id", id),
            }
        }
        for child in element.children().iter().filter(|child| child.name() != "status") {
            self.ids_below(child, seen);
        }
        self.path.pop();
    }

    /// Heartbeat 2 wanted ids unique for each tag only; resources keep theirs, since everybody calls them by it.
    fn may_share(&self, first: &Element, second: &Element) -> bool {
        let both_resources = [first, second].iter().all(|element| RESOURCES.contains(&element.name()));
        self.syntax == Syntax::Heartbeat2 && first.name() != second.name() && !both_resources
    }

    /// A host that was installed anew has a new id; Heartbeat 2 kept its old entry.
    fn second_node(&mut self, first: &Element, second: &Element, uname: &str) {
        let what = format!("a second node '{uname}'; the first is on line {}", first.position().line);
        self.ignore(second, Some("uname"), what, "remove the one whose id is out of date");
    }

    fn second(&mut self, first: &Element, second: &Element, attribute: &str, value: &str) {
        let place = first.attribute_position(attribute);
        let what = format!(
            "the {attribute} '{value}' stands twice, first on line {}, column {} (<{}>)",
            place.line,
            place.column,
            first.name()
        );
        self.refuse(second, Some(attribute), what, "give one of the two another name");
    }
}
