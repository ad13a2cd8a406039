//! What holds of the files exactly as printed: no option added, no time shortened.

use crate::scenes::{A, B, BOTH, MEMBERS, PATIENCE, SIPSAK_LOG};
use demo::watch::Watch;
use live::claims::{Check, Claim};
use live::{Capture, Cluster, Failure, SERVICE, require};
use std::time::{Duration, Instant};

pub const CLAIMS: &[Claim] = &[
    Claim { number: 37, says: "the four lines are a complete ha.cf", check: Check::Live(complete) },
    Claim { number: 10, says: "cib.xml in its place is the configuration", check: Check::Live(in_place) },
    Claim { number: 23, says: "no versions, no status and empty nodes are accepted", check: Check::Live(bare_cib) },
    Claim { number: 12, says: "it comes to contain the nodes and their ids", check: Check::Live(node_ids) },
    Claim { number: 29, says: "scores 100 and 10 on a member place the whole group", check: Check::Live(placed) },
    Claim { number: 6, says: "agents live below resource.d by provider", check: Check::Live(providers) },
    Claim { number: 8, says: "a provider's name may contain a dot", check: Check::Live(dotted) },
    Claim { number: 96, says: "the interface follows from the routing table", check: Check::Live(routed) },
    Claim { number: 97, says: "the broadcast address is set as written", check: Check::Live(broadcast) },
    Claim { number: 24, says: "each cluster option can be read back", check: Check::Live(options) },
    Claim { number: 25, says: "operations and their own attributes keep their ids", check: Check::Live(operations) },
    Claim { number: 34, says: "bcast eth0.10 sends broadcasts there, once a second", check: Check::Live(broadcasts) },
    Claim { number: 36, says: "udpport 469 is the port", check: Check::Live(port) },
    Claim { number: 70, says: "crm_resource -L lists the group and its members", check: Check::Live(list) },
    Claim { number: 28, says: "only the monitor is given ip=127.0.0.1", check: Check::Live(monitor_only) },
    Claim { number: 26, says: "a lost address is back after its 5 s monitor", check: Check::Live(lost_address) },
    Claim { number: 1, says: "a service that fails is restarted", check: Check::Live(restarted) },
    Claim { number: 94, says: "a silent node without fencing is taken as stopped", check: Check::Live(power_loss) },
    Claim {
        number: 95,
        says: "and its service is elsewhere after deadtime (30 s) and the starts",
        check: Check::Live(took_over),
    },
];

fn complete(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        cluster.run(host, "/usr/sbin/heartbeat -s")?;
    }
    let online = cluster.ask(B, "crm_mon -1")?;
    online.expect(&["Online: [ sip-a sip-b ]"]).map(drop)
}

fn in_place(cluster: &mut Cluster) -> Result<(), Failure> {
    let mut watch = Watch::start(&cluster.lab, "client", &SERVICE)?;
    require(watch.wait_for_answers(2, PATIENCE), "both addresses answer a SIP client")
}

fn bare_cib(cluster: &mut Cluster) -> Result<(), Failure> {
    let said = cluster.ask(A, "cibadmin -Q | head -n 1")?;
    said.expect(&["admin_epoch=\"0\"", "epoch=\"", "num_updates=\""]).map(drop)
}

fn node_ids(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        let disk = cluster.ask(host, "cat /var/lib/heartbeat/crm/cib.xml")?;
        disk.expect(&["<node id=\"", "uname=\"sip-a\"", "uname=\"sip-b\""])?;
    }
    cluster.ask(A, "cibadmin -Q -o nodes")?.expect(&["uname=\"sip-a\"", "uname=\"sip-b\""]).map(drop)
}

fn placed(cluster: &mut Cluster) -> Result<(), Failure> {
    require(cluster.active()? == A, "sip-a serves")?;
    for member in MEMBERS {
        cluster.ask(B, &format!("crm_resource -W -r {member}"))?.expect(&["is running on: sip-a"])?;
    }
    Ok(())
}

fn providers(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.ask(A, "crm_resource --list-agents ocf:heartbeat")?.expect(&["IPaddr2"])?;
    cluster.ask(A, "crm_resource --list-agents ocf:anders.com")?.expect(&["OpenSIPS"])?;
    cluster.run(A, "test -x /usr/lib/ocf/resource.d/heartbeat/IPaddr2").map(drop)
}

fn dotted(cluster: &mut Cluster) -> Result<(), Failure> {
    let list = cluster.ask(A, "crm_mon -1")?;
    list.expect(&["OpenSIPS\t(ocf:anders.com:OpenSIPS):\t Started sip-a"]).map(drop)
}

fn routed(cluster: &mut Cluster) -> Result<(), Failure> {
    for address in ["1.2.3.4", "1.2.3.5"] {
        cluster.ask(A, "ip -o -4 address show dev eth0.10")?.expect(&[&format!("inet {address}/24")])?;
    }
    let agent = "OCF_ROOT=/usr/lib/ocf OCF_RESKEY_ip=9.9.9.9 /usr/lib/ocf/resource.d/heartbeat/IPaddr2 start";
    let said = cluster.ask(A, agent)?;
    said.expect_failure()?.expect(&["9.9.9.9"]).map(drop)
}

fn broadcast(cluster: &mut Cluster) -> Result<(), Failure> {
    let shown = cluster.ask(A, "ip -o -4 address show dev eth0.10")?;
    shown.expect(&["inet 1.2.3.4/24 brd 1.2.3.255", "inet 1.2.3.5/24 brd 1.2.3.255"]).map(drop)
}

fn options(cluster: &mut Cluster) -> Result<(), Failure> {
    let options = [
        ("short_resource_names", "true"),
        ("pe-input-series-max", "-1"),
        ("default-resource-stickiness", "10"),
        ("default-resource-failure-stickiness", "-10"),
        ("start-failure-is-fatal", "false"),
        ("last-lrm-refresh", ""),
    ];
    for (name, value) in options {
        let said = cluster.ask(B, &format!("crm_attribute -t crm_config -n {name} -G"))?;
        said.expect_code(0)?.expect(&[&format!("name={name} value={value}")])?;
    }
    Ok(())
}

fn operations(cluster: &mut Cluster) -> Result<(), Failure> {
    let said = cluster.ask(A, "cibadmin -Q -o resources")?;
    said.expect(&[
        "id=\"ipaddr2-1.2.3.4-monitor\"",
        "id=\"opensips-start\"",
        "id=\"opensips-stop\"",
        "id=\"opensips-monitor\"",
        "id=\"monitor_10s\"",
        "id=\"opensips-monitor-ip\" name=\"ip\" value=\"127.0.0.1\"",
    ])
    .map(drop)
}

fn broadcasts(cluster: &mut Cluster) -> Result<(), Failure> {
    let wire = Capture::start(&cluster.lab, "client", "eth0.10", "udp port 469")?;
    let elsewhere = Capture::start(&cluster.lab, A, "lo", "udp port 469")?;
    let begin = Instant::now();
    for sender in ["1.2.3.1", "1.2.3.2"] {
        let needle = format!("IP {sender}.469 > 1.2.3.255.469");
        let count = || wire.lines().iter().filter(|line| line.contains(&needle)).count();
        cluster.wait(&format!("{sender} sent 5 broadcasts"), PATIENCE, |_| count() >= 5)?;
        // One a second; what the nodes have to tell each other beside that is little.
        let (count, limit) = (count(), 16 + begin.elapsed().as_secs());
        require(
            u64::try_from(count).is_ok_and(|count| count <= limit),
            format!("{count} broadcasts: {:?}", wire.lines()),
        )?;
    }
    let stray = elsewhere.lines().iter().any(|line| line.contains(".469"));
    require(!stray, format!("nothing on other interfaces: {:?}", elsewhere.lines()))
}

fn port(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.ask(A, "ss -uln")?.expect(&["eth0.10:469"]).map(drop)
}

fn list(cluster: &mut Cluster) -> Result<(), Failure> {
    let said = cluster.ask(A, "crm_resource -L")?;
    said.expect_code(0)?.expect(&["Resource Group: IPaddr2_OpenSIPS_group"])?.expect(&MEMBERS).map(drop)
}

fn monitor_only(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.wait("a monitor has run", Duration::from_secs(30), |cluster| {
        cluster.run(A, &format!("cat {SIPSAK_LOG}")).is_ok_and(|log| log.contains("sip:test@127.0.0.1 "))
    })?;
    // The probe and the start know no address, on either host; only sip-a has a monitor.
    for host in BOTH {
        let first = cluster.run(host, &format!("head -n 1 {SIPSAK_LOG}"))?;
        require(first.contains("sip:test@ "), format!("the probe on {host} asked '{first}'"))?;
    }
    let idle = cluster.run(B, &format!("cat {SIPSAK_LOG}"))?;
    require(!idle.contains("127.0.0.1 -H 127.0.0.1"), format!("no monitor on sip-b: {idle}"))
}

fn lost_address(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "ip address delete 1.2.3.5/24 dev eth0.10")?;
    cluster.wait("1.2.3.5 is back, and the failure counted", Duration::from_secs(30), |cluster| {
        cluster.holders("1.2.3.5") == [A] && cluster.failcount("IPaddr2-1.2.3.5", A).is_ok_and(|count| count == 1)
    })?;
    cluster.settle()?;
    require(cluster.active()? == A, "one failure moves nothing")?;
    cluster.run(A, "crm_resource -C -r IPaddr2-1.2.3.5")?;
    cluster.settle()
}

fn restarted(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "/etc/init.d/opensips stop")?;
    cluster.wait("the proxy runs again, and the failure is counted", Duration::from_secs(30), |cluster| {
        crate::scenes::answers(cluster, A) && cluster.failcount("OpenSIPS", A).is_ok_and(|count| count == 1)
    })?;
    cluster.settle()?;
    require(cluster.active()? == A, "and nothing moved")
}

fn power_loss(cluster: &mut Cluster) -> Result<(), Failure> {
    let start = Instant::now();
    cluster.lab.kill(A)?;
    std::thread::sleep(Duration::from_secs(20));
    require(cluster.holders("1.2.3.4").is_empty(), "nothing is taken over before deadtime, which is 30 s")?;
    cluster.wait_for_active(B, Duration::from_secs(20))?;
    println!("           taken over {:.1} s after the power loss", start.elapsed().as_secs_f64());
    Ok(())
}

fn took_over(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.settle()?;
    let mut watch = Watch::start(&cluster.lab, "client", &SERVICE)?;
    require(watch.wait_for_answers(2, PATIENCE), "both addresses answer a SIP client again")?;
    cluster.ask(B, "crm_mon -1")?.expect(&["Online: [ sip-b ]", "OFFLINE: [ sip-a ]"]).map(drop)
}
