//! Remote and guest nodes: the connections that a configuration implies, and what the status says of such nodes.

use super::bundle::Connection;
use super::resources::is_connection;
use crate::cluster::{Cluster, Which};
use crate::ids::NodeIx;
use crate::values;
use cib::Element;
use model::Role;
use std::sync::Arc;

impl Cluster {
    /// Adds a node for each connection; a resource with `remote-node` implies a connection.
    pub(super) fn implied_connections(&mut self, section: &Element) -> Vec<Arc<Element>> {
        let mut implied = Vec::new();
        for element in section.children() {
            if is_connection(element) {
                if let Some(id) = element.id() {
                    self.add_remote_node(id);
                }
                continue;
            }
            let launchers: Vec<&Arc<Element>> = match element.name() {
                "primitive" => vec![element],
                "group" => element.children().iter().collect(),
                _ => continue,
            };
            implied.extend(launchers.into_iter().filter_map(|launcher| implied_connection(launcher)));
        }
        for element in &implied {
            if let Some(id) = element.id() {
                self.add_remote_node(id);
            }
        }
        implied
    }

    /// Whether a remote or guest node is online, by the state of its connection and launcher.
    pub(super) fn determine_remote_online(&mut self, node: NodeIx) {
        let Some(remote) = self.nodes[node].remote else {
            self.nodes[node].online = false;
            return;
        };
        let r = &self.rscs[remote];
        let launcher = r.launcher;
        let host = launcher.and(if let [host] = r.active.as_slice() { Some(*host) } else { None });
        let (role, next, failed) = (r.role, r.next_role, r.failed);
        let launcher_failed = launcher.is_some_and(|launcher| self.rscs[launcher].failed);
        let launcher_stopped = launcher.is_some_and(|launcher| self.rscs[launcher].role == Role::Stopped);
        let host_lost = host.is_some_and(|host| !self.nodes[host].online && self.nodes[host].unclean);
        let n = &mut self.nodes[node];
        n.online |= role == Role::Started;
        n.shutdown |= role == Role::Started && next == Role::Stopped;
        if launcher_failed {
            n.online = false;
            n.remote_reset = true;
        } else if failed {
            n.online = false;
        } else if role == Role::Stopped || launcher_stopped {
            n.online = false;
            n.remote_reset = false;
        } else if host_lost {
            n.online = false;
            n.remote_reset = true;
        }
    }

    /// Attributes of a remote or guest node, once it is known whether it is online.
    pub(super) fn unpack_remote_attributes(&mut self, node: NodeIx, state: &Arc<Element>) {
        if !self.is_any_remote(node) {
            return;
        }
        self.nodes[node].remote_maintenance = is_positive(state.attribute("node_in_maintenance"));
        if !self.nodes[node].remote_reset {
            self.nodes[node].unclean = false;
            self.nodes[node].seen = true;
        }
        self.add_attributes(node, state.child("transient_attributes").cloned().as_ref(), true);
        let unmanaged = self.nodes[node].remote.is_some_and(|remote| !self.rscs[remote].managed);
        let shutdown = self.shutdown_requested(node);
        let flag = |name: &str| values::is_true(self.node_attribute(node, name, None, Which::Current));
        let (standby, maintenance) = (flag("standby"), flag("maintenance"));
        let discovery = self.nodes[node].attributes.get("resource-discovery-enabled").and_then(values::boolean);
        let hides = discovery == Some(false) && (!self.is_remote(node) || self.options.fencing);
        let n = &mut self.nodes[node];
        n.shutdown |= shutdown;
        n.standby |= standby;
        n.maintenance |= maintenance || unmanaged;
        n.probes_allowed &= !hides;
    }
}

/// Whether a number is there and not zero.
pub(super) fn is_positive(text: Option<&str>) -> bool {
    text.and_then(values::leading_integer).is_some_and(|n| n > 0)
}

fn implied_connection(launcher: &Element) -> Option<Arc<Element>> {
    let (mut name, mut server, mut port, mut migrate, mut managed) = (None, None, None, None, None);
    let mut timeout = "60s";
    for pair in launcher.children_named("meta_attributes").flat_map(|set| set.children()) {
        let Some(value) = pair.attribute("value") else { continue };
        match pair.attribute("name").unwrap_or_default() {
            "remote-node" => name = Some(value),
            "remote-addr" => server = Some(value),
            "remote-port" => port = Some(value),
            "remote-connect-timeout" => timeout = value,
            "remote-allow-migrate" => migrate = Some(value),
            "is-managed" => managed = Some(value),
            _ => {}
        }
    }
    let connection =
        Connection { name: name?, container: launcher.id()?, migrate, managed, timeout: Some(timeout), server, port };
    Some(Arc::new(connection.element()))
}
