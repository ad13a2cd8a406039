//! What happens to real clusters, done to ours: real Kamailio, real `sipsak`, real kernels' networks.

mod frozen;
mod identity;
mod recorder;

use demo::watch::{self, Watch};
use live::runner::{self, Test};
use live::{Cluster, FAST, Failure, Ledger, SERVICE, Timeline, require};
use std::process::ExitCode;
use std::time::Duration;

const TESTS: &[Test] = &[
    ("power_loss_of_the_active_host_moves_the_service", || serving(power_loss)),
    ("a_graceful_move_and_its_undoing", || serving(graceful_move)),
    ("a_killed_proxy_is_restarted_in_place_and_counted", || serving(killed_proxy)),
    ("a_killed_brain_touches_no_resource", || serving(killed_brain)),
    ("killed_hands_come_back_and_the_service_stays", || serving(killed_hands)),
    ("a_rebooted_host_rejoins_and_takes_its_service_back", || serving(reboot)),
    ("a_partition_heals_without_fencing", || serving(partition)),
    ("a_frozen_host_lets_go_when_it_wakes", || serving(frozen::lets_go)),
    ("fifteen_percent_loss_moves_nothing", || serving(|cluster, watch| loss(cluster, watch, 15))),
    ("thirty_percent_loss_moves_nothing", || serving(|cluster, watch| loss(cluster, watch, 30))),
    ("a_negative_total_on_the_last_node_stops_nothing_in_silence", || serving(last_node)),
    ("a_host_that_lost_its_identity_rejoins", || serving(identity::lost)),
    ("packets_of_an_older_life_are_dropped_and_counted", || serving(identity::older_life)),
    ("packets_that_come_again_are_dropped_and_counted", || serving(identity::replayed)),
    ("a_host_with_another_key_is_not_heard", || serving(identity::other_key)),
    ("two_clusters_with_different_keys_share_a_segment", || serving(identity::neighbours_by_key)),
    ("two_clusters_with_one_key_and_two_names_share_a_segment", || serving(identity::neighbours_by_name)),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["record", file] => recorder::record(file),
        ["replay", file, times] => recorder::replay(file, times),
        _ => runner::main(TESTS),
    }
}

const A: &str = "sip-a";
const B: &str = "sip-b";

/// Does something to the tutorial's cluster, fast, its agents' calls written down, serving from sip-a, watched by a client. What goes wrong is
/// told with what the hosts say.
fn serving(test: impl FnOnce(&mut Cluster, Watch) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut cluster = Cluster::furnished(FAST)?;
    let outcome = watched(&cluster).and_then(|watch| test(&mut cluster, watch));
    outcome.map_err(|failure| cluster.explain(failure))
}

fn watched(cluster: &Cluster) -> Result<Watch, Failure> {
    for host in [A, B] {
        Ledger::open(cluster, host)?;
    }
    cluster.start_together(&[A, B])?;
    cluster.wait_for_members(&[A, B])?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.settle()?;
    let mut watch = Watch::start(&cluster.lab, "client", &SERVICE)?;
    require(watch.wait_for_answers(SERVICE.len(), PATIENCE), "nobody answers")?;
    Ok(watch)
}

/// Nothing was started or stopped on either host since the ledgers were cleared.
fn untouched(cluster: &Cluster) -> Result<(), Failure> {
    for host in [A, B] {
        let changes = Ledger::changes(cluster, host)?;
        cluster.require(changes.is_empty(), format!("agents were called on {host}: {changes:?}"))?;
    }
    Ok(())
}

fn clear_ledgers(cluster: &Cluster) -> Result<(), Failure> {
    [A, B].iter().try_for_each(|host| Ledger::clear(cluster, host))
}

const PATIENCE: Duration = Duration::from_secs(20);

fn power_loss(cluster: &mut Cluster, mut watch: Watch) -> Result<(), Failure> {
    require(cluster.active()? == A, "sip-a is preferred by 90 and must serve first")?;
    cluster.lab.kill(A)?;
    let outage = watch.wait_for_outage(PATIENCE).ok_or_else(|| Failure::broken("the client saw no outage end"))?;
    cluster.require(outage.lasted.is_some(), format!("nobody answered within {PATIENCE:?}"))?;
    cluster.wait_for_active(B, PATIENCE)
}

fn graceful_move(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    cluster.run(A, "crm_resource -M -r OpenSIPS")?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.run(A, "crm_resource -U -r OpenSIPS")?;
    cluster.wait_for_active(A, PATIENCE)
}

fn killed_proxy(cluster: &mut Cluster, mut watch: Watch) -> Result<(), Failure> {
    cluster.run(A, "kill -KILL -$(ps -o pgid= -p $(cat /run/opensips.pid) | tr -d ' ')")?;
    let outage = watch.wait_for_outage(PATIENCE).ok_or_else(|| Failure::broken("the client saw no outage"))?;
    cluster.require(outage.lasted.is_some(), "the proxy did not come back")?;
    cluster.wait("the failure is counted", PATIENCE, |c| c.failcount("OpenSIPS", A).is_ok_and(|count| count > 0))?;
    cluster.settle()?;
    require(cluster.active()? == A, "one failure restarts in place")?;
    let count = cluster.run(B, "crm_failcount -G -U sip-a -r OpenSIPS")?;
    require(count.contains("value=1"), format!("the failure counts once, not: {count}"))
}

fn killed_brain(cluster: &mut Cluster, watch: Watch) -> Result<(), Failure> {
    let before = cluster.run(A, "cat /run/opensips.pid")?;
    clear_ledgers(cluster)?;
    cluster.run(A, "kill -KILL $(cat /var/run/heartbeat/brain.pid)")?;
    std::thread::sleep(Duration::from_secs(3));
    cluster.wait_for_members(&[A, B])?;
    cluster.settle()?;
    let after = cluster.run(A, "cat /run/opensips.pid")?;
    cluster.require(before == after, format!("the proxy was restarted: {before} -> {after}"))?;
    untouched(cluster)?;
    require(cluster.active()? == A, "nothing moved")?;
    no_outage(watch)
}

fn killed_hands(cluster: &mut Cluster, watch: Watch) -> Result<(), Failure> {
    let before = cluster.run(A, "cat /run/opensips.pid")?;
    clear_ledgers(cluster)?;
    cluster.run(A, "kill -KILL $(cat /var/run/heartbeat/hands.pid)")?;
    std::thread::sleep(Duration::from_secs(3));
    cluster.settle()?;
    let after = cluster.run(A, "cat /run/opensips.pid")?;
    cluster.require(before == after, format!("the proxy was restarted: {before} -> {after}"))?;
    require(cluster.active()? == A, "nothing moved")?;
    no_outage(watch)
}

fn reboot(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    cluster.lab.kill(A)?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.lab.boot(A)?;
    cluster.start(A)?;
    // 100 against 10 + 3 x 10: the tutorial's group goes home.
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.settle()
}

fn partition(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    // A host that serves already is not seen to begin; so it begins anew.
    let timeline = Timeline::start(&cluster.lab, &[A, B])?;
    cluster.run(A, "crm_resource -M -r OpenSIPS")?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.run(A, "crm_resource -U -r OpenSIPS")?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.settle()?;
    require(timeline.overlap().is_none(), "a move holds no address twice")?;
    cluster.lab.partition(&[A, B])?;
    cluster.wait("both halves serve: no fencing, and two nodes always have quorum", PATIENCE, |c| {
        c.holders("1.2.3.5").len() == 2
    })?;
    cluster.wait("and the watcher of the addresses has seen it", PATIENCE, |_| timeline.overlap().is_some())?;
    cluster.lab.heal()?;
    cluster.wait("one half serves", PATIENCE, |c| c.active().is_ok())?;
    cluster.settle()?;
    cluster.active().map(drop)
}

/// 100 + 3 x 10 - 10 for each failure is negative after the 14th; the tutorial's Heartbeat stopped everything without a word.
fn last_node(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    cluster.lab.kill(B)?;
    cluster
        .wait("sip-b is gone", PATIENCE, |c| c.run(A, "crm_mon -1").is_ok_and(|t| t.contains("OFFLINE: [ sip-b ]")))?;
    for _ in 0..15 {
        cluster.ask(A, "crm_resource -F -r OpenSIPS -H sip-a")?;
        cluster.settle()?;
    }
    if cluster.active().is_ok_and(|active| active == A) {
        return Ok(());
    }
    cluster.ask(A, "cat /var/log/ha-log")?.expect(&["OpenSIPS", "[resource-not-placed]"])?;
    cluster.ask(A, "systole explain OpenSIPS")?.expect(&["to clear"]).map(drop)
}

fn loss(cluster: &mut Cluster, watch: Watch, percent: u32) -> Result<(), Failure> {
    cluster.lab.loss(B, percent)?;
    std::thread::sleep(Duration::from_secs(40));
    require(cluster.active()? == A, "nothing moved")?;
    let log = cluster.run(A, "cat /var/log/ha-log")?;
    require(!log.contains("[node-lost]"), format!("a member was lost:\n{log}"))?;
    cluster.lab.heal()?;
    no_outage(watch)
}

/// Nothing that a takeover or a restart would cause; a busy machine loses a packet now and then.
fn no_outage(client: Watch) -> Result<(), Failure> {
    match watch::longest(&client.stop()) {
        Some(outage) if outage.lasted.is_none_or(|lasted| lasted > Duration::from_secs(1)) => {
            Err(Failure::broken(format!("the client saw an outage: {outage:?}")))
        }
        Some(_) | None => Ok(()),
    }
}
