//! The clients' socket: one door, one question at a time for each client, deadlines and quotas for all of them.
//!
//! Not for answers: it hands out questions that are allowed, and carries back what it is given.

mod connection;

use crate::authority::{Authority, Peer, Trust};
use api::{Event, Refusal, Reply, Request};
use connection::Connection;
use rustix::event::PollFlags;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Connections at once; beyond that new ones are closed at once, and the tools say so.
const CLIENTS_MAX: usize = 128;

/// Connections of strangers among them: they cannot keep the administrator out.
const STRANGERS_MAX: usize = 32;

/// How long a question may stay unanswered, unless it brings a limit of its own.
const ANSWER_LIMIT: Duration = Duration::from_mins(2);

/// A client's connection, as the loop names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(u64);

/// Something that a client may ask and has asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// To be answered there, once.
    pub token: Token,
    /// What.
    pub request: Request,
    /// Who, for the record: `root via cibadmin`.
    pub client: String,
}

/// All clients.
#[derive(Debug)]
pub struct Clients {
    listener: UnixListener,
    authority: Authority,
    connections: BTreeMap<Token, Connection>,
    next: u64,
}

impl Clients {
    /// Listens at `socket`, in the place of whatever an earlier life left there.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn listen(socket: &Path, authority: Authority) -> io::Result<Self> {
        match fs::remove_file(socket) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(socket)?;
        listener.set_nonblocking(true)?;
        // Everybody may connect: who may ask what is decided for each question, by the kernel's word on who asks.
        fs::set_permissions(socket, fs::Permissions::from_mode(0o666))?;
        Ok(Self { listener, authority, connections: BTreeMap::new(), next: 0 })
    }

    /// The door itself, to wait for.
    pub fn door(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// The connections to wait for, and for what.
    pub fn descriptors(&self) -> impl Iterator<Item = (Token, BorrowedFd<'_>, PollFlags)> {
        self.connections.iter().map(|(token, connection)| (*token, connection.descriptor(), connection.interest()))
    }

    /// Lets in whoever waits at the door.
    pub fn accept(&mut self, now: Instant) {
        while let Ok((stream, _)) = self.listener.accept() {
            if let Some(connection) = Peer::of(&stream).ok().and_then(|peer| self.admit(stream, peer, now)) {
                self.next += 1;
                self.connections.insert(Token(self.next), connection);
            }
        }
    }

    /// Reads from and writes to a connection that poll has named.
    pub fn service(&mut self, token: Token, ready: PollFlags, now: Instant) {
        let Some(connection) = self.connections.get_mut(&token) else { return };
        if connection.service(ready, now).is_err() {
            self.connections.remove(&token);
        }
    }

    /// The next question of any client; call until `None`. What is not allowed or not understood is answered here.
    pub fn next_question(&mut self, now: Instant) -> Option<Question> {
        let tokens: Vec<Token> = self.connections.keys().copied().collect();
        tokens.into_iter().find_map(|token| self.question_of(token, now))
    }

    /// Answers a client's question; nothing happens when it has gone.
    pub fn answer(&mut self, token: Token, reply: &Reply, now: Instant) {
        let Some(connection) = self.connections.get_mut(&token) else { return };
        connection.question_answered();
        if connection.send(reply, now).is_err() {
            self.connections.remove(&token);
        }
    }

    /// Answers `Events` with the past ones, and keeps the client for those to come when it follows.
    pub fn answer_events<'a>(
        &mut self,
        token: Token,
        past: impl Iterator<Item = &'a Event>,
        follow: bool,
        now: Instant,
    ) {
        let Some(connection) = self.connections.get_mut(&token) else { return };
        connection.question_answered();
        let mut replies = past.cloned().map(Reply::Event).collect::<Vec<_>>();
        if follow {
            connection.follow();
        } else {
            replies.push(Reply::EndOfEvents);
        }
        if replies.iter().any(|reply| connection.send(reply, now).is_err()) {
            self.connections.remove(&token);
        }
    }

    /// Tells a new event to everybody who follows.
    pub fn publish(&mut self, event: &Event, now: Instant) {
        let reply = Reply::Event(event.clone());
        self.connections.retain(|_, connection| !connection.follows() || connection.send(&reply, now).is_ok());
    }

    /// Gives up on clients that keep us waiting, and on questions that nobody answers in time.
    pub fn expire(&mut self, now: Instant) {
        let late: Vec<Token> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.answer_is_late(now))
            .map(|(token, _)| *token)
            .collect();
        for token in late {
            let reason = "no answer within the time allowed; what was asked may still happen";
            self.answer(token, &refusal(Refusal::Timeout, reason, ""), now);
        }
        self.connections.retain(|_, connection| !connection.is_stuck(now));
    }

    fn admit(&self, stream: UnixStream, peer: Peer, now: Instant) -> Option<Connection> {
        let trust = self.authority.trust(&peer);
        let strangers = self.connections.values().filter(|connection| connection.trust() == Trust::Stranger).count();
        let full = self.connections.len() >= CLIENTS_MAX || (trust == Trust::Stranger && strangers >= STRANGERS_MAX);
        if full { None } else { Connection::new(stream, (peer, trust), now).ok() }
    }

    fn question_of(&mut self, token: Token, now: Instant) -> Option<Question> {
        let connection = self.connections.get_mut(&token)?;
        match connection.next_question() {
            Ok(Some(asked)) if self.authority.allows(connection.peer(), &asked.request) => {
                connection.question_asked(now + limit_of(&asked.request));
                let client = format!("{} via {}", connection.who(), asked.client);
                Some(Question { token, request: asked.request, client })
            }
            Ok(Some(_)) => {
                let hint = "be root or a member of the group haclient";
                self.answer(token, &refusal(Refusal::Denied, "you may not ask this", hint), now);
                None
            }
            Ok(None) => None,
            Err(reason) => {
                self.answer(token, &refusal(Refusal::Invalid, &reason, ""), now);
                self.connections.remove(&token);
                None
            }
        }
    }
}

/// A refusal in words.
pub fn refusal(kind: Refusal, reason: &str, hint: &str) -> Reply {
    Reply::Rejected { kind, reason: reason.to_owned(), hint: hint.to_owned() }
}

fn limit_of(request: &Request) -> Duration {
    match request {
        Request::WaitIdle { timeout_ms } => Duration::from_millis(*timeout_ms),
        Request::Cib
        | Request::Change(_)
        | Request::Cleanup { .. }
        | Request::Fail { .. }
        | Request::Status
        | Request::Events { .. }
        | Request::Shutdown
        | Request::Reload
        | Request::Pause { .. } => ANSWER_LIMIT,
    }
}

#[cfg(test)]
mod tests;
