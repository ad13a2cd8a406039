//! Building, installing, start scripts, and what older versions left behind.

use crate::scenes::{A, B, BOTH, PATIENCE, answers, break_the_proxy, start, stop};
use live::claims::{Check, Claim};
use live::{Cluster, Failure, require};
use std::time::{Duration, Instant};

pub const CLAIMS: &[Claim] = &[
    Claim { number: 56, says: "a few commands build and install it", check: Check::Live(installs) },
    Claim {
        number: 57,
        says: "leftovers of an older version in /usr/lib/heartbeat do no harm",
        check: Check::Live(leftovers),
    },
    Claim { number: 58, says: "the layout is /etc/ha.d and /usr/lib/ocf/resource.d", check: Check::Live(layout) },
    Claim {
        number: 59,
        says: "a stop ends the process of the pid file, not one by name",
        check: Check::Live(pid_file),
    },
    Claim {
        number: 60,
        says: "another supervisor that restarts the proxy, too, does no harm",
        check: Check::Live(supervisor),
    },
    Claim { number: 61, says: "rm -fr of both directories is a clean start", check: Check::Live(clean_start) },
    Claim { number: 62, says: "the proxy serves the addresses of cib.xml", check: Check::Live(same_addresses) },
    Claim {
        number: 63,
        says: "a nameserver that is away stops a proxy, not the cluster",
        check: Check::Live(no_names),
    },
    Claim {
        number: 64,
        says: "the proxy's database module needs libpq.so.5 of PostgreSQL 8.2.5",
        check: Check::Untestable("a library of another product; how a proxy that cannot start is told is claim 46"),
    },
    Claim { number: 65, says: "an init script can be a resource by itself", check: Check::Live(lsb) },
];

fn installs(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "mkdir /var/fresh && systole install --root /var/fresh")?;
    for path in [
        "usr/sbin/heartbeat",
        "usr/sbin/crm_mon",
        "usr/sbin/crm_resource",
        "usr/sbin/crm_verify",
        "usr/sbin/cibadmin",
        "usr/lib/ocf/resource.d/heartbeat/IPaddr2",
        "usr/lib/ocf/resource.d/heartbeat/.ocf-shellfuncs",
        "usr/lib/ocf/resource.d/ocf-tester",
        "etc/init.d/heartbeat",
    ] {
        cluster.run(A, &format!("[ -e /var/fresh/{path} ] || [ -L /var/fresh/{path} ]"))?;
    }
    cluster.run(A, "sh -n /var/fresh/etc/init.d/heartbeat").map(drop)
}

fn leftovers(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        cluster.run(host, "mkdir -p /usr/lib/heartbeat/plugins/HBauth /usr/lib/heartbeat/plugins/RAExec")?;
        for name in ["pengine", "crmd", "cib", "lrmd", "ccm", "plugins/HBauth/md5.so", "plugins/RAExec/ocf.so"] {
            cluster.put(host, &format!("/usr/lib/heartbeat/{name}"), "755", "\u{7f}ELF rubbish of 2006")?;
        }
    }
    start(cluster)?;
    require(answers(cluster, A), "the service runs")
}

fn layout(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        cluster.run(host, "mkdir -p /usr/local/var/run/heartbeat/crm")?;
    }
    start(cluster)?;
    cluster.run(A, "test -e /etc/ha.d/ha.cf && test -x /usr/lib/ocf/resource.d/heartbeat/IPaddr2")?;
    cluster.run(A, "rmdir /usr/local/var/run/heartbeat/crm").map(drop)
}

fn pid_file(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    let second = "sed -e s/:5060/:5070/ /etc/opensips/kamailio.cfg > /etc/opensips/second.cfg; \
                  /usr/sbin/kamailio -f /etc/opensips/second.cfg -P /run/second.pid -m 8 -M 2 || \
                  (setsid systole sip-responder --listen 127.0.0.1:5070 --pidfile /run/second.pid > /dev/null 2>&1 &)";
    cluster.run(A, second)?;
    let lives = "timeout 5 sipsak -s sip:test@127.0.0.1:5070 -H 127.0.0.1";
    cluster.wait("the second proxy answers", PATIENCE, |cluster| cluster.run(A, lives).is_ok())?;
    cluster.stop(A)?;
    require(!answers(cluster, A), "ours was stopped")?;
    cluster.run(A, lives).map(drop)
}

fn supervisor(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    let begin = Instant::now();
    for _ in 0..3 {
        cluster.run(A, "/etc/init.d/opensips restart")?;
    }
    let monitors = begin.elapsed().as_secs() / 10 + 1;
    std::thread::sleep(Duration::from_secs(11));
    cluster.settle()?;
    let count = cluster.failcount("OpenSIPS", A)?;
    require(u64::from(count) <= monitors, "at most the moment of a restart was seen, by a monitor every 10 s")?;
    require(cluster.active()? == A && answers(cluster, A), "and the service runs where it ran")
}

fn clean_start(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    cluster.run(A, "crm_attribute -t crm_config -n cluster-delay -v 64s")?;
    cluster.stop(B)?;
    cluster.run(B, "rm -fr /var/lib/heartbeat /usr/lib/heartbeat")?;
    cluster.start(B)?;
    cluster.wait("sip-b has joined with the whole configuration", PATIENCE, |cluster| {
        cluster.run(B, "cat /var/lib/heartbeat/crm/cib.xml").is_ok_and(|text| text.contains("64s"))
    })?;
    let mode = cluster.run(B, "stat -c %a /var/lib/heartbeat/crm")?;
    require(mode.trim() == "750", format!("the directory is not open to all: {mode}"))?;
    require(cluster.active()? == A, "nothing moved")
}

fn same_addresses(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    for address in ["1.2.3.4", "1.2.3.5"] {
        cluster.run("client", &format!("timeout 5 sipsak -s sip:test@{address} -H 1.2.3.100"))?;
    }
    stop(cluster)
}

fn no_names(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        cluster.put(host, "/etc/resolv.conf", "644", "nameserver 192.0.2.1\n")?;
        cluster.put(host, "/etc/hosts", "644", "127.0.0.1 localhost\n")?;
    }
    start(cluster)?;
    require(answers(cluster, A), "the service runs")?;
    // A proxy that cannot start is the other node's task; what it said of itself is told.
    break_the_proxy(cluster, A)?;
    cluster.wait_for_active(B, PATIENCE)?;
    cluster.ask(A, "cat /var/log/ha-log")?.expect(&["syntax error in opensips.cfg"]).map(drop)
}

fn lsb(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        let script = "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: openser\n### END INIT INFO\ncase $1 in\n\
                      start) touch /run/openser ;;\nstop) rm -f /run/openser ;;\n\
                      status) [ -e /run/openser ] || exit 3 ;;\nesac\n";
        cluster.put(host, "/etc/init.d/openser", "755", script)?;
    }
    start(cluster)?;
    let xml = "<primitive id=\"openser\" class=\"lsb\" type=\"openser\"/>";
    cluster.run(A, &format!("cibadmin -C -o resources -X '{xml}'"))?;
    cluster.settle()?;
    let running = BOTH.iter().filter(|host| cluster.run(host, "test -e /run/openser").is_ok()).count();
    cluster.require(running == 1, format!("openser runs on {running} hosts"))
}
