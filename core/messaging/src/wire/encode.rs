//! Packet to bytes.

use super::codec::Writer;
use super::{Body, Cut, Heartbeat, Packet, Piece, Seat, Stand, Sync, VERSION};
use crate::contract::{Delivery, Member};
use crate::quorum::lineage::Electorate;

/// The packet as it is sealed and sent.
pub(crate) fn encode(packet: &Packet) -> Vec<u8> {
    let mut writer = Writer(Vec::with_capacity(128));
    writer.byte(VERSION);
    writer.byte(kind(&packet.body));
    writer.name(&packet.sender);
    writer.number(packet.incarnation.0);
    match &packet.to {
        None => writer.number(0),
        Some(name) => writer.name(name),
    }
    writer.number(packet.number);
    writer.number(packet.view);
    writer.number(packet.promised);
    body(&mut writer, &packet.body);
    writer.0
}

/// The second byte. Numbers are never given a new meaning; a new kind takes the next one.
fn kind(body: &Body) -> u8 {
    match body {
        Body::Heartbeat(_) => 1,
        Body::Challenge { .. } => 2,
        Body::Response { .. } => 3,
        Body::Propose { .. } => 4,
        Body::Accept { .. } => 5,
        Body::Sync(_) => 6,
        Body::Ready { .. } => 7,
        Body::Submit { .. } => 8,
        Body::Ordered { .. } => 9,
        Body::Missing { .. } => 10,
        Body::Ack { .. } => 11,
        Body::Stable { .. } => 12,
        Body::Stall { .. } => 13,
        Body::StallHeard { .. } => 14,
        Body::Inquire { .. } => 15,
        Body::Affirm { .. } => 16,
    }
}

fn body(writer: &mut Writer, body: &Body) {
    match body {
        Body::Heartbeat(beat) => heartbeat(writer, beat),
        Body::Challenge { incarnation, nonce } => {
            writer.number(incarnation.0);
            writer.fixed(*nonce);
        }
        Body::Response { nonce } => writer.fixed(*nonce),
        Body::Propose { number, members } => {
            writer.number(*number);
            writer.length(members.len());
            for one in members {
                member(writer, one);
            }
        }
        Body::Accept { number, stand: at } => {
            writer.number(*number);
            stand(writer, at);
        }
        Body::Sync(view) => sync(writer, view),
        Body::Ready { number } | Body::StallHeard { number } => writer.number(*number),
        Body::Stall { number, millis } => writer.numbers(&[*number, *millis]),
        Body::Inquire { view, number } | Body::Affirm { view, number } => writer.numbers(&[*view, *number]),
        Body::Submit { view, piece: one } => {
            writer.number(*view);
            piece(writer, one);
        }
        Body::Ordered { view, slot, stable, piece: one } => {
            writer.numbers(&[*view, *slot, *stable]);
            piece(writer, one);
        }
        Body::Missing { view, ranges } => {
            writer.number(*view);
            writer.length(ranges.len());
            for (from, to) in ranges {
                writer.numbers(&[*from, *to]);
            }
        }
        Body::Ack { view, received, stable } => {
            writer.numbers(&[*view, *received, *stable]);
        }
        Body::Stable { view, highest, stable } => {
            writer.numbers(&[*view, *highest, *stable]);
        }
    }
}

fn heartbeat(writer: &mut Writer, beat: &Heartbeat) {
    writer.byte(beat.flags.0);
    writer.number(beat.born);
    writer.fixed(beat.coordinator);
    writer.fixed(beat.nodes);
    writer.number(beat.highest);
    writer.number(beat.stable);
    writer.length(beat.hears.len());
    beat.hears.iter().for_each(|print| writer.fixed(*print));
}

fn member(writer: &mut Writer, member: &Member) {
    writer.name(&member.name);
    writer.number(member.incarnation.0);
}

fn stand(writer: &mut Writer, stand: &Stand) {
    writer.number(stand.view);
    writer.number(stand.born);
    writer.byte(u8::from(stand.quorate));
    writer.number(stand.received);
    writer.number(stand.ready);
    let formed = stand.lineage.formed.as_ref();
    writer.byte(u8::from(formed.is_some()));
    formed.into_iter().for_each(|one| electorate(writer, one));
    writer.length(stand.lineage.attempts.len());
    stand.lineage.attempts.iter().for_each(|one| electorate(writer, one));
}

fn electorate(writer: &mut Writer, electorate: &Electorate) {
    writer.number(electorate.view);
    writer.length(electorate.lives.len());
    electorate.lives.iter().for_each(|life| writer.fixed(*life));
}

fn sync(writer: &mut Writer, sync: &Sync) {
    writer.number(sync.number);
    writer.byte(u8::from(sync.quorate));
    writer.length(sync.seats.len());
    for Seat { member: one, born, previous } in &sync.seats {
        member(writer, one);
        writer.number(*born);
        writer.number(*previous);
    }
    writer.length(sync.cuts.len());
    for Cut { view, slot, holder } in &sync.cuts {
        writer.number(*view);
        writer.number(*slot);
        writer.name(holder);
    }
}

fn piece(writer: &mut Writer, piece: &Piece) {
    writer.name(&piece.origin);
    writer.number(piece.local);
    writer.byte(match piece.delivery {
        Delivery::Agreed => 0,
        Delivery::Safe => 1,
    });
    writer.number(piece.index);
    writer.number(piece.count);
    writer.bytes(&piece.bytes);
}
