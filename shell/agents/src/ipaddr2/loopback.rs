//! `lvs_support`: a real server of a load balancer carries the address on `lo`; the director must not. Between start
//! and stop that copy is set aside, and a state file remembers to put it back.

use super::host::Host;
use crate::netlink::Address;
use crate::ocf::Failure;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Takes the address off `lo`, remembering its prefix length first.
pub fn set_aside(host: &mut Host, ip: IpAddr, state: &Path) -> Result<(), Failure> {
    let loopback = index(host)?;
    let found = host.addresses()?.into_iter().find(|address| address.ip == ip && address.interface == loopback);
    let Some(address) = found else { return Ok(()) };
    let path = file(state, ip);
    let written = fs::create_dir_all(state).and_then(|()| fs::write(&path, address.prefix.to_string()));
    written.map_err(|error| unwritable(&path, &error))?;
    host.remove(&address)
}

/// Puts it back, if it was set aside.
pub fn restore(host: &mut Host, ip: IpAddr, state: &Path) -> Result<(), Failure> {
    let path = file(state, ip);
    let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let prefix = text.trim().parse().unwrap_or(longest);
    let interface = index(host)?;
    host.add(&Address { ip, prefix, interface, flags: 0, broadcast: None, label: None, preferred: None })?;
    fs::remove_file(&path).map_err(|error| unwritable(&path, &error))
}

fn index(host: &mut Host) -> Result<u32, Failure> {
    let found = host.links()?.into_iter().find(crate::netlink::Link::is_loopback);
    found.map(|link| link.index).ok_or_else(|| Failure::error("this host has no loopback interface"))
}

fn file(state: &Path, ip: IpAddr) -> PathBuf {
    state.join(format!("IPaddr2-lo-{ip}"))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::error(format!("cannot write {}: {error}", path.display()))
}
