//! A plan in the formats that Pacemaker's tools write, for the scripts and people that read those.
//!
//! Pure text and XML from a [`Cluster`](crate::state::Cluster) on which everything is decided: the transition graph, its
//! picture, the scores and the summary. Nothing is decided here, and nothing that Systole itself runs on is read from here.

mod attributes;
mod changes;
mod dot;
mod graph;
mod scores;
mod vertex;
mod way;

pub use changes::{Change, changes, lines};
pub use dot::{Detail, dot};
pub use graph::{graph, number};
pub use scores::{capacities, scores};
pub use vertex::{Resource, Runs, Vertex};
pub use way::Way;

pub use attributes::attributes;
