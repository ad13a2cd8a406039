//! Large clusters of a few plain shapes, for measurements: text of CIBs, without any randomness.
//!
//! A steady cluster here is one in which a planner finds nothing to do; that is tested. What the shapes look like
//! follows what clusters of that size look like in the field: many simple services, or stacks of five, or the same
//! service everywhere, or all of that at once.

mod configuration;
mod status;

pub use configuration::Shape;

use configuration::Configuration;
use std::fmt;

/// What the cluster has just been through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everything was switched on a moment ago: nobody has looked for anything yet.
    Fresh,
    /// Everything runs where it should.
    Steady,
    /// Steady, then the first node vanished without a word.
    NodeLost,
    /// Steady, then one monitor of the first resource on the first node found it stopped.
    MonitorFailed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fresh, Self::Steady, Self::NodeLost, Self::MonitorFailed];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Steady => "steady",
            Self::NodeLost => "node lost",
            Self::MonitorFailed => "monitor failed",
        }
    }
}

/// One cluster to measure with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// How many nodes, at least two; the last one is the coordinator and runs the fence device.
    pub nodes: usize,
    /// About how many primitives; a tenth as many clones, for that shape.
    pub resources: usize,
    /// What they are.
    pub shape: Shape,
    /// What has happened.
    pub state: State,
}

impl Workload {
    /// A steady cluster; see [`Workload::in_state`].
    pub fn new(nodes: usize, resources: usize, shape: Shape) -> Self {
        Self { nodes: nodes.max(2), resources, shape, state: State::Steady }
    }

    /// The same in another state.
    #[must_use]
    pub fn in_state(self, state: State) -> Self {
        Self { state, ..self }
    }

    /// The CIB.
    pub fn document(&self) -> String {
        let configuration = Configuration::of(self.shape, self.nodes, self.resources);
        let mut text = String::with_capacity(1 << 20);
        text.push_str(&format!(
            "<cib admin_epoch=\"0\" epoch=\"1\" num_updates=\"1\" crm_feature_set=\"{FEATURE_SET}\" \
             validate-with=\"{SCHEMA}\" have-quorum=\"1\" dc-uuid=\"{}\">\n",
            self.nodes
        ));
        configuration.write(&mut text);
        status::write(&mut text, &configuration, self.state);
        text.push_str("</cib>\n");
        text
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{} {}, {}", self.nodes, self.resources, self.shape.name(), self.state.name())
    }
}

/// No newer than the oldest scheduler that is compared with.
const FEATURE_SET: &str = "3.16.1";
const SCHEMA: &str = "pacemaker-3.9";
/// How often everything is monitored.
pub(crate) const MONITOR_SECONDS: u32 = 10;
/// When a monitor gives up.
pub(crate) const TIMEOUT_SECONDS: u32 = 20;
