//! What a bundle's element says about all of its containers: network, storage, ports, and what is left to defaults.

use super::elements::{KEY_PATH, LOG_PATH, REMOTE_PORT};
use crate::values;
use cib::Element;
use std::fmt::Write as _;
use std::sync::Arc;

/// What a bundle's element says about all of its containers.
pub(super) struct Design {
    pub prefix: String,
    pub agent: &'static str,
    pub options: Option<String>,
    pub command: Option<String>,
    pub network: Option<String>,
    pub first_address: Option<String>,
    pub netmask: Option<String>,
    pub interface: Option<String>,
    pub port: Option<String>,
    pub add_host: bool,
    pub mounts: Vec<Mount>,
    pub ports: Vec<(String, String)>,
    pub hosts: String,
}

pub(super) struct Mount {
    pub source: String,
    pub target: String,
    pub options: Option<String>,
    pub per_replica: bool,
}

impl Design {
    pub(super) fn read(xml: &Element, agent: &'static str) -> Self {
        let launch = xml.child(agent);
        let own = |name: &str| launch.and_then(|e| e.attribute(name)).map(str::to_owned);
        let network = xml.child("network");
        let net = |name: &str| network.and_then(|e| e.attribute(name)).map(str::to_owned);
        Self {
            prefix: xml.id().unwrap_or_default().to_owned(),
            agent,
            options: own("options"),
            command: own("run-command"),
            network: own("network"),
            first_address: net("ip-range-start"),
            netmask: net("host-netmask"),
            interface: net("host-interface"),
            port: net("control-port"),
            add_host: network.is_some() && net("add-host").and_then(|text| values::boolean(&text)) != Some(false),
            mounts: xml.child("storage").map(|storage| read_mounts(storage)).unwrap_or_default(),
            ports: network.map(|network| read_ports(network)).unwrap_or_default(),
            hosts: String::new(),
        }
    }

    /// What a container that has something inside needs in any case.
    pub(super) fn add_defaults(&mut self) {
        let mount = |source: &str, target: &str, per_replica| Mount {
            source: source.to_owned(),
            target: target.to_owned(),
            options: None,
            per_replica,
        };
        let logs = self.mounts.iter().any(|mount| mount.target == "/var/log");
        self.mounts.push(mount(KEY_PATH, KEY_PATH, false));
        if !logs {
            self.mounts.push(mount(LOG_PATH, "/var/log", true));
        }
        let port = self.port.clone().unwrap_or_else(|| REMOTE_PORT.to_owned());
        self.ports.push((port.clone(), port));
    }

    pub(super) fn addresses(&mut self, count: u32) -> Vec<Option<String>> {
        let mut next = self.first_address.clone();
        (0..count)
            .map(|offset| {
                let address = next.take();
                next = address.as_deref().and_then(next_address);
                if let Some(address) = &address {
                    let name = format!("{}-{offset}", self.prefix);
                    let written = if self.add_host {
                        write!(self.hosts, " --add-host={name}:{address}")
                    } else {
                        write!(self.hosts, " --hosts-entry={address}={name}")
                    };
                    written.expect("writing to a string cannot fail");
                }
                address
            })
            .collect()
    }
}

fn read_mounts(storage: &Element) -> Vec<Mount> {
    let one = |mapping: &Arc<Element>| {
        let whole = mapping.attribute("source-dir");
        let source = whole.or_else(|| mapping.attribute("source-dir-root"))?;
        let target = mapping.attribute("target-dir")?;
        Some(Mount {
            source: source.to_owned(),
            target: target.to_owned(),
            options: mapping.attribute("options").map(str::to_owned),
            per_replica: whole.is_none(),
        })
    };
    storage.children_named("storage-mapping").filter_map(one).collect()
}

fn read_ports(network: &Element) -> Vec<(String, String)> {
    let one = |mapping: &Arc<Element>| {
        let (source, target) = match mapping.attribute("port") {
            Some(port) => (port, mapping.attribute("internal-port").unwrap_or(port)),
            None => (mapping.attribute("range")?, mapping.attribute("range")?),
        };
        (!source.is_empty()).then(|| (source.to_owned(), target.to_owned()))
    };
    network.children_named("port-mapping").filter_map(one).collect()
}

/// The address after one, staying clear of network and broadcast.
fn next_address(address: &str) -> Option<String> {
    let mut octets = [0_u32; 4];
    let mut parts = address.split('.');
    for octet in &mut octets {
        *octet = u32::try_from(values::leading_integer(parts.next()?)?).ok()?;
    }
    let [a, b, c, d] = octets;
    match (c, d) {
        (254.., _) => None,
        (_, 254..) => Some(format!("{a}.{b}.{}.1", c + 1)),
        _ => Some(format!("{a}.{b}.{c}.{}", d + 1)),
    }
}
