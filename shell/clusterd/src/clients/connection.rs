//! One client: its bytes in and out, and what may be held for it.

use crate::authority::{Peer, Trust};
use api::frame::{self, Decoder, FrameError};
use api::{Asked, AskedVersion, Reply, VERSION};
use rustix::event::PollFlags;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// Longest question of a stranger, who may only ask for the status.
const STRANGERS_QUESTION_MAX: usize = 4 << 10;

/// Bytes that may wait for a client that reads slowly, beyond one reply.
const BACKLOG_MAX: usize = 2 << 20;

/// How long a client may take to finish what it began to say, or to take a part of what it is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client may say nothing.
const IDLE_MAX: Duration = Duration::from_mins(10);

/// A client that is no longer served.
#[derive(Debug)]
pub struct Gone;

#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    peer: Peer,
    trust: Trust,
    decoder: Decoder,
    output: Vec<u8>,
    answer_due: Option<Instant>,
    follows: bool,
    last_progress: Instant,
}

impl Connection {
    pub fn new(stream: UnixStream, (peer, trust): (Peer, Trust), now: Instant) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let decoder = match trust {
            Trust::Administrator => Decoder::default(),
            Trust::Stranger => Decoder::with_length_max(STRANGERS_QUESTION_MAX),
        };
        Ok(Self {
            stream,
            peer,
            trust,
            decoder,
            output: Vec::new(),
            answer_due: None,
            follows: false,
            last_progress: now,
        })
    }

    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// The user, for the record.
    pub fn who(&self) -> String {
        match self.peer.uid {
            0 => "root".into(),
            uid => format!("user {uid}"),
        }
    }

    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// While a question is open nothing more is read: that is the quota. A hang-up is told by poll in any case.
    pub fn interest(&self) -> PollFlags {
        let read = if self.answer_due.is_none() { PollFlags::IN } else { PollFlags::RDHUP };
        let write = if self.output.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        read | write
    }

    pub fn service(&mut self, ready: PollFlags, now: Instant) -> Result<(), Gone> {
        if ready.intersects(PollFlags::OUT) {
            self.flush(now)?;
        }
        if ready.intersects(PollFlags::ERR)
            || (self.answer_due.is_some() && ready.intersects(PollFlags::RDHUP | PollFlags::HUP))
        {
            return Err(Gone);
        }
        if self.answer_due.is_none() && ready.intersects(PollFlags::IN | PollFlags::HUP) {
            self.last_progress = now;
            let open = self.decoder.fill(&mut self.stream).map_err(|_| Gone)?;
            if !open && !self.decoder.is_mid_frame() {
                return Err(Gone);
            }
        }
        Ok(())
    }

    /// The next whole question, unless one is open; an error is a sentence for the client, and its last.
    pub fn next_question(&mut self) -> Result<Option<Asked>, String> {
        if self.answer_due.is_some() {
            return Ok(None);
        }
        let Some(body) = self.decoder.next_body().map_err(|e| words(&e))? else { return Ok(None) };
        let version = frame::parse::<AskedVersion>(&body).map_err(|e| words(&e))?.version;
        if version != VERSION {
            return Err(format!(
                "this node speaks version {VERSION} of the protocol and the client version {version}: use the tools of the same release"
            ));
        }
        frame::parse(&body).map(Some).map_err(|e| words(&e))
    }

    pub fn question_asked(&mut self, answer_due: Instant) {
        self.answer_due = Some(answer_due);
    }

    pub fn question_answered(&mut self) {
        self.answer_due = None;
    }

    pub fn answer_is_late(&self, now: Instant) -> bool {
        self.answer_due.is_some_and(|due| now >= due)
    }

    pub fn follow(&mut self) {
        self.follows = true;
    }

    pub fn follows(&self) -> bool {
        self.follows
    }

    pub fn send(&mut self, reply: &Reply, now: Instant) -> Result<(), Gone> {
        if self.output.len() > BACKLOG_MAX {
            return Err(Gone);
        }
        if self.output.is_empty() {
            self.last_progress = now;
        }
        self.output.extend(frame::encode(reply).map_err(|_| Gone)?);
        self.flush(now)
    }

    /// Whether the other side has kept us waiting for too long.
    pub fn is_stuck(&self, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.last_progress);
        let in_the_middle = !self.output.is_empty() || (self.decoder.is_mid_frame() && self.answer_due.is_none());
        let idle = !self.follows && self.answer_due.is_none() && waited > IDLE_MAX;
        (in_the_middle && waited > PATIENCE) || idle
    }

    fn flush(&mut self, now: Instant) -> Result<(), Gone> {
        let mut sent = 0;
        while sent < self.output.len() {
            match self.stream.write(&self.output[sent..]) {
                Ok(0) => return Err(Gone),
                Ok(count) => sent += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => return Err(Gone),
            }
        }
        if sent > 0 {
            self.last_progress = now;
            self.output.drain(..sent);
            self.output.shrink_to(BACKLOG_MAX / 32);
        }
        Ok(())
    }
}

fn words(error: &FrameError) -> String {
    use std::error::Error;
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
