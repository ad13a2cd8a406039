//! `ha.cf`: parsed into values that are right, or refused with every reason. It never touches the file itself.

mod directive;
mod medium;
mod own_name;
mod quorum;
mod read;
mod settings;
#[cfg(test)]
mod tests;
mod timing;
mod value;

pub use crate::problem::{Problem, Rejected};
pub use directive::{DIRECTIVES, Directive, Standing};
pub use medium::Medium;
pub use own_name::OwnName;
pub use timing::Timing;

use crate::problem::Complaints;
use crate::quorum::Quorum;
use model::NodeName;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Most nodes that one file may name.
pub const NODES_MAX: usize = 100;
/// Most media that one file may name: a `LinkId` has room for them.
pub const MEDIA_MAX: usize = 64;
/// The registered port of the protocol's name.
pub const PORT_DEFAULT: u16 = 694;
/// Where a witness listens unless it is told otherwise.
pub const WITNESS_PORT_DEFAULT: u16 = 6940;

/// A whole `ha.cf`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Every `node`, in the order of the file.
    pub nodes: Vec<NodeName>,
    /// Every medium, in the order of the file; the place is its `LinkId`.
    pub media: Vec<Medium>,
    /// The port of `bcast` and `ucast`.
    pub udpport: u16,
    /// How long things take.
    pub timing: Timing,
    /// The cluster's name, part of every seal.
    pub cluster: String,
    /// Who may act for the cluster.
    pub quorum: Quorum,
    /// The witness whose vote counts when the nodes are split into halves.
    pub witness: Option<SocketAddr>,
    /// Where messages go.
    pub logging: Logging,
    /// The watchdog device, if one is to be fed.
    pub watchdog: Option<String>,
    /// How the messaging thread is scheduled.
    pub realtime: Realtime,
    /// Where a node's generation comes from.
    pub generation: GenerationMethod,
    /// `env NAME=VALUE`: exported to agents as `HA_NAME`.
    pub env: Vec<(String, String)>,
    /// What `cl_status hbparameter` can show: the words of the file, or the default.
    pub parameters: BTreeMap<String, String>,
    /// What was accepted and should be looked at.
    pub warnings: Vec<Problem>,
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Logging {
    /// `logfacility`: a facility of syslog by name; `None` when the file names none.
    pub facility: Option<String>,
    /// `logfile`.
    pub file: Option<String>,
    /// `debugfile`.
    pub debug_file: Option<String>,
    /// `debug`: 0 is none.
    pub debug_level: u8,
}

/// How the messaging thread is scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realtime {
    /// Like any other thread (`realtime off`).
    Off,
    /// With locked memory and a real-time priority; `None`: the middle of the range.
    On {
        /// `rtprio`.
        priority: Option<u8>,
    },
}

/// Where a node's generation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationMethod {
    /// Kept on disk and raised at each start.
    File,
    /// The wall clock at each start, for hosts without a disk.
    Time,
}

impl Config {
    /// Reads a whole `ha.cf`; `file` is only for the messages.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Rejected> {
        let mut complaints = Complaints::about(file);
        let statements = read::statements(text, &mut complaints);
        let mut config = settings::settle(&statements, &mut complaints);
        config.warnings = complaints.verdict()?;
        Ok(config)
    }
}
