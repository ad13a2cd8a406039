//! The resources that a bundle stands for, written as the elements that somebody could have configured instead.

use super::design::Design;
use crate::resource::BundleFacts;
use cib::Element;
use std::sync::Arc;

/// Where pacemaker_remoted listens unless told otherwise.
pub(super) const REMOTE_PORT: &str = "3121";
/// The key that host and container share.
pub(super) const KEY_PATH: &str = "/etc/pacemaker/authkey";
/// Where logs of containers go.
pub(super) const LOG_PATH: &str = "/var/log/pacemaker/bundles";
/// What runs as the first process of a container that has something inside.
pub(super) const REMOTE_COMMAND: &str = "/usr/sbin/pacemaker-remoted";

fn pair(set: Element, name: &str, value: &str) -> Element {
    let id = format!("{}-{name}", set.id().unwrap_or_default());
    set.with_child(Element::new("nvpair").with("id", &id).with("name", name).with("value", value))
}

fn operation(prefix: &str, name: &str, interval: &str, timeout: Option<&str>) -> Element {
    let op = Element::new("op")
        .with("id", &format!("{prefix}-{name}-{interval}"))
        .with("interval", interval)
        .with("name", name);
    match timeout {
        Some(timeout) => op.with("timeout", timeout),
        None => op,
    }
}

fn primitive(id: &str, provider: &str, kind: &str) -> Element {
    Element::new("primitive").with("id", id).with("class", "ocf").with("provider", provider).with("type", kind)
}

/// What a connection to a guest node looks like as an element.
pub(in crate::unpack) struct Connection<'a> {
    pub name: &'a str,
    pub container: &'a str,
    pub migrate: Option<&'a str>,
    pub managed: Option<&'a str>,
    pub timeout: Option<&'a str>,
    pub server: Option<&'a str>,
    pub port: Option<&'a str>,
}

impl Connection<'_> {
    pub fn element(&self) -> Element {
        let mut meta = Element::new("meta_attributes").with("id", &format!("{}-meta_attributes", self.name));
        meta = pair(meta, "internal-rsc", "true");
        meta = pair(meta, "container", self.container);
        for (name, value) in [("allow-migrate", self.migrate), ("is-managed", self.managed)] {
            if let Some(value) = value {
                meta = pair(meta, name, value);
            }
        }
        let mut element = primitive(self.name, "pacemaker", "remote").with_child(meta);
        if self.server.is_some() || self.port.is_some() {
            let mut set = Element::new("instance_attributes").with("id", &format!("{}-instance_attributes", self.name));
            for (name, value) in [("addr", self.server), ("port", self.port)] {
                if let Some(value) = value {
                    set = pair(set, name, value);
                }
            }
            element = element.with_child(set);
        }
        let mut operations = Element::new("operations").with_child(operation(self.name, "monitor", "30s", Some("30s")));
        if let Some(timeout) = self.timeout {
            operations = operations.with_child(operation(self.name, "start", "0", Some(timeout)));
        }
        element.with_child(operations)
    }
}

impl Design {
    pub(super) fn ip(&self, offset: u32, address: &str) -> Element {
        let id = sanitized(&format!("{}-ip-{address}", self.prefix));
        let mut set = Element::new("instance_attributes").with("id", &format!("{}-attributes-{offset}", self.prefix));
        set = pair(set, "ip", address);
        if let Some(interface) = &self.interface {
            set = pair(set, "nic", interface);
        }
        set = pair(set, "cidr_netmask", self.netmask.as_deref().unwrap_or("32"));
        let operations = Element::new("operations").with_child(operation(&id, "monitor", "60s", None));
        primitive(&id, "heartbeat", "IPaddr2").with_child(set).with_child(operations)
    }

    pub(super) fn container(&self, offset: u32, address: Option<&str>, image: &str, inside: bool) -> Element {
        let id = sanitized(&format!("{}-{}-{offset}", self.prefix, self.agent));
        let (run, made) = self.run_options(offset, address);
        let mut set = Element::new("instance_attributes").with("id", &format!("{}-attributes-{offset}", self.prefix));
        for (name, value) in [("image", image), ("allow_pull", "true"), ("force_kill", "false"), ("reuse", "false")] {
            set = pair(set, name, value);
        }
        set = pair(set, "run_opts", &run);
        set = pair(set, "mount_points", &made);
        if let Some(command) = self.command.as_deref().or(inside.then_some(REMOTE_COMMAND)) {
            set = pair(set, "run_cmd", command);
        }
        set = pair(set, "monitor_cmd", "/bin/true");
        let operations = Element::new("operations").with_child(operation(&id, "monitor", "60s", None));
        primitive(&id, "heartbeat", self.agent).with_child(set).with_child(operations)
    }

    /// The options that start a container, and the directories to be made for it.
    fn run_options(&self, offset: u32, address: Option<&str>) -> (String, String) {
        let mut run = String::new();
        let mut made: Vec<String> = Vec::new();
        if self.agent == "docker" {
            run.push_str(" --restart=no");
        }
        if self.first_address.is_some() {
            run.push_str(&format!(" -h {}-{offset}", self.prefix));
        }
        run.push_str(" -e PCMK_stderr=1");
        if let Some(network) = &self.network {
            run.push_str(&format!(" --net={network}"));
        }
        run.push_str(&format!(" -e PCMK_remote_port={}", self.port.as_deref().unwrap_or(REMOTE_PORT)));
        for mount in &self.mounts {
            let source = if mount.per_replica {
                format!("{}/{}-{offset}", mount.source, self.prefix)
            } else {
                mount.source.clone()
            };
            run.push_str(&format!(" -v {source}:{}", mount.target));
            if let Some(options) = &mount.options {
                run.push_str(&format!(":{options}"));
            }
            if mount.per_replica {
                made.push(source);
            }
        }
        for (source, target) in &self.ports {
            if let Some(address) = address {
                run.push_str(&format!(" -p {address}:{source}:{target}"));
            } else if self.network.as_deref() != Some("host") {
                run.push_str(&format!(" -p {source}:{target}"));
            }
        }
        if let Some(options) = &self.options {
            run.push_str(&format!(" {options}"));
        }
        run.push(' ');
        run.push_str(&self.hosts);
        (run, made.join(","))
    }
}

/// The clone of what runs inside.
pub(super) fn inside_clone(prefix: &str, facts: &BundleFacts, primitive: &Arc<Element>) -> Element {
    let suffix = if facts.promoted_max > 0 { "master" } else { "clone" };
    let mut meta = Element::new("meta_attributes").with("id", &format!("{prefix}-clone-meta"));
    meta = pair(meta, "ordered", "true");
    meta = pair(meta, "clone-max", &facts.replicas_max.to_string());
    meta = pair(meta, "clone-node-max", &facts.per_host.to_string());
    meta = pair(meta, "globally-unique", if facts.per_host > 1 { "true" } else { "false" });
    if facts.promoted_max > 0 {
        meta = pair(meta, "promotable", "true");
        meta = pair(meta, "promoted-max", &facts.promoted_max.to_string());
    }
    Element::new("clone").with("id", &format!("{prefix}-{suffix}")).with_child(meta).with_child(Arc::clone(primitive))
}

/// An id in which only characters that XML allows remain.
fn sanitized(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '.' }).collect()
}
