//! One seed's story: a cluster is born, is made to suffer while its clients work, is healed, and must recover.

use crate::client;
use crate::faults::{Faults, Kind, SERVICES, any_host};
use crate::world::World;
use cib::Digest;
use model::{ResourceId, Rng};
use node::contract::{Change, Request};
use std::collections::BTreeSet;
use std::time::Duration;

/// Steps of the suffering; each takes up to a second and a half.
const STEPS: u64 = 60;
/// How long a run that hung when the faults ended may go on: to its timeout (20 s where none is configured), and the kill.
/// Who cleans up earlier cleans up before it has failed; its failure counts afterwards, and rightly bans the node.
const AFTERMATH: Duration = Duration::from_secs(25);
/// How long a healed cluster may take to be one again: detection, joining, and the longest hanging agent.
const RECOVERY: Duration = Duration::from_secs(40);
/// Most hosts of a run.
const HOSTS_MAX: u64 = 5;

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Broken laws; empty when all held.
    pub violations: Vec<String>,
    /// What happened, when that was asked for.
    pub transcript: Vec<String>,
    /// How many hosts there were.
    pub hosts: usize,
    /// What they suffered.
    pub kinds: Vec<Kind>,
    /// How many changes were acknowledged.
    pub acknowledged: usize,
}

/// Lives one seed.
pub fn run(seed: u64, is_noisy: bool) -> Outcome {
    let mut rng = Rng::from_seed(seed);
    let hosts = usize::try_from(1 + rng.below(HOSTS_MAX)).expect("a small number");
    let mut faults = Faults::drawn(&mut rng);
    let mut world = World::new(hosts, rng.next_u64(), is_noisy);
    for host in 0..hosts {
        world.boot(host);
    }
    world.run_for(Duration::from_secs(5));
    suffer(&mut world, &mut faults);
    recover(&mut world, &mut faults);
    Outcome {
        violations: std::mem::take(&mut world.checker.violations),
        hosts,
        kinds: faults.kinds().to_vec(),
        acknowledged: world.clients.acknowledged.len(),
        transcript: world.transcript,
    }
}

fn suffer(world: &mut World, faults: &mut Faults) {
    for _ in 0..STEPS {
        let span = Duration::from_millis(20 + world.rng.below(1500));
        world.run_for(span);
        work(world);
        faults.step(world);
        look(world);
    }
}

/// A client does something.
fn work(world: &mut World) {
    let host = any_host(world);
    if world.hosts[host].brain.is_none() {
        return;
    }
    let other = any_host(world);
    let node = world.hosts[other].name.clone();
    let attribute = |name: String, value: &str, permanent| {
        let value = Some(value.to_owned());
        Request::Change(Change::Attribute { node: node.clone(), name, value, permanent })
    };
    let (key, request) = match world.rng.below(10) {
        0..=5 => {
            let key = world.clients.fresh_key();
            (Some(key.clone()), attribute(key, "1", true))
        }
        6 => (None, attribute("pingd".to_owned(), "value++", false)),
        7 => (None, attribute("standby".to_owned(), if world.rng.chance(300) { "on" } else { "off" }, true)),
        8 => (None, Request::Cleanup { resource: None, node: None, whole_history: world.rng.chance(300) }),
        _ => (None, Request::Fail { resource: "proxy".to_owned(), node: node.clone() }),
    };
    let id = world.clients.asks(host, key);
    world.ask(host, id, request);
}

fn look(world: &mut World) {
    for service in SERVICES {
        let holders = world.holders(&ResourceId::new(service));
        world.checker.holders(world.now, &world.hosts, service, &holders);
    }
}

/// The faults end, and an operator forgives what failed: the cluster reaches its goal.
fn recover(world: &mut World, faults: &mut Faults) {
    faults.end(world);
    world.run_for(AFTERMATH);
    for host in 0..world.hosts.len() {
        faults.end(world);
        ask_all_is_well(world, host);
    }
    world.run_for(RECOVERY);
    for host in 0..world.hosts.len() {
        let id = world.clients.asks(host, None);
        world.ask(host, id, Request::WaitIdle);
    }
    world.run_for(RECOVERY);
    look(world);
    demand(world);
}

fn ask_all_is_well(world: &mut World, host: usize) {
    let standby = Change::Attribute {
        node: world.hosts[host].name.clone(),
        name: "standby".to_owned(),
        value: Some("off".to_owned()),
        permanent: true,
    };
    let forget = Request::Cleanup { resource: None, node: None, whole_history: false };
    for request in [Request::Change(standby), forget] {
        let id = world.clients.asks(host, None);
        world.ask(host, id, request);
    }
}

fn demand(world: &mut World) {
    let broken = [unanswered(world), not_one(world), not_placed(world), lost_changes(world)];
    world.checker.violations.extend(broken.into_iter().flatten());
}

fn unanswered(world: &World) -> Option<String> {
    let waiting = world.clients.waiting();
    (waiting > 0).then(|| format!("{waiting} clients still wait for an answer at the end"))
}

fn not_one(world: &World) -> Option<String> {
    let views: BTreeSet<_> = world
        .hosts
        .iter()
        .map(|host| {
            host.brain.as_ref().and_then(|brain| brain.node.status().view).map(|view| (view.number, view.members.len()))
        })
        .collect();
    let contents: BTreeSet<_> = world
        .hosts
        .iter()
        .filter_map(|host| host.brain.as_ref())
        .map(|brain| Digest::of_tree(brain.node.cib()))
        .collect();
    let all = world.hosts.len();
    let whole = views.len() == 1 && views.iter().flatten().all(|(_, members)| *members == all);
    match (whole, contents.len()) {
        (true, 1) => None,
        (true, different) => Some(format!("{different} different CIBs at the end")),
        (false, _) => Some(format!("the hosts are not one cluster at the end: {views:?}")),
    }
}

fn not_placed(world: &World) -> Option<String> {
    let wrong = SERVICES.into_iter().filter(|service| world.holders(&ResourceId::new(service)).len() != 1);
    let wrong: Vec<_> =
        wrong.map(|service| format!("{service}: {:?}", world.holders(&ResourceId::new(service)))).collect();
    (!wrong.is_empty()).then(|| format!("services are not held by exactly one host at the end: {}", wrong.join(", ")))
}

/// What was acknowledged is there; where both halves of two hosts may act, it may be in what the loser kept.
fn lost_changes(world: &World) -> Option<String> {
    let brain = world.hosts.iter().find_map(|host| host.brain.as_ref())?;
    let mut there = client::keys(brain.node.cib());
    if world.hosts.len() == 2 {
        there.extend(world.clients.aside.iter().cloned());
    }
    let lost: Vec<_> = world.clients.acknowledged.difference(&there).collect();
    (!lost.is_empty()).then(|| format!("acknowledged changes are lost: {lost:?}"))
}
