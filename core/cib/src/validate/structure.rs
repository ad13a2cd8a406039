//! One element against its shape: attributes, children, their number and order.

use super::shape::{Child, Count, Need, Order, Rule, Shape};
use super::{Check, Consequence};
use crate::Element;
use model::nearest;
use std::sync::Arc;

impl<'a> Check<'a> {
    /// Checks an element of a known tag and everything below it.
    pub(super) fn structure(&mut self, element: &'a Element) {
        let Some(shape) = self.shape(element.name()) else { return };
        self.path.push(element);
        self.attributes(element, shape);
        self.children(element, shape);
        if element.text().is_some() {
            self.refuse(element, None, format!("there is stray text inside <{}>", shape.name), "remove it");
        }
        self.meaning(element);
        for child in element.children() {
            if child.name() != "status" && shape.children.iter().any(|known| known.name == child.name()) {
                self.structure(child);
            }
        }
        self.path.pop();
    }

    pub(super) fn shape(&self, name: &str) -> Option<&'static Shape> {
        self.shapes.iter().find(|shape| shape.name == name)
    }

    fn attributes(&mut self, element: &Element, shape: &'static Shape) {
        let mut meant = Vec::new();
        for (name, value) in element.attributes() {
            match shape.attributes.iter().find(|rule| rule.name == name) {
                Some(rule) => self.value(element, rule, value),
                None => meant.extend(self.unknown_attribute(element, name, shape)),
            }
        }
        for rule in shape.attributes.iter().filter(|rule| rule.need != Need::Optional) {
            if element.attribute(rule.name).is_none() && !meant.contains(&rule.name) {
                self.missing_attribute(element, rule);
            }
        }
    }

    /// Names it, and returns which attribute was probably meant.
    fn unknown_attribute(&mut self, element: &Element, name: &str, shape: &'static Shape) -> Option<&'static str> {
        let free = shape.attributes.iter().map(|rule| rule.name).filter(|known| element.attribute(known).is_none());
        let meant = nearest(name, free);
        let hint = match meant {
            Some(known) => format!("did you mean '{known}'?"),
            None if shape.attributes.is_empty() => "remove it, this element has no attributes".to_owned(),
            None => format!("remove it, or write one of: {}", list(shape.attributes.iter().map(|rule| rule.name))),
        };
        self.refuse(element, Some(name), format!("<{}> has no attribute '{name}'", shape.name), hint);
        meant
    }

    fn missing_attribute(&mut self, element: &Element, rule: &'static Rule) {
        let what = format!("<{}> needs an attribute '{}'", step(element), rule.name);
        if rule.need == Need::Expected {
            let said = (what, "one is made up until you write it".to_owned());
            self.mistake(Consequence::Repaired, element, None, said);
        } else {
            self.refuse(element, None, what, format!("write {}=\"...\"", rule.name));
        }
    }

    fn children(&mut self, element: &Element, shape: &'static Shape) {
        let mut meant = Vec::new();
        for child in element.children() {
            if !shape.children.iter().any(|known| known.name == child.name()) {
                meant.extend(self.unknown_child(element, child, shape));
            }
        }
        for known in shape.children {
            let mut found = element.children_named(known.name);
            match (found.next(), found.next()) {
                (None, _) if known.count == Count::One && !meant.contains(&known.name) => {
                    self.missing_child(element, known.name);
                }
                (Some(first), Some(second)) if known.count != Count::Any => self.second_child(first, second),
                _ => {}
            }
        }
        if shape.order == Order::AsListed {
            self.order(element, shape.children);
        }
    }

    fn unknown_child(&mut self, element: &Element, child: &Element, shape: &'static Shape) -> Option<&'static str> {
        let name = child.name();
        let allowed = || shape.children.iter().map(|known| known.name);
        let parents: Vec<_> = self.parents_of(name).collect();
        let meant = nearest(name, allowed());
        let what = format!("<{name}> does not belong inside <{}>", step(element));
        let hint = match meant {
            _ if name == "nvpair" && allowed().any(|known| known == "attributes") => {
                "wrap the nvpairs in <attributes>...</attributes>".to_owned()
            }
            _ if !parents.is_empty() => format!("it belongs inside <{}>", parents.join(">, <")),
            Some(known) => format!("did you mean <{known}>?"),
            None if shape.children.is_empty() => "this element has no children; close it with '/>'".to_owned(),
            None => format!("remove it, or write one of: {}", list(allowed())),
        };
        self.refuse(child, None, what, hint);
        if name == "nvpair" { Some("attributes") } else { meant }
    }

    fn parents_of(&self, name: &str) -> impl Iterator<Item = &'static str> {
        let holds = move |shape: &&Shape| shape.children.iter().any(|known| known.name == name);
        self.shapes.iter().filter(holds).map(|shape| shape.name)
    }

    fn missing_child(&mut self, element: &Element, name: &str) {
        let what = format!("<{}> needs a <{name}> inside", step(element));
        self.refuse(element, None, what, format!("write <{name}/>"));
    }

    fn second_child(&mut self, first: &Element, second: &Element) {
        let what = format!("a second <{}>; the first is on line {}", second.name(), first.position().line);
        self.refuse(second, None, what, "put everything into one of them");
    }

    /// Names the first child that comes too late.
    fn order(&mut self, element: &Element, listed: &'static [Child]) {
        let rank = |child: &Arc<Element>| listed.iter().position(|known| known.name == child.name());
        let mut highest: Option<(usize, &Arc<Element>)> = None;
        for child in element.children() {
            let Some(rank) = rank(child) else { continue };
            match highest {
                Some((before, other)) if rank < before => {
                    let what = format!("<{}> comes after <{}>", child.name(), other.name());
                    let hint = format!("keep this order: {}", list(listed.iter().map(|known| known.name)));
                    return self.refuse(child, None, what, hint);
                }
                _ => highest = Some((rank, child)),
            }
        }
    }
}

/// An element as people point at it: `primitive id="ip"`.
pub(crate) fn step(element: &Element) -> String {
    match element.id() {
        Some(id) => format!("{} id=\"{id}\"", element.name()),
        None => element.name().to_owned(),
    }
}

pub(super) fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
