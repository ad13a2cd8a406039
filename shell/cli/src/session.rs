//! One run of one tool: its command line, its surroundings, its source and its mouth.

use crate::console::Console;
use crate::failure::Failure;
use crate::options::Parsed;
use crate::source::Source;
use crate::world::World;
use api::{Change, Reply, Request};
use cib::Element;
use std::path::Path;
use std::sync::Arc;

/// Everything a tool works with.
#[derive(Debug)]
pub struct Session {
    /// The tool's name, as it was called.
    pub name: String,
    /// The command line.
    pub options: Parsed,
    /// The surroundings.
    pub world: World,
    /// The mouth.
    pub console: Console,
    source: Source,
}

impl Session {
    /// A session on the cluster of this host, or on the file that `CIB_file` names.
    pub fn new(name: &str, options: Parsed, world: World, console: Console) -> Self {
        let source = match &world.cib_file {
            Some(path) => Source::file(path),
            None => Source::live(&world.socket, name),
        };
        Self { name: name.to_owned(), options, world, console, source }
    }

    /// From now on, works on this file.
    pub fn use_file(&mut self, path: &Path) {
        self.source = Source::file(path);
    }

    /// Whether a running cluster is behind it.
    pub fn is_live(&self) -> bool {
        self.source.is_live()
    }

    /// The whole CIB, in the current schema.
    ///
    /// # Errors
    /// When the cluster does not run here, or the file cannot be read.
    pub fn cib(&mut self) -> Result<Arc<Element>, Failure> {
        self.source.cib()
    }

    /// Membership and counters.
    ///
    /// # Errors
    /// As [`Session::cib`].
    pub fn status(&mut self) -> Result<api::Status, Failure> {
        self.source.status(&self.world.host)
    }

    /// Changes the CIB.
    ///
    /// # Errors
    /// When it was refused; nothing has changed then.
    pub fn change(&mut self, change: Change) -> Result<(), Failure> {
        self.request(Request::Change(change))
    }

    /// Asks for something that is answered by "done".
    ///
    /// # Errors
    /// When it was refused; nothing has changed then.
    pub fn request(&mut self, request: Request) -> Result<(), Failure> {
        self.source.ask(&request).map(|_: Reply| ())
    }

    /// The node that a tool means when no node is named: the agent's, or this host.
    ///
    /// # Errors
    /// As [`Session::status`].
    pub fn local_node(&mut self) -> Result<String, Failure> {
        match &self.world.on_node {
            Some(node) => Ok(node.clone()),
            None => Ok(self.status()?.node),
        }
    }
}
