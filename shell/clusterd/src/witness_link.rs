//! The way from a node to its witness: one UDP socket of its own, beside the media.
//!
//! Whether the witness can be reached is for the cluster engine to find out; here everything that fails is just lost.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};

/// Answers that are taken from the socket in one turn of the loop.
const BURST: u32 = 16;

/// A socket that talks to the witness only.
#[derive(Debug)]
pub struct WitnessLink {
    witness: SocketAddr,
    socket: Option<UdpSocket>,
    /// Answers left in this turn.
    left: u32,
}

impl WitnessLink {
    /// To the witness at this address.
    pub fn open(witness: SocketAddr) -> Self {
        Self { witness, socket: connected(witness), left: BURST }
    }

    /// To be polled for answers; `None` while this host has no way to the witness.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.socket.as_ref().map(AsFd::as_fd)
    }

    /// Sends a sealed question. The socket is made anew when the host's addresses have changed beneath it.
    pub fn send(&mut self, datagram: &[u8]) {
        let sent = self.socket.as_ref().is_some_and(|socket| socket.send(datagram).is_ok());
        if !sent {
            self.socket = connected(self.witness);
            // Nothing follows from a second failure: the engine asks again.
            let _ = self.socket.as_ref().map(|socket| socket.send(datagram));
        }
    }

    /// The next answer, if one is there; its length in `buffer`. After some of them the loop has its turn.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let answer = if self.left > 0 { self.socket.as_ref()?.recv(buffer).ok() } else { None };
        self.left = if answer.is_some() { self.left - 1 } else { BURST };
        answer
    }
}

fn connected(witness: SocketAddr) -> Option<UdpSocket> {
    let any: SocketAddr = match witness {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect(witness).ok()?;
    Some(socket)
}
