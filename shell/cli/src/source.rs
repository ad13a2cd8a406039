//! Where the CIB comes from and where changes go: the brain on this host, or a file.

mod file;
mod live;

pub use file::{apply, load, read as read_file};
pub use live::{connect, failure as client_failure};

use crate::failure::Failure;
use api::{Reply, Request, Status};
use cib::Element;
use std::path::Path;
use std::sync::Arc;

/// The cluster as a tool sees it.
#[derive(Debug)]
pub enum Source {
    /// The brain on this host.
    Live(live::Live),
    /// A file (`CIB_file`, `-x FILE`): the same tools, without a cluster.
    File(file::CibFile),
}

impl Source {
    /// The brain that listens there; connects when first asked.
    pub fn live(socket: &Path, client: &str) -> Self {
        Self::Live(live::Live::new(socket, client))
    }

    /// A file; read when first asked.
    pub fn file(path: &Path) -> Self {
        Self::File(file::CibFile::new(path))
    }

    /// Whether a running cluster is behind it.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Live(_))
    }

    /// Reads the file again when it is asked next; a cluster is always asked.
    pub fn forget(&mut self) {
        if let Self::File(file) = self {
            file.forget();
        }
    }

    /// The whole CIB, in the current schema.
    ///
    /// # Errors
    /// When the cluster does not run here, or the file cannot be read.
    pub fn cib(&mut self) -> Result<Arc<Element>, Failure> {
        match self {
            Self::Live(live) => live.cib(),
            Self::File(file) => file.cib(),
        }
    }

    /// Membership and counters; from a file, what its status section tells.
    ///
    /// # Errors
    /// As [`Source::cib`].
    pub fn status(&mut self, host: &str) -> Result<Status, Failure> {
        match self {
            Self::Live(live) => live.status(),
            Self::File(file) => file.status(host),
        }
    }

    /// Asks for anything; a refusal is a failure.
    ///
    /// # Errors
    /// When it was refused or could not be asked.
    pub fn ask(&mut self, request: &Request) -> Result<Reply, Failure> {
        match self {
            Self::Live(live) => live.ask(request),
            Self::File(file) => file.ask(request),
        }
    }
}
