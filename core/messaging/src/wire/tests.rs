//! Every kind of packet survives the wire; nothing else does any harm.

use super::{Body, Cut, Flags, Heartbeat, Malformed, PIECE_MAX, Packet, Piece, Seat, Stand, Sync, decode, encode};
use crate::contract::{Delivery, Incarnation, Member};
use crate::quorum::lineage::{Electorate, Lineage};
use model::{NodeName, Rng};

fn packet(body: Body, to: Option<&str>) -> Packet {
    Packet {
        sender: "left".into(),
        incarnation: Incarnation(1_800_000_000),
        to: to.map(NodeName::new),
        number: 300,
        view: (1 << 63) - 1,
        promised: 1 << 40,
        body,
    }
}

fn piece(length: usize) -> Piece {
    Piece {
        origin: "right".into(),
        local: 7,
        delivery: Delivery::Safe,
        index: 2,
        count: 3,
        bytes: vec![9; length].into(),
    }
}

fn stand(lineage: Lineage) -> Stand {
    Stand { view: 1, born: 2, quorate: true, received: 3, ready: 4, lineage }
}

fn every_kind() -> Vec<Packet> {
    let member = Member { name: "a".into(), incarnation: Incarnation(3) };
    let seats = vec![Seat { member: member.clone(), born: 1, previous: 2 }];
    let cuts = vec![Cut { view: 4, slot: 5, holder: "a".into() }];
    let electorate = Electorate { view: 7, lives: vec![1, u64::MAX] };
    let bodies = vec![
        Body::Heartbeat(Heartbeat {
            flags: Flags(31),
            born: 1,
            coordinator: 2,
            nodes: 8,
            highest: 3,
            stable: 4,
            hears: vec![5, 6],
        }),
        Body::Challenge { incarnation: Incarnation(1), nonce: 2 },
        Body::Response { nonce: u64::MAX },
        Body::Propose { number: 1, members: vec![member] },
        Body::Accept { number: 1, stand: stand(Lineage::default()) },
        Body::Accept {
            number: 1,
            stand: stand(Lineage { formed: Some(electorate.clone()), attempts: vec![electorate] }),
        },
        Body::Sync(Sync { number: 1, quorate: false, seats, cuts }),
        Body::Ready { number: 0 },
        Body::Submit { view: 1, piece: piece(0) },
        Body::Ordered { view: 1, slot: 2, stable: 1, piece: piece(PIECE_MAX) },
        Body::Missing { view: 1, ranges: vec![(1, 2), (4, 4)] },
        Body::Ack { view: 1, received: 2, stable: 1 },
        Body::Stable { view: 1, highest: 2, stable: 1 },
        Body::Stall { number: 1, millis: 30_000 },
        Body::StallHeard { number: 1 },
        Body::Inquire { view: 1, number: 2 },
        Body::Affirm { view: 1, number: 2 },
    ];
    bodies.into_iter().flat_map(|body| [packet(body.clone(), None), packet(body, Some("b"))]).collect()
}

#[test]
fn what_is_encoded_is_decoded_again() {
    for packet in every_kind() {
        assert_eq!(decode(&encode(&packet)), Ok(packet));
    }
}

#[test]
fn the_largest_piece_fits_an_ethernet_frame() {
    let longest = NodeName::new("n".repeat(super::NAME_MAX));
    let mut packet =
        packet(Body::Ordered { view: u64::MAX, slot: 1 << 40, stable: 1 << 40, piece: piece(PIECE_MAX) }, None);
    packet.sender = longest;
    assert!(encode(&packet).len() <= 1400, "{}", encode(&packet).len());
}

#[test]
fn a_packet_that_is_cut_or_padded_is_malformed() {
    for packet in every_kind() {
        let mut bytes = encode(&packet);
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err(), "{packet:?} cut at {end}");
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(Malformed::Long));
    }
}

#[test]
fn a_length_beyond_its_cap_is_refused_before_anything_is_allocated() {
    let mut bytes = encode(&packet(Body::Missing { view: 1, ranges: Vec::new() }, None));
    bytes.pop();
    bytes.extend([0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
    assert_eq!(decode(&bytes), Err(Malformed::Range));
}

#[test]
fn flipped_and_random_bytes_never_panic() {
    let mut rng = Rng::from_seed(1);
    for packet in every_kind() {
        let good = encode(&packet);
        for position in 0..good.len() {
            for bit in 0..8 {
                let mut bytes = good.clone();
                bytes[position] ^= 1 << bit;
                let _ = decode(&bytes).map(|packet| encode(&packet));
            }
        }
    }
    for _ in 0..20_000 {
        let length = usize::try_from(rng.below(200)).unwrap();
        let mut bytes: Vec<u8> = (0..length).map(|_| u8::try_from(rng.below(256)).unwrap()).collect();
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        let _ = decode(&bytes);
    }
}
