//! Failures as the status section counts them: `fail-count-RSC#OPERATION_INTERVAL`, or as Heartbeat 2 did, `fail-count-RSC`.

use crate::configuration::{nodes, pairs, resources};
use cib::Element;
use model::{Score, WallTime};

/// One counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The attribute's whole name.
    pub attribute: String,
    /// `monitor_10000`; empty where the counter is not about one operation.
    pub operation: String,
    /// How many.
    pub count: Score,
}

/// The counters of a resource on a node.
pub fn counters(cib: &Element, node: &str, resource: &str) -> Vec<Counter> {
    let transient = nodes::state(cib, node).and_then(|state| state.child("transient_attributes"));
    let pairs = transient.into_iter().flat_map(|holder| pairs::below(holder, "instance_attributes"));
    pairs
        .filter_map(|pair| {
            let (id, operation) = split(pair.name.strip_prefix("fail-count-")?);
            let count = Score::parse(pair.value)?;
            let counter = Counter { attribute: pair.name.to_owned(), operation: operation.to_owned(), count };
            (id == resource).then_some(counter)
        })
        .collect()
}

/// All failures of a resource on a node.
pub fn total(cib: &Element, node: &str, resource: &str) -> Score {
    sum(&counters(cib, node, resource))
}

/// The sum of counters; infinity is kept.
pub fn sum(counters: &[Counter]) -> Score {
    counters.iter().fold(Score::ZERO, |sum, counter| sum + counter.count)
}

/// The attribute in which another failure would be counted: that of the first counter there is, else of its monitor.
pub fn attribute(cib: &Element, node: &str, resource: &str) -> String {
    let known = counters(cib, node, resource).into_iter().next().map(|counter| counter.attribute);
    known.unwrap_or_else(|| format!("fail-count-{resource}#monitor_{}", monitor_interval(cib, resource)))
}

/// The interval of a resource's monitor in ms; zero for none.
fn monitor_interval(cib: &Element, resource: &str) -> u128 {
    let found = resources::named(cib, resource).ok();
    let operations = found.and_then(|found| found.element.child("operations"));
    let mut monitors = operations.into_iter().flat_map(|operations| operations.children_named("op"));
    let monitor = monitors.find(|op| op.attribute("name") == Some("monitor"));
    let interval = monitor.and_then(|op| op.attribute("interval")).and_then(cib::value::duration);
    interval.map_or(0, |interval| interval.as_millis())
}

/// `rsc#monitor_10000` into its parts.
fn split(name: &str) -> (&str, &str) {
    name.split_once('#').unwrap_or((name, ""))
}

/// When a resource last failed on a node.
pub fn last_failure(cib: &Element, node: &str, resource: &str) -> Option<WallTime> {
    let transient = nodes::state(cib, node).and_then(|state| state.child("transient_attributes"))?;
    let of_resource =
        |pair: &pairs::Pair<'_>| pair.name.strip_prefix("last-failure-").is_some_and(|name| split(name).0 == resource);
    let stamps = pairs::below(transient, "instance_attributes").filter(of_resource);
    let seconds = stamps.filter_map(|pair| pair.value.parse::<i64>().ok()).max();
    seconds.filter(|seconds| *seconds > 0).map(|seconds| WallTime(seconds.saturating_mul(1000)))
}
