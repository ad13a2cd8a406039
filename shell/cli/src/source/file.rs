//! A CIB in a file instead of a cluster: read, carried over to the current schema, changed in place.

mod edit;

pub use edit::apply;

use crate::configuration::nodes;
use crate::exit::Exit;
use crate::failure::Failure;
use api::{NodeStatus, Reply, Request, Status};
use cib::Element;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file, read when first needed.
#[derive(Debug)]
pub struct CibFile {
    path: PathBuf,
    cib: Option<Arc<Element>>,
}

impl CibFile {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), cib: None }
    }

    pub(super) fn cib(&mut self) -> Result<Arc<Element>, Failure> {
        if let Some(cib) = &self.cib {
            return Ok(cib.clone());
        }
        let cib = load(&self.path)?;
        self.cib = Some(cib.clone());
        Ok(cib)
    }

    pub(super) fn forget(&mut self) {
        self.cib = None;
    }

    pub(super) fn status(&mut self, host: &str) -> Result<Status, Failure> {
        let cib = self.cib()?;
        let known: Vec<NodeStatus> = nodes::all(&cib).iter().zip(1..).map(|(node, id)| node_status(node, id)).collect();
        let local = known.iter().find(|node| node.name == host).or(known.first());
        Ok(Status {
            node: local.map_or(host.to_owned(), |node| node.name.clone()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            coordinator: nodes::coordinator(&cib),
            quorate: nodes::quorate(&cib),
            state: "idle".to_owned(),
            nodes: known,
            ..Status::default()
        })
    }

    pub(super) fn ask(&mut self, request: &Request) -> Result<Reply, Failure> {
        let cib = self.cib()?;
        let changed = match request {
            Request::Cib => return Ok(Reply::Cib { xml: cib.to_xml() }),
            Request::Change(change) => edit::apply(&cib, change)?,
            Request::Cleanup { resource, node, .. } => edit::forget(&cib, resource.as_deref(), node.as_deref()),
            Request::Fail { .. }
            | Request::Status
            | Request::WaitIdle { .. }
            | Request::Events { .. }
            | Request::Shutdown
            | Request::Reload
            | Request::Pause { .. } => {
                let reason = "a file can do no such thing; this needs a running cluster";
                return Err(Failure::new(Exit::DISCONNECTED, reason).hint("unset CIB_file"));
            }
        };
        self.save(changed)?;
        Ok(Reply::Done)
    }

    /// Readers see the old file or the new one, never half of one.
    fn save(&mut self, cib: Arc<Element>) -> Result<(), Failure> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".new");
        let written = std::fs::write(&name, cib.to_xml()).and_then(|()| std::fs::rename(&name, &self.path));
        written.map_err(|error| {
            Failure::new(Exit::CANNOT_CREATE, format!("cannot write {}: {error}", self.path.display()))
        })?;
        self.cib = Some(cib);
        Ok(())
    }
}

/// Reads a CIB of any schema and carries it over to the current one.
///
/// # Errors
/// When the file cannot be read or is not a CIB, with the place of the first mistake.
pub fn load(path: &Path) -> Result<Arc<Element>, Failure> {
    let text = read(path)?;
    let tree = crate::input::tree(&path.display().to_string(), text)?;
    Ok(cib::upgrade(&tree).cib)
}

/// Reads a file's text.
///
/// # Errors
/// When it cannot be read, with what the system said.
pub fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let exit = if error.kind() == std::io::ErrorKind::NotFound { Exit::NO_INPUT } else { Exit::IO };
        Failure::new(exit, format!("cannot read {}: {error}", path.display()))
    })
}

fn node_status(node: &nodes::Node, id: u32) -> NodeStatus {
    NodeStatus {
        name: node.name.clone(),
        id: node.id.parse().unwrap_or(id),
        kind: "normal".to_owned(),
        member: node.member,
        state: if node.member { "active" } else { "dead" }.to_owned(),
        ..NodeStatus::default()
    }
}
