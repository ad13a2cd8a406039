//! Every command survives the way there and back; no bytes at all make the reader panic.

use super::{WireError, decode, encode};
use crate::command::{AgentName, Command, Ended, Forgotten, Hello, OperationName, Order, TransitionKey};
use crate::contract::Change;
use model::{NodeName, OcfCode, OperationStatus, ResourceId, Rng, WallTime};
use std::collections::BTreeMap;
use std::time::Duration;

#[test]
fn every_command_comes_back_as_it_was() {
    for command in samples() {
        let bytes = encode(7, &command);
        let envelope = decode(&bytes).expect("our own bytes are read");
        assert_eq!((envelope.view, &envelope.command), (7, &command));
    }
}

#[test]
fn a_message_cut_anywhere_is_refused() {
    for command in samples() {
        let bytes = encode(7, &command);
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{command:?} cut to {length} bytes");
        }
    }
}

#[test]
fn a_message_with_something_behind_it_is_refused() {
    let mut bytes = encode(7, &Command::Stored { changes: 1 });
    bytes.extend_from_slice(b"ab");
    assert_eq!(decode(&bytes), Err(WireError::Long(2)));
}

#[test]
fn another_format_is_named() {
    assert_eq!(decode(&[9]), Err(WireError::Format(9)));
}

#[test]
fn a_length_beyond_the_message_allocates_nothing() {
    let mut bytes = encode(7, &Command::Snapshot { cib: String::new() });
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(decode(&bytes), Err(WireError::TooLong(u64::from(u32::MAX))));
}

#[test]
fn random_damage_never_panics() {
    let mut rng = Rng::from_seed(1);
    for command in samples() {
        for _ in 0..500 {
            let mut bytes = encode(7, &command);
            for _ in 0..=rng.below(3) {
                let place = usize::try_from(rng.below(bytes.len() as u64)).expect("a place in memory");
                bytes[place] = rng.next_u64().to_be_bytes()[0];
            }
            let _either = decode(&bytes);
        }
    }
}

fn samples() -> Vec<Command> {
    let node = || NodeName::new("sip-a");
    let resource = || ResourceId::new("OpenSIPS");
    let key = TransitionKey { action: Some(3), transition: 12, expected: 7, planner: "p".to_owned() };
    let name = OperationName { resource: resource(), action: "monitor".to_owned(), interval: Duration::from_secs(10) };
    let agent =
        AgentName { class: "ocf".to_owned(), provider: Some("anders.com".to_owned()), kind: "OpenSIPS".to_owned() };
    let text = || "ä <cib/>".to_owned();
    let mut commands = vec![
        Command::Hello { hello: Box::new(hello()) },
        Command::Snapshot { cib: text() },
        Command::Stored { changes: 3 },
        Command::Cleanup { request: 1, resource: Some(resource()), node: None, whole_history: true },
        Command::Fail { request: 2, resource: resource(), node: node(), at: WallTime(-5) },
        Command::Cancel {
            target: node(),
            resource: resource(),
            action: text(),
            interval: Duration::from_millis(5),
            key: key.clone(),
        },
        Command::Forget { node: node(), resource: resource(), what: Forgotten::Failures, key: key.clone() },
        Command::Dropped { orders: vec![name.clone(), name.clone()] },
        Command::HandsMet { life: u64::MAX, is_whole: true, is_first: false },
        Command::WantsToLeave { at: WallTime(1) },
        Command::MayLeave { node: node() },
        Command::Progress { transition: 4, under_way: true },
        Command::AskIdle { request: 5 },
        Command::Idle { node: node(), request: 6, trouble: Some(text()) },
        Command::Execute {
            order: Box::new(Order {
                target: node(),
                name: name.clone(),
                agent: agent.clone(),
                timeout: Duration::from_secs(3),
                start_delay: Duration::ZERO,
                parameters: BTreeMap::from([("ip".to_owned(), text())]),
                key: key.clone(),
                on_fail: "restart".to_owned(),
                digest: text(),
                reason: text(),
                at: WallTime(9),
            }),
        },
        Command::Ended {
            result: Box::new(Ended {
                node: node(),
                name,
                agent,
                key,
                on_fail: String::new(),
                call: 9,
                status: OperationStatus::Timeout,
                code: OcfCode::ERROR,
                reason: text(),
                output: text(),
                changed: WallTime(1),
                run_time: Duration::from_micros(1),
                queue_time: Duration::ZERO,
                digest: text(),
            }),
        },
    ];
    commands.extend(changes().into_iter().map(|change| Command::Change {
        request: 1,
        client: text(),
        at: WallTime(0),
        change,
    }));
    commands
}

fn changes() -> Vec<Change> {
    let xml = || "<nvpair/>".to_owned();
    let edits = [
        cib::Change::Create { section: None, xml: xml() },
        cib::Change::Modify { section: Some(xml()), xml: xml(), may_create: true },
        cib::Change::Replace { section: None, xml: xml() },
        cib::Change::Delete { section: None, xml: xml() },
        cib::Change::Erase,
        cib::Change::Bump,
    ];
    let mut changes: Vec<Change> = edits.into_iter().map(|edit| Change::Edit { edit }).collect();
    changes.push(Change::Attribute { node: NodeName::new("a"), name: xml(), value: None, permanent: false });
    changes
}

fn hello() -> Hello {
    Hello {
        admin_epoch: 1,
        epoch: 2,
        num_updates: 3,
        digest: "d".to_owned(),
        quorate_view: 8,
        promised_view: 9,
        has_run: false,
        feature_set: "3".to_owned(),
        version: "1".to_owned(),
        at: WallTime(6),
        hands: 4,
        own_state: Some("<node_state/>".to_owned()),
        transition: 5,
    }
}
