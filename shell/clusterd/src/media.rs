//! Media: the UDP sockets behind the `bcast`, `mcast` and `ucast` lines of ha.cf.
//!
//! An interface may come and go: a medium that fails is reported once, tried again every second, and reported again when it works.
//! Not for content: datagrams are sealed already when they come here, and not yet opened when they leave.

mod receiver;

use crate::sys::Route;
use messaging::contract::LinkId;
use receiver::Receiver;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// How often a medium in trouble is opened again.
const RETRY: Duration = Duration::from_secs(1);

/// How datagrams of one medium line travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the interface's broadcast address.
    Broadcast,
    /// To a group.
    Multicast {
        /// 224.0.0.0 to 239.255.255.255.
        group: Ipv4Addr,
        /// How many routers it may pass, plus one.
        ttl: u8,
        /// Whether other processes of this host hear it, too.
        to_self: bool,
    },
    /// To one peer.
    Unicast {
        /// Its address.
        peer: Ipv4Addr,
    },
}

/// One medium line of ha.cf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medium {
    /// Its place in the file.
    pub link: LinkId,
    /// The interface.
    pub device: String,
    /// UDP port, of both sides.
    pub port: u16,
    /// How.
    pub way: Way,
}

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.way {
            Way::Broadcast => write!(f, "bcast {}", self.device),
            Way::Multicast { group, .. } => write!(f, "mcast {} {group}", self.device),
            Way::Unicast { peer } => write!(f, "ucast {} {peer}", self.device),
        }
    }
}

/// A change in whether a medium works; `None`: it does again.
pub type Trouble = (LinkId, Option<String>);

/// A datagram that came in; its bytes are in the caller's buffer.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// On which medium, as far as addresses tell.
    pub link: LinkId,
    /// How long it is.
    pub length: usize,
    /// From where.
    pub source: SocketAddrV4,
}

#[derive(Debug)]
struct Link {
    medium: Medium,
    receiver: usize,
    trouble: Option<String>,
}

/// All media of this node.
#[derive(Debug)]
pub struct Media {
    links: Vec<Link>,
    receivers: Vec<Receiver>,
    news: Vec<Trouble>,
    retry_at: Option<Instant>,
}

/// Whether this host has an interface of that name: asked of the kernel, since /sys may be that of another network namespace.
pub fn device_exists(device: &str) -> bool {
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None);
    socket.is_ok_and(|socket| rustix::net::netdevice::name_to_index(&socket, device).is_ok())
}

impl Media {
    /// Opens every medium; those that cannot be opened now are in [`Media::take_news`] and tried again.
    pub fn open(media: Vec<Medium>) -> Self {
        let mut this = Self { links: Vec::new(), receivers: Vec::new(), news: Vec::new(), retry_at: None };
        for medium in media {
            let receiver = this.receiver_for(&medium);
            this.links.push(Link { medium, receiver, trouble: None });
        }
        for index in 0..this.receivers.len() {
            this.reopen(index);
        }
        this
    }

    /// Has the kernel drop our own broadcasts that come back: a place in the datagram, and the eight bytes there that make it ours.
    /// Where it cannot, they come up and are ignored there.
    pub fn ignore_own(&mut self, mark: (u32, [u8; 8])) {
        for receiver in &mut self.receivers {
            receiver.ignore(mark);
        }
    }

    /// The descriptors to wait for, each with the number to give to [`Media::receive`].
    pub fn descriptors(&self) -> impl Iterator<Item = (usize, BorrowedFd<'_>)> {
        self.receivers.iter().enumerate().filter_map(|(index, receiver)| Some((index, receiver.descriptor()?)))
    }

    /// Takes one datagram, without waiting; `None` when there is none.
    pub fn receive(&mut self, index: usize, buffer: &mut [u8]) -> Option<Arrival> {
        let (length, route) = self.receivers[index].receive(buffer)?;
        let link = self.link_of(index, route)?;
        Some(Arrival { link, length, source: route.source })
    }

    /// Sends on one medium or on all of them; trouble is news, not an error.
    pub fn send(&mut self, only: Option<LinkId>, datagram: &[u8]) {
        for index in 0..self.links.len() {
            if only.is_none_or(|link| self.links[index].medium.link == link) {
                self.send_on(index, datagram);
            }
        }
    }

    /// What changed since the last call.
    pub fn take_news(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.news)
    }

    /// When [`Media::retry`] wants to be called.
    pub fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    /// Opens again what is in trouble, once its time has come.
    pub fn retry(&mut self, now: Instant) {
        if self.retry_at.is_none_or(|at| now < at) {
            return;
        }
        self.retry_at = None;
        for index in 0..self.receivers.len() {
            if self.links.iter().any(|link| link.receiver == index && link.trouble.is_some()) {
                self.reopen(index);
            }
        }
        if self.links.iter().any(|link| link.trouble.is_some()) {
            self.retry_at = Some(now + RETRY);
        }
    }

    fn receiver_for(&mut self, medium: &Medium) -> usize {
        let same = |receiver: &Receiver| receiver.device() == medium.device && receiver.port() == medium.port;
        let index = self.receivers.iter().position(same).unwrap_or_else(|| {
            self.receivers.push(Receiver::new(&medium.device, medium.port));
            self.receivers.len() - 1
        });
        if let Way::Multicast { group, .. } = medium.way {
            self.receivers[index].add_group(group);
        }
        index
    }

    fn reopen(&mut self, receiver: usize) {
        let outcome = self.receivers[receiver].open();
        for index in 0..self.links.len() {
            if self.links[index].receiver == receiver
                && let Err(e) = &outcome
            {
                self.record(index, Some(e.to_string()));
            }
        }
    }

    fn send_on(&mut self, index: usize, datagram: &[u8]) {
        let first = self.try_send(index, datagram);
        let was_well = self.links[index].trouble.is_none();
        let outcome = match first {
            Err(e) if was_well && !is_passing(&e) => {
                self.reopen(self.links[index].receiver);
                self.try_send(index, datagram)
            }
            other => other,
        };
        match outcome {
            Ok(()) => self.record(index, None),
            Err(e) if is_passing(&e) => {}
            Err(e) => self.record(index, Some(e.to_string())),
        }
    }

    fn try_send(&self, index: usize, datagram: &[u8]) -> io::Result<()> {
        let link = &self.links[index];
        self.receivers[link.receiver].send(&link.medium.way, datagram)
    }

    fn record(&mut self, index: usize, trouble: Option<String>) {
        let link = &mut self.links[index];
        if trouble.is_some() && self.retry_at.is_none() {
            self.retry_at = Some(Instant::now() + RETRY);
        }
        if link.trouble.is_some() != trouble.is_some() {
            self.news.push((link.medium.link, trouble.clone()));
        }
        link.trouble = trouble;
    }

    /// Which of the media that share a socket a datagram belongs to.
    fn link_of(&self, receiver: usize, route: Route) -> Option<LinkId> {
        let here = || self.links.iter().filter(move |link| link.receiver == receiver);
        let broadcast = self.receivers[receiver].is_broadcast(route.destination);
        let fits = |link: &&Link| match link.medium.way {
            Way::Broadcast => broadcast,
            Way::Multicast { group, .. } => group == route.destination,
            Way::Unicast { peer } => peer == *route.source.ip() && !broadcast && !route.destination.is_multicast(),
        };
        here().find(fits).or_else(|| here().next()).map(|link| link.medium.link)
    }
}

/// A full queue, or a peer whose port is closed: nothing that opening the socket again would mend.
fn is_passing(error: &io::Error) -> bool {
    let passing = [libc::EAGAIN, libc::ENOBUFS, libc::ECONNREFUSED, libc::EINTR];
    error.raw_os_error().is_some_and(|code| passing.contains(&code))
}

#[cfg(test)]
mod tests;
