//! Remarks for `crm_verify -V`: what is right, and may still not do what its author thinks.

use super::Check;
use super::options::pairs;
use crate::{Element, Position, Syntax, value, version};

impl<'a> Check<'a> {
    /// Adds the remarks about a whole document.
    pub(super) fn remarks(&mut self, cib: &'a Element) {
        self.version_remarks(cib);
        let sets: Vec<&Element> = cib
            .descend(&["configuration", "crm_config"])
            .into_iter()
            .flat_map(|config| config.children_named("cluster_property_set"))
            .map(|set| &**set)
            .collect();
        let options: Vec<&Element> = sets.into_iter().flat_map(pairs).collect();
        if self.syntax == Syntax::Heartbeat2 {
            self.heartbeat_remarks(cib, &options);
        }
        self.fencing_remarks(&options);
    }

    fn version_remarks(&mut self, cib: &Element) {
        let missing: Vec<&str> = version::ATTRIBUTES.into_iter().filter(|name| cib.attribute(name).is_none()).collect();
        if !missing.is_empty() {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            self.note(cib.position(), format!("<cib> has no {}, which {verb} taken as 0", missing.join(", no ")));
        }
    }

    fn heartbeat_remarks(&mut self, cib: &Element, options: &[&Element]) {
        self.note(cib.position(), "the document is in the syntax of Heartbeat 2; it is upgraded in memory");
        for option in options {
            let text = match option.attribute("name").unwrap_or_default().replace('_', "-").as_str() {
                "short-resource-names" => "short_resource_names has no effect any more; you can remove it".to_owned(),
                "start-failure-is-fatal" if is(option, false) => "start-failure-is-fatal=false has no effect in the syntax of \
                     Heartbeat 2, whose programs did not know it: a resource that fails to start leaves its node at once"
                    .to_owned(),
                _ => continue,
            };
            self.note(option.position(), text);
        }
        self.order_remarks(cib);
        if let Some(configuration) = cib.child("configuration") {
            self.absence_remarks(configuration);
        }
    }

    /// Attributes that may be absent, and are rarely meant to be.
    fn absence_remarks(&mut self, element: &Element) {
        let lacks = |name| element.attribute(name).is_none();
        if element.name() == "op" && element.attribute("name") == Some("monitor") && lacks("interval") {
            self.note(element.position(), "this monitor has no interval, so it does not recur");
        }
        for child in element.children() {
            let has_score = child.attribute("score").is_some() || child.attribute("score_attribute").is_some();
            if element.name() == "rsc_location" && child.name() == "rule" && !has_score {
                self.note(child.position(), "this rule has no score, which is taken as 0");
            }
            self.absence_remarks(child);
        }
    }

    /// The default score of an ordering changed from 2.1.2 to 2.1.3.
    fn order_remarks(&mut self, cib: &Element) {
        let Some(constraints) = cib.descend(&["configuration", "constraints"]) else { return };
        for order in constraints.children_named("rsc_order").filter(|order| order.attribute("score").is_none()) {
            let id = order.id().unwrap_or_default();
            let text = format!(
                "the ordering '{id}' has no score and is mandatory, as in Heartbeat 2.1.3; up to 2.1.2 it was optional (score=\"0\")"
            );
            self.note(order.position(), text);
        }
    }

    fn fencing_remarks(&mut self, options: &[&Element]) {
        let names = ["stonith-enabled", "fencing-enabled"];
        let set = options.iter().rfind(|option| {
            let name = option.attribute("name").unwrap_or_default().replace('_', "-");
            names.contains(&name.as_str())
        });
        let text = "fencing is off: after a partition both sides may run a resource; set stonith-enabled=true and write a device";
        match set {
            None if self.syntax == Syntax::Heartbeat2 => {
                self.note(Position::default(), format!("{text} (off is the default here)"));
            }
            Some(option) if is(option, false) => self.note(option.position(), text),
            Some(_) | None => {}
        }
    }
}

fn is(option: &Element, expected: bool) -> bool {
    option.attribute("value").and_then(value::boolean) == Some(expected)
}
