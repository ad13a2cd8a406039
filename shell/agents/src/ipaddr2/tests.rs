//! What the parameters mean, and where an address goes; the kernel's part is in `tests/ipaddr2.rs`.

use super::findif::choose;
use super::*;
use crate::netlink::Route;

fn read(pairs: &[(&str, &str)]) -> Result<Parameters, Failure> {
    Parameters::read(Form::IPaddr2, &Environment::of_parameters(pairs.iter().copied()))
}

fn link(index: u32, name: &str) -> Link {
    Link { index, name: name.into(), flags: 0x43, mac: Some([2, 0, 0, 0, 0, 1]) }
}

fn route(network: &str, prefix: u8, interface: u32, via_gateway: bool) -> Route {
    Route { network: network.parse().unwrap(), prefix, interface, via_gateway }
}

fn place(pairs: &[(&str, &str)]) -> Result<(String, u8), u8> {
    let links = [link(1, "lo"), link(2, "eth0"), link(3, "eth0.10")];
    let routes = [
        route("0.0.0.0", 0, 2, true),
        route("10.0.0.0", 8, 2, false),
        route("10.9.0.0", 24, 3, false),
        route("172.16.0.0", 12, 3, true),
        route("2001:db8::", 64, 3, false),
        route("fe80::", 64, 3, false),
    ];
    let found = choose(&read(pairs).unwrap(), &links, &routes);
    found.map(|place| (place.link.name, place.prefix)).map_err(|failure| failure.code.0)
}

#[test]
fn the_longest_network_that_contains_the_address_is_its_place() {
    let ok = |name: &str, prefix| Ok((name.to_owned(), prefix));
    assert_eq!(place(&[("ip", "10.9.0.7")]), ok("eth0.10", 24));
    assert_eq!(place(&[("ip", "10.8.0.7")]), ok("eth0", 8));
    assert_eq!(place(&[("ip", "2001:db8::7")]), ok("eth0.10", 64));
    assert_eq!(place(&[("ip", "10.9.0.7"), ("cidr_netmask", "32")]), ok("eth0.10", 32));
    assert_eq!(place(&[("ip", "10.9.0.7"), ("nic", "eth0")]), ok("eth0", 8));
}

#[test]
fn routes_through_a_router_count_only_when_the_netmask_is_given() {
    assert_eq!(place(&[("ip", "192.0.2.7")]), Err(1));
    assert_eq!(place(&[("ip", "192.0.2.7"), ("cidr_netmask", "24")]), Ok(("eth0".into(), 24)));
    assert_eq!(place(&[("ip", "172.16.0.7")]), Err(1));
    assert_eq!(place(&[("ip", "172.16.0.7"), ("cidr_netmask", "24")]), Ok(("eth0.10".into(), 24)));
    assert_eq!(
        place(&[("ip", "192.0.2.7"), ("nic", "eth0.10"), ("netmask", "255.255.255.0")]),
        Ok(("eth0.10".into(), 24))
    );
}

#[test]
fn an_interface_that_is_needed_and_missing_is_a_mistake_of_the_configuration() {
    assert_eq!(place(&[("ip", "10.9.0.7"), ("nic", "eth7")]), Err(6));
    assert_eq!(place(&[("ip", "fe80::7")]), Err(6));
    assert_eq!(place(&[("ip", "fe80::7"), ("nic", "eth0")]), Ok(("eth0".into(), 64)));
}

#[test]
fn wrong_parameters_are_refused_as_configuration() {
    let table: [&[(&str, &str)]; 12] = [
        &[],
        &[("ip", "")],
        &[("ip", "1.2.3.4.5")],
        &[("ip", "1.2.3.4"), ("cidr_netmask", "33")],
        &[("ip", "1.2.3.4"), ("cidr_netmask", "255.0.255.0")],
        &[("ip", "2001:db8::1"), ("cidr_netmask", "129")],
        &[("ip", "1.2.3.4"), ("broadcast", "xx")],
        &[("ip", "1.2.3.4"), ("arp_count", "abc")],
        &[("ip", "1.2.3.4"), ("arp_mac", "ff")],
        &[("ip", "1.2.3.4"), ("lvs_support", "perhaps")],
        &[("ip", "1.2.3.4"), ("nic", "d1"), ("iflabel", "waytoolonglabelname")],
        &[("ip", "1.2.3.4"), ("CRM_meta_clone_max", "2")],
    ];
    for pairs in table {
        assert_eq!(read(pairs).unwrap_err().code, OcfCode::NOT_CONFIGURED, "{pairs:?}");
    }
}

#[test]
fn a_network_has_a_broadcast_address_unless_it_is_too_small() {
    let of = |text: &str, prefix| read(&[("ip", text)]).unwrap().broadcast_for(prefix).map(|ip| ip.to_string());
    assert_eq!(of("192.0.2.7", 24).as_deref(), Some("192.0.2.255"));
    assert_eq!(of("192.0.2.7", 0).as_deref(), Some("255.255.255.255"));
    assert_eq!(of("192.0.2.7", 31), None);
    assert_eq!(of("2001:db8::7", 64), None);
}

#[test]
fn labels_are_given_named_or_first_free() {
    let eth0 = link(2, "eth0");
    let label = |form, pairs: &[(&str, &str)], known: &[Address]| {
        let environment = Environment::of_parameters(pairs.iter().copied());
        Parameters::read(form, &environment).unwrap().label_on(&eth0, known).unwrap()
    };
    let taken = Address {
        ip: "192.0.2.1".parse().unwrap(),
        prefix: 24,
        interface: 2,
        flags: 0,
        broadcast: None,
        label: Some("eth0:0".into()),
        preferred: None,
    };
    assert_eq!(label(Form::IPaddr2, &[("ip", "192.0.2.7")], &[]), None);
    assert_eq!(label(Form::IPaddr2, &[("ip", "192.0.2.7"), ("iflabel", "vip")], &[]).as_deref(), Some("eth0:vip"));
    assert_eq!(label(Form::IPaddr2, &[("ip", "192.0.2.7"), ("nic", "eth0:5")], &[]).as_deref(), Some("eth0:5"));
    assert_eq!(label(Form::IPaddr, &[("ip", "192.0.2.7")], &[taken]).as_deref(), Some("eth0:1"));
}

#[test]
fn a_clone_instance_can_have_an_address_of_its_own() {
    let pairs =
        [("ip", "192.0.2.7"), ("unique_clone_address", "true"), ("CRM_meta_clone", "2"), ("CRM_meta_clone_max", "3")];
    assert_eq!(read(&pairs).unwrap().ip, "192.0.2.9".parse::<std::net::IpAddr>().unwrap());
}
