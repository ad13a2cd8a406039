//! The brain's end: orders to the hands, and what they say, for a poll loop.

use crate::link::Link;
use crate::wire;
use api::frame::FrameError;
use api::hands as protocol;
use executor::contract::{Operation, Report};
use model::{Notice, ResourceId};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use thiserror::Error;

/// The hands are out of reach. They go on with what is under way; connect again.
#[derive(Debug, Error)]
pub enum HandsError {
    /// Nobody listens there.
    #[error("no hands answer at their socket")]
    NotThere(#[source] io::Error),
    /// The connection is gone.
    #[error("the hands are gone")]
    Lost(#[source] FrameError),
    /// They said why they do not serve us.
    #[error("the hands refuse: {0}")]
    Refused(String),
}

/// What the hands say; see `executor::contract::Output`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an answer lives for one step of a brain's loop")]
pub enum Answer {
    /// One run ended, and nobody heard of it before.
    Report(Report),
    /// Once for each connection, after the reports that nobody heard: what is under way or recurring.
    State(Vec<Report>),
    /// For the operator.
    Notice(Notice),
}

/// A connection to the hands, attached. Nothing here blocks but `connect`.
#[derive(Debug)]
pub struct HandsClient {
    link: Link,
    /// Said after the answers that came with it.
    refusal: Option<String>,
}

impl HandsClient {
    /// Attaches; a brain that was attached before is cut off. `environment` is added to that of every agent.
    ///
    /// # Errors
    /// When nobody listens at `socket`.
    pub fn connect(socket: &Path, environment: BTreeMap<String, String>) -> Result<Self, HandsError> {
        let stream = UnixStream::connect(socket).map_err(HandsError::NotThere)?;
        let mut client = Self { link: Link::new(stream).map_err(HandsError::NotThere)?, refusal: None };
        client.send(&protocol::Order::Attach { version: api::VERSION, environment })?;
        Ok(client)
    }

    /// To wait for: reading always, writing while [`Self::wants_write`].
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.link.as_fd()
    }

    /// Whether [`Self::flush`] is to be called once the socket takes more.
    pub fn wants_write(&self) -> bool {
        self.link.wants_write()
    }

    /// Sends what could not be sent before.
    ///
    /// # Errors
    /// When the hands are gone.
    pub fn flush(&mut self) -> Result<(), HandsError> {
        self.link.flush().map_err(HandsError::Lost)
    }

    /// Asks for an operation.
    ///
    /// # Errors
    /// When the hands are gone; they may have got the order.
    pub fn run(&mut self, operation: &Operation) -> Result<(), HandsError> {
        self.send(&protocol::Order::Run(wire::operation_out(operation)))
    }

    /// Asks for no more runs of an operation; answered by a report of status `Cancelled`.
    ///
    /// # Errors
    /// When the hands are gone; they may have got the order.
    pub fn cancel(&mut self, resource: &ResourceId, action: &str, interval: Duration) -> Result<(), HandsError> {
        let interval_ms = wire::milliseconds(interval);
        let resource = resource.as_str().to_owned();
        self.send(&protocol::Order::Cancel { resource, action: action.to_owned(), interval_ms })
    }

    /// Ends the hands once nothing is under way.
    ///
    /// # Errors
    /// When the hands are gone.
    pub fn stop(&mut self) -> Result<(), HandsError> {
        self.send(&protocol::Order::Stop)
    }

    /// What has come; empty when nothing has.
    ///
    /// # Errors
    /// When the hands are gone or refuse; what they said before was given by an earlier call.
    pub fn receive(&mut self) -> Result<Vec<Answer>, HandsError> {
        if let Some(reason) = self.refusal.take() {
            return Err(HandsError::Refused(reason));
        }
        let mut answers = Vec::new();
        for answer in self.link.receive().map_err(HandsError::Lost)? {
            match answer {
                protocol::Answer::Report(report) => answers.push(Answer::Report(wire::report_in(report))),
                protocol::Answer::State { reports } => {
                    answers.push(Answer::State(reports.into_iter().map(wire::report_in).collect()));
                }
                protocol::Answer::Notice { id, severity, text } => {
                    answers.push(Answer::Notice(wire::notice_in(&id, &severity, text)));
                }
                protocol::Answer::Refused { reason } => self.refusal = Some(reason),
            }
        }
        match self.refusal.take_if(|_| answers.is_empty()) {
            Some(reason) => Err(HandsError::Refused(reason)),
            None => Ok(answers),
        }
    }

    fn send(&mut self, order: &protocol::Order) -> Result<(), HandsError> {
        self.link.send(order).map_err(HandsError::Lost)
    }
}
