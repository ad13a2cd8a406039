//! Links, addresses and routes: from the kernel's messages, and an address back into one.

use super::wire::{Request, attributes, u32_at};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const RT_TABLE_MAIN: u32 = 254;
const RTN_UNICAST: u8 = 1;
const RT_SCOPE_HOST: u8 = 254;
const NLM_CREATE_EXCLUSIVE: u16 = 0x600;
/// A valid lifetime without end.
const FOREVER: u32 = u32::MAX;

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The kernel's number for it.
    pub index: u32,
    /// As people call it.
    pub name: String,
    /// `IFF_*`.
    pub flags: u32,
    /// Its Ethernet address, where it has one.
    pub mac: Option<[u8; 6]>,
}

impl Link {
    const UP: u32 = 0x1;
    const LOOPBACK: u32 = 0x8;
    const RUNNING: u32 = 0x40;
    const NOARP: u32 = 0x80;

    /// The administrator wants it up.
    pub fn is_up(&self) -> bool {
        self.flags & Self::UP != 0
    }

    /// It is up and has a carrier.
    pub fn is_running(&self) -> bool {
        self.is_up() && self.flags & Self::RUNNING != 0
    }

    /// `lo`.
    pub fn is_loopback(&self) -> bool {
        self.flags & Self::LOOPBACK != 0
    }

    /// Neighbours on it resolve addresses, so they must be told when one moves.
    pub fn has_neighbours(&self) -> bool {
        self.flags & (Self::LOOPBACK | Self::NOARP) == 0
    }

    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let mut link = Self { index: u32_at(body, 4)?, name: String::new(), flags: u32_at(body, 8)?, mac: None };
        for (kind, payload) in attributes(body, 16) {
            match kind {
                1 => link.mac = payload.try_into().ok(),
                3 => link.name = text(payload),
                _ => {}
            }
        }
        Some(link)
    }
}

/// One address of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address itself.
    pub ip: IpAddr,
    /// The length of its network's prefix.
    pub prefix: u8,
    /// The index of its interface.
    pub interface: u32,
    /// `IFA_F_*`.
    pub flags: u32,
    /// IPv4 only.
    pub broadcast: Option<Ipv4Addr>,
    /// IPv4 only: the interface's name, or an alias of it.
    pub label: Option<String>,
    /// Seconds for which new connections prefer it; `None` for ever.
    pub preferred: Option<u32>,
}

impl Address {
    /// Another one of the same network came first and takes this one along when it goes.
    pub const SECONDARY: u32 = 0x01;
    /// Do not look for duplicates (IPv6).
    pub const NODAD: u32 = 0x02;
    /// Somebody else has it (IPv6).
    pub const DADFAILED: u32 = 0x08;
    /// The look for duplicates has not ended (IPv6).
    pub const TENTATIVE: u32 = 0x40;
    /// Without a route to its network.
    pub const NOPREFIXROUTE: u32 = 0x200;

    /// Whether one of these flags is set.
    pub fn has(&self, flags: u32) -> bool {
        self.flags & flags != 0
    }

    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (family, prefix, flags) = (*body.first()?, *body.get(1)?, *body.get(2)?);
        let (mut local, mut peer) = (None, None);
        let mut address = Self {
            ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            prefix,
            interface: u32_at(body, 4)?,
            flags: u32::from(flags),
            broadcast: None,
            label: None,
            preferred: None,
        };
        for (kind, payload) in attributes(body, 8) {
            match kind {
                1 => peer = ip(family, payload),
                2 => local = ip(family, payload),
                3 => address.label = Some(text(payload)),
                4 => address.broadcast = payload.try_into().ok().map(|octets: [u8; 4]| octets.into()),
                6 => address.preferred = u32_at(payload, 0).filter(|&seconds| seconds != FOREVER),
                8 => address.flags = u32_at(payload, 0)?,
                _ => {}
            }
        }
        // On a point-to-point link IFA_ADDRESS is the peer; elsewhere both are the same or only one is there.
        address.ip = local.or(peer)?;
        Some(address)
    }

    pub(super) fn to_add(&self) -> Request {
        let flags = self.flags & (Self::NODAD | Self::NOPREFIXROUTE);
        let mut request = self.request(20, NLM_CREATE_EXCLUSIVE);
        if let Some(broadcast) = self.broadcast {
            request = request.with(4, &broadcast.octets());
        }
        if flags != 0 {
            request = request.with(8, &flags.to_ne_bytes());
        }
        if let Some(preferred) = self.preferred {
            let lifetimes = [preferred, FOREVER, 0, 0].map(u32::to_ne_bytes).concat();
            request = request.with(6, &lifetimes);
        }
        request
    }

    pub(super) fn to_delete(&self) -> Request {
        self.request(21, 0)
    }

    fn request(&self, kind: u16, flags: u16) -> Request {
        let (family, octets) = match self.ip {
            IpAddr::V4(v4) => (AF_INET, v4.octets().to_vec()),
            IpAddr::V6(v6) => (AF_INET6, v6.octets().to_vec()),
        };
        let scope = if self.ip.is_loopback() { RT_SCOPE_HOST } else { 0 };
        let mut header = vec![family, self.prefix, 0, scope];
        header.extend_from_slice(&self.interface.to_ne_bytes());
        let request = Request::new(kind, flags, &header).with(2, &octets).with(1, &octets);
        match &self.label {
            Some(label) => request.with(3, format!("{label}\0").as_bytes()),
            None => request,
        }
    }
}

/// One route of the main table that leads to an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The network's first address.
    pub network: IpAddr,
    /// The length of the network's prefix; 0 for the default route.
    pub prefix: u8,
    /// The index of the interface.
    pub interface: u32,
    /// Through a router, so that the network is not the interface's own.
    pub via_gateway: bool,
}

impl Route {
    /// Whether the network contains the address.
    pub fn contains(&self, ip: IpAddr) -> bool {
        network(ip, self.prefix) == self.network
    }

    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (family, prefix, mut table, kind) =
            (*body.first()?, *body.get(1)?, u32::from(*body.get(4)?), *body.get(7)?);
        let (mut destination, mut interface, mut via_gateway) = (unspecified(family)?, None, false);
        for (attribute, payload) in attributes(body, 12) {
            match attribute {
                1 => destination = ip(family, payload)?,
                4 => interface = u32_at(payload, 0),
                5 | 18 => via_gateway = true,
                15 => table = u32_at(payload, 0)?,
                _ => {}
            }
        }
        let usable = table == RT_TABLE_MAIN && kind == RTN_UNICAST;
        usable.then_some(Self { network: destination, prefix, interface: interface?, via_gateway })
    }
}

/// The first address of the network of that prefix length which contains the address.
pub fn network(ip: IpAddr, prefix: u8) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix.into())).unwrap_or(0);
            Ipv4Addr::from(u32::from(v4) & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix.into())).unwrap_or(0);
            Ipv6Addr::from(u128::from(v6) & mask).into()
        }
    }
}

fn ip(family: u8, payload: &[u8]) -> Option<IpAddr> {
    match family {
        AF_INET => <[u8; 4]>::try_from(payload).ok().map(IpAddr::from),
        AF_INET6 => <[u8; 16]>::try_from(payload).ok().map(IpAddr::from),
        _ => None,
    }
}

fn unspecified(family: u8) -> Option<IpAddr> {
    match family {
        AF_INET => Some(Ipv4Addr::UNSPECIFIED.into()),
        AF_INET6 => Some(Ipv6Addr::UNSPECIFIED.into()),
        _ => None,
    }
}

fn text(payload: &[u8]) -> String {
    let end = payload.iter().position(|&byte| byte == 0).unwrap_or(payload.len());
    String::from_utf8_lossy(&payload[..end]).into_owned()
}
