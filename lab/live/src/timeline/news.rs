//! The announcements of one host's kernel about its IPv4 addresses: a routing netlink socket in the host's network.

use rustix::fd::{AsFd as _, BorrowedFd, OwnedFd};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::io;
use std::net::Ipv4Addr;

/// Numbers of the kernel's interface (rtnetlink(7)).
const GROUP_IPV4_ADDRESS: u32 = 0x10;
const NEW_ADDRESS: u16 = 20;
const GONE_ADDRESS: u16 = 21;
const LOCAL: u16 = 2;
const HEADER: usize = 16;
const ADDRESS_HEADER: usize = 8;

/// One announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub address: Ipv4Addr,
    pub is_gone: bool,
}

/// Where the announcements of one host arrive.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

impl Socket {
    /// In the network of this process. A socket stays where it was made, so a thread goes there, makes it and ends.
    pub(super) fn of(process: u32) -> io::Result<Self> {
        let network = std::fs::File::open(format!("/proc/{process}/ns/net"))?;
        let make = move || -> io::Result<OwnedFd> {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            // Without a protocol it is the one for routing and addresses.
            let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
            bind(&socket, &SocketAddrNetlink::new(0, GROUP_IPV4_ADDRESS))?;
            Ok(socket)
        };
        std::thread::spawn(make).join().expect("making a socket does not panic").map(Self)
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Every announcement that has arrived.
    pub(super) fn read(&self) -> Vec<Word> {
        let mut words = Vec::new();
        let mut packet = vec![0_u8; 65536];
        while let Ok((length, _)) = recv(&self.0, packet.as_mut_slice(), RecvFlags::empty()) {
            words.extend(messages(&packet[..length]));
        }
        words
    }
}

fn messages(mut rest: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    while let Some((message, next)) = split(rest, length_of_message) {
        words.extend(word(message));
        rest = next;
    }
    words
}

fn word(message: &[u8]) -> Option<Word> {
    let is_gone = match number(message, 4)? {
        NEW_ADDRESS => false,
        GONE_ADDRESS => true,
        _ => return None,
    };
    let mut rest = message.get(HEADER + ADDRESS_HEADER..)?;
    while let Some((attribute, next)) = split(rest, |bytes| number(bytes, 0).map(usize::from)) {
        if number(attribute, 2)? == LOCAL {
            let octets: [u8; 4] = attribute.get(4..8)?.try_into().ok()?;
            return Some(Word { address: octets.into(), is_gone });
        }
        rest = next;
    }
    None
}

/// What begins here and is as long as it says, and what follows it at the next multiple of four.
fn split(bytes: &[u8], length: impl Fn(&[u8]) -> Option<usize>) -> Option<(&[u8], &[u8])> {
    let length = length(bytes).filter(|length| (4..=bytes.len()).contains(length))?;
    Some((&bytes[..length], bytes.get(length.next_multiple_of(4)..).unwrap_or_default()))
}

fn length_of_message(bytes: &[u8]) -> Option<usize> {
    let length: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    usize::try_from(u32::from_ne_bytes(length)).ok()
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::{GONE_ADDRESS, NEW_ADDRESS, Word, messages};

    /// A message as the kernel writes it: prefix and address of the interface, label of two letters, then the address.
    fn message(kind: u16, address: [u8; 4]) -> Vec<u8> {
        let mut bytes = vec![0; 24];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        for (attribute, value) in [(3_u16, &b"l\0"[..]), (2, &address[..])] {
            let length = u16::try_from(4 + value.len()).expect("short");
            bytes.extend(length.to_ne_bytes());
            bytes.extend(attribute.to_ne_bytes());
            bytes.extend(value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        let length = u32::try_from(bytes.len()).expect("short");
        bytes[..4].copy_from_slice(&length.to_ne_bytes());
        bytes
    }

    #[test]
    fn announcements_are_read_one_after_another() {
        let packet =
            [message(NEW_ADDRESS, [1, 2, 3, 4]), message(16, [9, 9, 9, 9]), message(GONE_ADDRESS, [1, 2, 3, 4])];
        let word = |is_gone| Word { address: [1, 2, 3, 4].into(), is_gone };
        assert_eq!(messages(&packet.concat()), [word(false), word(true)]);
    }

    #[test]
    fn what_is_cut_short_says_nothing() {
        let whole = message(NEW_ADDRESS, [1, 2, 3, 4]);
        for length in 0..whole.len() {
            assert_eq!(messages(&whole[..length]), []);
        }
    }
}
