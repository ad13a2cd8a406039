//! Bundles: what they imply, as resources: containers, their addresses, connections into them, and what runs inside.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::{NodeKind, ProbeMode, Standing, Table};
use crate::resource::{BundleFacts, Kind, Replica};
use crate::values;
use cib::Element;
use model::Score;
use std::fmt::Write as _;
use std::sync::Arc;

/// Where pacemaker_remoted listens unless told otherwise.
const REMOTE_PORT: &str = "3121";
/// The key that host and container share.
const KEY_PATH: &str = "/etc/pacemaker/authkey";
/// Where logs of containers go.
const LOG_PATH: &str = "/var/log/pacemaker/bundles";
/// What runs as the first process of a container that has something inside.
const REMOTE_COMMAND: &str = "/usr/sbin/pacemaker-remoted";
/// More replicas than this are a mistake in the configuration.
const REPLICAS_MAX: u32 = 1000;

/// What a bundle's element says about all of its containers.
struct Plan {
    prefix: String,
    agent: &'static str,
    options: Option<String>,
    command: Option<String>,
    network: Option<String>,
    first_address: Option<String>,
    netmask: Option<String>,
    interface: Option<String>,
    port: Option<String>,
    add_host: bool,
    mounts: Vec<Mount>,
    ports: Vec<(String, String)>,
    hosts: String,
}

struct Mount {
    source: String,
    target: String,
    options: Option<String>,
    per_replica: bool,
}

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
pub(super) struct Connection<'a> {
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

/// The address after one, staying clear of network and broadcast.
fn next_address(address: &str) -> Option<String> {
    let mut octets = [0_u32; 4];
    let mut parts = address.split('.');
    for octet in &mut octets {
        *octet = u32::try_from(values::leading_integer(parts.next()?)?).ok()?;
    }
    let [a, b, c, d] = octets;
    match (c, d) {
        (254.., _) => None,
        (_, 254..) => Some(format!("{a}.{b}.{}.1", c + 1)),
        _ => Some(format!("{a}.{b}.{c}.{}", d + 1)),
    }
}

/// An id in which only characters that XML allows remain.
fn sanitized(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '.' }).collect()
}

/// What a bundle's element says of it.
pub(super) fn bundle_kind(xml: &Arc<Element>) -> Option<Kind> {
    let (agent, launch) =
        xml.child("docker").map(|e| ("docker", e)).or_else(|| xml.child("podman").map(|e| ("podman", e)))?;
    let number = |name: &str| {
        launch
            .attribute(name)
            .and_then(values::leading_integer)
            .map(|n| u32::try_from(n.max(0)).unwrap_or(REPLICAS_MAX))
    };
    let promoted_max = number("promoted-max").or_else(|| number("masters")).unwrap_or(0);
    let replicas_max = match number("replicas") {
        None if promoted_max > 0 => promoted_max,
        read => read.unwrap_or(1).max(1),
    };
    Some(Kind::Bundle(Box::new(BundleFacts {
        agent,
        image: launch.attribute("image").unwrap_or_default().to_owned(),
        replicas_max: replicas_max.min(REPLICAS_MAX),
        per_host: number("replicas-per-host").unwrap_or(1).max(1),
        promoted_max,
        inside: None,
        replicas: Vec::new(),
    })))
}

impl Cluster {
    pub(super) fn unpack_bundle(&mut self, rsc: RscIx) -> bool {
        let xml = Arc::clone(&self.rscs[rsc].xml);
        let Some(facts) = self.rscs[rsc].bundle_facts().cloned() else { return false };
        if facts.per_host == 1 {
            self.rscs[rsc].unique = false;
        }
        let mut plan = Plan::read(&xml, facts.agent);
        let inside = match xml.child("primitive") {
            None => None,
            Some(_) if plan.first_address.is_none() && plan.port.is_none() => {
                let id = self.rscs[rsc].id.to_string();
                self.complain(&id, format!("what is inside of '{id}' cannot be controlled: give its network an ip-range-start or a control-port"));
                return false;
            }
            Some(primitive) => {
                let clone = Arc::new(inside_clone(&plan.prefix, &facts, primitive));
                let Some(inside) = self.unpack_resource(&clone, Some(rsc), None) else { return false };
                plan.add_defaults();
                Some(inside)
            }
        };
        self.set_inside(rsc, inside);
        let children = inside.map(|inside| self.rscs[inside].children.clone());
        let count =
            children.as_ref().map_or(facts.replicas_max, |all| u32::try_from(all.len()).unwrap_or(REPLICAS_MAX));
        let addresses = plan.addresses(count);
        for offset in 0..count {
            let at = usize::try_from(offset).expect("32 bits fit an address");
            let child = children.as_ref().map(|all| all[at]);
            if !self.add_replica(rsc, &plan, offset, addresses[at].clone(), child) {
                return false;
            }
        }
        if let Some(inside) = inside {
            self.rscs[rsc].children.push(inside);
        }
        true
    }

    fn set_inside(&mut self, rsc: RscIx, inside: Option<RscIx>) {
        if let Kind::Bundle(facts) = &mut self.rscs[rsc].kind {
            facts.inside = inside;
        }
        let Some(inside) = inside else { return };
        for child in self.rscs[inside].children.clone() {
            self.rscs[child].exclusive_probes = true;
            self.rscs[inside].notify |= self.rscs[child].notify;
            if let Some(target) = self.rscs[child].meta.get("container-attribute-target").map(str::to_owned) {
                Arc::make_mut(&mut self.rscs[rsc].meta).set("container-attribute-target", &target);
                Arc::make_mut(&mut self.rscs[inside].meta).set("container-attribute-target", &target);
            }
        }
    }

    fn add_replica(
        &mut self,
        rsc: RscIx,
        plan: &Plan,
        offset: u32,
        address: Option<String>,
        child: Option<RscIx>,
    ) -> bool {
        let image = self.rscs[rsc].bundle_facts().map(|facts| facts.image.clone()).unwrap_or_default();
        let container = Arc::new(plan.container(offset, address.as_deref(), &image, child.is_some()));
        let Some(container) = self.unpack_resource(&container, Some(rsc), None) else { return false };
        self.rscs[container].is_container = true;
        self.rscs[rsc].children.push(container);
        let ip = address.as_deref().map(|address| Arc::new(plan.ip(offset, address)));
        let ip = match ip {
            None => None,
            Some(ip) => match self.unpack_resource(&ip, Some(rsc), None) {
                None => return false,
                ip => ip,
            },
        };
        self.rscs[rsc].children.extend(ip);
        let mut replica = Replica { offset, address, container, ip, remote: None, child, node: None };
        if let Some(child) = child {
            if !self.add_connection(rsc, plan, child, &mut replica) {
                return false;
            }
            if let Some(address) = &replica.address {
                Arc::make_mut(&mut self.rscs[child].meta).set("external-ip", address);
            }
            let needs = std::mem::take(&mut self.rscs[child].utilization);
            self.rscs[container].utilization = needs;
        }
        if let Kind::Bundle(facts) = &mut self.rscs[rsc].kind {
            facts.replicas.push(replica);
        }
        true
    }

    fn add_connection(&mut self, rsc: RscIx, plan: &Plan, child: RscIx, replica: &mut Replica) -> bool {
        let mut name = format!("{}-{}", plan.prefix, replica.offset);
        if self.ids.get(name.as_str()).is_some_and(|known| self.rscs[*known].parent != Some(rsc)) {
            name = format!("pcmk-internal-{}-remote-{}", self.rscs[child].id, replica.offset);
        }
        let container = self.rscs[replica.container].id.to_string();
        let element = Connection {
            name: &name,
            container: &container,
            migrate: None,
            managed: None,
            timeout: None,
            server: Some(replica.address.as_deref().unwrap_or("#uname")),
            port: Some(plan.port.as_deref().unwrap_or(REMOTE_PORT)),
        }
        .element();
        let node = self.add_container_node(&name);
        self.confine(child, node);
        let Some(remote) = self.unpack_resource(&Arc::new(element), Some(rsc), None) else { return false };
        let others: Vec<NodeIx> = self.rscs[remote].allowed.nodes().filter(|node| self.is_any_remote(*node)).collect();
        for other in others {
            if let Some(standing) = self.rscs[remote].allowed.get_mut(other) {
                standing.score = Score::MINUS_INFINITY;
            }
        }
        self.nodes[node].remote = Some(remote);
        self.nodes[node].attributes.set("#kind", "container");
        self.rscs[remote].launcher = Some(replica.container);
        self.rscs[remote].nesting_allowed = true;
        self.rscs[rsc].children.push(remote);
        (replica.remote, replica.node) = (Some(remote), Some(node));
        true
    }

    /// The node that a container is: nothing but what belongs into the container runs there.
    fn add_container_node(&mut self, name: &str) -> NodeIx {
        let node = match self.node_by_name(name) {
            Some(node) => node,
            None => self.add_node(name, name, NodeKind::Remote, Score::MINUS_INFINITY),
        };
        self.nodes[node].base = Score::MINUS_INFINITY;
        self.nodes[node].probe = ProbeMode::Never;
        for rsc in self.top.clone() {
            self.disallow(rsc, node);
        }
        node
    }

    fn disallow(&mut self, rsc: RscIx, node: NodeIx) {
        if let Some(standing) = self.rscs[rsc].allowed.get_mut(node) {
            standing.score = Score::MINUS_INFINITY;
            standing.probe = ProbeMode::Never;
        }
        for child in self.rscs[rsc].children.clone() {
            self.disallow(child, node);
        }
    }

    /// Lets an instance run in its container only.
    fn confine(&mut self, child: RscIx, node: NodeIx) {
        self.rscs[child].allowed = Table::default();
        self.rscs[child].allowed.insert(node, Standing::new(Score::new(500), ProbeMode::Exclusive));
        if let Some(parent) = self.rscs[child].parent {
            self.rscs[parent].allowed.insert(node, Standing::new(Score::MINUS_INFINITY, ProbeMode::Exclusive));
        }
    }
}

fn inside_clone(prefix: &str, facts: &BundleFacts, primitive: &Arc<Element>) -> Element {
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

impl Plan {
    fn read(xml: &Element, agent: &'static str) -> Self {
        let launch = xml.child(agent);
        let own = |name: &str| launch.and_then(|e| e.attribute(name)).map(str::to_owned);
        let network = xml.child("network");
        let net = |name: &str| network.and_then(|e| e.attribute(name)).map(str::to_owned);
        Self {
            prefix: xml.id().unwrap_or_default().to_owned(),
            agent,
            options: own("options"),
            command: own("run-command"),
            network: own("network"),
            first_address: net("ip-range-start"),
            netmask: net("host-netmask"),
            interface: net("host-interface"),
            port: net("control-port"),
            add_host: network.is_some() && net("add-host").and_then(|text| values::boolean(&text)) != Some(false),
            mounts: xml.child("storage").map(|storage| read_mounts(storage)).unwrap_or_default(),
            ports: network.map(|network| read_ports(network)).unwrap_or_default(),
            hosts: String::new(),
        }
    }

    /// What a container that has something inside needs in any case.
    fn add_defaults(&mut self) {
        let mount = |source: &str, target: &str, per_replica| Mount {
            source: source.to_owned(),
            target: target.to_owned(),
            options: None,
            per_replica,
        };
        let logs = self.mounts.iter().any(|mount| mount.target == "/var/log");
        self.mounts.push(mount(KEY_PATH, KEY_PATH, false));
        if !logs {
            self.mounts.push(mount(LOG_PATH, "/var/log", true));
        }
        let port = self.port.clone().unwrap_or_else(|| REMOTE_PORT.to_owned());
        self.ports.push((port.clone(), port));
    }

    fn addresses(&mut self, count: u32) -> Vec<Option<String>> {
        let mut next = self.first_address.clone();
        (0..count)
            .map(|offset| {
                let address = next.take();
                next = address.as_deref().and_then(next_address);
                if let Some(address) = &address {
                    let name = format!("{}-{offset}", self.prefix);
                    let written = if self.add_host {
                        write!(self.hosts, " --add-host={name}:{address}")
                    } else {
                        write!(self.hosts, " --hosts-entry={address}={name}")
                    };
                    written.expect("writing to a string cannot fail");
                }
                address
            })
            .collect()
    }

    fn ip(&self, offset: u32, address: &str) -> Element {
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

    fn container(&self, offset: u32, address: Option<&str>, image: &str, inside: bool) -> Element {
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

fn read_mounts(storage: &Element) -> Vec<Mount> {
    let one = |mapping: &Arc<Element>| {
        let whole = mapping.attribute("source-dir");
        let source = whole.or_else(|| mapping.attribute("source-dir-root"))?;
        let target = mapping.attribute("target-dir")?;
        Some(Mount {
            source: source.to_owned(),
            target: target.to_owned(),
            options: mapping.attribute("options").map(str::to_owned),
            per_replica: whole.is_none(),
        })
    };
    storage.children_named("storage-mapping").filter_map(one).collect()
}

fn read_ports(network: &Element) -> Vec<(String, String)> {
    let one = |mapping: &Arc<Element>| {
        let (source, target) = match mapping.attribute("port") {
            Some(port) => (port, mapping.attribute("internal-port").unwrap_or(port)),
            None => (mapping.attribute("range")?, mapping.attribute("range")?),
        };
        (!source.is_empty()).then(|| (source.to_owned(), target.to_owned()))
    };
    network.children_named("port-mapping").filter_map(one).collect()
}
