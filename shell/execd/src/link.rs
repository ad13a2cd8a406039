//! One end of a connection between brain and hands: whole messages over a socket that never blocks.

use api::frame::{Decoder, FrameError, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

/// Unsent bytes beyond which the other end counts as dead: it has not read for long.
const BACKLOG_MAX: usize = 2 * api::frame::LENGTH_MAX;

/// A connection that never blocks.
#[derive(Debug)]
pub(crate) struct Link {
    stream: UnixStream,
    decoder: Decoder,
    outgoing: Vec<u8>,
    has_ended: bool,
}

impl Link {
    pub(crate) fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream, decoder: Decoder::default(), outgoing: Vec::new(), has_ended: false })
    }

    /// Queues a message and sends what can be sent now.
    pub(crate) fn send<T: Serialize>(&mut self, message: &T) -> Result<(), FrameError> {
        self.outgoing.extend(encode(message)?);
        if self.outgoing.len() > BACKLOG_MAX {
            return Err(FrameError::TooLong(self.outgoing.len()));
        }
        self.flush()
    }

    /// Sends what can be sent now.
    pub(crate) fn flush(&mut self) -> Result<(), FrameError> {
        while !self.outgoing.is_empty() {
            match self.stream.write(&self.outgoing) {
                Ok(count) => drop(self.outgoing.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        self.outgoing.shrink_to(1 << 16);
        Ok(())
    }

    /// Whether something waits until the socket takes it.
    pub(crate) fn wants_write(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// The messages that have come. What came before the end of the stream is given first, the end as an error next.
    pub(crate) fn receive<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, FrameError> {
        let mut messages = Vec::new();
        loop {
            self.has_ended = self.has_ended || !self.decoder.fill(&mut self.stream)?;
            let before = messages.len();
            while let Some(message) = self.decoder.next_frame()? {
                messages.push(message);
            }
            // A fill may stop at its own bound: go on while whole messages came of it.
            if self.has_ended || messages.len() == before {
                break;
            }
        }
        if self.has_ended && messages.is_empty() { Err(FrameError::Torn) } else { Ok(messages) }
    }
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
