//! The clusters that the claims are checked on, and what the checks have in common.

use demo::stage::{Setup, tutorial};
use live::{Cluster, Failure, Ledger};
use std::time::Duration;

/// The preferred host.
pub const A: &str = "sip-a";
/// The backup.
pub const B: &str = "sip-b";
/// Both.
pub const BOTH: [&str; 2] = [A, B];
/// For what has to happen soon.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Short times for claims that have nothing to do with them, but longer than any hiccup of a busy machine.
pub const TIMES: &str = "keepalive 200ms\ndeadtime 2\ninitdead 4\nlogfile /var/log/ha-log\n";
/// The tutorial's three resources, in the order of their start.
pub const MEMBERS: [&str; 3] = ["IPaddr2-1.2.3.4", "IPaddr2-1.2.3.5", "OpenSIPS"];
/// Where sipsak's arguments are written.
pub const SIPSAK_LOG: &str = "/var/log/sipsak";

/// The files byte for byte as printed; `sipsak` writes down what it was asked, then does it.
pub fn printed() -> Result<Cluster, Failure> {
    let cluster = Cluster::furnished("")?;
    for host in BOTH {
        spy_on_sipsak(&cluster, host)?;
    }
    comes_up(&cluster, Duration::from_mins(1)).map_err(|failure| cluster.explain(failure))?;
    Ok(cluster)
}

/// The same with short times: a dead host is noticed after two seconds, a dead resource after one. The agents keep books.
pub fn quick() -> Result<Cluster, Failure> {
    let cluster = quick_and_stopped()?;
    start(&cluster)?;
    Ok(cluster)
}

/// As [`quick`], before its start.
pub fn quick_and_stopped() -> Result<Cluster, Failure> {
    let cluster = Cluster::with(&Setup { ha_cf_more: TIMES.into(), cib: Some(quick_cib()) })?;
    for host in BOTH {
        Ledger::open(&cluster, host)?;
    }
    Ok(cluster)
}

/// The tutorial's files in place with short times of the cluster; nothing runs.
pub fn bare() -> Result<Cluster, Failure> {
    Cluster::furnished(TIMES)
}

/// Starts both hosts and waits until they know each other and the preferred one serves.
pub fn start(cluster: &Cluster) -> Result<(), Failure> {
    comes_up(cluster, PATIENCE).map_err(|failure| cluster.explain(failure))
}

fn comes_up(cluster: &Cluster, patience: Duration) -> Result<(), Failure> {
    cluster.start_together(&BOTH)?;
    cluster.wait_for_members(&BOTH)?;
    cluster.wait_for_active(A, patience)?;
    cluster.settle()
}

/// Stops both hosts.
pub fn stop(cluster: &Cluster) -> Result<(), Failure> {
    BOTH.iter().try_for_each(|host| cluster.stop(host))
}

/// The tutorial's cib.xml, checking every second; on a busy machine a stop may take longer than its three.
pub fn quick_cib() -> String {
    let often =
        tutorial::CIB.replace("interval=\"5s\"", "interval=\"1s\"").replace("interval=\"10s\"", "interval=\"1s\"");
    often.replace("name=\"stop\" timeout=\"3s\"", "name=\"stop\" timeout=\"20s\"")
}

/// Whether the proxy answers on a host, asked as the tutorial does.
pub fn answers(cluster: &Cluster, host: &str) -> bool {
    let line = "timeout 5 /usr/bin/sipsak -s sip:test@127.0.0.1 -H 127.0.0.1";
    cluster.ask(host, line).is_ok_and(|said| said.code == 0)
}

/// An init script on a host that cannot start the proxy, as after a mistake in its configuration; the proxy is stopped.
pub fn break_the_proxy(cluster: &Cluster, host: &str) -> Result<(), Failure> {
    let broken = "#!/bin/sh\n[ \"$1\" != start ] || { echo 'opensips: syntax error in opensips.cfg' >&2; exit 1; }\n";
    stop_the_proxy_for(cluster, host, broken)
}

/// Another init script on a host, which finds the proxy stopped. It is there before the proxy stops: a monitor may look at any moment.
pub fn stop_the_proxy_for(cluster: &Cluster, host: &str, script: &str) -> Result<(), Failure> {
    cluster.put(host, "/etc/init.d/opensips.other", "755", script)?;
    let line = "cd /etc/init.d && mv opensips opensips.good && mv opensips.other opensips && ./opensips.good stop";
    cluster.run(host, line).map(drop)
}

/// Undoes [`break_the_proxy`].
pub fn mend_the_proxy(cluster: &Cluster, host: &str) -> Result<(), Failure> {
    cluster.run(host, "mv /etc/init.d/opensips.good /etc/init.d/opensips").map(drop)
}

fn spy_on_sipsak(cluster: &Cluster, host: &str) -> Result<(), Failure> {
    cluster.run(host, "mv /usr/bin/sipsak /usr/bin/sipsak.real")?;
    let spy = format!("#!/bin/sh\necho \"$*\" >> {SIPSAK_LOG}\nexec /usr/bin/sipsak.real \"$@\"\n");
    cluster.put(host, "/usr/bin/sipsak", "755", &spy)
}
