//! Media on the loopback interface: the three ways, several at once, and an interface that is not there.

use super::*;
use std::net::UdpSocket;
use std::time::Duration;

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn medium(number: u8, device: &str, port: u16, way: Way) -> Medium {
    Medium { link: LinkId(number), device: device.into(), port, way }
}

fn unicast(peer: [u8; 4]) -> Way {
    Way::Unicast { peer: Ipv4Addr::from(peer) }
}

/// Waits for one datagram on any socket.
fn arrival(media: &mut Media, buffer: &mut [u8]) -> Option<Arrival> {
    for _ in 0..100 {
        let indices: Vec<usize> = media.descriptors().map(|(index, _)| index).collect();
        if let Some(arrival) = indices.into_iter().find_map(|index| media.receive(index, buffer)) {
            return Some(arrival);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

#[test]
fn a_broadcast_reaches_every_socket_of_the_segment() {
    let port = free_port();
    let mut a = Media::open(vec![medium(0, "lo", port, Way::Broadcast)]);
    let mut b = Media::open(vec![medium(7, "lo", port, Way::Broadcast)]);
    a.send(None, b"hello");
    let mut buffer = [0; 100];
    let got = arrival(&mut b, &mut buffer).expect("the datagram arrives");
    assert_eq!((got.link, &buffer[..got.length]), (LinkId(7), &b"hello"[..]));
    assert_eq!(a.take_news(), []);
}

#[test]
fn media_that_share_an_interface_and_a_port_are_told_apart() {
    let port = free_port();
    let mut media = Media::open(vec![
        medium(0, "lo", port, Way::Broadcast),
        medium(1, "lo", port, unicast([127, 0, 0, 9])),
        medium(2, "lo", port, unicast([127, 0, 0, 1])),
    ]);
    assert_eq!(media.descriptors().count(), 1);
    let mut buffer = [0; 100];
    media.send(Some(LinkId(0)), b"to all");
    assert_eq!(arrival(&mut media, &mut buffer).unwrap().link, LinkId(0));
    media.send(Some(LinkId(2)), b"to one");
    assert_eq!(arrival(&mut media, &mut buffer).unwrap().link, LinkId(2));
}

#[test]
fn a_multicast_is_heard_by_who_joined_its_group_only() {
    let port = free_port();
    let group = |last| Way::Multicast { group: Ipv4Addr::new(239, 1, 2, last), ttl: 1, to_self: true };
    let mut a = Media::open(vec![medium(0, "lo", port, group(3))]);
    let mut same = Media::open(vec![medium(1, "lo", port, group(3))]);
    let mut other = Media::open(vec![medium(2, "lo", port, group(4))]);
    a.send(None, b"x");
    let mut buffer = [0; 100];
    assert_eq!(arrival(&mut same, &mut buffer).map(|got| got.link), Some(LinkId(1)));
    assert!(other.descriptors().count() == 1 && other.receive(0, &mut buffer).is_none());
}

#[test]
fn an_interface_that_is_not_there_is_trouble_once_and_does_not_disturb_the_others() {
    let port = free_port();
    let mut media =
        Media::open(vec![medium(0, "not-there", port, Way::Broadcast), medium(1, "lo", port, unicast([127, 0, 0, 1]))]);
    let news = media.take_news();
    assert!(matches!(news.as_slice(), [(LinkId(0), Some(_))]), "{news:?}");
    media.send(None, b"x");
    media.send(None, b"x");
    assert_eq!(media.take_news(), [], "the same trouble is not news");
    let mut buffer = [0; 10];
    assert_eq!(arrival(&mut media, &mut buffer).unwrap().link, LinkId(1));
    let at = media.retry_at().expect("it is tried again");
    media.retry(at);
    assert!(media.retry_at().is_some_and(|next| next > at), "and again");
}

#[test]
fn devices_are_looked_up_by_their_whole_name() {
    assert!(device_exists("lo") && !device_exists("l") && !device_exists("eth0.4094"));
}

#[test]
fn own_datagrams_are_dropped_by_the_kernel_and_others_are_not() {
    let port = free_port();
    let mut media = Media::open(vec![medium(0, "lo", port, Way::Broadcast)]);
    media.ignore_own((2, *b"own mark"));
    for datagram in [&b"..own mark and more"[..], b"..own marc and more", b"..Own mark and more", b"short"] {
        media.send(None, datagram);
    }
    let mut buffer = [0; 100];
    let mut heard = Vec::new();
    while let Some(got) = arrival(&mut media, &mut buffer) {
        heard.push(buffer[..got.length].to_vec());
    }
    assert_eq!(heard, [b"..own marc and more", b"..Own mark and more"]);
}
