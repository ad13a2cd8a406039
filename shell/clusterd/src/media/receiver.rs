//! One UDP socket, bound to one interface and port, through which all media of that pair send and receive.

use super::Way;
use crate::sys::{self, Route};
use rustix::net::netdevice;
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, BorrowedFd};

/// Room for half a second of a busy 32-node cluster; the kernel's default of 208 KiB is less than a large CIB takes.
const RECEIVE_BUFFER: usize = 1 << 20;

#[derive(Debug)]
struct Open {
    socket: Socket,
    broadcast: Ipv4Addr,
}

/// The socket, open or waiting for its interface.
#[derive(Debug)]
pub struct Receiver {
    device: String,
    port: u16,
    groups: Vec<Ipv4Addr>,
    ignored: Option<(u32, [u8; 8])>,
    open: Option<Open>,
}

impl Receiver {
    /// A closed one.
    pub fn new(device: &str, port: u16) -> Self {
        Self { device: device.to_owned(), port, groups: Vec::new(), ignored: None, open: None }
    }

    pub fn device(&self) -> &str {
        &self.device
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Listens to a group, too, from the next [`Receiver::open`] on.
    pub fn add_group(&mut self, group: Ipv4Addr) {
        self.groups.push(group);
    }

    /// Drops datagrams with these bytes at this place, now and whenever the socket is opened anew.
    pub fn ignore(&mut self, mark: (u32, [u8; 8])) {
        self.ignored = Some(mark);
        if let Some(open) = &self.open {
            self.filter(&open.socket);
        }
    }

    fn filter(&self, socket: &Socket) {
        if let Some((place, bytes)) = self.ignored {
            // Without the filter they cost a little time and nothing else.
            let _ = sys::drop_datagrams_with(socket.as_fd(), place, bytes);
        }
    }

    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.open.as_ref().map(|open| open.socket.as_fd())
    }

    /// Opens the socket, or opens it anew.
    pub fn open(&mut self) -> io::Result<()> {
        self.open = None;
        let socket = Socket::new(Domain::IPV4, Type::DGRAM.nonblocking().cloexec(), Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        socket.set_broadcast(true)?;
        // A smaller buffer than asked for loses packets under load, which messaging repairs: no reason to fail.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        socket.bind_device(Some(self.device.as_bytes()))?;
        sys::prepare_receiver(socket.as_fd())?;
        self.filter(&socket);
        socket.bind(&SockAddr::from(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, self.port)))?;
        self.join_groups(&socket)?;
        let broadcast = sys::broadcast_address(socket.as_fd(), &self.device).unwrap_or(fallback(&self.device));
        self.open = Some(Open { socket, broadcast });
        Ok(())
    }

    /// One datagram, or `None` when there is none. Errors of the socket show up when it next sends.
    pub fn receive(&self, buffer: &mut [u8]) -> Option<(usize, Route)> {
        sys::receive(self.descriptor()?, buffer).ok()
    }

    pub fn send(&self, way: &Way, datagram: &[u8]) -> io::Result<()> {
        let open = self.open.as_ref().ok_or_else(|| io::Error::from_raw_os_error(libc::ENODEV))?;
        let target = match way {
            Way::Broadcast => open.broadcast,
            Way::Multicast { group, ttl, to_self } => {
                open.socket.set_multicast_ttl_v4(u32::from(*ttl))?;
                open.socket.set_multicast_loop_v4(*to_self)?;
                *group
            }
            Way::Unicast { peer } => *peer,
        };
        open.socket.send_to(datagram, &SocketAddrV4::new(target, self.port).into()).map(drop)
    }

    pub fn is_broadcast(&self, address: Ipv4Addr) -> bool {
        address.is_broadcast() || self.open.as_ref().is_some_and(|open| open.broadcast == address)
    }

    fn join_groups(&self, socket: &Socket) -> io::Result<()> {
        if self.groups.is_empty() {
            return Ok(());
        }
        let index = InterfaceIndexOrAddress::Index(netdevice::name_to_index(socket, &self.device)?);
        for group in &self.groups {
            socket.join_multicast_v4_n(group, &index)?;
        }
        Ok(())
    }
}

/// Where an interface without an address broadcasts to.
fn fallback(device: &str) -> Ipv4Addr {
    if device == "lo" { Ipv4Addr::new(127, 255, 255, 255) } else { Ipv4Addr::BROADCAST }
}
