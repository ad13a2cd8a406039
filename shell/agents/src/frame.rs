//! The frames that tell neighbours where an address is: ARP, and the neighbour advertisement of IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Six octets on Ethernet.
pub type Mac = [u8; 6];

/// The ether type of ARP.
pub const ETHER_ARP: u16 = 0x0806;
/// The ether type of IPv6.
pub const ETHER_IPV6: u16 = 0x86dd;
/// Everybody on the segment.
pub const BROADCAST: Mac = [0xff; 6];

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const ALL_NODES_MAC: Mac = [0x33, 0x33, 0, 0, 0, 1];
const ICMPV6: u8 = 58;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
const FLAG_ROUTER: u8 = 0x80;
const FLAG_OVERRIDE: u8 = 0x20;

/// The two forms of ARP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArpKind {
    /// "Who has it?"
    Request = 1,
    /// "I have it."
    Reply = 2,
}

/// A gratuitous ARP frame: sender and target are the address itself. Some stacks learn from one form, some from the other.
pub fn gratuitous_arp(kind: ArpKind, source: Mac, destination: Mac, ip: Ipv4Addr) -> Vec<u8> {
    let target = match kind {
        ArpKind::Request => [0; 6],
        ArpKind::Reply => source,
    };
    arp(kind, (source, ip), (target, ip), destination)
}

/// An ARP probe (RFC 5227): asks who has the address without claiming it.
pub fn arp_probe(source: Mac, ip: Ipv4Addr) -> Vec<u8> {
    arp(ArpKind::Request, (source, Ipv4Addr::UNSPECIFIED), ([0; 6], ip), BROADCAST)
}

/// Who an ARP frame says has an address, if it is an ARP frame of Ethernet and IPv4 and claims one.
pub fn arp_claim(frame: &[u8]) -> Option<(Mac, Ipv4Addr)> {
    if frame.get(12..20)? != [0x08, 0x06, 0, 1, 0x08, 0, 6, 4] {
        return None;
    }
    let mac = frame.get(22..28)?.try_into().ok()?;
    let octets: [u8; 4] = frame.get(28..32)?.try_into().ok()?;
    let ip = Ipv4Addr::from(octets);
    (!ip.is_unspecified()).then_some((mac, ip))
}

fn arp(kind: ArpKind, sender: (Mac, Ipv4Addr), target: (Mac, Ipv4Addr), destination: Mac) -> Vec<u8> {
    let mut frame = ethernet(destination, sender.0, ETHER_ARP);
    // Hardware Ethernet, protocol IPv4, their lengths, the operation.
    frame.extend_from_slice(&[0, 1, 0x08, 0, 6, 4, 0, kind as u8]);
    for (mac, ip) in [sender, target] {
        frame.extend_from_slice(&mac);
        frame.extend_from_slice(&ip.octets());
    }
    frame
}

/// An unsolicited neighbour advertisement to all nodes, which overrides what they know (RFC 4861, 7.2.6).
pub fn neighbour_advertisement(source: Mac, ip: Ipv6Addr, is_router: bool) -> Vec<u8> {
    let flags = if is_router { FLAG_ROUTER | FLAG_OVERRIDE } else { FLAG_OVERRIDE };
    let mut message = vec![NEIGHBOUR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0];
    message.extend_from_slice(&ip.octets());
    // Option 2: target link-layer address, of one unit of eight octets.
    message.extend_from_slice(&[2, 1]);
    message.extend_from_slice(&source);
    let checksum = checksum_icmpv6(ip, ALL_NODES, &message);
    message[2..4].copy_from_slice(&checksum.to_be_bytes());

    let length = u8::try_from(message.len()).expect("an advertisement has 32 octets");
    let mut frame = ethernet(ALL_NODES_MAC, source, ETHER_IPV6);
    // Version 6, no class, no flow; the length; what follows; the hop limit that proves it comes from the link.
    frame.extend_from_slice(&[0x60, 0, 0, 0, 0, length, ICMPV6, 255]);
    frame.extend_from_slice(&ip.octets());
    frame.extend_from_slice(&ALL_NODES.octets());
    frame.extend_from_slice(&message);
    frame
}

/// The frames that announce an address once.
pub fn announcement(source: Mac, destination: Mac, ip: IpAddr, is_router: bool) -> Vec<Vec<u8>> {
    match ip {
        IpAddr::V4(v4) => [ArpKind::Request, ArpKind::Reply].map(|k| gratuitous_arp(k, source, destination, v4)).into(),
        IpAddr::V6(v6) => vec![neighbour_advertisement(source, v6, is_router)],
    }
}

fn ethernet(destination: Mac, source: Mac, kind: u16) -> Vec<u8> {
    [&destination[..], &source[..], &kind.to_be_bytes()[..]].concat()
}

/// The checksum over the pseudo header and the message, whose own checksum field is zero.
fn checksum_icmpv6(source: Ipv6Addr, destination: Ipv6Addr, message: &[u8]) -> u16 {
    let length = u32::try_from(message.len()).expect("an ICMPv6 message is short").to_be_bytes();
    let pseudo = [&source.octets()[..], &destination.octets(), &length, &[0, 0, 0, ICMPV6], message].concat();
    let mut sum: u32 = 0;
    for pair in pseudo.chunks(2) {
        sum += u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("folded to 16 bits")
}

#[cfg(test)]
mod tests;
