//! The host's network as this agent touches it, with errors in its words.

use crate::netlink::{Address, Link, Netlink, Route, types::network};
use crate::ocf::{Failure, warn};
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;
use std::{fs, io};

/// A connection to the kernel.
pub struct Host(Netlink);

impl Host {
    pub fn open() -> Result<Self, Failure> {
        Netlink::open().map(Self).map_err(|error| broken("talk to the kernel by netlink", &error))
    }

    pub fn links(&mut self) -> Result<Vec<Link>, Failure> {
        self.0.links().map_err(|error| broken("list the interfaces", &error))
    }

    pub fn link(&mut self, index: u32) -> Result<Link, Failure> {
        let found = self.links()?.into_iter().find(|link| link.index == index);
        found.ok_or_else(|| Failure::error(format!("the interface with index {index} is gone")))
    }

    pub fn addresses(&mut self) -> Result<Vec<Address>, Failure> {
        self.0.addresses().map_err(|error| broken("list the addresses", &error))
    }

    pub fn routes(&mut self) -> Result<Vec<Route>, Failure> {
        self.0.routes().map_err(|error| broken("list the routes", &error))
    }

    pub fn bring_up(&mut self, link: &Link) -> Result<(), Failure> {
        self.0.bring_up(link.index).map_err(|error| broken(&format!("bring {} up", link.name), &error))
    }

    /// Adds an address; one that is already there is as good.
    pub fn add(&mut self, address: &Address) -> Result<(), Failure> {
        match self.0.add(address) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(broken(&format!("add {}/{}", address.ip, address.prefix), &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes an address and no other: when a network's first address goes, the kernel by default takes the others
    /// of that network along. They are promoted instead, and put back should that have failed.
    pub fn remove(&mut self, address: &Address) -> Result<(), Failure> {
        let before: Vec<_> = self.addresses()?.into_iter().filter(|other| is_dependent(other, address)).collect();
        let promotion = if before.is_empty() { None } else { self.promote_secondaries(address.interface) };
        let outcome = self.0.delete(address);
        drop(promotion);
        match outcome {
            Err(error) if error.kind() != io::ErrorKind::AddrNotAvailable => {
                return Err(broken(&format!("remove {}/{}", address.ip, address.prefix), &error));
            }
            Ok(()) | Err(_) => {}
        }
        before.iter().try_for_each(|other| self.add(other))
    }

    /// Labels an IPv6 address for the choice of source addresses.
    pub fn set_source_label(&mut self, ip: Ipv6Addr, interface: u32, label: u32) -> Result<(), Failure> {
        match self.0.set_source_label(ip, interface, label) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(broken("label the address", &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Takes that label away; one that is not there is as good.
    pub fn clear_source_label(&mut self, ip: Ipv6Addr, interface: u32, label: u32) {
        match self.0.clear_source_label(ip, interface, label) {
            Err(error) if error.raw_os_error() != Some(rustix::io::Errno::SRCH.raw_os_error()) => {
                warn(broken("unlabel the address", &error).reason);
            }
            Ok(()) | Err(_) => {}
        }
    }

    fn promote_secondaries(&mut self, interface: u32) -> Option<Setting> {
        let link = self.link(interface).ok()?;
        Setting::change(&format!("/proc/sys/net/ipv4/conf/{}/promote_secondaries", link.name), "1")
    }
}

/// Whether the kernel would delete `other` together with `primary`.
fn is_dependent(other: &Address, primary: &Address) -> bool {
    other.interface == primary.interface
        && other.prefix == primary.prefix
        && other.has(Address::SECONDARY)
        && !primary.has(Address::SECONDARY)
        && other.ip.is_ipv4()
        && network(other.ip, other.prefix) == network(primary.ip, primary.prefix)
}

/// A kernel setting that goes back to what it was.
struct Setting {
    path: String,
    before: String,
}

impl Setting {
    fn change(path: &str, value: &str) -> Option<Self> {
        let before = fs::read_to_string(path).ok().filter(|before| before.trim() != value)?;
        fs::write(path, value).ok()?;
        Some(Self { path: path.to_owned(), before })
    }
}

impl Drop for Setting {
    fn drop(&mut self) {
        if let Err(error) = fs::write(&self.path, &self.before) {
            warn(format_args!("cannot set {} back to {}: {error}", self.path, self.before.trim()));
        }
    }
}

/// Refuses what only root can do.
pub fn require_root() -> Result<(), Failure> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(Failure::permission("only root can change addresses; run it as root"))
}

/// Moves this process into a network namespace that `ip netns` knows.
pub fn enter(namespace: &str) -> Result<(), Failure> {
    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
    use std::os::fd::AsFd;
    let path = Path::new("/run/netns").join(namespace);
    let file = fs::File::open(&path)
        .map_err(|error| Failure::installed(format!("network_namespace {namespace} is not here: {error}")))?;
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
        .map_err(|error| Failure::error(format!("cannot enter network_namespace {namespace}: {error}")))
}

/// Makes the kernel look up routes anew, so that nobody keeps a short cut to an address that went.
pub fn flush_routes(ip: IpAddr) {
    let family = if ip.is_ipv4() { "ipv4" } else { "ipv6" };
    if let Err(error) = fs::write(format!("/proc/sys/net/{family}/route/flush"), "1") {
        warn(format_args!("cannot flush the {family} routes: {error}"));
    }
}

/// The kernel said no.
pub fn broken(what: &str, error: &io::Error) -> Failure {
    let reason = format!("cannot {what}: {error}");
    if error.kind() == io::ErrorKind::PermissionDenied { Failure::permission(reason) } else { Failure::error(reason) }
}
