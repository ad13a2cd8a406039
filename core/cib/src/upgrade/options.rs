//! Cluster options: underscores become dashes, defaults for resources and operations move to sections of their own.

use super::sets::{Depth, pairs};
use super::{Upgrade, like};
use crate::validate::is_cluster_option;
use crate::{Element, value};
use std::sync::Arc;

/// The set that programs write into, and that wins over all others.
const BOOTSTRAP: &str = "cib-bootstrap-options";

/// The options of Heartbeat 2 with a new name or place today.
const MOVED: [(&str, Place); 5] = [
    ("default-resource-stickiness", Place::Resources("resource-stickiness")),
    ("default-resource-failure-stickiness", Place::Resources("resource-failure-stickiness")),
    ("is-managed-default", Place::Resources("is-managed")),
    ("default-action-timeout", Place::Operations("timeout")),
    ("transition-idle-timeout", Place::Properties("cluster-delay")),
];

/// Options whose names are written with underscores to this day.
const UNTOUCHED: [&str; 1] = ["short_resource_names"];

/// Where an option goes, and under which name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Properties(&'static str),
    Resources(&'static str),
    Operations(&'static str),
}

/// The three sections that come of `<crm_config>`.
pub(super) struct Options {
    pub properties: Element,
    pub resource_defaults: Option<Element>,
    pub operation_defaults: Option<Element>,
}

impl Upgrade {
    pub(super) fn options(&mut self, old: Option<&Element>) -> Options {
        let nothing = Element::new("crm_config");
        let old = old.unwrap_or(&nothing);
        let is_default = |place: Place| matches!(place, Place::Resources(_));
        let is_timeout = |place: Place| matches!(place, Place::Operations(_));
        let mut properties = self.properties(old);
        let resource_defaults = self.defaults(old, "rsc_defaults", is_default);
        let operation_defaults = self.defaults(old, "op_defaults", is_timeout);
        self.bootstrap_options(old, &mut properties);
        Options { properties, resource_defaults, operation_defaults }
    }

    fn properties(&mut self, old: &Element) -> Element {
        let mut new = like(old, "crm_config");
        for old_set in old.children_named("cluster_property_set") {
            let mut set = self.empty_set(old_set, old);
            for pair in pairs(old_set) {
                let name = match place(pair) {
                    Some(Place::Properties(name)) => name.to_owned(),
                    Some(Place::Resources(_) | Place::Operations(_)) => continue,
                    None => plain_name(pair),
                };
                let pair = self.pair(pair, &set).with("name", &name);
                set.children_mut().push(Arc::new(pair));
            }
            new.children_mut().push(Arc::new(set));
        }
        new
    }

    /// The section of defaults that the options of one kind make, with the rules and the rank of their sets.
    fn defaults(&mut self, old: &Element, name: &str, wanted: impl Fn(Place) -> bool) -> Option<Element> {
        let mut section = like(old, name);
        for old_set in old.children_named("cluster_property_set") {
            let found: Vec<_> = pairs(old_set).filter_map(|pair| Some((pair, place(pair)?))).collect();
            let found: Vec<_> = found.into_iter().filter(|(_, place)| wanted(*place)).collect();
            if !found.is_empty() {
                let set = self.default_set(old_set, &section, &found);
                section.children_mut().push(Arc::new(set));
            }
        }
        (!section.children().is_empty()).then_some(section)
    }

    fn default_set(&mut self, old: &Element, section: &Element, found: &[(&Element, Place)]) -> Element {
        let old_id = old.id().unwrap_or("options");
        let id = self.ids.make(&format!("{old_id}-{}", section.name().replace('_', "-")));
        let mut set = like(old, "meta_attributes").with("id", &id);
        if old_id == BOOTSTRAP {
            set.set("score", "INFINITY");
        } else if let Some(score) = old.attribute("score") {
            set.set("score", score);
        }
        for rule in old.children_named("rule") {
            let rule = self.rule(rule, &set, Depth::Outermost);
            set.children_mut().push(Arc::new(rule));
        }
        for (pair, place) in found {
            let (Place::Properties(name) | Place::Resources(name) | Place::Operations(name)) = place;
            let pair = self.pair(pair, &set).with("name", name);
            set.children_mut().push(Arc::new(pair));
        }
        set
    }

    /// Says what was a default then and is none today, and whose rules hold.
    fn bootstrap_options(&mut self, old: &Element, properties: &mut Element) {
        let mut added = vec![("compatibility", "heartbeat-2")];
        if !sets_fencing(old) {
            added.push(("stonith-enabled", "false"));
            self.note(
                old,
                "fencing was off by default in Heartbeat 2; stonith-enabled=false is written out".to_owned(),
            );
        }
        let sets = properties.children_mut();
        let at = sets.iter().position(|set| set.id() == Some(BOOTSTRAP)).unwrap_or_else(|| {
            self.ids.keep(BOOTSTRAP);
            sets.push(Arc::new(Element::new("cluster_property_set").with("id", BOOTSTRAP)));
            sets.len() - 1
        });
        let set = Arc::make_mut(&mut sets[at]);
        for (name, value) in added {
            let id = self.ids.make(&format!("{BOOTSTRAP}-{name}"));
            let pair = Element::new("nvpair").with("id", &id).with("name", name).with("value", value);
            set.children_mut().push(Arc::new(pair));
        }
    }
}

fn place(pair: &Element) -> Option<Place> {
    let name = plain_name(pair);
    MOVED.iter().find(|(old, _)| *old == name).map(|(_, place)| *place)
}

/// The option's name with dashes; names that nobody knows stay as they are.
fn plain_name(pair: &Element) -> String {
    let name = pair.attribute("name").unwrap_or_default();
    let dashed = name.replace('_', "-");
    if is_cluster_option(&dashed) && !UNTOUCHED.contains(&name) { dashed } else { name.to_owned() }
}

/// Whether any set says something about fencing.
fn sets_fencing(config: &Element) -> bool {
    let sets = config.children_named("cluster_property_set");
    let mut all = sets.flat_map(|set| pairs(set));
    all.any(|pair| {
        let known = pair.attribute("value").is_some_and(|text| value::boolean(text).is_some());
        known && matches!(plain_name(pair).as_str(), "stonith-enabled")
    })
}
