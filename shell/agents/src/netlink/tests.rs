//! Bytes to values and back, and what every host has: `lo`.

use super::types::network;
use super::wire::{Request, attributes, messages};
use super::*;

#[test]
fn a_request_is_one_message_with_its_attributes() {
    let bytes = Request::new(20, 0x600, &[2, 24, 0, 0, 7, 0, 0, 0]).with(3, b"eth0\0").with(2, &[1, 2, 3, 4]).finish(9);
    let message = messages(&bytes).next().unwrap();
    assert_eq!((message.kind, message.flags, message.sequence), (20, 0x601, 9));
    let found: Vec<_> = attributes(message.body, 8).collect();
    assert_eq!(found, [(3, &b"eth0\0"[..]), (2, &[1, 2, 3, 4][..])]);
}

#[test]
fn truncated_bytes_end_the_walk_quietly() {
    let bytes = Request::new(20, 0, &[2, 24, 0, 0, 7, 0, 0, 0]).with(2, &[1, 2, 3, 4]).finish(1);
    for length in 0..bytes.len() {
        assert_eq!(messages(&bytes[..length]).count(), 0, "{length}");
    }
    for length in 0..16 {
        let body = &bytes[16..16 + length];
        let _ = (Link::parse(body), Address::parse(body), Route::parse(body));
    }
}

#[test]
fn an_address_survives_its_own_request() {
    let address = Address {
        ip: "192.0.2.7".parse().unwrap(),
        prefix: 24,
        interface: 3,
        flags: Address::NOPREFIXROUTE,
        broadcast: Some("192.0.2.255".parse().unwrap()),
        label: Some("eth0:1".into()),
        preferred: Some(60),
    };
    let bytes = address.to_add().finish(1);
    assert_eq!(Address::parse(messages(&bytes).next().unwrap().body), Some(address));
}

#[test]
fn a_network_is_the_address_without_its_host_part() {
    let table = [
        ("192.0.2.77", 24, "192.0.2.0"),
        ("192.0.2.77", 0, "0.0.0.0"),
        ("192.0.2.77", 32, "192.0.2.77"),
        ("2001:db8::77", 64, "2001:db8::"),
        ("2001:db8::77", 0, "::"),
        ("2001:db8::77", 128, "2001:db8::77"),
    ];
    for (ip, prefix, expected) in table {
        assert_eq!(
            network(ip.parse().unwrap(), prefix),
            expected.parse::<std::net::IpAddr>().unwrap(),
            "{ip}/{prefix}"
        );
    }
}

#[test]
fn the_kernel_lists_lo() {
    let mut netlink = Netlink::open().unwrap();
    let links = netlink.links().unwrap();
    let lo = links.iter().find(|link| link.name == "lo").unwrap();
    assert!(lo.is_loopback() && !lo.has_neighbours());
    netlink.addresses().unwrap();
    netlink.routes().unwrap();
}
