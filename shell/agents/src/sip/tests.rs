//! The request, the response, and both ends over real loopback sockets.

use super::message::answer;
use super::responder::Responder;
use super::*;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

fn options(transport: Transport) -> Vec<u8> {
    let target = "192.0.2.9:5060".parse().unwrap();
    let local = "192.0.2.1:40000".parse().unwrap();
    Options { target, local, transport, user: "test", call_id: "c1", branch: "b1", tag: "t1", cseq: 7 }.to_bytes()
}

fn running_responder() -> SocketAddr {
    let responder = Responder::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = responder.local_addr().unwrap();
    std::thread::spawn(move || responder.serve());
    address
}

#[test]
fn a_request_names_its_transport_and_ends_with_an_empty_line() {
    let udp = String::from_utf8(options(Transport::Udp)).unwrap();
    assert!(udp.starts_with("OPTIONS sip:test@192.0.2.9:5060 SIP/2.0\r\n"), "{udp}");
    assert!(udp.contains("Via: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKb1;rport\r\n"));
    assert!(udp.ends_with("Content-Length: 0\r\n\r\n"));
    let tcp = String::from_utf8(options(Transport::Tcp)).unwrap();
    assert!(tcp.starts_with("OPTIONS sip:test@192.0.2.9:5060;transport=tcp SIP/2.0\r\n"), "{tcp}");
}

#[test]
fn the_responders_answer_belongs_to_its_request() {
    let response = Response::parse(&answer(&options(Transport::Udp)).unwrap()).unwrap();
    assert_eq!(response, Response { status: 200, reason: "OK".into(), call_id: "c1".into(), cseq: 7 });
}

#[test]
fn other_methods_are_refused_and_noise_is_ignored() {
    let invite = String::from_utf8(options(Transport::Udp)).unwrap().replace("OPTIONS", "INVITE");
    assert_eq!(Response::parse(&answer(invite.as_bytes()).unwrap()).unwrap().status, 405);
    assert_eq!(answer(b"hello"), None);
    assert_eq!(answer(b"OPTIONS sip:x SIP/2.0\r\n\r\n"), None);
    assert_eq!(answer(&[0xff; 20]), None);
}

#[test]
fn a_response_is_read_or_refused() {
    let table: [(&str, Result<u16, ParseError>); 6] = [
        ("SIP/2.0 404 Not here\r\ni: x\r\nCSeq: 1 OPTIONS\r\n\r\n", Ok(404)),
        ("SIP/2.0 100\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n", Ok(100)),
        ("SIP/2.0 99 Low\r\n\r\n", Err(ParseError::StatusLine("SIP/2.0 99 Low".into()))),
        ("HTTP/1.1 200 OK\r\n\r\n", Err(ParseError::StatusLine("HTTP/1.1 200 OK".into()))),
        ("SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n", Err(ParseError::Header("Call-ID"))),
        ("SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\nCSeq: 1 OPTIONS\r\n", Err(ParseError::Header("CSeq"))),
    ];
    for (text, expected) in table {
        assert_eq!(Response::parse(text.as_bytes()).map(|response| response.status), expected, "{text:?}");
    }
}

#[test]
fn a_probe_is_answered_by_udp_and_by_tcp() {
    let target = running_responder();
    for transport in [Transport::Udp, Transport::Tcp] {
        assert_eq!(Probe::new(target, transport).run().unwrap().status, 200, "{transport}");
    }
}

#[test]
fn a_closed_port_is_refused_and_a_mute_one_is_silent() {
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = mute.local_addr().unwrap();
    let probe = Probe { timeout: Duration::from_millis(120), ..Probe::new(target, Transport::Udp) };
    assert!(matches!(probe.run(), Err(ProbeError::Silent { .. })));
    drop(mute);
    for transport in [Transport::Udp, Transport::Tcp] {
        assert!(matches!(Probe::new(target, transport).run(), Err(ProbeError::Refused(_))), "{transport}");
    }
}

#[test]
fn a_lost_datagram_is_asked_again() {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = peer.local_addr().unwrap();
    let asked = std::thread::spawn(move || Probe::new(target, Transport::Udp).run());
    let mut buffer = [0; 2048];
    peer.recv_from(&mut buffer).unwrap();
    let (length, from) = peer.recv_from(&mut buffer).unwrap();
    peer.send_to(&answer(&buffer[..length]).unwrap(), from).unwrap();
    assert_eq!(asked.join().unwrap().unwrap().status, 200);
}

#[test]
fn an_answer_to_somebody_else_is_not_taken() {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let probe = Probe { timeout: Duration::from_millis(150), ..Probe::new(peer.local_addr().unwrap(), Transport::Udp) };
    let asked = std::thread::spawn(move || probe.run());
    let mut buffer = [0; 2048];
    let (_, from) = peer.recv_from(&mut buffer).unwrap();
    peer.send_to(&answer(&options(Transport::Udp)).unwrap(), from).unwrap();
    assert!(matches!(asked.join().unwrap(), Err(ProbeError::Silent { .. })));
}

#[test]
fn the_stand_in_for_sipsak_asks_whom_it_is_told_to() {
    use super::sipsak::{Mistake, main, probe};
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let asked = |line: &str| probe(&words(line)).map(|probe| (probe.user, probe.target.to_string()));
    assert_eq!(asked("-s sip:test@127.0.0.1 -H 127.0.0.1"), Ok(("test".into(), "127.0.0.1:5060".into())));
    assert_eq!(asked("-vv -s sip:[::1]:5070;transport=udp"), Ok((String::new(), "[::1]:5070".into())));
    assert_eq!(asked("-s sip:[::1]"), Ok((String::new(), "[::1]:5060".into())));
    assert_eq!(asked("-s sip:test@ -H 127.0.0.1"), Err(Mistake::Host(String::new())));
    assert_eq!(asked("-s test"), Err(Mistake::Uri("test".into())));
    assert_eq!(asked("-T"), Err(Mistake::Option("-T".into())));
    let target = running_responder();
    assert_eq!(main(&words(&format!("-s sip:test@{target} -H x"))), 0);
    assert_eq!(main(&words("-s sip:test@")), 2);
}
