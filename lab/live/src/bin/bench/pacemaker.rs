//! Pacemaker on Corosync, two nodes without fencing, with the shell agents of the package resource-agents.

use crate::contender::{Contender, HOSTS};
use demo::hosts::{HostError, Lab};
use demo::stage;
use std::path::Path;
use std::time::Duration;

/// Pacemaker with a token time of Corosync in milliseconds, or its default.
pub struct Pacemaker {
    /// The token time.
    pub token: Option<u32>,
}

const TOKEN_DEFAULT: u32 = 3000;

/// What a host needs beside the files: shared memory and sysfs of its own, directories below /run.
const PREPARE: &str = "mount -t tmpfs tmpfs /dev/shm; mount -t sysfs sysfs /sys; \
    mkdir -p /run/crm /run/corosync /run/resource-agents /run/heartbeat/rsctmp /var/log/corosync; \
    chown hacluster:haclient /run/crm; chmod 1755 /run/resource-agents; \
    echo '0.10 0.10 0.10 1/100 1000' > /run/loadavg; mount --bind /run/loadavg /proc/loadavg; \
    printf '127.0.0.1 localhost\\n1.2.3.1 sip-a\\n1.2.3.2 sip-b\\n' > /etc/hosts";

const RESOURCES: &str = r#"<resources><group id="service">
<primitive id="vip1" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="vip1-a">
<nvpair id="vip1-ip" name="ip" value="1.2.3.4"/><nvpair id="vip1-mask" name="cidr_netmask" value="24"/></instance_attributes>
<operations><op id="vip1-monitor" name="monitor" interval="5s" timeout="20s"/></operations></primitive>
<primitive id="vip2" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="vip2-a">
<nvpair id="vip2-ip" name="ip" value="1.2.3.5"/><nvpair id="vip2-mask" name="cidr_netmask" value="24"/></instance_attributes>
<operations><op id="vip2-monitor" name="monitor" interval="5s" timeout="20s"/></operations></primitive>
<primitive id="proxy" class="ocf" provider="anders.com" type="OpenSIPS"><operations>
<op id="proxy-monitor" name="monitor" interval="10s" timeout="20s"><instance_attributes id="proxy-monitor-a">
<nvpair id="proxy-monitor-ip" name="ip" value="127.0.0.1"/></instance_attributes></op></operations></primitive>
</group></resources>"#;

impl Pacemaker {
    fn corosync_conf(&self) -> String {
        let token = self.token.map(|token| format!("token: {token}")).unwrap_or_default();
        let node = |(id, name): (usize, &str)| {
            format!("node {{\n name: {name}\n nodeid: {id}\n ring0_addr: 1.2.3.{id}\n }}\n")
        };
        let nodes: String = (1..).zip(HOSTS).map(node).collect();
        format!(
            "totem {{\n version: 2\n cluster_name: lab\n transport: knet\n crypto_cipher: none\n crypto_hash: none\n {token}\n}}\n\
             nodelist {{\n{nodes}}}\n\
             quorum {{\n provider: corosync_votequorum\n two_node: 1\n wait_for_all: 0\n}}\n\
             logging {{\n to_stderr: no\n to_logfile: yes\n logfile: /var/log/corosync/corosync.log\n to_syslog: no\n}}\n\
             system {{\n move_to_root_cgroup: no\n}}\n"
        )
    }
}

impl Contender for Pacemaker {
    fn name(&self) -> String {
        format!("pacemaker, token {} ms", self.token.unwrap_or(TOKEN_DEFAULT))
    }

    fn detection(&self) -> Duration {
        // Token and consensus, which is 1.2 times the token.
        Duration::from_millis(u64::from(self.token.unwrap_or(TOKEN_DEFAULT)) * 22 / 10)
    }

    fn missing(&self) -> Option<&'static str> {
        let programs = [
            ("/usr/sbin/corosync", "corosync"),
            ("/usr/sbin/pacemakerd", "pacemaker"),
            ("/usr/sbin/crm_mon", "pacemaker-cli-utils"),
        ];
        programs.into_iter().find(|(path, _)| !Path::new(path).exists()).map(|(_, package)| package)
    }

    fn furnish(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::put(lab, host, "/etc/corosync/corosync.conf", "644", &self.corosync_conf())?;
        stage::proxy(lab, host)
    }

    fn start(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, PREPARE)?;
        let daemon = "PCMK_logfacility=none setsid pacemakerd < /dev/null > /var/log/pacemakerd.out 2>&1 &";
        stage::check(lab, host, &format!("corosync && {daemon}"))
    }

    fn configure(&self, lab: &Lab) -> Result<(), HostError> {
        let wait = "for i in $(seq 300); do crm_mon -1 2>/dev/null | grep -q 'Online: \\[ sip-a sip-b \\]' && exit 0; \
                    sleep 0.2; done; exit 1";
        stage::check(lab, "sip-a", wait)?;
        for (name, value) in [("stonith-enabled", "false"), ("no-quorum-policy", "ignore")] {
            stage::check(lab, "sip-a", &format!("crm_attribute -t crm_config -n {name} -v {value}"))?;
        }
        stage::check(lab, "sip-a", "crm_attribute -t rsc_defaults -n resource-stickiness -v 100")?;
        stage::put(lab, "sip-a", "/var/resources.xml", "644", RESOURCES)?;
        stage::check(lab, "sip-a", "cibadmin --replace --scope resources --xml-file /var/resources.xml")
    }

    fn move_away(&self, lab: &Lab, from: &str, to: &str) -> Result<(), HostError> {
        stage::check(lab, from, &format!("crm_resource --move -r service -N {to}"))
    }

    fn after_move(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "crm_resource --clear -r service")
    }

    fn clean_up(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "crm_resource -C -r proxy")
    }

    fn settle(&self, lab: &Lab, host: &str) -> Result<(), HostError> {
        stage::check(lab, host, "timeout 60 crm_resource --wait")
    }

    fn daemons(&self) -> &'static str {
        "(corosync|pacemaker)"
    }
}
