//! `IPaddr2`: a virtual address that moves between nodes. Also `IPaddr`, the same with an alias label.
//!
//! It replaces the shell agent of that name: same parameters, same codes. Unlike it, a monitor only asks whether the
//! address is there, the first announcement leaves with the address, and an interface is never taken down.

mod announce;
mod conflict;
mod description;
mod findif;
mod host;
mod loopback;
mod parameters;

#[cfg(test)]
mod tests;

use crate::netlink::{Address, Link};
use crate::ocf::{Environment, Failure, Flag, finish, info, print, unimplemented, warn};
use announce::Announcement;
use host::{Host, broken};
use model::OcfCode;
use parameters::Parameters;
use std::time::{Duration, Instant};

const ACTIONS: &str = "start|stop|status|monitor|validate-all|meta-data";
/// How long a link that was just brought up may take to get its carrier before the address is announced anyway.
const CARRIER_WAIT: Duration = Duration::from_secs(1);
/// How long the kernel may look for duplicates of an IPv6 address; by default it takes one to two seconds.
const DUPLICATE_WAIT: Duration = Duration::from_secs(8);
/// Between two looks at a state that the kernel changes by itself.
const POLL: Duration = Duration::from_millis(5);

/// Which of the two agents is meant: they differ in the label and in the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// No label unless `iflabel` asks for one.
    IPaddr2,
    /// Always a label: the first free `NIC:N`.
    IPaddr,
}

/// Runs one action of `IPaddr2` with the process's environment.
pub fn main(action: &str) -> u8 {
    run(Form::IPaddr2, action, &Environment::of_process())
}

/// Runs one action of either form.
pub fn run(form: Form, action: &str, environment: &Environment) -> u8 {
    match action {
        "meta-data" => {
            print(&meta_data(form));
            OcfCode::OK.0
        }
        "start" => finish(prepare(form, environment).and_then(|mut agent| agent.start())),
        "stop" => finish(prepare(form, environment).and_then(|mut agent| agent.stop())),
        "monitor" => finish(prepare(form, environment).and_then(|mut agent| agent.monitor())),
        "status" => finish(prepare(form, environment).and_then(|mut agent| agent.status())),
        "validate-all" => finish(prepare(form, environment).and_then(|mut agent| agent.validate())),
        _ => unimplemented(description::of(form).name, ACTIONS),
    }
}

/// What the agent says of itself, as XML.
pub fn meta_data(form: Form) -> String {
    description::of(form).to_xml()
}

fn prepare(form: Form, environment: &Environment) -> Result<Agent, Failure> {
    let parameters = Parameters::read(form, environment)?;
    if let Some(namespace) = &parameters.namespace {
        host::enter(namespace)?;
    }
    let host = Host::open()?;
    Ok(Agent { host, parameters, state: environment.state_directory() })
}

struct Agent {
    host: Host,
    parameters: Parameters,
    state: std::path::PathBuf,
}

impl Agent {
    fn start(&mut self) -> Result<OcfCode, Failure> {
        host::require_root()?;
        if !self.served()?.is_empty() {
            return Ok(OcfCode::OK);
        }
        let place = findif::choose(&self.parameters, &self.host.links()?, &self.host.routes()?)?;
        self.refuse_duplicate(&place.link)?;
        if self.parameters.lvs.is_yes() {
            loopback::set_aside(&mut self.host, self.parameters.ip, &self.state)?;
        }
        let address = self.address_at(&place)?;
        info(format_args!("adding address {}/{} to {}", address.ip, address.prefix, place.link.name));
        self.host.add(&address)?;
        self.ready(&place.link, &address).inspect_err(|_| self.take_back(&address))?;
        if let Some((ip, label)) = self.parameters.source_label {
            self.host.set_source_label(ip, place.link.index, label)?;
        }
        self.announce(&place.link, self.parameters.arp.count);
        Ok(OcfCode::OK)
    }

    fn stop(&mut self) -> Result<OcfCode, Failure> {
        host::require_root()?;
        for address in self.served()? {
            info(format_args!("removing address {}/{}", address.ip, address.prefix));
            self.host.remove(&address)?;
            if let Some((ip, label)) = self.parameters.source_label {
                self.host.clear_source_label(ip, address.interface, label);
            }
        }
        if self.parameters.lvs.is_yes() {
            loopback::restore(&mut self.host, self.parameters.ip, &self.state)?;
        }
        if self.parameters.flush_routes.is_yes() {
            host::flush_routes(self.parameters.ip);
        }
        Ok(OcfCode::OK)
    }

    fn monitor(&mut self) -> Result<OcfCode, Failure> {
        let served = self.served()?;
        let Some(address) = served.first() else { return Ok(OcfCode::NOT_RUNNING) };
        if address.has(Address::DADFAILED) {
            return Err(Failure::error(format!("another host has {} (duplicate address detected)", address.ip)));
        }
        if self.parameters.check_link.is_yes() || self.parameters.refreshes() {
            let link = self.host.link(address.interface)?;
            self.require_carrier(&link)?;
            self.announce(&link, if self.parameters.refreshes() { self.parameters.arp.count_refresh } else { 0 });
        }
        Ok(OcfCode::OK)
    }

    fn status(&mut self) -> Result<OcfCode, Failure> {
        let code = self.monitor()?;
        print(if code == OcfCode::OK { "running\n" } else { "stopped\n" });
        Ok(code)
    }

    fn validate(&mut self) -> Result<OcfCode, Failure> {
        let place = findif::choose(&self.parameters, &self.host.links()?, &self.host.routes()?)?;
        self.address_at(&place)?;
        Ok(OcfCode::OK)
    }

    /// Every place where the address is. With `lvs_support` the copy on `lo` belongs to a real server, not to us.
    fn served(&mut self) -> Result<Vec<Address>, Failure> {
        let ip = self.parameters.ip;
        let mut found = self.host.addresses()?;
        found.retain(|address| address.ip == ip);
        if self.parameters.lvs.is_yes() && !found.is_empty() {
            let links = self.host.links()?;
            found.retain(|a| !links.iter().any(|link| link.index == a.interface && link.is_loopback()));
        }
        Ok(found)
    }

    fn address_at(&mut self, place: &findif::Place) -> Result<Address, Failure> {
        let known = self.host.addresses()?;
        Ok(Address {
            ip: self.parameters.ip,
            prefix: place.prefix,
            interface: place.link.index,
            flags: self.parameters.address_flags(),
            broadcast: self.parameters.broadcast_for(place.prefix),
            label: self.parameters.label_on(&place.link, &known)?,
            preferred: self.parameters.preferred,
        })
    }

    fn refuse_duplicate(&self, link: &Link) -> Result<(), Failure> {
        match (self.parameters.run_arping, self.parameters.ip, link.mac) {
            (Flag::Yes, std::net::IpAddr::V4(ip), Some(mac)) if link.is_running() => {
                conflict::refuse(link.index, mac, ip)
            }
            (Flag::Yes | Flag::No, _, _) => Ok(()),
        }
    }

    /// Waits until the address can be used: the link has its carrier, and no duplicate was found.
    fn ready(&mut self, link: &Link, address: &Address) -> Result<(), Failure> {
        if !link.is_up() {
            info(format_args!("bringing {} up", link.name));
            self.host.bring_up(link)?;
        }
        let link = self.await_carrier(link)?;
        self.require_carrier(&link)?;
        self.await_no_duplicate(address)
    }

    /// The link as it is once it runs, or once it had its time: an address on a dead link is the administrator's wish.
    fn await_carrier(&mut self, link: &Link) -> Result<Link, Failure> {
        let deadline = Instant::now() + if link.is_up() { Duration::ZERO } else { CARRIER_WAIT };
        loop {
            let link = self.host.link(link.index)?;
            if link.is_running() || Instant::now() >= deadline {
                return Ok(link);
            }
            std::thread::sleep(POLL);
        }
    }

    fn await_no_duplicate(&mut self, address: &Address) -> Result<(), Failure> {
        let deadline = Instant::now() + DUPLICATE_WAIT;
        loop {
            let served = self.served()?;
            let state = served.iter().find(|found| found.interface == address.interface);
            let Some(state) = state else { return Err(Failure::error("the address vanished while it was added")) };
            if state.has(Address::DADFAILED) {
                return Err(Failure::error(format!("another host has {} (duplicate address detected)", address.ip)));
            }
            if !state.has(Address::TENTATIVE) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Failure::error(format!("{} is still tentative; has the link a carrier?", address.ip)));
            }
            std::thread::sleep(POLL);
        }
    }

    /// A failed start leaves nothing behind; if even that fails, the stop that follows will say so.
    fn take_back(&mut self, address: &Address) {
        if let Err(failure) = self.host.remove(address) {
            warn(failure.reason);
        }
    }

    fn require_carrier(&self, link: &Link) -> Result<(), Failure> {
        if self.parameters.check_link.is_yes() && !link.is_running() {
            return Err(Failure::error(format!("{} has no carrier (check_link_status)", link.name)));
        }
        Ok(())
    }

    fn announce(&mut self, link: &Link, count: u32) {
        if count > 0 && link.has_neighbours() && link.mac.is_none() {
            warn(format_args!("{} is not Ethernet; its neighbours are not told that the address moved", link.name));
        }
        let announcement = Announcement::new(link, &self.parameters, count);
        if let Some(announcement) = announcement
            && let Err(error) = announcement.send()
        {
            warn(broken("announce the address to its neighbours", &error).reason);
        }
    }
}
