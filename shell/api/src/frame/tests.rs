//! Frames: whole, in pieces, too long, torn.

use super::*;
use crate::{Reply, Request};

#[test]
fn what_was_written_is_read_again_and_then_the_stream_ends() {
    let mut stream = Vec::new();
    write(&mut stream, &Request::Status).unwrap();
    write(&mut stream, &Request::Events { last: 5, follow: true }).unwrap();
    let mut reader = stream.as_slice();
    assert_eq!(read::<Request>(&mut reader).unwrap(), Some(Request::Status));
    assert_eq!(read::<Request>(&mut reader).unwrap(), Some(Request::Events { last: 5, follow: true }));
    assert_eq!(read::<Request>(&mut reader).unwrap(), None);
}

#[test]
fn a_frame_survives_every_way_of_being_cut_in_two() {
    let frame = encode(&Reply::Cib { xml: "<cib/>".into() }).unwrap();
    for cut in 0..=frame.len() {
        let mut decoder = Decoder::default();
        decoder.push(&frame[..cut]);
        let early = decoder.next_frame::<Reply>().unwrap();
        assert_eq!(early.is_some(), cut == frame.len(), "cut at {cut}");
        decoder.push(&frame[cut..]);
        let whole = early.or_else(|| decoder.next_frame().unwrap());
        assert_eq!(whole, Some(Reply::Cib { xml: "<cib/>".into() }));
        assert!(!decoder.is_mid_frame());
    }
}

#[test]
fn two_frames_in_one_piece_come_out_one_after_the_other() {
    let mut decoder = Decoder::default();
    decoder.push(&[encode(&Reply::Done).unwrap(), encode(&Reply::EndOfEvents).unwrap()].concat());
    assert_eq!(decoder.next_frame().unwrap(), Some(Reply::Done));
    assert_eq!(decoder.next_frame().unwrap(), Some(Reply::EndOfEvents));
    assert_eq!(decoder.next_frame::<Reply>().unwrap(), None);
}

#[test]
fn an_announced_length_over_the_cap_is_refused_before_its_body_comes() {
    let header = u32::try_from(LENGTH_MAX + 1).unwrap().to_be_bytes();
    assert!(matches!(read::<Request>(&mut header.as_slice()), Err(FrameError::TooLong(_))));
    let mut decoder = Decoder::with_length_max(10);
    decoder.push(&11_u32.to_be_bytes());
    assert!(matches!(decoder.next_body(), Err(FrameError::TooLong(11))));
}

#[test]
fn a_stream_that_ends_inside_a_frame_is_torn() {
    let frame = encode(&Request::Cib).unwrap();
    for cut in 1..frame.len() {
        assert!(matches!(read::<Request>(&mut &frame[..cut]), Err(FrameError::Torn)), "cut at {cut}");
    }
}

#[test]
fn json_that_is_no_request_is_not_understood() {
    let stream = encode(&"hello").unwrap();
    assert!(matches!(read::<Request>(&mut stream.as_slice()), Err(FrameError::NotUnderstood(_))));
}
