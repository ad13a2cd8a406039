//! What stands on a host before its cluster starts: the tutorial's files as printed, and a SIP proxy under its init script.

use crate::hosts::{HostError, Lab};
use std::fs;
use std::path::Path;

/// The tutorial's four files, byte for byte.
pub mod tutorial {
    /// `/etc/ha.d/ha.cf`.
    pub const HA_CF: &str = include_str!("../../../share/tutorial/ha.cf");
    /// `/etc/ha.d/authkeys`.
    pub const AUTHKEYS: &str = include_str!("../../../share/tutorial/authkeys");
    /// `/var/lib/heartbeat/crm/cib.xml`.
    pub const CIB: &str = include_str!("../../../share/tutorial/cib.xml");
    /// `/usr/lib/ocf/resource.d/anders.com/OpenSIPS`.
    pub const AGENT: &str = include_str!("../../../share/tutorial/OpenSIPS");
}

const INIT_SCRIPT: &str = include_str!("opensips-init.sh");
const KAMAILIO: &str = include_str!("kamailio.cfg");

/// Where this file is, the init script starts the built-in responder, whatever else is installed.
pub const BUILT_IN: &str = "/etc/opensips/built-in";

/// Which cluster to set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Appended to the tutorial's ha.cf, e.g. shorter times.
    pub ha_cf_more: String,
    /// In the place of the tutorial's cib.xml.
    pub cib: Option<String>,
}

/// Puts everything in place on a running host; the cluster is not started.
///
/// # Errors
/// When the host is off or a file cannot be written there.
pub fn furnish(lab: &Lab, host: &str, setup: &Setup) -> Result<(), HostError> {
    let ha_cf = format!("{}{}", tutorial::HA_CF, setup.ha_cf_more);
    let files: [(&str, &str, &str); 3] = [
        ("/etc/ha.d/ha.cf", "644", &ha_cf),
        ("/etc/ha.d/authkeys", "600", tutorial::AUTHKEYS),
        ("/var/lib/heartbeat/crm/cib.xml", "600", setup.cib.as_deref().unwrap_or(tutorial::CIB)),
    ];
    for (path, mode, content) in files {
        put(lab, host, path, mode, content)?;
    }
    proxy(lab, host)?;
    install(lab, host)
}

/// Puts the SIP proxy, its init script and the tutorial's agent in place, whatever cluster software is to run them.
///
/// # Errors
/// As [`furnish`].
pub fn proxy(lab: &Lab, host: &str) -> Result<(), HostError> {
    let files: [(&str, &str, &str); 3] = [
        ("/usr/lib/ocf/resource.d/anders.com/OpenSIPS", "755", tutorial::AGENT),
        ("/etc/init.d/opensips", "755", INIT_SCRIPT),
        ("/etc/opensips/kamailio.cfg", "644", KAMAILIO),
    ];
    files.iter().try_for_each(|(path, mode, content)| put(lab, host, path, mode, content))
}

/// Writes one file on a host, with its directory.
///
/// # Errors
/// When the host is off or refuses.
pub fn put(lab: &Lab, host: &str, path: &str, mode: &str, content: &str) -> Result<(), HostError> {
    // Through the lab's directory, which every host sees: the content needs no quoting.
    let passage = lab.directory(host).join("passage");
    fs::write(&passage, content)
        .map_err(|source| HostError::System { what: format!("writing {}", passage.display()), source })?;
    let directory = Path::new(path).parent().unwrap_or(Path::new("/")).display();
    let passage = passage.display();
    check(lab, host, &format!("mkdir -p '{directory}' && install -m {mode} '{passage}' '{path}'"))
}

/// Installs the product on a host, and stand-ins for what the tutorial wants and this machine lacks.
fn install(lab: &Lab, host: &str) -> Result<(), HostError> {
    let binary = lab.binary().display();
    check(lab, host, &format!("ln -sf '{binary}' /usr/sbin/systole && /usr/sbin/systole install --force"))?;
    // Where the machine has the package resource-agents, its shell agent would stand in the overlay's place of ours.
    check(lab, host, "ln -sf /usr/sbin/systole /usr/lib/ocf/resource.d/heartbeat/IPaddr2")?;
    check(lab, host, "[ -x /usr/bin/sipsak ] || ln -s /usr/sbin/systole /usr/bin/sipsak")
}

/// Runs a line on a host that has to succeed.
///
/// # Errors
/// With what it printed, when it does not.
pub fn check(lab: &Lab, host: &str, line: &str) -> Result<(), HostError> {
    let output = lab.shell(host, line)?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(HostError::Command {
        command: format!("{line} (on {host})"),
        reason: format!("{}: {}", output.status, String::from_utf8_lossy(&text).trim()),
    })
}
