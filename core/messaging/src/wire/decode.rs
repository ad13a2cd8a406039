//! Bytes to packet. Any bytes may come: the answer is a packet or `Malformed`, never a panic or a large allocation.

use super::codec::Reader;
use super::{
    Body, Cut, Flags, Heartbeat, MESSAGE_MAX, Malformed, PIECE_MAX, Packet, Piece, Seat, Stand, Sync, VERSION,
};
use crate::contract::{Delivery, Incarnation, Member};
use crate::quorum::lineage::{Electorate, Lineage};
use model::NodeName;

/// The packet in these bytes.
///
/// # Errors
/// They are not exactly one packet of this version.
pub(crate) fn decode(bytes: &[u8]) -> Result<Packet, Malformed> {
    let mut reader = Reader(bytes);
    if reader.byte()? != VERSION {
        return Err(Malformed::Version);
    }
    let kind = reader.byte()?;
    let packet = Packet {
        sender: reader.name()?,
        incarnation: Incarnation(reader.number()?),
        to: addressee(&mut reader)?,
        number: reader.number()?,
        view: view_number(&mut reader)?,
        promised: view_number(&mut reader)?,
        body: body(kind, &mut reader)?,
    };
    reader.end()?;
    Ok(packet)
}

/// Nobody counts that far; beyond it, the next number would overflow.
fn view_number(reader: &mut Reader) -> Result<u64, Malformed> {
    reader.number().and_then(|number| if number < 1 << 63 { Ok(number) } else { Err(Malformed::Range) })
}

fn addressee(reader: &mut Reader) -> Result<Option<NodeName>, Malformed> {
    if reader.0.first() == Some(&0) {
        reader.byte()?;
        return Ok(None);
    }
    reader.name().map(Some)
}

fn body(kind: u8, reader: &mut Reader) -> Result<Body, Malformed> {
    Ok(match kind {
        1 => Body::Heartbeat(heartbeat(reader)?),
        2 => Body::Challenge { incarnation: Incarnation(reader.number()?), nonce: reader.fixed()? },
        3 => Body::Response { nonce: reader.fixed()? },
        4 => Body::Propose { number: view_number(reader)?, members: reader.list(member)? },
        5 => Body::Accept { number: reader.number()?, stand: stand(reader)? },
        6 => Body::Sync(sync(reader)?),
        7 => Body::Ready { number: reader.number()? },
        8 => Body::Submit { view: reader.number()?, piece: piece(reader)? },
        9 => Body::Ordered {
            view: reader.number()?,
            slot: reader.number()?,
            stable: reader.number()?,
            piece: piece(reader)?,
        },
        10 => Body::Missing { view: reader.number()?, ranges: reader.list(range)? },
        11 => Body::Ack { view: reader.number()?, received: reader.number()?, stable: reader.number()? },
        12 => Body::Stable { view: reader.number()?, highest: reader.number()?, stable: reader.number()? },
        13 => Body::Stall { number: reader.number()?, millis: reader.number()? },
        14 => Body::StallHeard { number: reader.number()? },
        15 => Body::Inquire { view: reader.number()?, number: reader.number()? },
        16 => Body::Affirm { view: reader.number()?, number: reader.number()? },
        _ => return Err(Malformed::Kind),
    })
}

fn heartbeat(reader: &mut Reader) -> Result<Heartbeat, Malformed> {
    Ok(Heartbeat {
        flags: Flags(reader.byte()?),
        born: reader.number()?,
        coordinator: reader.fixed()?,
        nodes: reader.fixed()?,
        highest: reader.number()?,
        stable: reader.number()?,
        hears: reader.list(Reader::fixed)?,
    })
}

fn member(reader: &mut Reader) -> Result<Member, Malformed> {
    Ok(Member { name: reader.name()?, incarnation: Incarnation(reader.number()?) })
}

fn stand(reader: &mut Reader) -> Result<Stand, Malformed> {
    Ok(Stand {
        view: reader.number()?,
        born: reader.number()?,
        quorate: reader.flag()?,
        received: reader.number()?,
        ready: reader.number()?,
        lineage: lineage(reader)?,
    })
}

fn lineage(reader: &mut Reader) -> Result<Lineage, Malformed> {
    let formed = if reader.flag()? { Some(electorate(reader)?) } else { None };
    Ok(Lineage { formed, attempts: reader.list(electorate)? })
}

fn electorate(reader: &mut Reader) -> Result<Electorate, Malformed> {
    Ok(Electorate { view: reader.number()?, lives: reader.list(Reader::fixed)? })
}

fn sync(reader: &mut Reader) -> Result<Sync, Malformed> {
    Ok(Sync {
        number: view_number(reader)?,
        quorate: reader.flag()?,
        seats: reader
            .list(|reader| Ok(Seat { member: member(reader)?, born: reader.number()?, previous: reader.number()? }))?,
        cuts: reader
            .list(|reader| Ok(Cut { view: reader.number()?, slot: reader.number()?, holder: reader.name()? }))?,
    })
}

fn range(reader: &mut Reader) -> Result<(u64, u64), Malformed> {
    let (from, to) = (reader.number()?, reader.number()?);
    if from <= to { Ok((from, to)) } else { Err(Malformed::Range) }
}

fn piece(reader: &mut Reader) -> Result<Piece, Malformed> {
    let piece = Piece {
        origin: reader.name()?,
        local: reader.number()?,
        delivery: if reader.flag()? { Delivery::Safe } else { Delivery::Agreed },
        index: reader.number()?,
        count: reader.number()?,
        bytes: reader.piece()?,
    };
    let pieces_max = u64::try_from(MESSAGE_MAX / PIECE_MAX + 1).expect("a small number");
    let in_range = piece.index < piece.count && piece.count <= pieces_max;
    if in_range { Ok(piece) } else { Err(Malformed::Range) }
}
