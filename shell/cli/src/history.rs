//! The history in the status section: what ran, where, when, for how long and how it ended.

use crate::configuration::nodes::section;
use crate::world::World;
use cib::Element;
use model::{OcfCode, OperationStatus, WallTime};

/// One operation on record.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// Where it ran.
    pub node: &'a str,
    /// The resource as the history knows it.
    pub resource: &'a str,
    element: &'a Element,
}

/// A node's operations, by resource, in the order in which they ran.
pub fn of_node<'a>(cib: &'a Element, node: &str) -> Vec<(&'a str, Vec<Operation<'a>>)> {
    let states = section(cib, "status").into_iter().flat_map(|status| status.children_named("node_state"));
    let state = states.into_iter().find(|state| state.attribute("uname") == Some(node));
    let resources = state.and_then(|state| state.child("lrm")).and_then(|lrm| lrm.child("lrm_resources"));
    let resources = resources.into_iter().flat_map(|resources| resources.children_named("lrm_resource"));
    resources
        .filter_map(|resource| {
            let (id, node) = (resource.id()?, state?.attribute("uname")?);
            let operations = resource.children_named("lrm_rsc_op");
            let mut operations: Vec<Operation<'a>> =
                operations.map(|element| Operation { node, resource: id, element }).collect();
            operations.sort_by_key(Operation::call);
            Some((id, operations))
        })
        .collect()
}

impl<'a> Operation<'a> {
    /// An operation that `policy` points to.
    pub fn of(node: &'a str, resource: &'a str, element: &'a Element) -> Self {
        Self { node, resource, element }
    }

    /// `monitor`, `start`, ...
    pub fn task(&self) -> &'a str {
        self.element.attribute("operation").unwrap_or_default()
    }

    /// The interval in ms; zero for once.
    pub fn interval(&self) -> u64 {
        self.number("interval").and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
    }

    /// `ip_monitor_10000`
    pub fn key(&self) -> String {
        format!("{}_{}_{}", self.resource, self.task(), self.interval())
    }

    /// Whether it is a one-shot monitor.
    pub fn is_probe(&self) -> bool {
        self.task() == "monitor" && self.interval() == 0
    }

    /// The number of the call; -1 while it is under way.
    pub fn call(&self) -> i64 {
        self.number("call-id").unwrap_or(-1)
    }

    /// What the agent answered.
    pub fn code(&self) -> OcfCode {
        OcfCode(self.number("rc-code").and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
    }

    /// How it ended.
    pub fn status(&self) -> Option<OperationStatus> {
        self.number("op-status").and_then(OperationStatus::from_code)
    }

    /// Why, in the agent's words.
    pub fn exit_reason(&self) -> &'a str {
        self.element.attribute("exit-reason").unwrap_or_default()
    }

    /// When its result last changed.
    pub fn changed_at(&self) -> Option<WallTime> {
        self.number("last-rc-change")
            .filter(|seconds| *seconds > 0)
            .map(|seconds| WallTime(seconds.saturating_mul(1000)))
    }

    /// How long it ran, in ms.
    pub fn took(&self) -> Option<u64> {
        self.number("exec-time").and_then(|ms| u64::try_from(ms).ok())
    }

    /// How long it waited for its turn, in ms.
    pub fn queued(&self) -> Option<u64> {
        self.number("queue-time").and_then(|ms| u64::try_from(ms).ok())
    }

    /// `complete`, `pending`, `Timed Out`, ...
    pub fn status_word(&self) -> &'static str {
        match self.status() {
            Some(OperationStatus::Done) => "complete",
            Some(OperationStatus::Pending) => "pending",
            Some(OperationStatus::Cancelled) => "Cancelled",
            Some(OperationStatus::Timeout) => "Timed Out",
            Some(OperationStatus::NotSupported) => "NOT SUPPORTED",
            Some(OperationStatus::NotInstalled) => "Not installed",
            Some(OperationStatus::NotConnected) => "No executor connection",
            Some(OperationStatus::Invalid) => "Cannot execute now",
            Some(OperationStatus::Error | OperationStatus::ErrorHard | OperationStatus::ErrorFatal) | None => "Error",
        }
    }

    /// Everything about it in one line, as `crm_resource -O` shows it.
    pub fn line(&self, world: &World) -> String {
        let changed =
            self.changed_at().map(|at| format!(", last-rc-change='{}'", world.long_date(at))).unwrap_or_default();
        let took = self.took().map(|ms| format!(", exec={ms}ms")).unwrap_or_default();
        let (key, node, call, code) = (self.key(), self.node, self.call(), self.code().0);
        format!("{key} (node={node}, call={call}, rc={code}{changed}{took}): {}", self.status_word())
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.element.attribute(name).and_then(|text| text.parse().ok())
    }
}

impl Operation<'_> {
    /// Whether it ended otherwise than hoped for.
    pub fn has_failed(&self) -> bool {
        crate::counterfactual::is_failure(self.element)
    }
}
