//! Failures as node attributes count them: how many, the last one when, and whether they are forgotten by now.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::operation::Configured;
use crate::task::{Key, Task};
use crate::unpack::Recorded;
use crate::values;
use cib::Element;
use model::Score;
use std::sync::Arc;

/// How often a resource failed on a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How often.
    pub count: Score,
    /// When it last did, in seconds since 1970.
    pub last: Option<i64>,
}

impl Cluster {
    /// Failures that still count.
    pub fn failures(&mut self, rsc: RscIx, node: NodeIx) -> Failures {
        self.count_failures(rsc, node, None, true)
    }

    /// All failures of a resource on a node: those that expired are forgotten when `effective`.
    ///
    /// A configured `on-fail=block` for what failed keeps failures from expiring.
    pub(crate) fn count_failures(
        &mut self,
        rsc: RscIx,
        node: NodeIx,
        op: Option<&Recorded>,
        effective: bool,
    ) -> Failures {
        let mut failures = self.recorded_failures(rsc, node);
        if failures.count > Score::ZERO && self.rscs[rsc].failure_timeout_ms > 0 && self.blocks(rsc, node, op) {
            self.rscs[rsc].failure_timeout_ms = 0;
        }
        let timeout = seconds(self.rscs[rsc].failure_timeout_ms);
        if let (true, Some(last), 1..) = (effective, failures.last, timeout)
            && self.now > last.saturating_add(timeout)
        {
            failures.count = Score::ZERO;
        }
        if failures.count == Score::ZERO {
            failures.last = None;
        }
        failures
    }

    /// Failures of a resource and, outside bundles, of all that it launched.
    pub(crate) fn failures_with_launched(&mut self, rsc: RscIx, node: NodeIx) -> Score {
        let own = self.failures(rsc, node).count;
        if self.in_bundle(rsc) {
            return own;
        }
        let launched = self.rscs[rsc].launched.clone();
        launched.into_iter().fold(own, |sum, inner| sum + self.failures_with_launched(inner, node))
    }

    fn recorded_failures(&self, rsc: RscIx, node: NodeIx) -> Failures {
        let r = &self.rscs[rsc];
        let name = r.history_id.as_deref().unwrap_or(&r.id);
        let name = if r.unique { name } else { crate::unpack::base_name(name) };
        let mut failures = Failures::default();
        for (attribute, value) in self.nodes[node].attributes.iter() {
            if let Some(rest) = attribute.strip_prefix("fail-count-") {
                if is_about(rest, name, r.unique, self.options.heartbeat2) {
                    failures.count += self.options.score(value).unwrap_or(Score::ZERO);
                }
            } else if let Some(rest) = attribute.strip_prefix("last-failure-")
                && is_about(rest, name, r.unique, self.options.heartbeat2)
            {
                failures.last = failures.last.max(values::leading_integer(value).filter(|at| *at > 0));
            }
        }
        failures
    }

    /// Whether something that failed is configured with `on-fail=block`.
    fn blocks(&self, rsc: RscIx, node: NodeIx, op: Option<&Recorded>) -> bool {
        let base = crate::unpack::base_name(&self.rscs[rsc].id).to_owned();
        let mut blocking = self.rscs[rsc].ops.iter().filter(|config| config.xml.attribute("on-fail") == Some("block"));
        match op {
            Some(op) => blocking.any(|config| is_failure_of(&base, config, &op.xml)),
            None => {
                let entries = self.history_entries(&self.nodes[node].name, &base);
                blocking.any(|config| entries.iter().any(|entry| is_failure_of(&base, config, entry)))
            }
        }
    }

    /// The history entries of a resource on a node, as recorded.
    pub(crate) fn history_entries(&self, node: &str, id: &str) -> Vec<Arc<Element>> {
        self.history_of(node, id)
            .map(|resource| resource.children_named("lrm_rsc_op").cloned().collect())
            .unwrap_or_default()
    }

    /// The history of a resource on a node.
    pub(crate) fn history_of(&self, node: &str, id: &str) -> Option<&Arc<Element>> {
        let state = self
            .cib
            .child("status")?
            .children_named("node_state")
            .find(|state| state.attribute("uname") == Some(node))?;
        let resources = state.child("lrm")?.child("lrm_resources")?;
        resources.children_named("lrm_resource").find(|resource| resource.id() == Some(id))
    }

    /// Plans to forget the failures of a resource on a node.
    pub(crate) fn clear_failures(&mut self, rsc: RscIx, node: NodeIx, reason: &str) -> ActIx {
        let action = self.act(rsc, Key::once(Task::ClearFailcount), Some(node), false);
        self.actions[action].set_meta("op_no_wait", "true");
        self.actions[action].explain(reason);
        action
    }
}

/// Whether the end of an attribute's name means a resource: `rsc#monitor_10000`, `rsc:1#...`, or, of old, just `rsc`.
fn is_about(rest: &str, name: &str, unique: bool, plain: bool) -> bool {
    let Some(rest) = rest.strip_prefix(name) else { return false };
    let rest = match rest.strip_prefix(':') {
        Some(numbered) if !unique => numbered.trim_start_matches(|c: char| c.is_ascii_digit()),
        Some(_) | None => rest,
    };
    (plain && rest.is_empty()) || (rest.starts_with('#') && rest.len() > 1)
}

fn is_failure_of(base: &str, config: &Configured, entry: &Element) -> bool {
    let recorded = crate::unpack::recorded_interval(entry);
    let name = &*config.name;
    if config.interval != recorded || entry.attribute("operation") != Some(name) {
        return false;
    }
    if entry.id() == Some(&format!("{base}_last_failure_0")) {
        return true;
    }
    let expected = entry.attribute("transition-key").and_then(|key| values::leading_integer(key.split(':').nth(2)?));
    entry.id() == Some(&format!("{base}_{name}_{recorded}"))
        && entry.attribute("rc-code").and_then(values::leading_integer) != expected
}

/// Milliseconds to whole seconds, rounded; less than one counts as one.
pub(crate) fn seconds(ms: u64) -> i64 {
    i64::try_from(if ms == 0 { 0 } else { ((ms + 500) / 1000).max(1) }).unwrap_or(i64::MAX)
}
