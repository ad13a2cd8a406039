//! A small blocking client of the brain's socket: one request, one reply; or a stream of events.

use crate::frame::{self, FrameError};
use crate::{Asked, Event, Reply, Request, VERSION};
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Where the brain listens unless it was told otherwise.
pub const SOCKET_DEFAULT: &str = "/var/run/heartbeat/systole.sock";

/// The environment variable that names another socket.
pub const SOCKET_VARIABLE: &str = "SYSTOLE_SOCKET";

/// How long a client waits for a reply unless it says otherwise.
pub const DEADLINE_DEFAULT: Duration = Duration::from_mins(1);

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// Nobody listens: the cluster software does not run here. Nothing was asked.
    #[error("the cluster software is not running on this host (nobody listens on {}); start it with `systole node`", .0.display())]
    NotRunning(PathBuf),
    /// The socket is there but not for us. Nothing was asked.
    #[error("no permission to use {}; be root or a member of the group haclient", .0.display())]
    NotAllowed(PathBuf),
    /// The socket cannot be used. Nothing was asked.
    #[error("cannot connect to {}", path.display())]
    Connect {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No answer in time. What was asked may still happen.
    #[error("no answer within {} s", .0.as_secs())]
    Deadline(Duration),
    /// The brain went away before it answered. What was asked may have happened.
    #[error("the cluster software closed the connection before it answered")]
    Closed,
    /// The connection broke. What was asked may have happened.
    #[error("the conversation with the cluster software failed")]
    Frame(#[source] FrameError),
}

/// The socket to use: the option when given, else the environment, else the default.
pub fn socket_path(option: Option<&Path>) -> PathBuf {
    let from_environment = || std::env::var_os(SOCKET_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    option.map(Path::to_path_buf).or_else(from_environment).unwrap_or_else(|| PathBuf::from(SOCKET_DEFAULT))
}

/// A connection to the brain.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    name: String,
    deadline: Option<Duration>,
}

impl Client {
    /// Connects; the client is called by its program's name until [`Client::named`] says otherwise.
    ///
    /// # Errors
    /// When nobody listens there, or not to us.
    pub fn connect(socket: &Path) -> Result<Self, ClientError> {
        let stream = UnixStream::connect(socket).map_err(|source| connect_error(socket, source))?;
        Ok(Self { stream, name: program_name(), deadline: Some(DEADLINE_DEFAULT) })
    }

    /// Says under which name this client is to be recorded, e.g. `cibadmin`.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Sets how long to wait for one reply; `None`: for ever.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// When there is no answer; a refusal is an answer, [`Reply::Rejected`].
    pub fn request(&mut self, request: &Request) -> Result<Reply, ClientError> {
        self.send(request)?;
        self.receive()
    }

    /// The past events, and then, with `follow`, each new one as it happens.
    ///
    /// # Errors
    /// When the question could not be sent.
    pub fn events(mut self, last: u32, follow: bool) -> Result<Events, ClientError> {
        self.send(&Request::Events { last, follow })?;
        if follow {
            self.deadline = None;
        }
        Ok(Events { client: Some(self) })
    }

    fn send(&mut self, request: &Request) -> Result<(), ClientError> {
        let asked = Asked { version: VERSION, client: self.name.clone(), request: request.clone() };
        self.stream.set_write_timeout(self.deadline).map_err(|e| self.failed(e.into()))?;
        frame::write(&mut self.stream, &asked).map_err(|e| self.failed(e))
    }

    fn receive(&mut self) -> Result<Reply, ClientError> {
        self.stream.set_read_timeout(self.deadline).map_err(|e| self.failed(e.into()))?;
        let reply = frame::read(&mut self.stream).map_err(|e| self.failed(e))?;
        reply.ok_or(ClientError::Closed)
    }

    fn failed(&self, error: FrameError) -> ClientError {
        match (&error, self.deadline) {
            (FrameError::Stream(e), Some(deadline)) if is_timeout(e) => ClientError::Deadline(deadline),
            (FrameError::Stream(e), _) if is_hang_up(e) => ClientError::Closed,
            (FrameError::Torn, _) => ClientError::Closed,
            _ => ClientError::Frame(error),
        }
    }
}

/// The events of a brain, until it says that there are no more or goes away.
#[derive(Debug)]
pub struct Events {
    client: Option<Client>,
}

impl Iterator for Events {
    type Item = Result<Event, ClientError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.client.as_mut()?.receive() {
            Ok(Reply::Event(event)) => Some(Ok(event)),
            Ok(_) => self.end(None),
            Err(e) => self.end(Some(e)),
        }
    }
}

impl Events {
    fn end(&mut self, error: Option<ClientError>) -> Option<Result<Event, ClientError>> {
        self.client = None;
        error.map(Err)
    }
}

fn connect_error(socket: &Path, source: io::Error) -> ClientError {
    let path = socket.to_path_buf();
    let is = |kind| source.kind() == kind;
    if is(io::ErrorKind::NotFound) || is(io::ErrorKind::ConnectionRefused) {
        ClientError::NotRunning(path)
    } else if is(io::ErrorKind::PermissionDenied) {
        ClientError::NotAllowed(path)
    } else {
        ClientError::Connect { path, source }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn is_hang_up(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

fn program_name() -> String {
    let first = std::env::args_os().next().map(PathBuf::from);
    first
        .as_deref()
        .and_then(Path::file_name)
        .map_or_else(|| "client".to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
