//! The seal: who can open what, and that no changed bit goes through.

use super::*;

fn sealer(cluster: &str, sending: u8, secrets: &[(u8, &str)]) -> Sealer {
    let secrets = secrets.iter().map(|(number, secret)| (*number, secret.as_bytes()));
    Sealer::new(Keyring::derive(cluster, sending, secrets).unwrap()).unwrap()
}

#[test]
fn another_node_with_the_same_file_opens_what_was_sealed() {
    let mut a = sealer("linux-ha", 1, &[(1, "secret")]);
    let b = sealer("linux-ha", 1, &[(1, "secret")]);
    for plain in [&b""[..], b"hello", &[7; 9000]] {
        let packet = a.seal(plain).unwrap();
        assert_eq!(packet.len(), plain.len() + OVERHEAD);
        assert_eq!(b.open(&packet).unwrap().bytes(), plain);
    }
}

#[test]
fn no_bit_of_a_packet_can_be_flipped() {
    let mut a = sealer("linux-ha", 1, &[(1, "secret"), (0, "other"), (3, "third")]);
    let packet = a.seal(b"status").unwrap();
    for bit in 0..packet.len() * 8 {
        let mut changed = packet.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(a.open(&changed).is_err(), "bit {bit}");
    }
}

#[test]
fn no_packet_can_be_cut_short() {
    let mut a = sealer("linux-ha", 1, &[(1, "secret")]);
    let packet = a.seal(b"status").unwrap();
    for length in 0..packet.len() {
        assert!(a.open(&packet[..length]).is_err(), "cut to {length}");
    }
}

#[test]
fn another_secret_another_cluster_or_another_number_does_not_open_it() {
    let packet = sealer("linux-ha", 1, &[(1, "secret")]).seal(b"status").unwrap();
    let error = |cluster, sending, secrets| sealer(cluster, sending, secrets).open(&packet).unwrap_err();
    assert_eq!(error("linux-ha", 1, &[(1, "Secret")]), SealError::Forged);
    assert_eq!(error("other", 1, &[(1, "secret")]), SealError::Forged);
    assert_eq!(error("linux-ha", 2, &[(2, "secret")]), SealError::UnknownKey(1));
    let mut renumbered = packet.clone();
    renumbered[1] = 2;
    assert_eq!(sealer("linux-ha", 2, &[(2, "secret")]).open(&renumbered).unwrap_err(), SealError::Forged);
}

#[test]
fn keys_are_rotated_in_three_steps_without_a_moment_in_which_a_packet_is_lost() {
    let steps: [(u8, &[(u8, &str)]); 4] =
        [(1, &[(1, "old")]), (1, &[(1, "old"), (2, "new")]), (2, &[(1, "old"), (2, "new")]), (2, &[(2, "new")])];
    for pair in steps.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        for (from, to) in [(before, after), (after, before)] {
            let packet = sealer("c", from.0, from.1).seal(b"x").unwrap();
            assert!(sealer("c", to.0, to.1).open(&packet).is_ok(), "{from:?} -> {to:?}");
        }
    }
}

#[test]
fn a_key_to_send_with_must_be_there() {
    assert!(Keyring::derive("c", 2, [(1, b"secret".as_slice())]).is_none());
}

#[test]
fn a_nonce_is_never_used_twice() {
    let mut a = sealer("c", 1, &[(1, "s")]);
    let nonces: std::collections::BTreeSet<_> =
        (0..1000).map(|_| a.seal(b"").unwrap()[HEADER..HEADER + NONCE].to_vec()).collect();
    assert_eq!(nonces.len(), 1000);
    assert_ne!(a.salt, sealer("c", 1, &[(1, "s")]).salt, "a restarted process must not begin with the same nonces");
}

#[test]
fn what_does_not_fit_into_a_datagram_is_not_sealed() {
    let mut a = sealer("c", 1, &[(1, "s")]);
    assert!(a.seal(&vec![0; DATAGRAM_MAX - OVERHEAD]).is_some());
    assert!(a.seal(&vec![0; DATAGRAM_MAX - OVERHEAD + 1]).is_none());
}

#[test]
fn an_own_packet_that_came_back_is_known_and_that_of_a_peer_is_not() {
    let mut a = sealer("c", 1, &[(1, "s")]);
    let mut b = sealer("c", 1, &[(1, "s")]);
    let (own, foreign) = (a.seal(b"x").unwrap(), b.seal(b"x").unwrap());
    assert!(a.is_own(&own) && !a.is_own(&foreign) && !a.is_own(b""));
}

#[test]
fn no_secret_is_in_what_debug_prints() {
    let text = format!("{:?}", sealer("c", 1, &[(1, "topsecret")]));
    assert!(!text.contains("topsecret") && text.contains("sending: 1"), "{text}");
}

/// `cargo test --release -p clusterd -- --ignored --nocapture what_a_seal_costs`, for `docs/scale.md`.
#[test]
#[ignore = "a measurement"]
fn what_a_seal_costs() {
    let mut a = sealer("linux-ha", 1, &[(1, "secret")]);
    let b = sealer("linux-ha", 1, &[(1, "secret")]);
    for length in [51, 291, 835, 8036] {
        let plain: Vec<u8> = vec![7; length];
        let start = std::time::Instant::now();
        let packets: Vec<Vec<u8>> = (0..10_000).map(|_| a.seal(&plain).unwrap()).collect();
        let sealed = start.elapsed() / 10_000;
        let start = std::time::Instant::now();
        assert!(packets.iter().all(|packet| b.open(packet).is_ok()));
        println!("{length} bytes: sealed in {sealed:?}, opened in {:?}", start.elapsed() / 10_000);
    }
}
