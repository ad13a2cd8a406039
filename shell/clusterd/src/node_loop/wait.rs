//! Waiting: one poll over everything that may have something for the node loop.

use super::{NodeLoop, TICK};
use crate::clients::Token;
use crate::clock::timeout;
use model::Machine;
use rustix::event::{PollFd, PollFlags, poll};
use std::os::fd::AsFd;
use std::time::Duration;

/// What poll found.
#[derive(Debug, Default)]
pub(super) struct Ready {
    pub door: bool,
    pub hands: bool,
    pub clients: Vec<(Token, PollFlags)>,
}

impl NodeLoop {
    /// Until one of them has something, or a deadline comes.
    pub(super) fn wait(&mut self) -> Ready {
        let rest = self.time_to_wait();
        let mut fds = vec![
            PollFd::from_borrowed_fd(self.inbox.bell().as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.parts.signals.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.parts.clients.door(), PollFlags::IN),
        ];
        let clients_from = fds.len();
        let mut tokens = Vec::new();
        for (token, fd, flags) in self.parts.clients.descriptors() {
            tokens.push(token);
            fds.push(PollFd::from_borrowed_fd(fd, flags));
        }
        let hands_at = fds.len();
        fds.extend(self.hands.descriptor().map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)));
        // An interrupted poll is an early turn, which is harmless.
        let _ = poll(&mut fds, Some(&timeout(rest)));
        let is_ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
        let clients = tokens.iter().zip(&fds[clients_from..]).filter(|(_, fd)| is_ready(fd));
        Ready {
            door: is_ready(&fds[clients_from - 1]),
            hands: fds.get(hands_at).is_some_and(is_ready),
            clients: clients.map(|(token, fd)| (*token, fd.revents())).collect(),
        }
    }

    fn time_to_wait(&self) -> Duration {
        let now = self.parts.clock.now();
        let machine = self.node.deadline().map_or(TICK, |at| at.since(now));
        let hands = self.hands.retry_at().map_or(TICK, |at| at.saturating_duration_since(std::time::Instant::now()));
        machine.min(hands).min(self.next_tick.since(now))
    }
}
