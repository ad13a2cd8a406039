//! The tutorial's agent and its tester, by hand, as an administrator tries them before the cluster does.

use crate::scenes::{A, B, PATIENCE, answers, start};
use live::claims::{Check, Claim};
use live::{Cluster, Failure, Ledger, Said, require};
use std::time::Duration;

pub const CLAIMS: &[Claim] = &[
    Claim {
        number: 7,
        says: "IPaddr2 and IPaddr set up, tear down and check an address",
        check: Check::Live(addresses),
    },
    Claim { number: 41, says: "the agent sources .ocf-shellfuncs, in dash and in bash", check: Check::Live(shells) },
    Claim {
        number: 42,
        says: "an agent outside its provider's directory is not found: where, is said",
        check: Check::Live(location),
    },
    Claim { number: 43, says: "meta-data is XML with ip, port and nine actions", check: Check::Live(meta_data) },
    Claim { number: 44, says: "status is monitor: 7 where nobody answers, else 0", check: Check::Live(status) },
    Claim { number: 45, says: "a start of what answers already says so and is good", check: Check::Live(already) },
    Claim { number: 46, says: "a failed start of the init script is rc 4", check: Check::Live(start_fails) },
    Claim { number: 47, says: "stop is always good", check: Check::Live(stop_is_good) },
    Claim { number: 48, says: "wrong usage is rc 2, the optional actions are good", check: Check::Live(codes) },
    Claim { number: 49, says: "the tester's command works as printed", check: Check::Live(tester) },
    Claim { number: 50, says: "the tester starts and stops the service", check: Check::Live(tester_acts) },
    Claim { number: 51, says: "its last line says that all tests passed", check: Check::Live(tester_says) },
    Claim { number: 52, says: "without /usr/bin/sipsak nothing is ever running", check: Check::Live(no_sipsak) },
    Claim { number: 53, says: "sipsak's command succeeds and fails with the service", check: Check::Live(sipsak) },
    Claim { number: 54, says: "the proxy must listen on 127.0.0.1, too", check: Check::Live(loopback) },
    Claim { number: 55, says: "addresses added by hand are adopted", check: Check::Live(by_hand) },
    Claim { number: 100, says: "a start of a running proxy is harmless", check: Check::Live(twice) },
];

const AGENT: &str = "/usr/lib/ocf/resource.d/anders.com/OpenSIPS";
const TESTER: &str = "/usr/lib/ocf/resource.d/ocf-tester -o ip=127.0.0.1 /usr/lib/ocf/resource.d/anders.com/OpenSIPS";

/// The agent by hand, as the tutorial's monitor would call it.
fn agent(cluster: &Cluster, action: &str) -> Result<Said, Failure> {
    cluster.ask(A, &format!("OCF_ROOT=/usr/lib/ocf OCF_RESKEY_ip=127.0.0.1 {AGENT} {action}"))
}

fn addresses(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "ln -sf /usr/sbin/systole /usr/lib/ocf/resource.d/heartbeat/IPaddr")?;
    for name in ["IPaddr2", "IPaddr"] {
        let call = |action: &str| {
            cluster.ask(
                A,
                &format!(
                    "OCF_ROOT=/usr/lib/ocf OCF_RESKEY_ip=1.2.3.77 /usr/lib/ocf/resource.d/heartbeat/{name} {action}"
                ),
            )
        };
        call("monitor")?.expect_code(7)?;
        call("start")?.expect_code(0)?;
        call("start")?.expect_code(0)?;
        call("monitor")?.expect_code(0)?;
        let shown = cluster.ask(A, "ip -o -4 address show dev eth0.10")?;
        shown.expect(&["inet 1.2.3.77/24"])?;
        require(name != "IPaddr2" || !shown.out.contains("eth0.10:"), format!("no label: {shown}"))?;
        call("stop")?.expect_code(0)?;
        call("stop")?.expect_code(0)?;
        call("monitor")?.expect_code(7)?;
        cluster.ask(A, "ip -o link show dev eth0.10")?.expect(&["UP"])?;
    }
    Ok(())
}

fn shells(cluster: &mut Cluster) -> Result<(), Failure> {
    for shell in ["sh", "dash", "bash"] {
        cluster.run(A, &format!("{shell} -n {AGENT}"))?;
        let line = format!("OCF_ROOT=/usr/lib/ocf OCF_RESKEY_ip=127.0.0.1 {shell} {AGENT} monitor");
        cluster.ask(A, &line)?.expect_code(7)?.refuse("not found")?;
    }
    Ok(())
}

fn location(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in [A, B] {
        cluster.run(host, &format!("mv {AGENT} /usr/lib/ocf/resource.d/OpenSIPS"))?;
    }
    cluster.start_together(&[A, B])?;
    cluster.wait("the missing agent is named with the path where it should be", PATIENCE, |cluster| {
        cluster.run(A, "crm_mon -1; cat /var/log/ha-log").is_ok_and(|text| {
            text.contains("not installed") && text.contains("/usr/lib/ocf/resource.d/anders.com/OpenSIPS")
        })
    })
}

fn meta_data(cluster: &mut Cluster) -> Result<(), Failure> {
    let said = agent(cluster, "meta-data")?;
    said.expect_code(0)?.expect(&["name=\"ip\"", "name=\"port\""])?;
    require(said.out.matches("<action ").count() == 9, "nine actions")?;
    cluster.run(A, &format!("{AGENT} meta-data | xmllint --noout -"))?;
    let shown = cluster.ask(A, "crm_resource --show-metadata ocf:anders.com:OpenSIPS")?;
    shown.expect_code(0)?.expect(&["name=\"ip\"", "name=\"port\""]).map(drop)
}

fn status(cluster: &mut Cluster) -> Result<(), Failure> {
    for action in ["status", "monitor"] {
        cluster.run(A, "/etc/init.d/opensips stop")?;
        agent(cluster, action)?.expect_code(7)?;
        cluster.run(A, "/etc/init.d/opensips start")?;
        cluster.wait("the proxy answers", PATIENCE, |cluster| answers(cluster, A))?;
        agent(cluster, action)?.expect_code(0)?;
    }
    Ok(())
}

fn already(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "/etc/init.d/opensips start")?;
    cluster.wait("the proxy answers", PATIENCE, |cluster| answers(cluster, A))?;
    agent(cluster, "start")?.expect_code(0)?.expect(&["OpenSIPS already running."]).map(drop)
}

fn start_fails(cluster: &mut Cluster) -> Result<(), Failure> {
    crate::scenes::break_the_proxy(cluster, A)?;
    agent(cluster, "start")?.expect_code(4)?;
    cluster.start_together(&[A, B])?;
    cluster.wait_for_active(B, PATIENCE)?;
    let said = cluster.ask(A, "crm_mon -1 --output-as=legacy")?;
    said.expect(&["OpenSIPS_start_0 (node=sip-a, call=", "rc=4): Error"]).map(drop)
}

fn stop_is_good(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.put(A, "/etc/init.d/opensips", "755", "#!/bin/sh\nexit 1\n")?;
    agent(cluster, "stop")?.expect_code(0).map(drop)
}

fn codes(cluster: &mut Cluster) -> Result<(), Failure> {
    let table = [
        ("", 2),
        ("start now", 2),
        ("dance", 2),
        ("usage", 0),
        ("notify", 0),
        ("promote", 0),
        ("demote", 0),
        ("validate-all", 0),
    ];
    for (arguments, code) in table {
        agent(cluster, arguments)?.expect_code(code)?;
    }
    agent(cluster, "")?.expect(&["usage:"]).map(drop)
}

fn tester(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.ask(A, TESTER)?.expect_code(0)?;
    // And Debian's own, where it is installed: it wants a name.
    let other = "[ ! -e /usr/sbin/ocf-tester.debian ] || OCF_ROOT=/usr/lib/ocf bash /usr/sbin/ocf-tester.debian";
    cluster.ask(A, &format!("{other} -n OpenSIPS -o ip=127.0.0.1 {AGENT}"))?.expect_code(0).map(drop)
}

fn tester_acts(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "mv /etc/init.d/opensips /etc/init.d/opensips.real")?;
    let spy = "#!/bin/sh\necho \"$1\" >> /var/log/init-calls\nexec /etc/init.d/opensips.real \"$@\"\n";
    cluster.put(A, "/etc/init.d/opensips", "755", spy)?;
    cluster.run(A, TESTER)?;
    let calls = cluster.run(A, "cat /var/log/init-calls")?;
    let count = |word: &str| calls.lines().filter(|line| *line == word).count();
    require(count("start") >= 2 && count("stop") >= 2, format!("it starts and stops: {calls}"))
}

fn tester_says(cluster: &mut Cluster) -> Result<(), Failure> {
    let said = cluster.ask(A, TESTER)?;
    let last = said.out.lines().last().unwrap_or_default();
    require(last == format!("{AGENT} passed all tests"), format!("the last line: {said}"))?;
    // One that fails is not told so.
    cluster.put(A, "/etc/init.d/opensips", "755", "#!/bin/sh\nexit 1\n")?;
    cluster.ask(A, TESTER)?.expect_failure()?.refuse("passed all tests").map(drop)
}

fn no_sipsak(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "/etc/init.d/opensips start; mv /usr/bin/sipsak /usr/bin/sipsak.away")?;
    agent(cluster, "monitor")?.expect_code(7)?;
    cluster.ask(A, TESTER)?.expect_failure()?.expect(&["sipsak"]).map(drop)
}

fn sipsak(cluster: &mut Cluster) -> Result<(), Failure> {
    require(!answers(cluster, A), "nobody answers before the start")?;
    cluster.run(A, "/etc/init.d/opensips start")?;
    cluster.wait("the proxy answers", PATIENCE, |cluster| answers(cluster, A))?;
    cluster.run(A, "/etc/init.d/opensips stop")?;
    require(!answers(cluster, A), "nobody answers after the stop")
}

fn loopback(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "sed -i /127.0.0.1/d /etc/opensips/kamailio.cfg && /etc/init.d/opensips start")?;
    std::thread::sleep(Duration::from_millis(500));
    agent(cluster, "monitor")?.expect_code(7).map(drop)
}

fn by_hand(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "ip address add 1.2.3.4/24 dev eth0.10; ip address add 1.2.3.5/24 dev eth0.10")?;
    for host in [A, B] {
        Ledger::open(cluster, host)?;
    }
    start(cluster)?;
    let changes = Ledger::changes(cluster, A)?;
    require(changes == ["start OpenSIPS"], format!("the addresses were found, only the proxy started: {changes:?}"))
}

fn twice(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "/etc/init.d/opensips start")?;
    cluster.wait("the proxy answers", PATIENCE, |cluster| answers(cluster, A))?;
    let before = cluster.run(A, "cat /run/opensips.pid")?;
    start(cluster)?;
    agent(cluster, "start")?.expect_code(0)?;
    require(before == cluster.run(A, "cat /run/opensips.pid")?, "the same proxy runs on")
}
