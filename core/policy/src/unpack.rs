//! The first stage: from the CIB to a typed, dense read model of configuration and status.

mod bundle;
mod clones;
mod expiry;
mod history;
mod memory;
mod migrations;
mod nodes;
mod online;
mod recorded;
mod remotes;
mod resources;
mod running;
mod status;
mod template;

pub(crate) use memory::{Known, Remembered};
pub(crate) use recorded::{Recorded, active_span, interval as recorded_interval};
pub(crate) use running::base_name;

use crate::cluster::Cluster;
use crate::document::Document;
use crate::ids::Arena;
use crate::options::Options;
use crate::plan::{PlanFailed, PolicyInput};
use crate::rules::NextChange;
use cib::Element;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Configuration and status as the planner reads them; nothing is decided yet.
#[derive(Clone, Debug)]
pub struct Unpacked(pub(crate) Cluster);

impl Unpacked {
    /// What was read.
    pub fn cluster(&self) -> &Cluster {
        &self.0
    }

    /// The same for somebody who wants a plan, and will not ask for every score that was looked at.
    pub(crate) fn for_plan(mut self) -> Self {
        self.0.keeps_scores = false;
        self
    }

    /// What was read, to keep.
    pub fn into_cluster(self) -> Cluster {
        self.0
    }
}

/// Reads the CIB.
///
/// # Errors
/// When the document is no CIB.
pub fn unpack(input: &PolicyInput) -> Result<Unpacked, PlanFailed> {
    configuration(input).map(status)
}

/// Reads everything but the status.
pub(crate) fn configuration(input: &PolicyInput) -> Result<Cluster, PlanFailed> {
    let cib = Arc::clone(&input.cib);
    if cib.name() != "cib" {
        return Err(PlanFailed::new(cib.name(), "this is no CIB: its outermost element must be <cib>"));
    }
    let mut cluster = empty(cib, input.now.seconds());
    cluster.unpack_nodes();
    cluster.unpack_resources();
    cluster.unpack_lists();
    cluster.configured = cluster.rscs.len();
    Ok(cluster)
}

/// Reads the status into a configuration.
pub(crate) fn status(mut cluster: Cluster) -> Unpacked {
    cluster.unpack_status();
    Unpacked(cluster)
}

fn section(cib: &Element, name: &str) -> Option<Arc<Element>> {
    cib.child("configuration").and_then(|configuration| configuration.child(name)).cloned()
}

fn empty(cib: Arc<Element>, now: i64) -> Cluster {
    let document = Document::of(&cib);
    let (mut next, mut findings) = (NextChange::default(), Vec::new());
    let options = Options::read(&cib, &document, now, &mut next, &mut findings);
    Cluster {
        document,
        now,
        rsc_defaults: section(&cib, "rsc_defaults"),
        op_defaults: section(&cib, "op_defaults"),
        nodes: Arena::default(),
        node_order: Vec::new(),
        coordinator: None,
        rscs: Arena::default(),
        top: Vec::new(),
        ids: BTreeMap::new(),
        history_ids: BTreeMap::new(),
        lists: BTreeMap::new(),
        tickets: BTreeMap::new(),
        failures: Vec::new(),
        actions: Arena::default(),
        graph: Vec::new(),
        singletons: BTreeMap::new(),
        other_tasks: Vec::new(),
        locations: Arena::default(),
        colocations: Arena::default(),
        orderings: Vec::new(),
        keeps_scores: true,
        scores: Vec::new(),
        findings,
        terms: Vec::new(),
        worn: Vec::new(),
        next_change: next,
        have_fencing: options.have_watchdog,
        enable_unfencing: section(&cib, "resources").is_some_and(|s| asks_for_unfencing(&s))
            || section(&cib, "rsc_defaults").is_some_and(|s| asks_for_unfencing(&s)),
        have_remote: false,
        stops_needed: Vec::new(),
        late_checks: Vec::new(),
        rescheduled: Vec::new(),
        histories: Vec::new(),
        memory: Vec::new(),
        configured: 0,
        mark: 0,
        steps: 0,
        depth: 0,
        deferred: Vec::new(),
        options,
        cib,
    }
}

/// Whether any meta attribute asks for unfencing.
fn asks_for_unfencing(element: &Element) -> bool {
    if element.name() == "nvpair" {
        return matches!(element.attribute("name"), Some("provides" | "requires"))
            && element.attribute("value") == Some("unfencing");
    }
    element.children().iter().any(|child| asks_for_unfencing(child))
}
