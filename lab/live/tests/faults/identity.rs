//! Who is who: lost identities, packets from the past, foreign keys and foreign clusters.

use crate::{A, B, PATIENCE, clear_ledgers, no_outage, recorder, untouched};
use demo::hosts::HostError;
use demo::stage::tutorial;
use demo::watch::Watch;
use live::{Cluster, FAST, Failure, require};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

const MEMBERS: &str = "Online: [ sip-a sip-b ]";

fn rejoined(cluster: &Cluster) -> Result<(), Failure> {
    cluster.wait_for_members(&[A, B])?;
    cluster.settle()
}

pub fn lost(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    for host in [B, A] {
        cluster.lab.kill(host)?;
        let other = if host == A { B } else { A };
        cluster.wait_for_active(other, PATIENCE)?;
        cluster.lab.boot(host)?;
        cluster.run(host, "rm -f /var/lib/heartbeat/hb_generation /var/lib/heartbeat/hb_uuid")?;
        cluster.start(host)?;
        rejoined(cluster)?;
        cluster.wait_for_active(A, PATIENCE)?;
        cluster.settle()?;
    }
    Ok(())
}

/// Our own binary at work on the client's host.
fn start_recorder(cluster: &Cluster, arguments: &[&str]) -> Result<Child, Failure> {
    let failed = |source| HostError::System { what: "starting the recorder".into(), source };
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = cluster.lab.command("client", program)?;
    Ok(command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(failed)?)
}

/// Some dozens of the cluster's packets, of both hosts.
fn recorded(cluster: &Cluster) -> Result<PathBuf, Failure> {
    let file = cluster.lab.directory("client").join("packets");
    let mut child = start_recorder(cluster, &["record", &file.to_string_lossy()])?;
    let of_each = |sender| recorder::packets(&file, sender).map_or(0, |packets| packets.len());
    let outcome = cluster.wait("20 packets of each host were recorded", PATIENCE, |_| {
        [[1, 2, 3, 1], [1, 2, 3, 2]].into_iter().all(|sender| of_each(sender) >= 20)
    });
    let _ = child.kill();
    let _ = child.wait();
    outcome.map(|()| file)
}

fn replay(cluster: &Cluster, file: &std::path::Path) -> Result<(), Failure> {
    let status = start_recorder(cluster, &["replay", &file.to_string_lossy(), "5"])?.wait();
    require(status.is_ok_and(|status| status.success()), "the packets were sent again")
}

fn dropped(cluster: &Cluster) -> Result<u64, Failure> {
    Ok(cluster.counter(A, "replayed")? + cluster.counter(A, "older-lives")?)
}

pub fn older_life(cluster: &mut Cluster, watch: Watch) -> Result<(), Failure> {
    let file = recorded(cluster)?;
    cluster.lab.kill(B)?;
    cluster
        .wait("sip-b is gone", PATIENCE, |c| c.run(A, "crm_mon -1").is_ok_and(|t| t.contains("OFFLINE: [ sip-b ]")))?;
    let before = dropped(cluster)?;
    replay(cluster, &file)?;
    cluster.ask(A, "crm_mon -1")?.expect(&["OFFLINE: [ sip-b ]"])?;
    require(dropped(cluster)? > before, "packets of a dead host were dropped and counted")?;
    cluster.lab.boot(B)?;
    cluster.start(B)?;
    rejoined(cluster)?;
    clear_ledgers(cluster)?;
    let before = cluster.counter(A, "older-lives")?;
    replay(cluster, &file)?;
    let after = cluster.counter(A, "older-lives")?;
    require(after > before + 20, format!("packets of the last life were dropped and counted: {before}, {after}"))?;
    cluster.ask(A, "crm_mon -1")?.expect(&[MEMBERS])?;
    untouched(cluster)?;
    no_outage(watch)
}

pub fn replayed(cluster: &mut Cluster, watch: Watch) -> Result<(), Failure> {
    let file = recorded(cluster)?;
    clear_ledgers(cluster)?;
    let before = cluster.counter(A, "replayed")?;
    replay(cluster, &file)?;
    let after = cluster.counter(A, "replayed")?;
    require(after > before + 20, format!("packets that came again were dropped and counted: {before}, {after}"))?;
    cluster.ask(A, "crm_mon -1")?.expect(&[MEMBERS])?;
    untouched(cluster)?;
    no_outage(watch)
}

pub fn other_key(cluster: &mut Cluster, _watch: Watch) -> Result<(), Failure> {
    cluster.stop(B)?;
    cluster.put(B, "/etc/ha.d/authkeys", "600", "auth 1\n1 sha1 another\n")?;
    // Without its resources, so that the two halves do not fight for the addresses.
    cluster.run(B, "rm /var/lib/heartbeat/crm/cib.xml*")?;
    cluster.start(B)?;
    cluster.wait("its packets are counted", PATIENCE, |c| c.counter(A, "bad-seals").is_ok_and(|count| count > 5))?;
    std::thread::sleep(Duration::from_secs(2));
    cluster.ask(A, "crm_mon -1")?.expect(&["Online: [ sip-a ]", "OFFLINE: [ sip-b ]"])?;
    let said = cluster.run(A, "grep -c '\\[seal-bad\\]' /var/log/ha-log")?;
    require(said.trim() == "1", format!("it is said once, not {said} times"))?;
    require(cluster.active()? == A, "sip-a serves on")?;
    cluster.stop(B)?;
    cluster.put(B, "/etc/ha.d/authkeys", "600", tutorial::AUTHKEYS)?;
    cluster.start(B)?;
    rejoined(cluster)?;
    require(cluster.active()? == A, "and with the right key it joins")
}

pub fn neighbours_by_key(cluster: &mut Cluster, watch: Watch) -> Result<(), Failure> {
    let ha_cf = format!("{}{FAST}", tutorial::HA_CF).replace("node sip-a sip-b", "node sip-c sip-d");
    neighbours(cluster, watch, &ha_cf, "auth 1\n1 sha1 the-key-of-the-other-cluster\n")
}

pub fn neighbours_by_name(cluster: &mut Cluster, watch: Watch) -> Result<(), Failure> {
    let ha_cf = format!("{}{FAST}cluster other\n", tutorial::HA_CF).replace("node sip-a sip-b", "node sip-c sip-d");
    neighbours(cluster, watch, &ha_cf, tutorial::AUTHKEYS)
}

/// Another cluster on the same port of the same segment: neither hears the other.
fn neighbours(cluster: &mut Cluster, watch: Watch, ha_cf: &str, authkeys: &str) -> Result<(), Failure> {
    clear_ledgers(cluster)?;
    cluster.add_neighbours(ha_cf, authkeys)?;
    cluster.wait("foreign packets are counted", PATIENCE, |c| {
        let counts = ["bad-seals", "unlisted-senders"].map(|name| c.counter(A, name).unwrap_or(0));
        counts.iter().sum::<u64>() > 5
    })?;
    std::thread::sleep(Duration::from_secs(2));
    cluster.ask("sip-d", "crm_mon -1")?.expect(&["Online: [ sip-c sip-d ]"])?.refuse(A)?;
    cluster.ask(A, "crm_mon -1")?.expect(&[MEMBERS])?.refuse("sip-c")?;
    cluster.lab.kill("sip-c")?;
    std::thread::sleep(Duration::from_secs(1));
    untouched(cluster)?;
    no_outage(watch)
}
