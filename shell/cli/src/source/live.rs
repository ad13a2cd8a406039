//! The brain on this host, behind its socket.

use crate::exit::Exit;
use crate::failure::Failure;
use api::{Client, ClientError, Reply, Request, Status};
use cib::Element;
use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How much longer than the brain's own deadline a client waits for its answer.
const GRACE: Duration = Duration::from_secs(5);

/// A connection that is made when it is first needed.
#[derive(Debug)]
pub struct Live {
    socket: PathBuf,
    name: String,
    client: Option<Client>,
}

impl Live {
    pub(super) fn new(socket: &Path, name: &str) -> Self {
        Self { socket: socket.to_path_buf(), name: name.to_owned(), client: None }
    }

    pub(super) fn cib(&mut self) -> Result<Arc<Element>, Failure> {
        match self.ask(&Request::Cib)? {
            Reply::Cib { xml } => {
                cib::parse(&xml).map_err(|error| protocol(format!("the cluster sent a broken CIB: {error}")))
            }
            Reply::Done | Reply::Rejected { .. } | Reply::Status(_) | Reply::Event(_) | Reply::EndOfEvents => {
                Err(unexpected())
            }
        }
    }

    pub(super) fn status(&mut self) -> Result<Status, Failure> {
        match self.ask(&Request::Status)? {
            Reply::Status(status) => Ok(*status),
            Reply::Cib { .. } | Reply::Done | Reply::Rejected { .. } | Reply::Event(_) | Reply::EndOfEvents => {
                Err(unexpected())
            }
        }
    }

    pub(super) fn ask(&mut self, request: &Request) -> Result<Reply, Failure> {
        let client = match self.client.take() {
            Some(client) => client,
            None => connect(&self.socket, &self.name)?,
        };
        let mut client = client.with_deadline(Some(deadline(request)));
        let reply = client.request(request).map_err(|error| failure(&error))?;
        self.client = Some(client);
        if let Reply::Rejected { kind, reason, hint } = reply {
            return Err(Failure::refused(kind, reason, hint));
        }
        Ok(reply)
    }
}

/// Connects to the brain under a tool's name.
pub fn connect(socket: &Path, name: &str) -> Result<Client, Failure> {
    Client::connect(socket).map(|client| client.named(name)).map_err(|error| failure(&error))
}

/// A failed conversation as a tool reports it.
pub fn failure(error: &ClientError) -> Failure {
    let exit = match error {
        ClientError::NotRunning(_) | ClientError::Connect { .. } | ClientError::Closed => Exit::DISCONNECTED,
        ClientError::NotAllowed(_) => Exit::DENIED,
        ClientError::Deadline(_) => Exit::TIMEOUT,
        ClientError::Frame(_) => Exit::PROTOCOL,
    };
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    Failure::new(exit, format!("{error}{cause}"))
}

fn deadline(request: &Request) -> Duration {
    match request {
        Request::WaitIdle { timeout_ms } => Duration::from_millis(*timeout_ms) + GRACE,
        Request::Cib
        | Request::Change(_)
        | Request::Cleanup { .. }
        | Request::Fail { .. }
        | Request::Status
        | Request::Events { .. }
        | Request::Shutdown
        | Request::Reload
        | Request::Pause { .. } => api::client::DEADLINE_DEFAULT,
    }
}

fn unexpected() -> Failure {
    protocol("the cluster answered something else than was asked".to_owned())
}

fn protocol(reason: String) -> Failure {
    Failure::new(Exit::PROTOCOL, reason).hint("are this tool and the running cluster of the same version?")
}
