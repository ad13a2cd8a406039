//! What `--show-attrs` and `--show-failcounts` add to the status.

use crate::failcounts;
use crate::history::Operation;
use crate::status_text::{Line, bullets, full_name};
use crate::time::long_date;
use jiff::tz::TimeZone;
use model::Score;
use policy::state::Cluster;

/// Attributes that the cluster keeps for itself.
const OWN: [&str; 4] = ["#", "fail-count-", "last-failure-", "shutdown"];

/// Each node that is online with its attributes.
pub(super) fn attributes(cluster: &Cluster) -> String {
    let mut lines = Vec::new();
    for node in cluster.node_order.iter().filter(|node| cluster.nodes[**node].online) {
        let all = cluster.nodes[*node].attributes.iter();
        let shown: Vec<Line> = all
            .filter(|(name, _)| !OWN.iter().any(|own| name.starts_with(own)))
            .map(|(name, value)| Line::new(1, format!("{name:<32}\t: {value:<10}")))
            .collect();
        if !shown.is_empty() {
            lines.push(Line::new(0, heading(cluster, *node)));
            lines.extend(shown);
        }
    }
    bullets(&lines, 4)
}

fn heading(cluster: &Cluster, node: policy::state::NodeIx) -> String {
    format!("{}:", full_name(cluster, node, false).replacen("Node ", "Node: ", 1))
}

/// Each node with what failed there and how often.
pub(super) fn failcounts(cluster: &Cluster) -> String {
    let mut lines = Vec::new();
    for node in &cluster.node_order {
        let name = &*cluster.nodes[*node].name;
        let failed: Vec<Line> = cluster
            .rscs
            .iter()
            .filter(|(_, r)| r.is_primitive())
            .filter_map(|(_, r)| {
                let id = r.history_id.as_deref().unwrap_or(&r.id);
                let count = failcounts::total(&cluster.cib, name, id);
                let threshold = r.migration_threshold.value();
                let text =
                    format!("{}: migration-threshold={threshold} fail-count={}", r.printable_id(), count.value());
                (count > Score::ZERO).then(|| Line::new(1, text))
            })
            .collect();
        if !failed.is_empty() {
            lines.push(Line::new(0, heading(cluster, *node)));
            lines.extend(failed);
        }
    }
    bullets(&lines, 4)
}

/// Operations that failed and were not cleaned up, with their numbers and when they ended, in a zone's time.
pub(super) fn failures(cluster: &Cluster, zone: &TimeZone) -> String {
    let line = |failure: &policy::state::Failure| {
        let node = &*cluster.nodes[failure.node].name;
        let operation = Operation::of(node, cluster.rscs[failure.rsc].printable_id(), &failure.operation);
        let (code, call, status) = (operation.code(), operation.call(), operation.status_word());
        let reason = match operation.exit_reason() {
            "" => String::new(),
            reason => format!(", exitreason='{reason}'"),
        };
        let changed = operation.changed_at().map(|at| format!(", last-rc-change='{}'", long_date(at, zone)));
        let queued = operation.queued().map(|ms| format!(", queued={ms}ms"));
        let took = operation.took().map(|ms| format!(", exec={ms}ms"));
        let times: String = [changed, queued, took].into_iter().flatten().collect();
        let (key, number) = (&failure.key, code.0);
        Line::new(0, format!("{key} on {node} '{code}' ({number}): call={call}, status='{status}'{reason}{times}"))
    };
    bullets(&cluster.failures.iter().map(line).collect::<Vec<Line>>(), 4)
}
