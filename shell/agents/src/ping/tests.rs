//! The message, and what is refused; real echoes are in `tests/agents/ping.rs`.

use super::echo::Echo;
use super::*;

#[test]
fn a_message_survives_both_families() {
    let echo = Echo { kind: 0, identity: 0x1234, sequence: 7 };
    let bytes = echo.to_bytes();
    assert_eq!(Echo::parse(&bytes), Some(echo));
    let mut packet = vec![0x45; 20];
    packet.extend_from_slice(&bytes);
    assert_eq!(Echo::parse(&packet), Some(echo), "behind an IPv4 header");
    assert_eq!(Echo::parse(&bytes[..5]), None);
    let sum: u32 = bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff, "the checksum is right");
}

#[test]
fn hosts_are_addresses() {
    assert_eq!(read_hosts("192.0.2.1  2001:db8::1").unwrap().len(), 2);
    for text in ["", "gateway", "192.0.2.1,192.0.2.2"] {
        assert_eq!(read_hosts(text).unwrap_err().code, OcfCode::NOT_CONFIGURED, "{text:?}");
    }
    assert!(read_hosts(&"::1 ".repeat(HOSTS_MAX + 1)).is_err());
}
