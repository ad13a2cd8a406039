//! Media: the lines that say over what the nodes talk. Each becomes a link.

use super::read::Statement;
use crate::problem::Complaints;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One way to reach the other nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Medium {
    /// UDP broadcast on a device, to `udpport`.
    Bcast {
        /// Its name (`eth0.10`).
        device: String,
    },
    /// UDP multicast on a device.
    Mcast {
        /// Its name.
        device: String,
        /// A multicast address.
        group: IpAddr,
        /// Its own port, not `udpport`.
        port: u16,
        /// Routers to pass; 0 stays on the host, 1 on the segment.
        ttl: u8,
        /// Whether our own packets come back to this host.
        loopback: bool,
    },
    /// UDP to one address, at `udpport`. Our own address may be named: the same file serves all nodes.
    Ucast {
        /// The device to send from.
        device: String,
        /// The address of a node.
        peer: IpAddr,
    },
}

impl Medium {
    /// The device it uses.
    pub fn device(&self) -> &str {
        match self {
            Self::Bcast { device } | Self::Mcast { device, .. } | Self::Ucast { device, .. } => device,
        }
    }

    /// As its line in `ha.cf` begins, which tells it from all others: `mcast eth0 239.0.0.1`.
    pub fn line(&self) -> String {
        match self {
            Self::Bcast { device } => format!("bcast {device}"),
            Self::Mcast { device, group, .. } => format!("mcast {device} {group}"),
            Self::Ucast { device, peer } => format!("ucast {device} {peer}"),
        }
    }
}

impl fmt::Display for Medium {
    /// The name of the link as `cl_status listhblinks` prints it: the device.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.device())
    }
}

/// The media of one statement; none for other directives.
pub(super) fn media(statement: &Statement, complaints: &mut Complaints) -> Vec<Medium> {
    let result = match statement.directive.name {
        "bcast" | "udp" => broadcast(&statement.words),
        "mcast" => multicast(&statement.words, Family::V4).map(|medium| vec![medium]),
        "mcast6" => multicast(&statement.words, Family::V6).map(|medium| vec![medium]),
        "ucast" => unicast(&statement.words, Family::V4).map(|medium| vec![medium]),
        "ucast6" => unicast(&statement.words, Family::V6).map(|medium| vec![medium]),
        _ => return Vec::new(),
    };
    if statement.directive.name == "udp" {
        complaints.warning(statement.line, "directive 'udp' is an old name", "write bcast instead");
    }
    result.unwrap_or_else(|wrong| {
        complaints.error(statement.line, wrong, grammar(statement.directive.name));
        Vec::new()
    })
}

fn grammar(directive: &str) -> &'static str {
    match directive {
        "mcast" => "write: mcast DEVICE GROUP PORT TTL LOOP, for example: mcast eth0 239.0.0.1 694 1 0",
        "mcast6" => "write: mcast6 DEVICE GROUP PORT HOPS LOOP, for example: mcast6 eth0 ff05::1:694 694 1 0",
        "ucast" => "write: ucast DEVICE ADDRESS, for example: ucast eth0 192.168.1.2",
        "ucast6" => "write: ucast6 DEVICE ADDRESS, for example: ucast6 eth0 fd00::2",
        _ => "write: bcast DEVICE...",
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

fn broadcast(words: &[String]) -> Result<Vec<Medium>, String> {
    words.iter().map(|word| Ok(Medium::Bcast { device: device(word)? })).collect()
}

fn multicast(words: &[String], family: Family) -> Result<Medium, String> {
    let [dev, group, port, ttl, loopback] = words else {
        return Err(format!("mcast wants five values and has {}", words.len()));
    };
    let address = address(group, family)?;
    if !address.is_multicast() {
        return Err(format!("[{group}] is not a multicast address"));
    }
    Ok(Medium::Mcast {
        device: device(dev)?,
        group: address,
        port: port_number(port)?,
        ttl: ttl.parse().map_err(|_| format!("[{ttl}] is not a time to live from 0 to 255"))?,
        loopback: match loopback.as_str() {
            "0" => false,
            "1" => true,
            _ => return Err(format!("[{loopback}] is neither 0 nor 1")),
        },
    })
}

fn unicast(words: &[String], family: Family) -> Result<Medium, String> {
    let [dev, peer] = words else { return Err(format!("ucast wants two values and has {}", words.len())) };
    let address = address(peer, family)?;
    if address.is_multicast() || address.is_unspecified() {
        return Err(format!("[{peer}] is not the address of one host"));
    }
    Ok(Medium::Ucast { device: device(dev)?, peer: address })
}

/// The length that the kernel allows, and no character that it refuses.
fn device(word: &str) -> Result<String, String> {
    let good = word.len() <= 15 && !word.contains('/') && word != "." && word != "..";
    good.then(|| word.to_owned()).ok_or_else(|| format!("[{word}] cannot be the name of a network device"))
}

fn address(word: &str, family: Family) -> Result<IpAddr, String> {
    let wrong = |_| format!("[{word}] is not an address of this kind");
    match family {
        Family::V4 => word.parse::<Ipv4Addr>().map(IpAddr::V4).map_err(wrong),
        Family::V6 => word.parse::<Ipv6Addr>().map(IpAddr::V6).map_err(wrong),
    }
}

/// A port that can be sent to.
pub(super) fn port_number(word: &str) -> Result<u16, String> {
    match word.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        Ok(_) | Err(_) => Err(format!("[{word}] is not a port from 1 to 65535")),
    }
}
