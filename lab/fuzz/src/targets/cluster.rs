//! An engine that is a member of a view, and packets that come from someone who has the key and lost its mind.

use messaging::config::Timing;
use messaging::contract::{Delivery, Incarnation, Input, LinkId, Opened, Output};
use messaging::{Engine, Quorum, Setup};
use model::{Instant, Machine, NodeName};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
/// The recording goes on for this long.
const END: Duration = Duration::from_secs(4);
/// What came up to here is heard as it was; later packets are the corpus.
const CHECKPOINT: Duration = Duration::from_millis(1500);
/// A victim sends no more than this within the time that a case gives it.
const OUTPUTS_MAX: usize = 50_000;

pub(super) fn engine(own: &str, incarnation: u64, quorum: Quorum, now: Instant) -> Engine {
    let nodes = if quorum == Quorum::Witness { vec!["n0", "n1"] } else { vec!["n0", "n1", "n2"] };
    let timing = Timing { keepalive: 100 * MS, warntime: 250 * MS, deadtime: 500 * MS, initdead: 1000 * MS };
    let setup = Setup {
        nodes: nodes.into_iter().map(NodeName::new).collect(),
        own: NodeName::new(own),
        incarnation: Incarnation(incarnation),
        links: vec!["bcast eth0".to_owned()],
        timing,
        quorum,
        seed: incarnation,
    };
    Engine::new(setup, now)
}

/// A packet to the first node, and when it came there.
pub(super) type Heard = (Instant, Vec<u8>);

fn recording() -> &'static [Heard] {
    static RECORDING: OnceLock<Vec<Heard>> = OnceLock::new();
    RECORDING.get_or_init(record)
}

/// Three nodes that talk; one dies and comes back, after the checkpoint.
fn record() -> Vec<Heard> {
    let rule = || Quorum::LastManStanding(None);
    let mut engines: Vec<Option<Engine>> =
        (0..3).map(|node| Some(engine(&format!("n{node}"), 10 + node, rule(), Instant::ZERO))).collect();
    let mut heard = Vec::new();
    let mut now = Instant::ZERO;
    while now.since(Instant::ZERO) < END {
        let tick = now.as_micros() / 1000;
        match tick {
            2000 => engines[2] = None,
            3000 => engines[2] = Some(engine("n2", 20, rule(), now)),
            _ => {}
        }
        for node in 0..3 {
            if let Some(engine) = &mut engines[node] {
                if tick % 50 == 7 {
                    let payload: Arc<[u8]> = Arc::from(vec![b'x'; 3000].as_slice());
                    engine.handle(now, Input::Broadcast { delivery: Delivery::Safe, payload });
                }
                engine.wake(now);
            }
            pass_on(&mut engines, node, now, &mut heard);
        }
        now = now + MS;
    }
    heard
}

/// What a node says reaches the others at once, and what they say to that as well.
fn pass_on(engines: &mut [Option<Engine>], from: usize, now: Instant, heard: &mut Vec<Heard>) {
    let mut talkers = vec![from];
    while let Some(from) = talkers.pop() {
        while let Some(output) = engines[from].as_mut().and_then(Machine::poll) {
            match output {
                Output::Send { to, packet, .. } => {
                    for node in (0..engines.len()).filter(|node| *node != from) {
                        let is_meant = to.as_ref().is_none_or(|to| to.as_str() == format!("n{node}"));
                        if let Some(engine) = engines[node].as_mut().filter(|_| is_meant) {
                            engine.handle(now, input(packet.clone()));
                            talkers.push(node);
                            if node == 0 {
                                heard.push((now, packet.clone()));
                            }
                        }
                    }
                }
                Output::View(view) => {
                    if let Some(engine) = &mut engines[from] {
                        engine.handle(now, Input::ViewAccepted { number: view.number });
                        talkers.push(from);
                    }
                }
                Output::AskWitness { .. }
                | Output::Deliver { .. }
                | Output::Undelivered { .. }
                | Output::ViewLost { .. }
                | Output::Confirmed { .. }
                | Output::StallAnswer(_)
                | Output::Notice(_)
                | Output::Left => {}
            }
        }
    }
}

fn input(packet: Vec<u8>) -> Input {
    Input::Packet { link: LinkId(0), packet: Opened::after_verification(packet) }
}

fn is_early(at: Instant) -> bool {
    at.since(Instant::ZERO) < CHECKPOINT
}

/// Sequences of one to three packets, each with its length before it, that the victim has not heard yet.
pub(super) fn packets() -> Vec<Vec<u8>> {
    let framed = |packet: &Vec<u8>| {
        let length = u16::try_from(packet.len()).expect("a packet fits a datagram");
        [&length.to_le_bytes()[..], packet].concat()
    };
    let late: Vec<Vec<u8>> =
        recording().iter().filter(|(at, _)| !is_early(*at)).map(|(_, packet)| framed(packet)).collect();
    let ones = late.iter().cloned();
    let threes = late.windows(3).step_by(2).map(<[Vec<u8>]>::concat);
    ones.chain(threes).collect()
}

/// A member of a view at the checkpoint, and when that is.
fn member() -> (Engine, Instant) {
    let mut member = engine("n0", 10, Quorum::LastManStanding(None), Instant::ZERO);
    let mut now = Instant::ZERO;
    let mut outputs = drain(&mut member, now);
    for (at, packet) in recording().iter().take_while(|(at, _)| is_early(*at)) {
        live_until(&mut member, *at, &mut outputs);
        now = *at;
        member.handle(now, input(packet.clone()));
        outputs += drain(&mut member, now);
    }
    (member, now)
}

/// The victim hears the case and then lives on for a while.
pub(super) fn hear(bytes: &[u8]) {
    static MEMBER: OnceLock<(Engine, Instant)> = OnceLock::new();
    let (mut victim, mut now) = MEMBER.get_or_init(member).clone();
    let mut outputs = 0;
    for packet in split(bytes) {
        now = now + MS;
        victim.handle(now, input(packet.to_vec()));
        victim.handle(now, Input::Witness { packet: Opened::after_verification(packet.to_vec()) });
        outputs += drain(&mut victim, now);
    }
    live_until(&mut victim, now + 2000 * MS, &mut outputs);
    assert!(outputs < OUTPUTS_MAX, "{outputs} outputs");
    let status = victim.status(now + 2000 * MS);
    assert!(status.view.is_none_or(|view| view.members.iter().any(|member| member.name.as_str() == "n0")));
}

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (packet, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        packets.push(packet);
        bytes = rest;
    }
    packets
}

/// The victim is woken whenever it wants, up to a moment.
fn live_until(victim: &mut Engine, until: Instant, outputs: &mut usize) {
    while let Some(at) = victim.deadline().filter(|at| *at <= until) {
        victim.wake(at);
        *outputs += drain(victim, at);
        assert!(*outputs < OUTPUTS_MAX, "{outputs} outputs at {at:?}");
    }
}

fn drain(victim: &mut Engine, now: Instant) -> usize {
    let mut count = 0;
    while let Some(output) = victim.poll() {
        count += 1;
        if let Output::View(view) = output {
            victim.handle(now, Input::ViewAccepted { number: view.number });
        }
    }
    count
}
