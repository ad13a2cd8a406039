//! The brain may die at any time: its hands hold the services, and nobody touches them.

use sim::agents::Services;
use sim::story::Story;
use sim::world::World;
use std::time::Duration;

/// Longest time of a packet on its way.
const DELAYS: [u64; 3] = [1, 30, 150];
/// How long a brain is away: less than the others' deadtime, as its supervisor starts it at once.
const AWAY: [u64; 2] = [20, 300];

#[test]
fn no_resource_is_touched_when_a_brain_dies_and_comes_back() {
    for hosts in 1..=3 {
        for delay in DELAYS {
            for away in AWAY {
                for host in 0..hosts {
                    kill_and_boot(hosts, host, Duration::from_millis(delay), Duration::from_millis(away));
                }
            }
        }
    }
}

fn kill_and_boot(hosts: usize, host: usize, delay: Duration, away: Duration) {
    let story = Story::parse(&format!("hosts {hosts}")).expect("a story");
    let mut world = World::new(&story, true);
    for other in 0..hosts {
        world.boot(other);
    }
    world.run_for(Duration::from_secs(10));
    let before = lives(&world);
    assert_eq!(before.iter().map(Vec::len).sum::<usize>(), 4, "all four services run: {before:?}");
    world.network.delay = delay;
    world.transcript.clear();
    world.kill_brain(host);
    world.run_for(away);
    world.boot(host);
    world.run_for(Duration::from_secs(10));
    let touched: Vec<_> = world.transcript.iter().filter(|line| is_touch(line)).collect();
    assert!(touched.is_empty(), "{hosts} hosts, n{host} away for {away:?}, delay {delay:?}: {touched:?}");
    assert_eq!(lives(&world), before);
}

fn lives(world: &World) -> Vec<Vec<String>> {
    let live = |services: &Services| services.live().iter().map(ToString::to_string).collect();
    world.hosts.iter().map(|host| live(&host.services)).collect()
}

fn is_touch(line: &str) -> bool {
    ["operation-begun: start", "operation-begun: stop"].iter().any(|touch| line.contains(touch))
}
