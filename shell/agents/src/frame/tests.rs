//! Frames octet by octet.

use super::*;

const MAC: Mac = [2, 0, 0, 0, 0, 9];

#[test]
fn both_forms_of_gratuitous_arp_claim_the_address() {
    let ip = Ipv4Addr::new(192, 0, 2, 4);
    for (kind, operation) in [(ArpKind::Request, 1), (ArpKind::Reply, 2)] {
        let frame = gratuitous_arp(kind, MAC, BROADCAST, ip);
        assert_eq!(frame.len(), 42);
        assert_eq!(frame[..6], BROADCAST);
        assert_eq!(frame[21], operation);
        assert_eq!(frame[28..32], frame[38..42], "sender and target are the same address");
        assert_eq!(arp_claim(&frame), Some((MAC, ip)));
    }
}

#[test]
fn a_probe_claims_nothing() {
    assert_eq!(arp_claim(&arp_probe(MAC, Ipv4Addr::new(192, 0, 2, 4))), None);
    assert_eq!(arp_claim(&[0; 42]), None);
    assert_eq!(arp_claim(&[]), None);
}

#[test]
fn an_advertisement_has_a_right_checksum() {
    let ip: Ipv6Addr = "2001:db8::4".parse().unwrap();
    let frame = neighbour_advertisement(MAC, ip, false);
    assert_eq!(frame.len(), 14 + 40 + 32);
    assert_eq!((frame[54], frame[58]), (NEIGHBOUR_ADVERTISEMENT, FLAG_OVERRIDE));
    assert_eq!(checksum_icmpv6(ip, ALL_NODES, &frame[54..]), 0, "a sum over a right checksum is zero");
    assert_eq!(neighbour_advertisement(MAC, ip, true)[58], FLAG_ROUTER | FLAG_OVERRIDE);
}
