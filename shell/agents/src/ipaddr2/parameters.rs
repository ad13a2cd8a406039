//! The parameters of the agent, read once and refused where they make no sense.

use super::Form;
use crate::frame::{BROADCAST, Mac};
use crate::netlink::{Address, Link, types::network};
use crate::ocf::{Environment, Failure, Flag};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// The kernel's limit for an interface's name or alias.
const LABEL_MAX: usize = 15;
/// Alias numbers tried for `IPaddr`.
const ALIAS_MAX: u32 = 1024;

/// What the administrator wants.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub ip: IpAddr,
    pub nic: Option<String>,
    pub prefix: Option<u8>,
    pub broadcast: Option<Ipv4Addr>,
    pub label: Label,
    pub lvs: Flag,
    /// IPv6 only: keeps connections of this host from taking the address as their source.
    pub source_label: Option<(Ipv6Addr, u32)>,
    pub arp: Arp,
    pub run_arping: Flag,
    pub nodad: Flag,
    pub noprefixroute: Flag,
    pub preferred: Option<u32>,
    pub flush_routes: Flag,
    pub check_link: Flag,
    pub namespace: Option<String>,
    recurring: Flag,
}

/// How the address is labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// As the interface itself.
    None,
    /// `NIC:` and this.
    Named(String),
    /// `NIC:` and the first free number.
    FirstFree,
}

/// How the address is announced.
#[derive(Clone, Debug)]
pub struct Arp {
    pub count: u32,
    pub count_refresh: u32,
    pub interval: Duration,
    pub background: Flag,
    pub destination: Mac,
}

impl Parameters {
    pub fn read(form: Form, environment: &Environment) -> Result<Self, Failure> {
        refuse_cluster_ip(environment)?;
        let ip = read_ip(environment)?;
        let (nic, alias) = read_nic(environment);
        Ok(Self {
            ip,
            prefix: read_prefix(environment, ip)?,
            broadcast: read_broadcast(environment)?,
            label: read_label(form, environment, nic.as_deref(), alias)?,
            nic,
            lvs: environment.flag("lvs_support", Flag::No)?,
            source_label: read_source_label(environment, ip)?,
            arp: Arp::read(environment)?,
            run_arping: environment.flag("run_arping", Flag::No)?,
            nodad: environment.flag("nodad", Flag::No)?,
            noprefixroute: environment.flag("noprefixroute", Flag::No)?,
            preferred: read_preferred(environment)?,
            flush_routes: environment.flag("flush_routes", Flag::No)?,
            check_link: environment.flag("check_link_status", Flag::No)?,
            namespace: environment.parameter("network_namespace").map(str::to_owned),
            recurring: if environment.parameter("CRM_meta_interval").unwrap_or("0") == "0" {
                Flag::No
            } else {
                Flag::Yes
            },
        })
    }

    /// Whether a monitor announces the address again: only a recurring one does, never a probe.
    pub fn refreshes(&self) -> bool {
        self.arp.count_refresh > 0 && self.recurring.is_yes()
    }

    /// The `IFA_F_*` of a new address.
    pub fn address_flags(&self) -> u32 {
        let nodad = if self.nodad.is_yes() && self.ip.is_ipv6() { Address::NODAD } else { 0 };
        nodad | if self.noprefixroute.is_yes() { Address::NOPREFIXROUTE } else { 0 }
    }

    /// The broadcast address: as given, else the last one of a network that is large enough to have one.
    pub fn broadcast_for(&self, prefix: u8) -> Option<Ipv4Addr> {
        let IpAddr::V4(_) = self.ip else { return None };
        let IpAddr::V4(first) = network(self.ip, prefix) else { return None };
        let host_bits = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
        self.broadcast.or((prefix < 31).then(|| Ipv4Addr::from(u32::from(first) | host_bits)))
    }

    /// The label on that link, given all addresses that are already there.
    pub fn label_on(&self, link: &Link, known: &[Address]) -> Result<Option<String>, Failure> {
        if self.ip.is_ipv6() {
            return Ok(None);
        }
        let label = match &self.label {
            Label::None => return Ok(None),
            Label::Named(label) => format!("{}:{label}", link.name),
            Label::FirstFree => (0..ALIAS_MAX)
                .map(|number| format!("{}:{number}", link.name))
                .find(|label| known.iter().all(|address| address.label.as_ref() != Some(label)))
                .ok_or_else(|| Failure::error(format!("{} has no free alias number", link.name)))?,
        };
        check_label(&label)?;
        Ok(Some(label))
    }
}

impl Arp {
    fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            count: environment.number("arp_count", 5)?,
            count_refresh: environment.number("arp_count_refresh", 0)?,
            interval: Duration::from_millis(environment.number("arp_interval", 200)?),
            background: environment.flag("arp_bg", Flag::Yes)?,
            destination: environment.parameter("arp_mac").map_or(Ok(BROADCAST), read_mac)?,
        })
    }
}

fn read_ip(environment: &Environment) -> Result<IpAddr, Failure> {
    let text =
        environment.parameter("ip").ok_or_else(|| Failure::configured("IP address (the ip parameter) is mandatory"))?;
    let ip = text.parse().map_err(|_| Failure::configured(format!("IP address [{text}] not valid.")))?;
    match (ip, environment.flag("unique_clone_address", Flag::No)?) {
        (IpAddr::V4(first), Flag::Yes) => {
            let clone: u32 = environment.number("CRM_meta_clone", 0)?;
            Ok(Ipv4Addr::from(u32::from(first).saturating_add(clone)).into())
        }
        (IpAddr::V4(_) | IpAddr::V6(_), Flag::Yes | Flag::No) => Ok(ip),
    }
}

/// A clone would share one address by the CLUSTERIP target of iptables, which Linux no longer has.
fn refuse_cluster_ip(environment: &Environment) -> Result<(), Failure> {
    let copies: u32 = environment.number("CRM_meta_clone_max", 1)?;
    let own_addresses = environment.flag("unique_clone_address", Flag::No)?.is_yes();
    if copies > 1 && !own_addresses && !environment.flag("lvs_support", Flag::No)?.is_yes() {
        return Err(Failure::configured(
            "a clone of one address needs the CLUSTERIP target, which Linux no longer has; \
             use unique_clone_address=true, or lvs_support=true behind a load balancer",
        ));
    }
    Ok(())
}

/// The interface, and the alias when it is written in the old form `eth0:1`.
fn read_nic(environment: &Environment) -> (Option<String>, Option<String>) {
    let nic = environment.parameter("nic");
    match nic.and_then(|nic| nic.split_once(':')) {
        Some((nic, alias)) => (Some(nic.to_owned()), Some(alias.to_owned())),
        None => (nic.map(str::to_owned), None),
    }
}

fn read_label(
    form: Form,
    environment: &Environment,
    nic: Option<&str>,
    alias: Option<String>,
) -> Result<Label, Failure> {
    let named = alias.or_else(|| environment.parameter("iflabel").map(str::to_owned));
    let label = match (named, form) {
        (Some(label), Form::IPaddr2 | Form::IPaddr) => Label::Named(label),
        (None, Form::IPaddr) => Label::FirstFree,
        (None, Form::IPaddr2) => Label::None,
    };
    if let (Some(nic), Label::Named(label)) = (nic, &label) {
        check_label(&format!("{nic}:{label}"))?;
    }
    Ok(label)
}

fn check_label(label: &str) -> Result<(), Failure> {
    if label.len() <= LABEL_MAX {
        return Ok(());
    }
    Err(Failure::configured(format!("Interface label [{label}] exceeds maximum character limit of {LABEL_MAX}")))
}

/// A prefix length, or the dotted quad of old configurations.
fn read_prefix(environment: &Environment, ip: IpAddr) -> Result<Option<u8>, Failure> {
    let Some(text) = environment.parameter("cidr_netmask").or_else(|| environment.parameter("netmask")) else {
        return Ok(None);
    };
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let prefix = match text.parse::<Ipv4Addr>() {
        Ok(quad) if ip.is_ipv4() => prefix_of_mask(quad),
        Ok(_) | Err(_) => text.parse().ok(),
    };
    match prefix.filter(|&prefix| prefix <= longest) {
        Some(prefix) => Ok(Some(prefix)),
        None => Err(Failure::configured(format!("Invalid netmask specification [{text}]; write 0 to {longest}"))),
    }
}

fn prefix_of_mask(quad: Ipv4Addr) -> Option<u8> {
    let mask = u32::from(quad);
    let ones = mask.leading_ones();
    (mask.count_ones() == ones).then(|| u8::try_from(ones).expect("32 bits have at most 32 ones"))
}

fn read_broadcast(environment: &Environment) -> Result<Option<Ipv4Addr>, Failure> {
    let Some(text) = environment.parameter("broadcast") else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Failure::configured(format!("Invalid broadcast address [{text}].")))
}

fn read_source_label(environment: &Environment, ip: IpAddr) -> Result<Option<(Ipv6Addr, u32)>, Failure> {
    let wanted = environment.flag("lvs_ipv6_addrlabel", Flag::No)?.is_yes();
    let label = environment.number("lvs_ipv6_addrlabel_value", 99)?;
    match ip {
        IpAddr::V6(v6) if wanted => Ok(Some((v6, label))),
        IpAddr::V6(_) | IpAddr::V4(_) => Ok(None),
    }
}

fn read_preferred(environment: &Environment) -> Result<Option<u32>, Failure> {
    match environment.parameter("preferred_lft") {
        None | Some("forever") => Ok(None),
        Some(_) => environment.number("preferred_lft", 0).map(Some),
    }
}

/// Twelve hexadecimal digits, with or without separators.
fn read_mac(text: &str) -> Result<Mac, Failure> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    let number = u64::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 12);
    let octets = number.ok_or_else(|| Failure::configured(format!("arp_mac [{text}] is no Ethernet address")))?;
    Ok(octets.to_be_bytes()[2..].try_into().expect("eight octets less two are six"))
}
