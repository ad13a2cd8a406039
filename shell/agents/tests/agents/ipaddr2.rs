//! IPaddr2 against a real kernel.

use super::namespace::{Wire, shell};
use super::{Run, program, skip};
use agents::frame::{Mac, arp_claim};
use agents::netlink::{Address, Netlink};
use agents::sys::FrameSocket;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::net::Ipv4Addr;
use std::process::Command;

const VIP: (&str, &str) = ("ip", "10.9.0.7");

fn run(action: &str, parameters: &[(&str, &str)]) -> Run {
    let state = std::env::temp_dir().join(format!("systole-ipaddr2-{}", std::process::id()));
    super::agent("IPaddr2", action, &state, parameters)
}

fn codes(actions: &[&str], parameters: &[(&str, &str)]) -> Vec<i32> {
    actions.iter().map(|action| run(action, parameters).code).collect()
}

fn address(ip: &str) -> Option<Address> {
    let ip: std::net::IpAddr = ip.parse().unwrap();
    Netlink::open().unwrap().addresses().unwrap().into_iter().find(|address| address.ip == ip)
}

fn index(name: &str) -> u32 {
    Netlink::open().unwrap().links().unwrap().into_iter().find(|link| link.name == name).unwrap().index
}

/// The next frame, or `None` after that many milliseconds of silence.
fn next_frame(socket: &FrameSocket, milliseconds: i64) -> Option<Vec<u8>> {
    let timeout = Timespec { tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000 };
    if poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&timeout)).unwrap() == 0 {
        return None;
    }
    let mut buffer = [0; 256];
    let length = socket.receive(&mut buffer).unwrap();
    Some(buffer[..length].to_vec())
}

/// Operation and sender of each frame that claims the address, until that many were seen.
fn claims(socket: &FrameSocket, ip: Ipv4Addr, count: usize) -> Vec<(u8, Mac)> {
    let mut found = Vec::new();
    while found.len() < count {
        let Some(frame) = next_frame(socket, 5000) else { break };
        found.extend(arp_claim(&frame).filter(|(_, claimed)| *claimed == ip).map(|(mac, _)| (frame[21], mac)));
    }
    found
}

#[test]
fn an_address_lives_from_start_to_stop() {
    let Some(_wire) = Wire::build() else { return };
    assert_eq!(
        codes(&["validate-all", "monitor", "stop", "start", "start", "monitor", "status"], &[VIP]),
        [0, 7, 0, 0, 0, 0, 0]
    );
    let found = address("10.9.0.7").unwrap();
    assert_eq!((found.prefix, found.interface, found.label.as_deref()), (24, index("d0"), Some("d0")));
    assert_eq!(found.broadcast, Some(Ipv4Addr::new(10, 9, 0, 255)));
    assert_eq!(codes(&["stop", "monitor", "stop"], &[VIP]), [0, 7, 0]);
    assert!(address("10.9.0.1").is_some(), "the host keeps its own address");
}

#[test]
fn an_interface_is_brought_up_and_never_down() {
    let Some(_wire) = Wire::build() else { return };
    let parameters = [("ip", "10.8.0.7"), ("nic", "d1:5"), ("cidr_netmask", "255.255.255.0")];
    assert_eq!(codes(&["start"], &parameters), [0]);
    assert_eq!(address("10.8.0.7").unwrap().label.as_deref(), Some("d1:5"));
    assert_eq!(codes(&["stop"], &parameters), [0]);
    let links = Netlink::open().unwrap().links().unwrap();
    assert!(links.iter().find(|link| link.name == "d1").unwrap().is_up());
}

#[test]
fn neighbours_are_told_by_request_and_reply_at_once_and_again() {
    let Some(wire) = Wire::build() else { return };
    wire.there.enter();
    let socket = FrameSocket::open(index("p0"), agents::frame::ETHER_ARP).unwrap();
    wire.here.enter();
    let mac =
        Netlink::open().unwrap().links().unwrap().into_iter().find(|link| link.name == "d0").unwrap().mac.unwrap();
    assert_eq!(run("start", &[VIP, ("arp_count", "3"), ("arp_interval", "20")]).code, 0);
    let seen = claims(&socket, Ipv4Addr::new(10, 9, 0, 7), 6);
    assert_eq!(seen, [(1, mac), (2, mac), (1, mac), (2, mac), (1, mac), (2, mac)]);

    let refresh = [VIP, ("arp_count_refresh", "1"), ("CRM_meta_interval", "10000")];
    assert_eq!(run("monitor", &refresh).code, 0);
    assert_eq!(claims(&socket, Ipv4Addr::new(10, 9, 0, 7), 2), [(1, mac), (2, mac)]);
}

#[test]
fn an_address_that_went_is_announced_no_more() {
    let Some(wire) = Wire::build() else { return };
    wire.there.enter();
    let socket = FrameSocket::open(index("p0"), agents::frame::ETHER_ARP).unwrap();
    wire.here.enter();
    let parameters = [VIP, ("arp_count", "1000"), ("arp_interval", "10")];
    assert_eq!(codes(&["start"], &parameters), [0]);
    assert_eq!(claims(&socket, Ipv4Addr::new(10, 9, 0, 7), 4).len(), 4, "the background announces");
    assert_eq!(codes(&["stop"], &parameters), [0]);
    while next_frame(&socket, 0).is_some() {}
    // One round may have been on its way; after that there is silence, where there was a round every 10 ms.
    let late = std::iter::from_fn(|| next_frame(&socket, 300)).take(3).count();
    assert!(late <= 2, "{late}");
}

#[test]
fn an_address_added_by_hand_is_adopted() {
    let Some(_wire) = Wire::build() else { return };
    shell("ip addr add 10.9.0.7/32 dev lo && ip addr add 10.9.0.8/24 dev d0");
    assert_eq!(codes(&["monitor", "start", "stop", "monitor"], &[VIP]), [0, 0, 0, 7]);
    assert_eq!(codes(&["monitor", "start", "stop", "monitor"], &[("ip", "10.9.0.8")]), [0, 0, 0, 7]);
}

#[test]
fn removing_a_networks_first_address_keeps_the_others() {
    let Some(_wire) = Wire::build() else { return };
    let on_d1 = |ip| [("ip", ip), ("nic", "d1"), ("cidr_netmask", "24")];
    for ip in ["10.8.0.4", "10.8.0.5", "10.8.0.6"] {
        assert_eq!(codes(&["start"], &on_d1(ip)), [0]);
    }
    assert_eq!(codes(&["stop"], &on_d1("10.8.0.4")), [0]);
    assert!(address("10.8.0.4").is_none());
    assert!(address("10.8.0.5").is_some() && address("10.8.0.6").is_some());
}

#[test]
fn what_cannot_be_placed_has_the_code_of_its_cause() {
    let Some(_wire) = Wire::build() else { return };
    let actions = ["start", "monitor", "stop", "validate-all"];
    assert_eq!(codes(&actions, &[("ip", "192.168.5.5")]), [1, 7, 0, 1]);
    assert_eq!(codes(&actions, &[VIP, ("nic", "nosuch")]), [6, 7, 0, 6]);
    assert_eq!(codes(&actions, &[]), [6, 6, 6, 6]);
    let said = run("start", &[("ip", "192.168.5.5")]).said;
    assert!(said.contains("ocf-exit-reason:[findif] failed: no route leads to 192.168.5.5"), "{said}");
}

#[test]
fn ipv6_is_announced_after_the_look_for_duplicates() {
    let Some(wire) = Wire::build() else { return };
    wire.there.enter();
    let socket = FrameSocket::open(index("p0"), agents::frame::ETHER_IPV6).unwrap();
    wire.here.enter();
    let parameters = [("ip", "fd00:9::7"), ("arp_count", "1")];
    assert_eq!(codes(&["monitor", "start", "monitor"], &parameters), [7, 0, 0]);
    let found = address("fd00:9::7").unwrap();
    assert_eq!((found.prefix, found.has(Address::TENTATIVE)), (64, false));
    let target: std::net::Ipv6Addr = "fd00:9::7".parse().unwrap();
    let frames = std::iter::from_fn(|| next_frame(&socket, 5000));
    let mut advertisements =
        frames.filter(|frame| frame[20] == 58 && frame[54] == 136 && frame[62..78] == target.octets());
    let frame = advertisements.next().expect("an unsolicited advertisement");
    assert_eq!((frame[21], frame[58] & 0x20), (255, 0x20), "hop limit 255, override");
    assert_eq!(codes(&["stop", "monitor"], &parameters), [0, 7]);
}

#[test]
fn an_address_that_another_host_has_is_refused_where_that_is_looked_for() {
    let Some(wire) = Wire::build() else { return };
    wire.there.enter();
    shell("ip addr add 10.9.0.7/24 dev p0 && ip addr add fd00:9::7/64 dev p0 nodad");
    wire.here.enter();
    for parameters in [[VIP, ("run_arping", "true")], [("ip", "fd00:9::7"), ("arp_count", "1")]] {
        let start = run("start", &parameters);
        assert_eq!(start.code, 1, "{}", start.said);
        assert!(start.said.contains("another host"), "{}", start.said);
        assert_eq!(run("monitor", &parameters).code, 7, "a failed start leaves nothing behind");
    }
    assert_eq!(codes(&["start", "stop"], &[VIP]), [0, 0]);
    assert_eq!(codes(&["start", "stop"], &[("ip", "fd00:9::7"), ("nodad", "true")]), [0, 0]);
}

#[test]
fn a_real_server_of_a_balancer_gets_its_copy_on_lo_back() {
    let Some(_wire) = Wire::build() else { return };
    shell("ip addr add 10.9.0.7/32 dev lo");
    let parameters = [VIP, ("lvs_support", "true")];
    assert_eq!(codes(&["monitor", "start", "monitor"], &parameters), [7, 0, 0]);
    assert_eq!(address("10.9.0.7").unwrap().interface, index("d0"));
    assert_eq!(codes(&["stop", "monitor"], &parameters), [0, 7]);
    let back = address("10.9.0.7").unwrap();
    assert_eq!((back.interface, back.prefix), (index("lo"), 32));
}

#[test]
fn an_ipv6_address_is_labelled_while_it_is_here() {
    let Some(_wire) = Wire::build() else { return };
    let labels = || String::from_utf8(Command::new("ip").args(["addrlabel", "list"]).output().unwrap().stdout).unwrap();
    let parameters = [("ip", "fd00:9::7"), ("nodad", "true"), ("lvs_ipv6_addrlabel", "true")];
    assert_eq!(codes(&["start"], &parameters), [0]);
    assert!(labels().contains("fd00:9::7/128 dev d0 label 99"), "{}", labels());
    assert_eq!(codes(&["stop"], &parameters), [0]);
    assert!(!labels().contains("fd00:9::7"), "{}", labels());
}

#[test]
fn a_link_without_carrier_fails_only_when_asked_for() {
    let Some(wire) = Wire::build() else { return };
    assert_eq!(codes(&["start"], &[VIP]), [0]);
    wire.there.enter();
    shell("ip link set p0 down");
    wire.here.enter();
    let mut netlink = Netlink::open().unwrap();
    while netlink.links().unwrap().iter().any(|link| link.name == "d0" && link.is_running()) {}
    assert_eq!(codes(&["monitor"], &[VIP]), [0]);
    assert_eq!(codes(&["monitor"], &[VIP, ("check_link_status", "true")]), [1]);
}

#[test]
fn only_root_may_start() {
    use std::os::unix::process::CommandExt;
    let mut command = program("IPaddr2");
    command.arg("start").env("OCF_RESKEY_ip", "10.9.0.7").current_dir("/");
    if super::is_root() {
        command.uid(65534).gid(65534);
    }
    match command.output() {
        Ok(output) => assert_eq!(Run::from(output).code, 4),
        Err(error) => skip(&format!("nobody may not run the executable here: {error}")),
    }
}

#[test]
fn an_unknown_action_is_unimplemented() {
    let unknown = run("promote", &[VIP]);
    assert_eq!(unknown.code, 3);
    assert!(unknown.said.starts_with("usage: IPaddr2 {start|stop|"), "{}", unknown.said);
    assert_eq!(run("meta-data", &[]).code, 0);
}
