//! Where agents are, what all of them find in their environment, and how many may run at once.

use std::collections::BTreeMap;

/// Fewest agents at once that a host is trusted with, however few cores it has: agents mostly wait.
const AGENTS_AT_ONCE_MIN: usize = 4;

/// What the driver knows of its host; fixed for one life of the hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// OCF agents are in `resource.d/PROVIDER/TYPE` below it.
    pub ocf_root: String,
    /// Init scripts, for class `lsb`.
    pub lsb_directory: String,
    /// Heartbeat's own scripts with positional arguments, for class `heartbeat`.
    pub heartbeat_directory: String,
    /// Where `systemctl` may be, for class `systemd`: units are driven by that program, not by the bus.
    pub systemctl: Vec<String>,
    /// The bound on agent processes, at least 1.
    pub agents_at_once: usize,
    /// For every agent.
    pub environment: BTreeMap<String, String>,
}

impl Settings {
    /// The places that distributions agree on, and two agents a core.
    pub fn for_cores(cores: usize) -> Self {
        let environment = [("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"), ("LC_ALL", "C")]
            .into_iter()
            .chain([("HA_debug", "0"), ("HA_logfacility", "daemon"), ("HA_LOGFACILITY", "daemon")]);
        Self {
            ocf_root: "/usr/lib/ocf".into(),
            lsb_directory: "/etc/init.d".into(),
            heartbeat_directory: "/etc/ha.d/resource.d".into(),
            systemctl: vec!["/usr/bin/systemctl".into(), "/bin/systemctl".into()],
            agents_at_once: cores.saturating_mul(2).max(AGENTS_AT_ONCE_MIN),
            environment: environment.map(|(name, value)| (name.into(), value.into())).collect(),
        }
    }
}
