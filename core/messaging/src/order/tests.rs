//! The order of one view, without a wire: laws of the log, the assembly, the outbox and the sequencer.

use super::assembly::Assembly;
use super::log::Log;
use super::outbox::Outbox;
use super::sequencer::Sequencer;
use super::{SLOTS_AHEAD_MAX, SUBMITS_AHEAD_MAX};
use crate::contract::Delivery;
use crate::wire::{MESSAGE_MAX, PIECE_MAX, Piece};
use model::{Instant, NodeName};
use std::sync::Arc;
use std::time::Duration;

fn piece(origin: &str, local: u64, delivery: Delivery) -> Piece {
    Piece { origin: origin.into(), local, delivery, index: 0, count: 1, bytes: Arc::from([0u8].as_slice()) }
}

fn agreed(local: u64) -> Piece {
    piece("a", local, Delivery::Agreed)
}

#[test]
fn gaps_are_named_and_nothing_is_delivered_beyond_them() {
    let mut log = Log::default();
    for slot in [1, 4, 5, 8] {
        assert!(log.insert(slot, agreed(slot)));
        assert!(!log.insert(slot, agreed(slot)), "twice");
    }
    assert_eq!(log.missing(10), [(2, 3), (6, 7), (9, 10)]);
    assert_eq!(log.missing(4), [(2, 3)]);
    assert_eq!(log.missing(1), []);
    assert_eq!(log.deliver().map(|piece| piece.local), Some(1));
    assert_eq!(log.deliver(), None);
    assert_eq!((log.received(), log.highest()), (1, 8));
}

#[test]
fn a_safe_message_waits_until_everybody_holds_it_and_blocks_what_follows() {
    let mut log = Log::default();
    log.insert(1, piece("a", 1, Delivery::Safe));
    log.insert(2, agreed(2));
    assert!(log.deliver().is_none() && log.awaits_stability());
    log.note_stable(1);
    assert_eq!(log.deliver().map(|piece| piece.local), Some(1));
    assert_eq!(log.deliver().map(|piece| piece.local), Some(2));
    assert!(log.piece(1).is_none(), "stable and delivered is forgotten");
    assert!(log.piece(2).is_some(), "somebody may still ask for it");
}

#[test]
fn a_frozen_log_delivers_up_to_its_cut_only() {
    let mut log = Log::default();
    for slot in 1..=3 {
        log.insert(slot, piece("a", slot, Delivery::Safe));
    }
    log.freeze();
    log.note_stable(3);
    assert!(log.deliver().is_none());
    log.release(2);
    let delivered: Vec<u64> = std::iter::from_fn(|| log.deliver()).map(|piece| piece.local).collect();
    assert_eq!(delivered, [1, 2]);
}

#[test]
fn a_message_of_any_length_is_cut_and_put_together_again() {
    for length in [0, 1, PIECE_MAX - 1, PIECE_MAX, PIECE_MAX + 1, 10 * PIECE_MAX + 3] {
        let payload: Arc<[u8]> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let mut outbox = Outbox::new("a".into());
        outbox.push(Delivery::Agreed, payload.clone()).unwrap();
        let mut assembly = Assembly::default();
        let messages: Vec<_> = outbox.submit().into_iter().filter_map(|piece| assembly.take(piece)).collect();
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].sequence, &messages[0].payload), (1, &payload));
    }
}

#[test]
fn an_outbox_is_bounded_and_hands_back_what_was_not_delivered() {
    let mut outbox = Outbox::new("a".into());
    let large: Arc<[u8]> = vec![0; MESSAGE_MAX].into();
    assert!(outbox.push(Delivery::Safe, large.clone()).is_ok());
    assert!(outbox.push(Delivery::Safe, large.clone()).is_ok());
    assert!(outbox.push(Delivery::Safe, large).is_err(), "no room");
    assert_eq!(u64::try_from(outbox.submit().len()).unwrap(), SUBMITS_AHEAD_MAX);
    assert!(outbox.submit().is_empty(), "the coordinator has numbered nothing yet");
    assert!(outbox.awaits_numbers());
    outbox.note_numbered(10);
    assert_eq!(outbox.submit().len(), 10);
    assert_eq!(outbox.resubmit()[0].local, 11);
    assert_eq!(outbox.hand_back().len(), 2);
    assert!(outbox.is_empty());
    let too_long: Arc<[u8]> = vec![0; MESSAGE_MAX + 1].into();
    assert!(outbox.push(Delivery::Safe, too_long).is_err());
}

#[test]
fn the_coordinator_numbers_each_origin_in_its_order_and_waits_for_the_slowest() {
    let now = Instant::ZERO;
    let mut sequencer = Sequencer::new([NodeName::new("b")].into_iter());
    for local in [2, 1, 2, 1] {
        sequencer.submit(agreed(local));
    }
    let slots: Vec<(u64, u64)> = sequencer.number(0, now).iter().map(|(slot, piece)| (*slot, piece.local)).collect();
    assert_eq!(slots, [(1, 1), (2, 2)]);
    for local in 3..=100 {
        sequencer.submit(agreed(local));
    }
    sequencer.number(0, now);
    assert_eq!(sequencer.highest(), SLOTS_AHEAD_MAX);
    assert_eq!(sequencer.stable(SLOTS_AHEAD_MAX), 0);
    sequencer.acknowledge(&"b".into(), 5, now);
    sequencer.acknowledge(&"stranger".into(), 50, now);
    assert_eq!(sequencer.stable(SLOTS_AHEAD_MAX), 5);
    assert_eq!(sequencer.number(5, now).len(), 5);
}

#[test]
fn slots_without_acknowledgement_are_due_again_later_and_later() {
    let mut sequencer = Sequencer::new([NodeName::new("b")].into_iter());
    assert_eq!(sequencer.deadline(), None);
    sequencer.submit(agreed(1));
    sequencer.number(0, Instant::ZERO);
    let mut last = Instant::ZERO;
    let mut waits = Vec::new();
    for _ in 0..6 {
        let due = sequencer.deadline().unwrap();
        assert!(sequencer.overdue(last).is_empty());
        assert_eq!(sequencer.overdue(due), [("b".into(), 1..=1)]);
        waits.push((due - last).as_millis());
        last = due;
    }
    assert_eq!(waits, [15, 30, 60, 120, 120, 120]);
    sequencer.acknowledge(&"b".into(), 1, last + Duration::from_millis(1));
    assert_eq!(sequencer.deadline(), None);
}
