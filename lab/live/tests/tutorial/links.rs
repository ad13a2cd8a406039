//! ha.cf, authkeys, and who is who on the wire.

use crate::scenes::{A, B, BOTH, PATIENCE, TIMES, start, stop};
use demo::stage::tutorial;
use live::claims::{Check, Claim};
use live::{Cluster, Failure, require};
use std::time::Duration;

pub const CLAIMS: &[Claim] = &[
    Claim {
        number: 5,
        says: "without crm there is no tree of resources: refused, and said",
        check: Check::Live(no_crm),
    },
    Claim { number: 31, says: "ha.cf lies in /etc/ha.d, elsewhere by an option only", check: Check::Live(place) },
    Claim { number: 32, says: "crm takes on, yes, true, 1 and respawn", check: Check::Live(crm_words) },
    Claim { number: 33, says: "the node line says who takes part", check: Check::Live(unlisted) },
    Claim { number: 35, says: "a node is called what uname -n says", check: Check::Live(uname) },
    Claim { number: 38, says: "two clusters on one segment do not disturb each other", check: Check::Live(neighbours) },
    Claim { number: 39, says: "authkeys is for root alone", check: Check::Live(modes) },
    Claim { number: 40, says: "who has another key is not of the cluster", check: Check::Live(other_key) },
    Claim { number: 66, says: "an identity copied to another node is no replay attack", check: Check::Live(copied) },
    Claim { number: 67, says: "rm hb_uuid cures it", check: Check::Live(removed) },
    Claim {
        number: 68,
        says: "log lines have date, host, program, process, priority, text",
        check: Check::Live(log_format),
    },
];

const MEMBERS: &str = "Online: [ sip-a sip-b ]";

fn ha_cf(changed: &str, to: &str) -> String {
    format!("{}{TIMES}", tutorial::HA_CF).replace(changed, to)
}

fn no_crm(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.put(A, "/etc/ha.d/ha.cf", "644", &ha_cf("crm on", "crm off"))?;
    cluster.ask(A, "/usr/sbin/heartbeat")?.expect_failure()?.expect(&["ha.cf", "crm"]).map(drop)
}

fn place(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, "mkdir /var/other && mv /etc/ha.d/ha.cf /etc/ha.d/authkeys /var/other/")?;
    cluster.ask(A, "/usr/sbin/heartbeat")?.expect_failure()?.expect(&["/etc/ha.d/ha.cf"])?;
    cluster.run(A, "/usr/sbin/heartbeat --ha-dir /var/other")?;
    cluster.start(B)?;
    cluster.wait_for_active(A, PATIENCE)?;
    cluster.run(A, "/usr/sbin/heartbeat -k --ha-dir /var/other").map(drop)
}

fn crm_words(cluster: &mut Cluster) -> Result<(), Failure> {
    for word in ["on", "yes", "true", "1", "respawn"] {
        for host in BOTH {
            cluster.put(host, "/etc/ha.d/ha.cf", "644", &ha_cf("crm on", &format!("crm {word}")))?;
        }
        start(cluster)?;
        stop(cluster)?;
    }
    Ok(())
}

fn unlisted(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.add_host("sip-c", "1.2.3.3/24")?;
    cluster.ask("sip-c", "/usr/sbin/heartbeat")?.expect_failure()?.expect(&["sip-c", "node"])?;
    // One that lists itself is not heard by the others, who do not list it.
    cluster.put("sip-c", "/etc/ha.d/ha.cf", "644", &ha_cf("node sip-a sip-b", "node sip-a sip-b sip-c"))?;
    start(cluster)?;
    cluster.start("sip-c")?;
    cluster.wait("the stranger is named", PATIENCE, |cluster| {
        cluster.run(A, "cat /var/log/ha-log").is_ok_and(|log| log.contains("sip-c"))
    })?;
    cluster.wait("its packets are counted", PATIENCE, |c| c.counter(A, "unlisted-senders").is_ok_and(|n| n > 0))?;
    std::thread::sleep(Duration::from_secs(2));
    let lines = cluster.run(A, "grep -c sip-c /var/log/ha-log")?;
    require(lines.trim().parse::<u32>().is_ok_and(|count| count <= 3), format!("a few lines, not {lines}"))?;
    cluster.ask(A, "crm_mon -1")?.expect(&[MEMBERS])?.refuse("sip-c").map(drop)
}

fn uname(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.put(A, "/etc/ha.d/ha.cf", "644", &ha_cf("node sip-a", "node sip-x"))?;
    cluster.ask(A, "/usr/sbin/heartbeat")?.expect_failure()?.expect(&["sip-a", "sip-x"]).map(drop)
}

fn neighbours(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    let others = ha_cf("node sip-a sip-b", "node sip-c sip-d");
    cluster.add_neighbours(&others, tutorial::AUTHKEYS)?;
    std::thread::sleep(Duration::from_secs(3));
    cluster.ask("sip-c", "crm_mon -1")?.expect(&["Online: [ sip-c sip-d ]"])?.refuse("sip-a")?;
    cluster.ask(A, "crm_mon -1")?.expect(&[MEMBERS])?.refuse("sip-c")?;
    let lines = cluster.run(A, "grep -c -e sip-c -e sip-d /var/log/ha-log")?;
    require(lines.trim().parse::<u32>().is_ok_and(|count| count <= 6), format!("a few lines, not {lines}"))?;
    // On a port of their own nobody notices anybody.
    for host in ["sip-c", "sip-d"] {
        cluster.stop(host)?;
        cluster.put(host, "/etc/ha.d/ha.cf", "644", &others.replace("469", "470"))?;
    }
    let before = cluster.counter(A, "unlisted-senders")?;
    cluster.start_together(&["sip-c", "sip-d"])?;
    cluster.wait_for_members(&["sip-c", "sip-d"])?;
    std::thread::sleep(Duration::from_secs(1));
    let after = cluster.counter(A, "unlisted-senders")?;
    require(before == after, format!("silence on separate ports, not {before} -> {after}"))
}

fn modes(cluster: &mut Cluster) -> Result<(), Failure> {
    for mode in ["644", "660", "640", "604"] {
        cluster.run(A, &format!("chmod {mode} /etc/ha.d/authkeys"))?;
        let said = cluster.ask(A, "/usr/sbin/heartbeat")?;
        said.expect_failure()?.expect(&["/etc/ha.d/authkeys", "600"])?;
    }
    cluster.run(A, "chown root:root /etc/ha.d/authkeys; chmod 600 /etc/ha.d/authkeys")?;
    start(cluster)
}

fn other_key(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.put(B, "/etc/ha.d/authkeys", "600", "auth 1\n1 md5 another\n")?;
    cluster.start_together(&BOTH)?;
    std::thread::sleep(Duration::from_secs(3));
    cluster.wait("packets with a bad seal are counted, and said to have another key", PATIENCE, |c| {
        c.counter(A, "bad-seals").is_ok_and(|count| count > 0) && c.run(A, "grep -i key /var/log/ha-log").is_ok()
    })?;
    cluster.ask(A, "crm_mon -1")?.refuse(MEMBERS)?;
    // With the right one it joins.
    cluster.stop(B)?;
    cluster.put(B, "/etc/ha.d/authkeys", "600", tutorial::AUTHKEYS)?;
    cluster.start(B)?;
    cluster.wait_for_members(&BOTH)?;
    cluster.wait_for_active(A, PATIENCE)
}

/// Every file of identity, from the one host to the other.
fn copy_identity(cluster: &Cluster) -> Result<(), Failure> {
    for name in ["hb_uuid", "hb_generation"] {
        let content = cluster.ask(A, &format!("cat /var/lib/heartbeat/{name}"))?;
        if content.code == 0 {
            cluster.put(B, &format!("/var/lib/heartbeat/{name}"), "600", &content.out)?;
        }
    }
    Ok(())
}

fn copied(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    cluster.stop(B)?;
    copy_identity(cluster)?;
    cluster.start(B)?;
    cluster.wait_for_members(&BOTH)?;
    cluster.settle()?;
    require(cluster.active()? == A, "nothing moved")?;
    cluster.ask(A, "cat /var/log/ha-log")?.refuse("replay attack").map(drop)
}

fn removed(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    cluster.stop(B)?;
    cluster.run(B, "rm -f /var/lib/heartbeat/hb_uuid /var/lib/heartbeat/hb_generation")?;
    cluster.start(B)?;
    cluster.wait_for_members(&BOTH)
}

/// Listens where syslog would, as no syslog runs on the hosts; /dev is the machine's, so it gets a stand-in first.
const SYSLOG: &str = "mkdir -p /run/dev && mount --rbind /dev /run/dev && mount -t tmpfs dev /dev && \
    for name in null zero random urandom tty; do touch /dev/$name; mount --bind /run/dev/$name /dev/$name; done && \
    { setsid perl -MSocket -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un(\"/dev/log\")) or die; \
    open(F, \">>\", \"/run/syslog\"); F->autoflush(1); while (1) { recv(S, $b, 8192, 0); print F \"$b\\n\" }' \
    < /dev/null > /dev/null 2>&1 & } && for try in $(seq 100); do test -e /dev/log && break; sleep 0.1; done && test -e /dev/log";

fn log_format(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.run(A, SYSLOG)?;
    cluster.put(A, "/etc/ha.d/ha.cf", "644", &ha_cf("logfile", "logfacility daemon\nlogfile"))?;
    start(cluster)?;
    let log = cluster.run(A, "cat /run/syslog")?;
    // One that is just being written is no line yet.
    let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
    // The proxy logs there, too.
    let ours = || whole.lines().filter(|line| line.contains(" heartbeat: ["));
    let wrong = ours().find(|line| !is_log_line(line));
    require(ours().count() > 0 && wrong.is_none(), format!("lines as heartbeat wrote them, not '{wrong:?}' in:\n{log}"))
}

/// `<30>Nov 22 16:50:01 heartbeat: [123]: info: text`; the host's name is added by syslog.
fn is_log_line(line: &str) -> bool {
    let line = line.split_once('>').map_or("", |(_, rest)| rest);
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(words[..], [month, day, time, "heartbeat:", process, priority, _, ..]
        if month.len() == 3
            && is_number(day)
            && time.split(':').count() == 3
            && is_number(process.trim_start_matches('[').trim_end_matches("]:"))
            && ["info:", "WARN:", "ERROR:", "CRIT:", "debug:", "notice:"].contains(&priority))
}
