//! ICMP echo, of both families, over a raw socket of one's own.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect, ipproto, recv, send, socket_with,
};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Type numbers of request and answer.
const V4: (u8, u8) = (8, 0);
const V6: (u8, u8) = (128, 129);

/// Whether the host answers one of so many requests, each waited for that long.
pub fn answers(host: IpAddr, attempts: u16, timeout: Duration) -> io::Result<bool> {
    let (family, protocol, (request, answer)) = match host {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP, V4),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6, V6),
    };
    let socket = socket_with(family, SocketType::RAW, SocketFlags::CLOEXEC, Some(protocol))?;
    connect(&socket, &SocketAddr::new(host, 0))?;
    let identity = identity(host);
    for sequence in 1..=attempts {
        let echo = Echo { kind: request, identity, sequence };
        send(&socket, &echo.to_bytes(), SendFlags::empty())?;
        if awaited(&socket, Echo { kind: answer, ..echo }, Instant::now() + timeout)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One message, request or answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    pub kind: u8,
    pub identity: u16,
    pub sequence: u16,
}

impl Echo {
    /// With a checksum, which IPv6 has the kernel replace.
    pub fn to_bytes(self) -> [u8; 8] {
        let (identity, sequence) = (self.identity.to_be_bytes(), self.sequence.to_be_bytes());
        let mut bytes = [self.kind, 0, 0, 0, identity[0], identity[1], sequence[0], sequence[1]];
        let words = bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])));
        let sum: u32 = words.sum();
        let folded = (sum & 0xffff) + (sum >> 16);
        let checksum = !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(u16::MAX);
        bytes[2..4].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    /// From a packet of a raw socket, which has the IPv4 header in front but never one of IPv6.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let first = *packet.first()?;
        let is_v4_header = first >> 4 == 4 && packet.len() > 20;
        let message = if is_v4_header { packet.get(usize::from(first & 0xf) * 4..)? } else { packet };
        let number = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
        Some(Self { kind: *message.first()?, identity: number(4)?, sequence: number(6)? })
    }
}

fn awaited(socket: &OwnedFd, expected: Echo, deadline: Instant) -> io::Result<bool> {
    let mut buffer = [0; 512];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
        if poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&timeout))? == 0 {
            return Ok(false);
        }
        let (length, _) = recv(socket, &mut buffer[..], RecvFlags::empty())?;
        if Echo::parse(&buffer[..length]) == Some(expected) {
            return Ok(true);
        }
    }
}

/// Differs between processes, and between the hosts one process asks.
fn identity(host: IpAddr) -> u16 {
    let octets = match host {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let seed = octets.iter().fold(std::process::id(), |sum, &octet| sum.wrapping_mul(31).wrapping_add(octet.into()));
    u16::try_from(seed & 0xffff).unwrap_or_default()
}
