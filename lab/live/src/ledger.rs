//! What the agents were asked to do: each agent stands behind a script that writes a line and goes on as the agent itself.

use crate::{Cluster, Failure};
use demo::stage::tutorial;
use std::time::Duration;

/// One call of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Nanoseconds since 1970.
    pub at: u64,
    /// The resource.
    pub resource: String,
    /// `start`, `stop`, `monitor`, ...
    pub action: String,
    /// In milliseconds; 0 for a call that does not recur.
    pub interval: u64,
}

impl Call {
    /// `start IPaddr2-1.2.3.4`, `probe OpenSIPS`, `monitor OpenSIPS`.
    pub fn words(&self) -> String {
        let action = if self.action == "monitor" && self.interval == 0 { "probe" } else { &self.action };
        format!("{action} {}", self.resource)
    }
}

/// The accounts of all hosts.
#[derive(Clone, Copy, Debug)]
pub struct Ledger;

const BOOK: &str = "/var/log/agent-calls";
const REAL: &str = "/usr/lib/ocf/behind-the-ledger";

impl Ledger {
    /// Puts the scripts in front of the tutorial's two agents on a host.
    ///
    /// # Errors
    /// When the host refuses.
    pub fn open(cluster: &Cluster, host: &str) -> Result<(), Failure> {
        cluster.put(host, &format!("{REAL}/OpenSIPS"), "755", tutorial::AGENT)?;
        cluster.run(host, &format!("ln -sf /usr/sbin/systole {REAL}/IPaddr2"))?;
        for agent in ["heartbeat/IPaddr2", "anders.com/OpenSIPS"] {
            let name = agent.rsplit('/').next().unwrap_or(agent);
            let path = format!("/usr/lib/ocf/resource.d/{agent}");
            cluster.run(host, &format!("rm -f {path}"))?;
            cluster.put(host, &path, "755", &script(name))?;
        }
        Ok(())
    }

    /// Lets every call of an agent on a host wait before it is written down and begins.
    ///
    /// # Errors
    /// When the host refuses.
    pub fn delay(cluster: &Cluster, host: &str, agent: &str, time: Duration) -> Result<(), Failure> {
        cluster.put(host, &format!("{REAL}/{agent}.delay"), "644", &time.as_secs_f64().to_string())
    }

    /// Every call on a host so far, oldest first; `meta-data` apart, which says nothing of the service.
    ///
    /// # Errors
    /// When the host is off.
    pub fn read(cluster: &Cluster, host: &str) -> Result<Vec<Call>, Failure> {
        let text = cluster.run(host, &format!("cat {BOOK} 2>/dev/null || true"))?;
        Ok(text.lines().filter_map(entry).filter(|call| call.action != "meta-data").collect())
    }

    /// The calls on a host that change something, as words.
    ///
    /// # Errors
    /// When the host is off.
    pub fn changes(cluster: &Cluster, host: &str) -> Result<Vec<String>, Failure> {
        let calls = Self::read(cluster, host)?;
        Ok(calls.iter().filter(|call| call.action != "monitor").map(Call::words).collect())
    }

    /// Begins a new page on a host.
    ///
    /// # Errors
    /// When the host is off.
    pub fn clear(cluster: &Cluster, host: &str) -> Result<(), Failure> {
        cluster.run(host, &format!("rm -f {BOOK}")).map(drop)
    }
}

fn script(name: &str) -> String {
    format!(
        "#!/bin/sh\n[ ! -e {REAL}/{name}.delay ] || sleep \"$(cat {REAL}/{name}.delay)\"\n\
         echo \"$(date +%s%N) $OCF_RESOURCE_INSTANCE $1 ${{OCF_RESKEY_CRM_meta_interval:-0}}\" >> {BOOK}\n\
         exec {REAL}/{name} \"$@\"\n"
    )
}

fn entry(line: &str) -> Option<Call> {
    let mut words = line.split(' ');
    let at = words.next()?.parse().ok()?;
    let (resource, action) = (words.next()?.to_owned(), words.next()?.to_owned());
    let interval = words.next()?.parse().ok()?;
    Some(Call { at, resource, action, interval })
}
