//! The model: a tree of resources that lives together on the more desirable node.

use crate::scenes::{A, B, BOTH, MEMBERS, PATIENCE, answers, start, stop_the_proxy_for};
use live::claims::{Check, Claim};
use live::{Answers, Cluster, Failure, Ledger, Timeline, require};
use std::time::Duration;

pub const CLAIMS: &[Claim] = &[
    Claim { number: 2, says: "a monitor can be any test at all", check: Check::Live(any_test) },
    Claim { number: 3, says: "the tree moves together, never half of it", check: Check::Live(together) },
    Claim { number: 4, says: "the more desirable node decides", check: Check::Live(desirable) },
    Claim { number: 9, says: "a proxy that hangs is found by asking it", check: Check::Live(hanging) },
    Claim { number: 11, says: "the configuration is the same file on all nodes", check: Check::Live(synchronised) },
    Claim { number: 18, says: "a second node that starts later moves nothing", check: Check::Live(later) },
    Claim { number: 27, says: "the timeouts of start and stop are kept", check: Check::Live(timeouts) },
    Claim { number: 30, says: "addresses are announced, then the proxy starts", check: Check::Live(announced) },
    Claim { number: 93, says: "one node of two keeps quorum", check: Check::Live(alone) },
    Claim { number: 98, says: "stopped in the reverse order", check: Check::Live(reverse) },
    Claim { number: 99, says: "everything is probed on both nodes before the first start", check: Check::Live(probed) },
    Claim {
        number: 101,
        says: "two nodes that start at once never both start a resource",
        check: Check::Live(at_once),
    },
    Claim {
        number: 102,
        says: "the configuration survives a restart of all, failcounts do not",
        check: Check::Live(restart),
    },
];

const TOGGLE: &str = "#!/bin/sh
case $1 in
    start) touch /var/toggle ;;
    stop) rm -f /var/toggle ;;
    monitor) [ -e /var/toggle ] || exit 7 ;;
    *) echo '<resource-agent name=\"Toggle\"><version>1.0</version></resource-agent>' ;;
esac
";

fn any_test(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        cluster.put(host, "/usr/lib/ocf/resource.d/anders.com/Toggle", "755", TOGGLE)?;
    }
    let xml = "<primitive id=\"toggle\" class=\"ocf\" provider=\"anders.com\" type=\"Toggle\"><operations>\
               <op id=\"toggle-monitor\" name=\"monitor\" interval=\"200ms\" timeout=\"3s\"/></operations></primitive>";
    cluster.run(A, &format!("cibadmin -C -o resources -X '{xml}'"))?;
    cluster.settle()?;
    let place = cluster.run(A, "crm_resource -W -r toggle")?;
    let host = if place.contains(B) { B } else { A };
    cluster.run(host, "rm /var/toggle")?;
    cluster.wait("the monitor saw it", PATIENCE, |c| c.failcount("toggle", host).is_ok_and(|count| count > 0))?;
    let runs = |c: &Cluster| BOTH.iter().filter(|host| c.run(host, "test -e /var/toggle").is_ok()).count();
    cluster.wait("it was started again", PATIENCE, |cluster| runs(cluster) == 1)?;
    require(cluster.failcount("toggle", host)? == 1, "one failure counts once, however often the monitor looks")
}

fn together(cluster: &mut Cluster) -> Result<(), Failure> {
    let away = |cluster: &Cluster| -> Result<(), Failure> {
        cluster.run(A, "crm_resource -M -r OpenSIPS")?;
        cluster.wait_for_active(B, PATIENCE)?;
        cluster.settle()?;
        cluster.run(A, "crm_resource -U -r OpenSIPS")?;
        cluster.wait_for_active(A, PATIENCE)?;
        cluster.settle()
    };
    away(cluster)?;
    let timeline = Timeline::start(&cluster.lab, &BOTH)?;
    for _ in 0..10 {
        away(cluster)?;
    }
    cluster.wait("20 moves of two addresses were seen", PATIENCE, |_| timeline.additions() >= 40)?;
    timeline.overlap().map_or(Ok(()), |text| Err(Failure::broken(text)))
}

fn desirable(cluster: &mut Cluster) -> Result<(), Failure> {
    let rule = "<rsc_location id=\"OpenSIPS_resource_location\"><rule id=\"rule_sip-b\" score=\"131\"/></rsc_location>";
    cluster.run(A, &format!("cibadmin -M -o constraints -X '{rule}'"))?;
    // 131 against 100 + 3 x 10.
    cluster.wait_for_active(B, PATIENCE)
}

fn hanging(cluster: &mut Cluster) -> Result<(), Failure> {
    let before = cluster.run(A, "cat /run/opensips.pid")?;
    cluster.run(A, "kill -STOP -$(ps -o pgid= -p $(cat /run/opensips.pid) | tr -d ' ')")?;
    cluster.wait("the hanging proxy was replaced", Duration::from_secs(25), |cluster| {
        cluster.run(A, "cat /run/opensips.pid").is_ok_and(|pid| pid != before) && answers(cluster, A)
    })?;
    cluster.settle()?;
    require(cluster.failcount("OpenSIPS", A)? == 1, "one failure was counted")?;
    require(cluster.active()? == A, "restarted in place")
}

fn synchronised(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "crm_attribute -t crm_config -n cluster-delay -v 61s")?;
    let content = "tail -n +2 /var/lib/heartbeat/crm/cib.xml";
    cluster.wait("both disks hold the same configuration, with the change", PATIENCE, |cluster| {
        let (a, b) = (cluster.run(A, content), cluster.run(B, content));
        matches!((a, b), (Ok(a), Ok(b)) if a == b && a.contains("61s"))
    })
}

fn later(cluster: &mut Cluster) -> Result<(), Failure> {
    crate::scenes::stop(cluster)?;
    cluster.start(A)?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.settle()?;
    for host in BOTH {
        Ledger::clear(cluster, host)?;
    }
    cluster.start(B)?;
    cluster
        .wait("sip-b was probed three times", PATIENCE, |c| Ledger::read(c, B).is_ok_and(|calls| calls.len() >= 3))?;
    std::thread::sleep(Duration::from_millis(500));
    cluster.settle()?;
    let changes = [Ledger::changes(cluster, A)?, Ledger::changes(cluster, B)?].concat();
    require(changes.is_empty(), format!("nothing but probes, not {changes:?}"))?;
    require(Ledger::read(cluster, B)?.len() == 3, "and not more often")
}

fn timeouts(cluster: &mut Cluster) -> Result<(), Failure> {
    stop_the_proxy_for(cluster, A, "#!/bin/sh\n[ \"$1\" != start ] || exec sleep 61\n")?;
    // Its start may take 5 s, says cib.xml; then the group goes to the other node.
    cluster.wait_for_active(B, Duration::from_secs(20))?;
    cluster.settle()?;
    cluster.ask(A, "crm_mon -1 --output-as=legacy")?.expect(&["OpenSIPS_start_0", "Timed Out"])?;
    let sleepers = cluster.ask(A, "pgrep -x -f 'sleep 61'")?;
    require(sleepers.code == 1, format!("the whole process group of the agent is gone: {sleepers}"))
}

fn announced(cluster: &mut Cluster) -> Result<(), Failure> {
    // Of the new host alone: the old one may still tell of its own start.
    let wire = Answers::of(&cluster.lab, B)?;
    Ledger::clear(cluster, B)?;
    cluster.run(A, "crm_resource -M -r OpenSIPS")?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.settle()?;
    for address in ["1.2.3.4", "1.2.3.5"] {
        cluster.wait("each address is announced 5 times", PATIENCE, |_| announcements(&wire, address).len() >= 5)?;
    }
    let stamp = |line: Option<&String>| line.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    let first = |address| stamp(announcements(&wire, address).first());
    require(first("1.2.3.4") < first("1.2.3.5"), format!("1.2.3.4 was announced first: {:?}", wire.lines()))?;
    let starts = Ledger::changes(cluster, B)?;
    let expected: Vec<String> = MEMBERS.iter().map(|member| format!("start {member}")).collect();
    require(starts == expected, format!("started in order, not {starts:?}"))
}

/// The packets by which an address says where it is, oldest first.
fn announcements(wire: &Answers, address: &str) -> Vec<String> {
    let (asks, tells) = (format!("who-has {address} (ff"), format!("Reply {address} is-at"));
    let also = format!("who-has {address} tell {address}");
    let is = |line: &String| line.contains(&asks) || line.contains(&tells) || line.contains(&also);
    wire.lines().into_iter().filter(is).collect()
}

fn alone(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.lab.kill(B)?;
    cluster.wait("sip-b is gone", PATIENCE, |cluster| {
        cluster.run(A, "crm_mon -1").is_ok_and(|text| text.contains("OFFLINE: [ sip-b ]"))
    })?;
    cluster.settle()?;
    cluster.ask(A, "crm_node -q")?.expect(&["1"])?;
    require(cluster.active()? == A && answers(cluster, A), "sip-a goes on")?;
    // And it may start, not only go on.
    cluster.fail("IPaddr2-1.2.3.4", A)?;
    require(cluster.active()? == A && answers(cluster, A), "and restarts what fails")
}

fn reverse(cluster: &mut Cluster) -> Result<(), Failure> {
    Ledger::clear(cluster, A)?;
    cluster.stop(A)?;
    let changes = Ledger::changes(cluster, A)?;
    let expected: Vec<String> = MEMBERS.iter().rev().map(|member| format!("stop {member}")).collect();
    require(changes == expected, format!("stopped in reverse order, not {changes:?}"))?;
    cluster.wait_for_active(B, PATIENCE)
}

/// With a slow probe on the backup, and time for it to be heard of however busy the machine is.
fn probed(cluster: &mut Cluster) -> Result<(), Failure> {
    crate::scenes::stop(cluster)?;
    for host in BOTH {
        cluster.run(host, "sed -i 's/^initdead .*/initdead 60/' /etc/ha.d/ha.cf")?;
        Ledger::clear(cluster, host)?;
    }
    Ledger::delay(cluster, B, "OpenSIPS", Duration::from_secs(1))?;
    start(cluster)?;
    let calls = [Ledger::read(cluster, A)?, Ledger::read(cluster, B)?];
    let started = calls.iter().flatten().filter(|call| call.action == "start").map(|call| call.at).min();
    for calls in calls {
        let before = calls.iter().filter(|call| Some(call.at) < started).map(live::Call::words);
        let mut before: Vec<String> = before.collect();
        before.sort();
        let expected: Vec<String> = MEMBERS.iter().map(|member| format!("probe {member}")).collect();
        require(before == expected, format!("three probes before the first start, not {before:?}"))?;
    }
    Ok(())
}

fn at_once(cluster: &mut Cluster) -> Result<(), Failure> {
    crate::scenes::stop(cluster)?;
    let timeline = Timeline::start(&cluster.lab, &BOTH)?;
    for _ in 0..40 {
        start(cluster)?;
        crate::scenes::stop(cluster)?;
    }
    cluster.wait("forty starts were seen", PATIENCE, |_| timeline.additions() >= 80)?;
    timeline.overlap().map_or(Ok(()), |text| Err(Failure::broken(text)))?;
    // Nor after a power cut of both.
    start(cluster)?;
    for _ in 0..10 {
        for host in BOTH {
            cluster.lab.kill(host)?;
        }
        for host in BOTH {
            cluster.lab.boot(host)?;
        }
        let timeline = Timeline::start(&cluster.lab, &BOTH)?;
        start(cluster)?;
        timeline.overlap().map_or(Ok(()), |text| Err(Failure::broken(text)))?;
    }
    Ok(())
}

fn restart(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "crm_attribute -t crm_config -n cluster-delay -v 62s")?;
    cluster.fail("OpenSIPS", A)?;
    require(cluster.failcount("OpenSIPS", A)? == 1, "one failure is counted")?;
    crate::scenes::stop(cluster)?;
    start(cluster)?;
    require(cluster.failcount("OpenSIPS", A)? == 0, "failures are forgotten with the restart")?;
    cluster.ask(B, "crm_attribute -t crm_config -n cluster-delay -G")?.expect(&["value=62s"]).map(drop)?;
    Ok(())
}
