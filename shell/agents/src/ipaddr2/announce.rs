//! Telling the neighbours that an address is here now: once at once, then a few more times from the background.

use super::parameters::Parameters;
use crate::frame::{ETHER_ARP, ETHER_IPV6, Mac, announcement};
use crate::netlink::{Link, Netlink};
use crate::ocf::Flag;
use crate::sys::{FrameSocket, detach};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

/// What is said, how often, and on which link.
#[derive(Debug)]
pub struct Announcement {
    interface: u32,
    ip: IpAddr,
    frames: Vec<Vec<u8>>,
    count: u32,
    interval: Duration,
    background: Flag,
}

impl Announcement {
    /// `None` where nobody is to be told: on `lo`, on links without neighbours or Ethernet addresses, or zero times.
    pub fn new(link: &Link, parameters: &Parameters, count: u32) -> Option<Self> {
        let mac: Mac = link.mac.filter(|_| link.has_neighbours() && count > 0)?;
        let router = parameters.ip.is_ipv6() && forwards(&link.name);
        Some(Self {
            interface: link.index,
            ip: parameters.ip,
            frames: announcement(mac, parameters.arp.destination, parameters.ip, router),
            count,
            interval: parameters.arp.interval,
            background: parameters.arp.background,
        })
    }

    /// Sends the first round before it returns, and the others as the parameters say.
    pub fn send(&self) -> io::Result<()> {
        let kind = if self.ip.is_ipv4() { ETHER_ARP } else { ETHER_IPV6 };
        let socket = FrameSocket::open(self.interface, kind)?;
        self.send_round(&socket)?;
        if self.count == 1 {
            return Ok(());
        }
        match self.background {
            Flag::Yes => detach(|| self.repeat(&socket)),
            Flag::No => {
                self.repeat(&socket);
                Ok(())
            }
        }
    }

    /// The other rounds. Each is sent only while the address is still here: after a stop it belongs to another host,
    /// whose traffic a late frame would steal.
    fn repeat(&self, socket: &FrameSocket) {
        let Ok(mut netlink) = Netlink::open() else { return };
        for _ in 1..self.count {
            std::thread::sleep(self.interval);
            let here = netlink.addresses().is_ok_and(|all| all.iter().any(|address| address.ip == self.ip));
            if !here || self.send_round(socket).is_err() {
                return;
            }
        }
    }

    fn send_round(&self, socket: &FrameSocket) -> io::Result<()> {
        self.frames.iter().try_for_each(|frame| socket.send(frame))
    }
}

/// Whether this host is a router on that link; an advertisement must say so or hosts stop using it as one.
fn forwards(link: &str) -> bool {
    let setting = format!("/proc/sys/net/ipv6/conf/{link}/forwarding");
    std::fs::read_to_string(setting).is_ok_and(|text| text.trim() == "1")
}
