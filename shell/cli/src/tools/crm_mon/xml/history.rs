//! The history as XML: what was done where, how often it failed, and what failed last.

use super::super::view::View;
use super::{element, word};
use crate::failcounts;
use crate::history::Operation;
use cib::Element;
use model::{OperationStatus, Score};

pub(in crate::tools::crm_mon) fn histories(view: &View) -> Element {
    let mut all = Element::new("node_history");
    for ix in super::super::sections::nodes_by_status(view) {
        let name = &*view.cluster.nodes[ix].name;
        let resources = super::super::sections::histories(view, name);
        let node = resources.iter().fold(element("node", &[("name", name)]), |node, (resource, operations)| {
            let shown: Vec<&Operation<'_>> =
                operations.iter().filter(|operation| super::super::sections::is_told(operation)).collect();
            if shown.is_empty() { node } else { node.with_child(history(view, name, resource, &shown)) }
        });
        if view.cluster.nodes[ix].online && !node.children().is_empty() {
            all = all.with_child(node);
        }
    }
    all
}

fn history(view: &View, node: &str, resource: &str, operations: &[&Operation<'_>]) -> Element {
    let rsc = view.cluster.rsc_by_id(resource);
    let mut history = element(
        "resource_history",
        &[("id", rsc.map_or(resource, |rsc| view.cluster.rscs[rsc].printable_id())), ("orphan", word(rsc.is_none()))],
    );
    if let Some(rsc) = rsc {
        history.set("migration-threshold", &view.cluster.rscs[rsc].migration_threshold.value().to_string());
    }
    let count = failcounts::total(&view.cib, node, resource);
    if count > Score::ZERO {
        history.set("fail-count", &count.value().to_string());
        if let Some(at) = failcounts::last_failure(&view.cib, node, resource) {
            history.set("last-failure", &view.world.long_date(at));
        }
    }
    operations.iter().fold(history, |history, operation| history.with_child(operation_history(view, operation)))
}

fn operation_history(view: &View, operation: &Operation<'_>) -> Element {
    let task = if operation.is_probe() { "probe" } else { operation.task() };
    let mut element = element(
        "operation_history",
        &[
            ("call", &operation.call().to_string()),
            ("task", task),
            ("rc", &operation.code().0.to_string()),
            ("rc_text", operation.code().as_str()),
        ],
    );
    if operation.interval() > 0 {
        element.set("interval", &format!("{}ms", operation.interval()));
    }
    if let Some(at) = operation.changed_at() {
        element.set("last-rc-change", &view.world.long_date(at));
    }
    for (name, ms) in [("exec-time", operation.took()), ("queue-time", operation.queued())] {
        if let Some(ms) = ms {
            element.set(name, &format!("{ms}ms"));
        }
    }
    element
}

pub(in crate::tools::crm_mon) fn failures(view: &View) -> Option<Element> {
    let mut all = Element::new("failures");
    for failure in &view.cluster.failures {
        let node = &*view.cluster.nodes[failure.node].name;
        let operation = Operation::of(node, view.cluster.rscs[failure.rsc].printable_id(), &failure.operation);
        let mut one = element(
            "failure",
            &[
                ("op_key", &failure.key),
                ("node", node),
                ("exitstatus", operation.code().as_str()),
                ("exitreason", operation.exit_reason()),
                ("exitcode", &operation.code().0.to_string()),
                ("call", &operation.call().to_string()),
                (
                    "status",
                    if operation.status() == Some(OperationStatus::Done) {
                        "complete"
                    } else {
                        operation.status_word()
                    },
                ),
            ],
        );
        if let Some(at) = operation.changed_at() {
            one.set("last-rc-change", &view.world.sortable_date(at));
            one.set("queued", &operation.queued().unwrap_or(0).to_string());
            one.set("exec", &operation.took().unwrap_or(0).to_string());
            one.set("interval", &operation.interval().to_string());
            one.set("task", operation.task());
        }
        all = all.with_child(one);
    }
    Some(all).filter(|all| !all.children().is_empty())
}
