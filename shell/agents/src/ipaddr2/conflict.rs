//! The look for another host that has the address (`run_arping`): two ARP probes and a short wait (RFC 5227).

use crate::frame::{ETHER_ARP, Mac, arp_claim, arp_probe};
use crate::ocf::Failure;
use crate::sys::FrameSocket;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

/// Probes sent; one could be lost.
const PROBES: u32 = 2;
/// How long each is waited for. A host on the segment answers in well under a millisecond; this is what
/// `run_arping` costs each start, twice, and why it is off unless asked for.
const PROBE_WAIT: Duration = Duration::from_millis(100);

/// Fails when another host answers for the address.
pub fn refuse(interface: u32, mac: Mac, ip: Ipv4Addr) -> Result<(), Failure> {
    match holder(interface, mac, ip) {
        Ok(None) => Ok(()),
        Ok(Some(other)) => {
            let other = other.map(|octet| format!("{octet:02x}")).join(":");
            Err(Failure::error(format!("another host, {other}, has {ip}; it was not added here")))
        }
        Err(error) => Err(super::broken("look for duplicates of the address", &error)),
    }
}

fn holder(interface: u32, mac: Mac, ip: Ipv4Addr) -> io::Result<Option<Mac>> {
    let socket = FrameSocket::open(interface, ETHER_ARP)?;
    for _ in 0..PROBES {
        socket.send(&arp_probe(mac, ip))?;
        let deadline = Instant::now() + PROBE_WAIT;
        while let Some((holder, claimed)) = next_claim(&socket, deadline)? {
            if claimed == ip && holder != mac {
                return Ok(Some(holder));
            }
        }
    }
    Ok(None)
}

/// The next frame that claims any address; `None` once the time is over.
fn next_claim(socket: &FrameSocket, deadline: Instant) -> io::Result<Option<(Mac, Ipv4Addr)>> {
    let mut buffer = [0; 128];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
        if poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&timeout))? == 0 {
            return Ok(None);
        }
        let length = socket.receive(&mut buffer)?;
        if let Some(claim) = arp_claim(&buffer[..length]) {
            return Ok(Some(claim));
        }
    }
}
