//! What no table of attributes can say: which of them need each other.

use super::Check;
use super::structure::step;
use crate::{Element, Syntax, value};
use std::collections::BTreeMap;

impl<'a> Check<'a> {
    /// Checks one element whose shape was just checked.
    pub(super) fn meaning(&mut self, element: &'a Element) {
        match element.name() {
            "primitive" => self.primitive(element),
            "clone" | "master" | "master_slave" => self.clone_of_one(element),
            "operations" => self.operations(element),
            "expression" => self.expression(element),
            "date_expression" => self.date_expression(element),
            "rsc_location" if self.is_modern() => self.location(element),
            "rsc_colocation" if self.is_modern() => self.pair(element, ["rsc", "with-rsc"]),
            "rsc_order" if self.is_modern() => self.pair(element, ["first", "then"]),
            "rsc_order" | "rsc_colocation" => self.not_with_itself(element, ["from", "to"]),
            "nvpair" if self.is_modern() && element.attribute("id-ref").is_none() => self.named(element),
            "fencing-level" => self.level(element),
            _ => {}
        }
    }

    fn is_modern(&self) -> bool {
        self.syntax != Syntax::Heartbeat2
    }

    fn primitive(&mut self, element: &Element) {
        let has = |name| element.attribute(name).is_some();
        if has("template") {
            return;
        }
        for name in ["class", "type"] {
            if self.is_modern() && !has(name) && !self.is_misspelt(element, name) {
                let what = format!("<{}> needs an attribute '{name}'", step(element));
                self.refuse(element, None, what, format!("write {name}=\"...\", or name a template"));
            }
        }
        let class = element.attribute("class").unwrap_or_default();
        if class == "ocf" && !has("provider") && !self.is_misspelt(element, "provider") {
            let said = (
                format!("<{}> is of class ocf and names no provider", step(element)),
                "'heartbeat' is assumed; write provider=\"heartbeat\"".to_owned(),
            );
            self.mistake(super::Consequence::Repaired, element, None, said);
        }
        if matches!(class, "lsb" | "heartbeat" | "systemd" | "stonith") && has("provider") {
            let what = format!("<{}> is of class {class}, which has no providers", step(element));
            self.ignore(element, Some("provider"), what, "remove the attribute 'provider'");
        }
    }

    /// Whether an attribute of another name was named as a misspelling of `name` already.
    fn is_misspelt(&self, element: &Element, name: &str) -> bool {
        let Some(shape) = self.shape(element.name()) else { return false };
        let unknown = element.attributes().filter(|(known, _)| shape.attributes.iter().all(|rule| rule.name != *known));
        unknown.into_iter().any(|(typed, _)| model::nearest(typed, [name]).is_some())
    }

    fn clone_of_one(&mut self, element: &Element) {
        let inside = element.children().iter().filter(|child| matches!(child.name(), "primitive" | "group")).count();
        if inside != 1 {
            let what = format!("<{}> holds {inside} resources", step(element));
            self.refuse(element, None, what, "put exactly one <primitive> or <group> inside");
        }
    }

    fn operations(&mut self, element: &'a Element) {
        let mut seen: BTreeMap<(&str, u128, Option<&str>), &Element> = BTreeMap::new();
        for op in element.children_named("op") {
            let Some(name) = op.attribute("name") else { continue };
            let Some(interval) = value::duration(op.attribute("interval").unwrap_or("0")) else { continue };
            let disabled = op.attribute("enabled").and_then(value::boolean) == Some(false)
                || op.attribute("disabled").and_then(value::boolean) == Some(true);
            if disabled {
                continue;
            }
            if let Some(first) = seen.insert((name, interval.as_micros(), op.attribute("role")), op) {
                let what =
                    format!("a second '{name}' with the same interval; the first is on line {}", first.position().line);
                self.ignore(op, None, what, "remove one of them, or give it another interval");
            }
        }
    }

    fn expression(&mut self, element: &Element) {
        let needs_value = !matches!(element.attribute("operation"), Some("defined" | "not_defined") | None);
        if needs_value && element.attribute("value").is_none() && !self.is_misspelt(element, "value") {
            let what = format!("<{}> compares with nothing", step(element));
            self.ignore(element, None, what, "write value=\"...\"");
        }
    }

    fn date_expression(&mut self, element: &Element) {
        let has = |name| element.attribute(name).is_some();
        let operation = element.attribute("operation").unwrap_or("in_range");
        let missing = match operation {
            "in_range" if !has("start") && !has("end") => "start=\"...\" or end=\"...\"",
            "gt" if !has("start") => "start=\"...\"",
            "lt" if !has("end") => "end=\"...\"",
            "date_spec" if element.child("date_spec").is_none() => "a <date_spec> inside",
            _ => return,
        };
        let what = format!("<{}> with operation '{operation}' has nothing to compare with", step(element));
        self.ignore(element, None, what, format!("write {missing}"));
    }

    fn location(&mut self, element: &Element) {
        let has = |name| element.attribute(name).is_some();
        let has_set = element.child("resource_set").is_some();
        if !has("rsc") && !has("rsc-pattern") && !has_set && !self.is_misspelt(element, "rsc") {
            let what = format!("<{}> names no resource", step(element));
            self.refuse(element, None, what, "write rsc=\"...\"");
        }
        let by_rule = element.child("rule").is_some() || element.child("lifetime").is_some();
        if !has("node") && !by_rule && !has("resource-discovery") && !self.is_misspelt(element, "node") {
            let what = format!("<{}> names no node", step(element));
            self.refuse(element, None, what, "write node=\"...\" and score=\"...\", or a <rule> inside");
        }
    }

    /// A constraint between two resources, or with sets.
    fn pair(&mut self, element: &Element, names: [&str; 2]) {
        if element.child("resource_set").is_some() {
            return;
        }
        for name in names {
            if element.attribute(name).is_none() && !self.is_misspelt(element, name) {
                let what = format!("<{}> needs an attribute '{name}'", step(element));
                self.refuse(element, None, what, format!("write {name}=\"...\", or a <resource_set> inside"));
            }
        }
        self.not_with_itself(element, names);
    }

    fn not_with_itself(&mut self, element: &Element, [one, other]: [&str; 2]) {
        let (Some(first), Some(second)) = (element.attribute(one), element.attribute(other)) else { return };
        let same_action = element.attribute("first-action") == element.attribute("then-action")
            && element.attribute("action") == element.attribute("to_action");
        if first == second && same_action {
            let what = format!("<{}> relates '{first}' to itself", step(element));
            self.ignore(element, Some(other), what, "name another resource");
        }
    }

    fn named(&mut self, element: &Element) {
        for name in ["id", "name"] {
            if element.attribute(name).is_none() && !self.is_misspelt(element, name) {
                let what = format!("<{}> needs an attribute '{name}'", step(element));
                self.refuse(element, None, what, format!("write {name}=\"...\""));
            }
        }
    }

    fn level(&mut self, element: &Element) {
        let targets = ["target", "target-pattern", "target-attribute"];
        if targets.iter().all(|name| element.attribute(name).is_none()) && !self.is_misspelt(element, "target") {
            let what = format!("<{}> names no target", step(element));
            self.refuse(element, None, what, "write target=\"NODE\"");
        }
    }
}
