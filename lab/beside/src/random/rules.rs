//! Random rules: about attributes of nodes, dates, resources and operations, one expression or several.

use super::Maker;
use cib::Element;

impl Maker {
    /// A rule about the kind of a resource.
    pub(super) fn resource_rule(&mut self) -> Element {
        let id = self.id("expression");
        let kinds = ["Dummy", "Stateful"];
        let test = Element::new("rsc_expression").with("id", &id).with("class", "ocf").with("type", self.word(&kinds));
        let test = if self.rng.chance(800) { test.with("provider", "pacemaker") } else { test };
        Element::new("rule").with("id", &self.id("rule")).with("score", "INFINITY").with_child(test)
    }

    /// A rule about the name and interval of an operation.
    pub(super) fn operation_rule(&mut self) -> Element {
        let id = self.id("expression");
        let names = ["monitor", "start", "stop"];
        let mut test = Element::new("op_expression").with("id", &id).with("name", self.word(&names));
        if test.attribute("name") == Some("monitor") && self.rng.chance(500) {
            test.set("interval", "10s");
        }
        Element::new("rule").with("id", &self.id("rule")).with("score", "INFINITY").with_child(test)
    }

    /// A rule about nodes or dates, with as many expressions as come up.
    pub(super) fn node_rule(&mut self) -> Element {
        let mut rule = Element::new("rule").with("id", &self.id("rule"));
        let count = if self.rng.chance(300) { 2 } else { 1 };
        for _ in 0..count {
            let test = match self.rng.below(10) {
                0..7 => self.attribute_expression(),
                7 if count > 1 => {
                    let inner = self.attribute_expression();
                    Element::new("rule").with("id", &self.id("rule")).with("score", "0").with_child(inner)
                }
                _ => self.date_expression(),
            };
            rule = rule.with_child(test);
        }
        if count > 1 {
            let words = ["and", "or"];
            rule.set("boolean-op", self.word(&words));
        }
        rule
    }

    /// A rule about dates alone, for sets of pairs.
    pub(super) fn date_rule(&mut self) -> Element {
        let test = self.date_expression();
        Element::new("rule").with("id", &self.id("rule")).with("score", "INFINITY").with_child(test)
    }

    fn attribute_expression(&mut self) -> Element {
        let id = self.id("expression");
        let test = Element::new("expression").with("id", &id);
        let compared = ["eq", "ne", "lt", "gte", "gt", "lte"];
        match self.rng.below(6) {
            0 => {
                let operations = ["defined", "not_defined"];
                let attributes = ["zone", "rank", "nothing"];
                let test = test.with("attribute", self.word(&attributes));
                test.with("operation", self.word(&operations))
            }
            1 => {
                let operations = ["eq", "ne"];
                let kinds = ["cluster", "remote", "container"];
                let test = test.with("attribute", "#kind").with("operation", self.word(&operations));
                test.with("value", self.word(&kinds))
            }
            2 | 3 => {
                let kinds = ["number", "version", "string"];
                let values = ["1", "3", "20"];
                let test = test.with("attribute", "rank").with("operation", self.word(&compared));
                test.with("value", self.word(&values)).with("type", self.word(&kinds))
            }
            _ => {
                let attributes = ["zone", "#uname"];
                let values = ["east", "west", "n1", "n2"];
                let test = test.with("attribute", self.word(&attributes)).with("operation", self.word(&compared[..2]));
                test.with("value", self.word(&values))
            }
        }
    }

    fn date_expression(&mut self) -> Element {
        let test = Element::new("date_expression").with("id", &self.id("expression"));
        let years = ["2020-01-01", "2024-02-29T12:00:00Z", "2090-12-31"];
        match self.rng.below(5) {
            0 => test.with("operation", "gt").with("start", self.word(&years)),
            1 => test.with("operation", "lt").with("end", self.word(&years)),
            2 => test.with("operation", "in_range").with("start", "2020-01-01").with("end", self.word(&years)),
            3 => {
                let duration = Element::new("duration").with("id", &self.id("duration")).with("years", "40");
                test.with("operation", "in_range").with("start", self.word(&years)).with_child(duration)
            }
            _ => {
                let (name, value) = *self.pick(&[
                    ("years", "2020-2090"),
                    ("weekdays", "1-5"),
                    ("months", "1-6"),
                    ("monthdays", "1-15"),
                    ("weeks", "1-26"),
                    ("yeardays", "1-200"),
                ]);
                let spec = Element::new("date_spec").with("id", &self.id("spec")).with(name, value);
                test.with("operation", "date_spec").with_child(spec)
            }
        }
    }
}
