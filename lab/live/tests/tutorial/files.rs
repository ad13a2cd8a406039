//! What the tutorial says about the file cib.xml: where it lies, how it is changed, what may lie beside it.

use crate::scenes::{A, B, BOTH, PATIENCE, start, stop};
use crate::verify;
use demo::stage::tutorial;
use live::claims::{Check, Claim};
use live::{Cluster, Failure, require};

pub const CLAIMS: &[Claim] = &[
    Claim {
        number: 13,
        says: "an edit of the file of a running node is never lost in silence",
        check: Check::Live(edited),
    },
    Claim { number: 14, says: "ids are unique over the whole file", check: Check::Live(verify::unique_ids) },
    Claim { number: 15, says: "backup files beside it do no harm", check: Check::Live(backups) },
    Claim { number: 16, says: "deleting all but cib.xml on stopped nodes is safe", check: Check::Live(only_cib) },
    Claim { number: 17, says: "a higher admin_epoch wins on all nodes", check: Check::Live(admin_epoch) },
    Claim {
        number: 19,
        says: "crm_verify -x verifies: silence, or the line of the mistake",
        check: Check::Live(verify::variants),
    },
    Claim { number: 20, says: "whoever owns the file, it is used", check: Check::Live(owners) },
    Claim { number: 21, says: "rm cib.xml.* before a start is harmless", check: Check::Live(removed) },
    Claim {
        number: 22,
        says: "chown cluster:cluster is harmless, the account existing or not",
        check: Check::Live(chown),
    },
];

const CRM: &str = "/var/lib/heartbeat/crm";

fn edited(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    cluster.run(A, &format!("sed -i 's/score=\"100\"/score=\"77\"/' {CRM}/cib.xml"))?;
    cluster.run(A, "crm_attribute -t crm_config -n cluster-delay -v 61s")?;
    cluster.wait("the edit is noticed", PATIENCE, |cluster| {
        cluster.run(A, "cat /var/log/ha-log").is_ok_and(|log| log.contains("cib-edited") || log.contains("edited"))
    })?;
    let log = cluster.ask(A, "grep -i edited /var/log/ha-log")?;
    log.expect(&["cib.xml"])?;
    // Refused with a reason, and kept: the running cluster goes on with what was agreed.
    cluster.ask(B, "cibadmin -Q -o constraints")?.expect(&["score=\"100\""])?;
    cluster.ask(A, &format!("grep -l 'score=\"77\"' {CRM}/*"))?.expect_code(0)?;
    require(cluster.active()? == A, "nothing moved")
}

fn backups(cluster: &mut Cluster) -> Result<(), Failure> {
    for host in BOTH {
        cluster.put(host, &format!("{CRM}/cib.xml.sig"), "600", "00000000000000000000000000000000")?;
        cluster.put(host, &format!("{CRM}/cib.xml.last"), "600", "<cib admin_epoch=\"9\"><configuration/></cib>")?;
        cluster.put(host, &format!("{CRM}/cib.xml.sig.last"), "600", "rubbish")?;
    }
    start(cluster)?;
    cluster.ask(A, "cibadmin -Q -o resources")?.expect(&["IPaddr2_OpenSIPS_group"])?;
    let said = cluster.ask(A, "grep -i digest /var/log/ha-log || grep -i cib.xml /var/log/ha-log")?;
    said.expect_code(0)?.expect(&["cib.xml"]).map(drop)
}

fn only_cib(cluster: &mut Cluster) -> Result<(), Failure> {
    start(cluster)?;
    cluster.run(A, "crm_attribute -t crm_config -n cluster-delay -v 63s")?;
    stop(cluster)?;
    for host in BOTH {
        cluster.run(host, &format!("find {CRM} -type f ! -name cib.xml -delete; ls {CRM}"))?;
    }
    start(cluster)?;
    cluster.ask(B, "crm_attribute -t crm_config -n cluster-delay -G")?.expect(&["value=63s"]).map(drop)
}

fn admin_epoch(cluster: &mut Cluster) -> Result<(), Failure> {
    for (host, version, score) in [(A, 2, "101"), (B, 1, "102")] {
        let text = tutorial::CIB
            .replace("<cib>", &format!("<cib admin_epoch=\"{version}\" epoch=\"0\" num_updates=\"0\">"))
            .replace("score=\"100\"", &format!("score=\"{score}\""));
        cluster.put(host, &format!("{CRM}/cib.xml"), "600", &text)?;
    }
    start(cluster)?;
    for host in BOTH {
        let said = cluster.ask(host, "cibadmin -Q")?;
        said.expect(&["admin_epoch=\"2\"", "score=\"101\""])?.refuse("score=\"102\"")?;
    }
    Ok(())
}

fn owners(cluster: &mut Cluster) -> Result<(), Failure> {
    for owner in ["root:root", "nobody:nogroup", "hacluster:haclient"] {
        for host in BOTH {
            // An account that this machine lacks leaves the file as it is.
            cluster.ask(host, &format!("chown {owner} {CRM}/cib.xml"))?;
        }
        start(cluster)?;
        cluster.ask(B, "cibadmin -Q -o resources")?.expect(&["IPaddr2_OpenSIPS_group", "opensips-monitor"])?;
        stop(cluster)?;
    }
    Ok(())
}

fn removed(cluster: &mut Cluster) -> Result<(), Failure> {
    for _ in 0..2 {
        for host in BOTH {
            cluster.ask(host, &format!("rm {CRM}/cib.xml.*"))?;
        }
        start(cluster)?;
        stop(cluster)?;
    }
    Ok(())
}

fn chown(cluster: &mut Cluster) -> Result<(), Failure> {
    cluster.ask(A, &format!("chown cluster:cluster -R {CRM}/"))?;
    cluster.run(B, "groupadd cluster && useradd -g cluster cluster")?;
    cluster.run(B, &format!("chown cluster:cluster -R {CRM}/"))?;
    start(cluster)?;
    cluster.ask(B, "cibadmin -Q -o resources")?.expect(&["IPaddr2_OpenSIPS_group"]).map(drop)
}
