//! `(configuration, status, now) -> Plan`, with the reason for everything.
//!
//! Stages, each taking the value before it: [`unpack`] reads, [`place`] decides where, [`require`] what must happen,
//! [`order`] in which order, and [`plan::Plan`] is the answer.

mod action;
mod calendar;
mod cluster;
mod constrain;
mod digest;
mod document;
mod failcount;
mod fencing;
mod ids;
mod node;
mod operation;
mod options;
mod params;
mod pattern;
pub mod plan;
mod relation;
mod resource;
mod rules;
mod sort;
mod task;
mod unpack;
mod values;

pub mod state {
    //! The read model: what the CIB says, typed and dense; the same types carry what is decided later.
    pub use crate::action::{Action, Facets, Needs};
    pub use crate::cluster::{Cluster, Failure, ScoreLine, Ticket, Which};
    pub use crate::failcount::Failures;
    pub use crate::ids::{ActIx, Arena, Id, NodeIx, RscIx};
    pub use crate::node::{Capacity, Node, NodeKind, ProbeMode, Standing, Table};
    pub use crate::operation::{OnFail, Operation};
    pub use crate::options::{Health, NoQuorum, Options, Strategy};
    pub use crate::params::Params;
    pub use crate::relation::{Link, Rel};
    pub use crate::resource::{BundleFacts, CloneFacts, Kind, MultipleActive, Replica, Rsc};
    pub use crate::task::{Key, Stage, Task};
    pub use crate::unpack::{Unpacked, unpack};
}
