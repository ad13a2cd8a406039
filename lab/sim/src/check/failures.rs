//! The laws of failures: none is reported that did not happen, and none is forgotten because the coordinator changes.

use crate::host::Host;
use cib::Element;
use executor::contract::Report;
use messaging::contract::View;
use model::{Instant, NodeName, OperationStatus};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a clean-up may be on its way, loops that stand still included.
const FORGIVEN: Duration = Duration::from_secs(30);

/// What was counted before a view began.
#[derive(Debug)]
pub(super) struct Failures {
    before: Vec<Option<Counts>>,
    forgiven: Option<Instant>,
}

/// Failcounts: of which node, and which.
type Counts = BTreeMap<(String, String), String>;

impl Failures {
    pub(super) fn new(hosts: usize) -> Self {
        Self { before: vec![None; hosts], forgiven: None }
    }

    /// A client forgives.
    pub(super) fn forgiven(&mut self, now: Instant) {
        self.forgiven = Some(now);
    }

    pub(super) fn on_death(&mut self, host: usize) {
        self.before[host] = None;
    }

    /// A view begins: where it has lost members and won none, those who stay keep their counts.
    pub(super) fn on_view(&mut self, hosts: &[Host], host: usize, before: Option<&View>, view: &View) {
        let is_rest = before.is_some_and(|before| {
            view.newcomers.is_empty() && view.members.iter().all(|member| before.members.contains(member))
        });
        let replica =
            hosts[host].brain.as_ref().filter(|_| is_rest && hosts[host].has_joined()).map(|brain| brain.node.cib());
        self.before[host] = replica.map(|cib| {
            let stays = |node: &str| view.members.iter().any(|member| member.name == NodeName::new(node));
            counts(cib).into_iter().filter(|((node, _), _)| stays(node)).collect()
        });
    }

    /// A host has joined its view.
    pub(super) fn observe(&mut self, now: Instant, host: usize, cib: &Element) -> Option<String> {
        let before = self.before[host].take()?;
        if before.is_empty() || self.forgiven.is_some_and(|at| now.since(at) < FORGIVEN) {
            return None;
        }
        let after = counts(cib);
        let lost = before.keys().find(|count| !after.contains_key(*count))?;
        Some(format!("{} of {} is forgotten as the view changes", lost.1, lost.0))
    }
}

/// All failcounts of a CIB, read without the product's help.
fn counts(cib: &Element) -> Counts {
    let mut counts = Counts::new();
    let states = cib.child("status").into_iter().flat_map(|status| status.children());
    for state in states {
        let node = state.attribute("uname").or(state.id()).unwrap_or_default();
        let sets = state.children_named("transient_attributes").flat_map(|attributes| attributes.children());
        for pair in sets.flat_map(|set| set.children()) {
            if let (Some(name), Some(value)) = (pair.attribute("name"), pair.attribute("value"))
                && name.starts_with("fail-count-")
            {
                counts.insert((node.to_owned(), name.to_owned()), value.to_owned());
            }
        }
    }
    counts
}

/// A timeout is reported of what takes too long, not of what has ended by itself.
pub(super) fn unfounded(host: &Host, report: &Report) -> Option<String> {
    let operation = &report.operation;
    let hands = host.hands.as_ref().filter(|_| report.status == OperationStatus::Timeout)?;
    let named = (operation.resource.clone(), operation.action.clone());
    let is_running = hands.runs.values().any(|run| (&run.resource, &run.action) == (&named.0, &named.1));
    let is_unfounded = !is_running && !hands.signalled.contains(&named);
    is_unfounded
        .then(|| format!("{} of {} on {} times out and has ended", operation.action, operation.resource, host.name))
}
