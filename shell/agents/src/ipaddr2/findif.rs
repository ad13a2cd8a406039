//! Which interface an address belongs on, and the length of its network: by the routing table unless it is said.

use super::parameters::Parameters;
use crate::netlink::{Link, Route};
use crate::ocf::Failure;
use std::net::IpAddr;

/// Prefix length of a link-local address of which nothing more is known.
const LINK_LOCAL_PREFIX: u8 = 64;

/// Where an address goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub link: Link,
    pub prefix: u8,
}

/// The rule: an explicit `nic` wins; else the longest network of an interface that contains the address; else, and
/// only if the netmask is given, the interface behind the longest route to it, down to the default route.
pub fn choose(parameters: &Parameters, links: &[Link], routes: &[Route]) -> Result<Place, Failure> {
    let nic = parameters.nic.as_deref().map(|name| named(links, name)).transpose()?;
    if nic.is_none() && is_link_local(parameters.ip) {
        return Err(Failure::configured(format!("{} is link-local; say on which nic", parameters.ip)));
    }
    let matching =
        |route: &&Route| route.contains(parameters.ip) && nic.is_none_or(|link| link.index == route.interface);
    let own = routes.iter().filter(matching).filter(|route| !route.via_gateway && route.prefix > 0);
    let any = routes.iter().filter(matching).filter(|_| parameters.prefix.is_some());
    let route = own.max_by_key(|route| route.prefix).or_else(|| any.max_by_key(|route| route.prefix));
    let link = nic.or_else(|| links.iter().find(|link| Some(link.index) == route.map(|route| route.interface)));
    let guess = is_link_local(parameters.ip).then_some(LINK_LOCAL_PREFIX);
    let prefix = parameters.prefix.or(route.map(|route| route.prefix)).or(guess);
    match (link, prefix) {
        (Some(link), Some(prefix)) => Ok(Place { link: link.clone(), prefix }),
        (Some(_) | None, _) => Err(Failure::error(format!(
            "[findif] failed: no route leads to {}; give nic and cidr_netmask, or give an interface an address of that network",
            parameters.ip
        ))),
    }
}

fn named<'a>(links: &'a [Link], name: &str) -> Result<&'a Link, Failure> {
    links.iter().find(|link| link.name == name).ok_or_else(|| {
        let known: Vec<_> = links.iter().map(|link| link.name.as_str()).collect();
        Failure::configured(format!("[findif] failed: interface {name} does not exist; here are {}", known.join(", ")))
    })
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => false,
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}
