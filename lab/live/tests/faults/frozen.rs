//! An active host that is stopped for twelve seconds, as a virtual machine may be: its service goes on elsewhere, and when
//! it wakes it lets go of the addresses before anybody has asked it to.

use crate::{A, B, PATIENCE, clear_ledgers};
use demo::watch::Watch;
use live::{Answers, Cluster, Failure, Ledger, require};
use std::time::{Duration, Instant, SystemTime};

const FROZEN: Duration = Duration::from_secs(12);

pub fn lets_go(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    // Where the service is it stays: what the host that wakes lets go of does not come back to it before anybody has looked.
    cluster.run(A, "crm_attribute -t crm_config -n default-resource-stickiness -v INFINITY")?;
    cluster.settle()?;
    clear_ledgers(cluster)?;
    let answers = Answers::of(&cluster.lab, A)?;
    let frozen = Instant::now();
    cluster.lab.freeze(A, true)?;
    // Its kernel still answers for its addresses: only who holds them is asked, of the host that moves.
    cluster.wait("sip-b took over", PATIENCE, |cluster| holds(cluster, B))?;
    std::thread::sleep(FROZEN.saturating_sub(frozen.elapsed()));
    // The worst of all clients: one that never heard of the move.
    answers.ask_only_it(&cluster.lab, "1.2.3.5")?;
    let woken = SystemTime::now();
    cluster.lab.freeze(A, false)?;
    cluster.wait("the host that woke holds no address", PATIENCE, |c| {
        Ledger::changes(c, A).is_ok_and(|changes| changes.len() >= 3) && !holds(c, A)
    })?;
    let bare = SystemTime::now();
    cluster.wait_for_members(&[A, B])?;
    cluster.settle()?;
    let active = cluster.active()?;
    require(active == B, format!("the service goes on where it is, not on {active}"))?;
    let last = answers.last_between(woken, bare).unwrap_or_default();
    println!("           its last answer came {} ms after it woke", last.as_millis());
    let stray = answers.last_between(bare, SystemTime::now());
    require(stray.is_none(), format!("a host without the addresses answered for them: {stray:?} later"))?;
    cluster.ask(A, "cat /var/log/ha-log")?.expect(&["[own-pause]", "[given-up]"])?;
    all_it_did_was_to_stop(cluster)
}

fn holds(cluster: &Cluster, host: &str) -> bool {
    cluster
        .run(host, "ip -o -4 address show")
        .is_ok_and(|text| text.contains(" 1.2.3.4/") || text.contains(" 1.2.3.5/"))
}

/// It stopped all of it, and did nothing else.
fn all_it_did_was_to_stop(cluster: &Cluster) -> Result<(), Failure> {
    let mut acts = Ledger::changes(cluster, A)?;
    acts.sort();
    let stops = ["stop IPaddr2-1.2.3.4", "stop IPaddr2-1.2.3.5", "stop OpenSIPS"];
    require(acts == stops, format!("the host that woke did this: {acts:?}"))
}
