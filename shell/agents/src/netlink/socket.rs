//! The conversation with the kernel: one request, its answer, in order.

use super::types::{Address, Link, Route};
use super::wire::{Message, Request, messages, u32_at};
use rustix::fd::OwnedFd;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};
use std::io;
use std::net::Ipv6Addr;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const RTM_NEWROUTE: u16 = 24;
const RTM_GETROUTE: u16 = 26;
const RTM_NEWADDRLABEL: u16 = 72;
const RTM_DELADDRLABEL: u16 = 73;
const FLAG_CREATE: u16 = 0x400;
const FLAG_ACK: u16 = 0x4;
const FLAG_DUMP: u16 = 0x300;
/// The table changed while it was listed: the list may be neither the old nor the new one.
const FLAG_INTERRUPTED: u16 = 0x10;
/// How often an interrupted list is asked for again.
const LIST_ATTEMPTS: usize = 10;
/// A list comes in datagrams of up to 32 KiB.
const DATAGRAM_MAX: usize = 64 * 1024;

/// A socket to the kernel of the network namespace it was opened in.
#[derive(Debug)]
pub struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

impl Netlink {
    /// Opens one; needs no right.
    ///
    /// # Errors
    /// When the kernel has no netlink, or no descriptor is left.
    pub fn open() -> io::Result<Self> {
        // No protocol is protocol 0: NETLINK_ROUTE.
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        Ok(Self { socket, sequence: 0 })
    }

    /// All interfaces.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn links(&mut self) -> io::Result<Vec<Link>> {
        self.list(RTM_GETLINK, RTM_NEWLINK, &[0; 16], Link::parse)
    }

    /// All addresses of all interfaces, primary ones before their secondaries.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn addresses(&mut self) -> io::Result<Vec<Address>> {
        self.list(RTM_GETADDR, RTM_NEWADDR, &[0; 8], Address::parse)
    }

    /// The routes of the main table.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn routes(&mut self) -> io::Result<Vec<Route>> {
        self.list(RTM_GETROUTE, RTM_NEWROUTE, &[0; 12], Route::parse)
    }

    /// Adds an address.
    ///
    /// # Errors
    /// `AlreadyExists` when the interface has it; `PermissionDenied` without `CAP_NET_ADMIN`.
    pub fn add(&mut self, address: &Address) -> io::Result<()> {
        self.command(address.to_add())
    }

    /// Deletes an address.
    ///
    /// # Errors
    /// `AddrNotAvailable` when it is not there; `PermissionDenied` without `CAP_NET_ADMIN`.
    pub fn delete(&mut self, address: &Address) -> io::Result<()> {
        self.command(address.to_delete())
    }

    /// Brings an interface up; nothing here ever takes one down.
    ///
    /// # Errors
    /// When the driver or the kernel refuses.
    pub fn bring_up(&mut self, interface: u32) -> io::Result<()> {
        let mut header = [0; 16];
        header[4..8].copy_from_slice(&interface.to_ne_bytes());
        header[8..12].copy_from_slice(&1_u32.to_ne_bytes());
        header[12..16].copy_from_slice(&1_u32.to_ne_bytes());
        self.command(Request::new(RTM_NEWLINK, 0, &header))
    }

    /// Sets the label by which the kernel groups an IPv6 address when it chooses a source address (RFC 6724).
    ///
    /// # Errors
    /// `AlreadyExists` when it has one.
    pub fn set_source_label(&mut self, ip: Ipv6Addr, interface: u32, label: u32) -> io::Result<()> {
        self.command(source_label(RTM_NEWADDRLABEL, FLAG_CREATE, ip, interface, label))
    }

    /// Takes that label away.
    ///
    /// # Errors
    /// `ESRCH` when it has none.
    pub fn clear_source_label(&mut self, ip: Ipv6Addr, interface: u32, label: u32) -> io::Result<()> {
        self.command(source_label(RTM_DELADDRLABEL, 0, ip, interface, label))
    }

    fn command(&mut self, request: Request) -> io::Result<()> {
        let sequence = self.send(request.flagged(FLAG_ACK))?;
        let mut outcome = None;
        while outcome.is_none() {
            self.receive(sequence, |message| {
                if message.kind == NLMSG_ERROR {
                    outcome = Some(status(message));
                }
            })?;
        }
        outcome.expect("the loop ends with an outcome")
    }

    fn list<T>(&mut self, ask: u16, answer: u16, header: &[u8], parse: fn(&[u8]) -> Option<T>) -> io::Result<Vec<T>> {
        for _ in 0..LIST_ATTEMPTS {
            if let Some(found) = self.list_once(ask, answer, header, parse)? {
                return Ok(found);
            }
        }
        Err(io::Error::other("the kernel's table changes faster than it can be read"))
    }

    /// `None` when the list was interrupted by a change.
    fn list_once<T>(
        &mut self,
        ask: u16,
        answer: u16,
        header: &[u8],
        parse: fn(&[u8]) -> Option<T>,
    ) -> io::Result<Option<Vec<T>>> {
        let sequence = self.send(Request::new(ask, FLAG_DUMP, header))?;
        let (mut found, mut intact, mut end) = (Vec::new(), true, None);
        while end.is_none() {
            self.receive(sequence, |message| {
                intact &= message.flags & FLAG_INTERRUPTED == 0;
                if message.kind == answer {
                    found.extend(parse(message.body));
                } else if message.kind == NLMSG_ERROR {
                    end = Some(status(message));
                } else if message.kind == NLMSG_DONE {
                    end = Some(Ok(()));
                }
            })?;
        }
        end.expect("the loop ends with an end")?;
        Ok(intact.then_some(found))
    }

    fn send(&mut self, request: Request) -> io::Result<u32> {
        self.sequence += 1;
        send(&self.socket, &request.finish(self.sequence), SendFlags::empty())?;
        Ok(self.sequence)
    }

    fn receive(&self, sequence: u32, mut take: impl FnMut(Message)) -> io::Result<()> {
        let mut buffer = vec![0; DATAGRAM_MAX];
        let (length, _) = rustix::io::retry_on_intr(|| recv(&self.socket, &mut buffer[..], RecvFlags::empty()))?;
        messages(&buffer[..length]).filter(|message| message.sequence == sequence).for_each(&mut take);
        Ok(())
    }
}

/// An address label for one whole address.
fn source_label(kind: u16, flags: u16, ip: Ipv6Addr, interface: u32, label: u32) -> Request {
    let mut header = [0; 12];
    (header[0], header[2]) = (10, 128);
    header[4..8].copy_from_slice(&interface.to_ne_bytes());
    Request::new(kind, flags, &header).with(1, &ip.octets()).with(2, &label.to_ne_bytes())
}

/// An error message's number is a negated errno; 0 is the acknowledgement.
fn status(message: Message) -> io::Result<()> {
    let errno = u32_at(message.body, 0)
        .map_or(rustix::io::Errno::PROTO.raw_os_error(), |number| number.wrapping_neg().cast_signed());
    if errno == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(errno)) }
}
