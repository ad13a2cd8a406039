//! What happens to real clusters, done to ours: real Kamailio, real `sipsak`, real kernels' networks.

use live::runner::{self, Test};
use live::{Cluster, Failure, require};
use std::process::ExitCode;
use std::time::Duration;

const TESTS: &[Test] = &[
    ("power_loss_of_the_active_host_moves_the_service", power_loss),
    ("a_graceful_move_and_its_undoing", graceful_move),
    ("a_killed_proxy_is_restarted_in_place_and_counted", killed_proxy),
    ("a_killed_brain_touches_no_resource", killed_brain),
    ("killed_hands_come_back_and_the_service_stays", killed_hands),
    ("a_rebooted_host_rejoins_and_takes_its_service_back", reboot),
    ("a_partition_heals_without_fencing", partition),
    ("fifteen_percent_loss_moves_nothing", loss),
];

fn main() -> ExitCode {
    runner::main(TESTS)
}

const PATIENCE: Duration = Duration::from_secs(20);

fn power_loss() -> Result<(), Failure> {
    let (mut cluster, mut watch) = Cluster::serving()?;
    require(cluster.active()? == "sip-a", "sip-a is preferred by 90 and must serve first")?;
    cluster.lab.kill("sip-a")?;
    let outage = watch.wait_for_outage(PATIENCE).ok_or_else(|| Failure::broken("the client saw no outage end"))?;
    require(outage.lasted.is_some(), format!("nobody answered within {PATIENCE:?}\n{}", cluster.report()))?;
    require(cluster.active()? == "sip-b", "sip-b took over")
}

fn graceful_move() -> Result<(), Failure> {
    let (cluster, _watch) = Cluster::serving()?;
    cluster.run("sip-a", "crm_resource -M -r OpenSIPS")?;
    cluster.wait_for_active("sip-b", PATIENCE)?;
    cluster.run("sip-a", "crm_resource -U -r OpenSIPS")?;
    cluster.wait_for_active("sip-a", PATIENCE)
}

fn killed_proxy() -> Result<(), Failure> {
    let (cluster, mut watch) = Cluster::serving()?;
    cluster.run("sip-a", "kill -KILL -$(ps -o pgid= -p $(cat /run/opensips.pid) | tr -d ' ')")?;
    let outage = watch.wait_for_outage(PATIENCE).ok_or_else(|| Failure::broken("the client saw no outage"))?;
    require(outage.lasted.is_some(), format!("the proxy did not come back\n{}", cluster.report()))?;
    cluster.settle()?;
    require(cluster.active()? == "sip-a", "one failure restarts in place")?;
    let count = cluster.run("sip-b", "crm_failcount -G -U sip-a -r OpenSIPS")?;
    require(count.contains("value=1"), format!("the failure counts once, not: {count}"))
}

fn killed_brain() -> Result<(), Failure> {
    let (cluster, watch) = Cluster::serving()?;
    let before = cluster.run("sip-a", "cat /run/opensips.pid")?;
    cluster.run("sip-a", "kill -KILL $(cat /var/run/heartbeat/brain.pid)")?;
    std::thread::sleep(Duration::from_secs(3));
    cluster.wait("the brain answers again", PATIENCE, |c| {
        c.run("sip-a", "crm_mon -1").is_ok_and(|t| t.contains("Online: [ sip-a sip-b ]"))
    })?;
    cluster.settle()?;
    let after = cluster.run("sip-a", "cat /run/opensips.pid")?;
    require(before == after, format!("the proxy was restarted: {before} -> {after}\n{}", cluster.report()))?;
    require(cluster.active()? == "sip-a", "nothing moved")?;
    no_outage(watch)
}

fn killed_hands() -> Result<(), Failure> {
    let (cluster, watch) = Cluster::serving()?;
    let before = cluster.run("sip-a", "cat /run/opensips.pid")?;
    cluster.run("sip-a", "kill -KILL $(cat /var/run/heartbeat/hands.pid)")?;
    std::thread::sleep(Duration::from_secs(3));
    cluster.settle()?;
    let after = cluster.run("sip-a", "cat /run/opensips.pid")?;
    require(before == after, format!("the proxy was restarted: {before} -> {after}\n{}", cluster.report()))?;
    require(cluster.active()? == "sip-a", "nothing moved")?;
    no_outage(watch)
}

fn reboot() -> Result<(), Failure> {
    let (mut cluster, _watch) = Cluster::serving()?;
    cluster.lab.kill("sip-a")?;
    cluster.wait_for_active("sip-b", PATIENCE)?;
    cluster.lab.boot("sip-a")?;
    cluster.start("sip-a")?;
    // 100 against 10 + 3 x 10: the tutorial's group goes home.
    cluster.wait_for_active("sip-a", PATIENCE)?;
    cluster.settle()
}

fn partition() -> Result<(), Failure> {
    let (cluster, _watch) = Cluster::serving()?;
    cluster.lab.partition(&["sip-a", "sip-b"])?;
    cluster.wait("both halves serve: no fencing, and two nodes always have quorum", PATIENCE, |c| {
        c.holders("1.2.3.5").len() == 2
    })?;
    cluster.lab.heal()?;
    cluster.wait("one half serves", PATIENCE, |c| c.active().is_ok())?;
    cluster.settle()?;
    cluster.active().map(drop)
}

fn loss() -> Result<(), Failure> {
    let (cluster, watch) = Cluster::serving()?;
    cluster.lab.loss("sip-b", 15)?;
    std::thread::sleep(Duration::from_secs(40));
    require(cluster.active()? == "sip-a", "nothing moved")?;
    let events = cluster.run("sip-a", "systole events")?;
    require(!events.contains("peer-lost"), format!("a member was lost:\n{events}"))?;
    cluster.lab.heal()?;
    no_outage(watch)
}

fn no_outage(watch: demo::watch::Watch) -> Result<(), Failure> {
    match demo::watch::longest(&watch.stop()) {
        None => Ok(()),
        Some(outage) => Err(Failure::broken(format!("the client saw an outage: {outage:?}"))),
    }
}
