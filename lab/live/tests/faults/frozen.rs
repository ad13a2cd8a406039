//! An active host that is stopped for twelve seconds, as a virtual machine may be: its service goes on elsewhere, and when
//! it wakes it lets go of the addresses before anybody has asked it to.

use crate::{A, B, PATIENCE, clear_ledgers};
use demo::watch::Watch;
use live::{Answers, Cluster, Failure, Ledger, require};
use std::time::{Duration, Instant, SystemTime};

const FROZEN: Duration = Duration::from_secs(12);

pub fn lets_go(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
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
    cluster.active()?;
    let again = started(cluster)?;
    let last = answers.last_between(woken, again.min(bare)).unwrap_or_default();
    println!("           its last answer came {} ms after it woke", last.as_millis());
    let stray = answers.last_between(bare, again);
    require(stray.is_none(), format!("a host without the addresses answered for them: {stray:?} later"))?;
    cluster.ask(A, "cat /var/log/ha-log")?.expect(&["[own-pause]", "[given-up]"])?;
    first_act_is_to_stop(cluster)
}

fn holds(cluster: &Cluster, host: &str) -> bool {
    cluster
        .run(host, "ip -o -4 address show")
        .is_ok_and(|text| text.contains(" 1.2.3.4/") || text.contains(" 1.2.3.5/"))
}

/// When the host that woke was asked to start the first of its addresses again; now, if it was not.
fn started(cluster: &Cluster) -> Result<SystemTime, Failure> {
    let start = Ledger::read(cluster, A)?.into_iter().find(|call| call.action == "start");
    Ok(start.map_or_else(SystemTime::now, |call| SystemTime::UNIX_EPOCH + Duration::from_nanos(call.at)))
}

/// Whatever the host was asked to start later, if its service came back: it began by stopping all of it.
fn first_act_is_to_stop(cluster: &Cluster) -> Result<(), Failure> {
    let mut first: Vec<String> = Ledger::changes(cluster, A)?.into_iter().take(3).collect();
    first.sort();
    let stops = ["stop IPaddr2-1.2.3.4", "stop IPaddr2-1.2.3.5", "stop OpenSIPS"];
    require(first == stops, format!("the host that woke did this first: {first:?}"))
}
