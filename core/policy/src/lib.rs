//! `(configuration, status, now) -> Plan`, with the reason for everything.
//!
//! Stages, each taking the value before it and returning a new type:
//!
//! | stage | value | what it answers |
//! |---|---|---|
//! | [`unpack`] | `Unpacked` | what is there: nodes, resources, constraints, operations; replays each history into roles and failures |
//! | [`place`] | `Placed` | where: wishes (locations, stickiness, failures), then colocations, then one node for each instance, and its role |
//! | [`require`] | `Required` | what must happen for that: probes, stops, starts, promotions, moves, recurring operations, fencing |
//! | [`order`] | `Ordered` | in which order, and what an ordering makes needed or impossible, until nothing changes any more |
//! | [`graph`] | `Graphed` | which of it goes into the graph; from there [`plan::Plan`], with names instead of dense ids |
//!
//! Inside, everything is a dense id into a flat arena ([`state::Cluster`]); a name is looked up once, at the edge.
//! Every score is added together with the element it comes from, so a [`plan::Placement`] can tell how it came about.
//! [`lint()`] says what holds for every plan; [`walk::Walker`] executes one. Who plans again and again keeps a [`Planner`].

mod action;
mod calendar;
mod cluster;
mod constrain;
mod digest;
mod document;
mod failcount;
mod fencing;
pub mod graph;
mod ids;
mod learned;
mod lint;
mod node;
mod operation;
mod options;
pub mod order;
mod params;
mod pattern;
pub mod place;
pub mod plan;
mod planner;
mod relation;
pub mod render;
pub mod require;
mod resource;
mod rules;
mod sort;
mod task;
pub mod unpack;
mod values;
pub mod walk;

pub use lint::lint;
pub use planner::Planner;

use plan::{Plan, PlanFailed, PolicyInput};

/// Makes a plan.
///
/// # Errors
/// When the document is no CIB, or its orderings do not settle; the plan that was is better kept then.
pub fn plan(input: &PolicyInput) -> Result<Plan, PlanFailed> {
    decide(unpack::unpack(input)?.for_plan()).map(graph::Graphed::into_plan)
}

/// Makes a plan and keeps everything that led to it: scores, all actions and relations, the state before.
///
/// # Errors
/// As [`plan`](fn@plan).
pub fn detail(input: &PolicyInput) -> Result<graph::Graphed, PlanFailed> {
    decide(unpack::unpack(input)?)
}

/// Every stage after the first.
fn decide(unpacked: unpack::Unpacked) -> Result<graph::Graphed, PlanFailed> {
    let required = require::require(place::place(unpacked));
    order::order(required).map(graph::graph)
}

pub mod state {
    //! The read model: what the CIB says, typed and dense; the same types carry what is decided later.
    pub use crate::action::{Action, Facets, Needs};
    pub use crate::cluster::{Cluster, Failure, ScoreLine, Ticket, Which};
    pub use crate::failcount::Failures;
    pub use crate::ids::{ActIx, Arena, Id, NodeIx, RscIx};
    pub use crate::node::{Capacity, Node, NodeKind, NodeSet, ProbeMode, Standing, Table};
    pub use crate::operation::{Configured, OnFail, Operation};
    pub use crate::options::{Health, NoQuorum, Options, Strategy};
    pub use crate::params::Params;
    pub use crate::relation::{Link, Rel};
    pub use crate::resource::{BundleFacts, CloneFacts, Kind, MultipleActive, Replica, Rsc};
    pub use crate::task::{Key, Stage, Task};
    pub use crate::unpack::{Unpacked, unpack};
}
