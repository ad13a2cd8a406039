//! Failcounts: how many times an operation failed on a node, as transient attributes that policy and people read.
//!
//! Counting happens in the same change as the result, on every replica, from the same facts: there is no moment in
//! which the failure is known and the count is not. (Two separate changes made Heartbeat 2 move services early.)

use crate::command::Ended;
use crate::state;
use cib::Element;
use model::{ResourceId, Score};

/// What of the configuration decides how a failure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Failures are counted as Heartbeat 2 did: recurring operations only, one at a time.
    pub heartbeat_2: bool,
    /// A failed start bans the node at once.
    pub start_is_fatal: bool,
}

impl Rules {
    /// From the configuration.
    pub fn of(cib: &Element) -> Self {
        Self {
            heartbeat_2: option(cib, "compatibility") == Some("heartbeat-2"),
            start_is_fatal: option(cib, "start-failure-is-fatal")
                .is_none_or(|text| cib::value::boolean(text) != Some(false)),
        }
    }
}

/// How much one failure adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    One,
    Infinite,
}

/// Counts one failure.
pub fn count(state: &mut Element, ended: &Ended, rules: Rules) {
    let Some(weight) = weight(ended, rules) else { return };
    let name = |prefix| format!("{prefix}-{}", suffix(ended));
    if ended.on_fail != "ignore" {
        let value = match weight {
            Weight::One => raised(state::attribute(state, &name("fail-count"))),
            Weight::Infinite => Score::INFINITY,
        };
        state::set_attribute(state, &name("fail-count"), &value.to_string());
    }
    state::set_attribute(state, &name("last-failure"), &super::entry::seconds(ended.changed));
}

fn weight(ended: &Ended, rules: Rules) -> Option<Weight> {
    let once = ended.name.is_once();
    match ended.name.action.as_str() {
        "start" | "stop" if rules.heartbeat_2 => None,
        "start" if rules.start_is_fatal => Some(Weight::Infinite),
        "stop" => Some(Weight::Infinite),
        "start" | "promote" | "demote" | "asyncmon" => Some(Weight::One),
        _ if once => None,
        _ => Some(Weight::One),
    }
}

fn raised(count: Option<&str>) -> Score {
    count.and_then(Score::parse).unwrap_or(Score::ZERO) + Score::new(1)
}

/// `OpenSIPS#monitor_10000`.
fn suffix(ended: &Ended) -> String {
    format!("{}#{}_{}", ended.name.resource, ended.name.action, ended.name.interval.as_millis())
}

/// Forgets all failures of a resource on a node; true when there was one.
pub fn clear(state: &mut Element, resource: &ResourceId) -> bool {
    state::remove_attributes(state, |name| is_of(name, resource))
}

/// Whether failures of a resource are counted on a node.
pub fn any(state: &Element, resource: &ResourceId) -> bool {
    state::attributes(state).any(|(name, _)| is_of(name, resource))
}

/// All that was counted for a resource on a node.
pub fn total(state: &Element, resource: &ResourceId) -> Score {
    let counts = state::attributes(state).filter(|(name, _)| name.starts_with("fail-count-") && is_of(name, resource));
    counts.filter_map(|(_, value)| Score::parse(value)).fold(Score::ZERO, |sum, count| sum + count)
}

fn is_of(name: &str, resource: &ResourceId) -> bool {
    let rest = name.strip_prefix("fail-count-").or_else(|| name.strip_prefix("last-failure-"));
    rest.is_some_and(|rest| rest.split_once('#').map_or(rest, |(id, _)| id) == resource.as_str())
}

/// A cluster option as it is configured.
pub fn option<'a>(cib: &'a Element, name: &str) -> Option<&'a str> {
    let config = cib.descend(&["configuration", "crm_config"])?;
    let mut pairs = config.children_named("cluster_property_set").flat_map(|set| set.children_named("nvpair"));
    pairs.find(|pair| pair.attribute("name") == Some(name)).and_then(|pair| pair.attribute("value"))
}

/// The resources that failures are counted for on a node.
pub fn resources(state: &Element) -> impl Iterator<Item = ResourceId> {
    let names = state::attributes(state).map(|(name, _)| name);
    let rest = names.filter_map(|name| name.strip_prefix("fail-count-").or_else(|| name.strip_prefix("last-failure-")));
    rest.map(|rest| ResourceId::new(rest.split_once('#').map_or(rest, |(id, _)| id)))
}
