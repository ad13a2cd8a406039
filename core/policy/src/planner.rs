//! Planning again and again: what two inputs have in common is read once.
//!
//! Kept are the configuration as it was read, until another one comes, and what each history says, until that history is
//! another element. Elements are shared between one CIB and the next, so that "the same" costs a comparison of pointers.
//! A plan never depends on what was kept: `tests/replan.rs` holds that each equals the one made afresh.

use crate::cluster::Cluster;
use crate::graph::Graphed;
use crate::plan::{Plan, PlanFailed, PolicyInput};
use crate::unpack::{self, Remembered, Unpacked};
use cib::Element;
use std::sync::Arc;

/// The attributes of the CIB itself that reading a configuration looks at.
const READ_FROM_ROOT: [&str; 5] = ["have-quorum", "have_quorum", "no-quorum-panic", "dc-uuid", "dc_uuid"];

/// Makes plans, and remembers what the next one can use.
#[derive(Clone, Debug, Default)]
pub struct Planner {
    configured: Option<Configured>,
    memory: Vec<Arc<Remembered>>,
    room: Room,
}

/// How much the last plan needed: the next one will need about as much, and grows into it without moving.
#[derive(Clone, Copy, Debug, Default)]
struct Room {
    actions: usize,
    orderings: usize,
    locations: usize,
    terms: usize,
}

impl Room {
    fn of(cluster: &Cluster) -> Self {
        Self {
            actions: cluster.actions.len(),
            orderings: cluster.orderings.len(),
            locations: cluster.locations.len(),
            terms: cluster.terms.len(),
        }
    }

    fn make(self, cluster: &mut Cluster) {
        cluster.actions.reserve(self.actions);
        cluster.orderings.reserve(self.orderings);
        cluster.locations.reserve(self.locations);
        cluster.terms.reserve(self.terms);
    }
}

/// A configuration, read.
#[derive(Clone, Debug)]
struct Configured {
    cluster: Cluster,
    /// Whether nothing in it depends on the time.
    timeless: bool,
}

impl Configured {
    fn read(input: &PolicyInput) -> Result<Self, PlanFailed> {
        let cluster = unpack::configuration(input)?;
        let timeless = input.cib.child("configuration").is_none_or(|configuration| !mentions_time(configuration));
        Ok(Self { cluster, timeless })
    }

    fn is_that_of(&self, input: &PolicyInput) -> bool {
        let (old, new) = (&self.cluster.cib, &input.cib);
        let same = match (old.child("configuration"), new.child("configuration")) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, _) | (_, None) => false,
        };
        same && old.name() == new.name()
            && READ_FROM_ROOT.iter().all(|name| old.attribute(name) == new.attribute(name))
            && (self.timeless || self.cluster.now == input.now.seconds())
    }
}

fn mentions_time(element: &Element) -> bool {
    element.name() == "date_expression"
        || element.attribute("interval-origin").is_some()
        || element.attribute("name") == Some("interval-origin")
        || element.children().iter().any(|child| mentions_time(child))
}

impl Planner {
    /// Makes a plan; the same as [`plan`](fn@crate::plan) makes.
    ///
    /// # Errors
    /// As [`plan`](fn@crate::plan).
    pub fn plan(&mut self, input: &PolicyInput) -> Result<Plan, PlanFailed> {
        let unpacked = self.unpack(input)?.for_plan();
        self.decide(unpacked).map(Graphed::into_plan)
    }

    /// Makes a plan and keeps everything that led to it; the same as [`crate::detail`] makes.
    ///
    /// # Errors
    /// As [`plan`](fn@crate::plan).
    pub fn detail(&mut self, input: &PolicyInput) -> Result<Graphed, PlanFailed> {
        let unpacked = self.unpack(input)?;
        self.decide(unpacked)
    }

    fn decide(&mut self, unpacked: Unpacked) -> Result<Graphed, PlanFailed> {
        let graphed = crate::decide(unpacked)?;
        self.learn(graphed.cluster());
        Ok(graphed)
    }

    /// Reads the CIB; the same as [`unpack::unpack`] reads.
    ///
    /// # Errors
    /// When the document is no CIB.
    pub fn unpack(&mut self, input: &PolicyInput) -> Result<Unpacked, PlanFailed> {
        if !self.configured.as_ref().is_some_and(|configured| configured.is_that_of(input)) {
            self.memory.clear();
            self.configured = Some(Configured::read(input)?);
        }
        let configured = &mut self.configured.as_mut().expect("it was read just now").cluster;
        configured.cib = Arc::clone(&input.cib);
        configured.now = input.now.seconds();
        let mut cluster = configured.clone();
        self.room.make(&mut cluster);
        cluster.memory = std::mem::take(&mut self.memory);
        let unpacked = unpack::status(cluster);
        self.memory = unpacked.cluster().histories.iter().map(|history| Arc::clone(&history.memory)).collect();
        Ok(unpacked)
    }

    /// Keeps what was worked out about operations.
    fn learn(&mut self, cluster: &Cluster) {
        self.room = Room::of(cluster);
        let Some(configured) = &mut self.configured else { return };
        for rsc in configured.cluster.rscs.ids() {
            configured.cluster.rscs[rsc].learned.take_over(&cluster.rscs[rsc].learned);
        }
    }
}
