//! Nodes by name, those that are themselves somewhere (guests, containers), and what can be said of a node by that.

use super::{Cluster, Which};
use crate::ids::{NodeIx, RscIx};
use crate::node::{Node, NodeKind};
use model::Score;

impl Cluster {
    /// The node of a name, in any case.
    pub fn node_by_name(&self, name: &str) -> Option<NodeIx> {
        self.node_order.iter().copied().find(|node| self.nodes[*node].name.eq_ignore_ascii_case(name))
    }

    /// The node of an id, else of a name.
    pub(crate) fn node_by_id_or_name(&self, id: &str, name: Option<&str>) -> Option<NodeIx> {
        let by_id = self.node_order.iter().copied().find(|node| self.nodes[*node].id.eq_ignore_ascii_case(id));
        by_id.or_else(|| name.and_then(|name| self.node_by_name(name)))
    }

    /// Adds a node, in its place by name.
    pub(crate) fn add_node(&mut self, id: &str, name: &str, kind: NodeKind, base: Score) -> NodeIx {
        self.have_remote |= kind == NodeKind::Remote;
        let node = self.nodes.push(Node::new(id, name, kind, base));
        let place =
            self.node_order.iter().position(|other| crate::values::by_name(name, &self.nodes[*other].name).is_le());
        self.node_order.insert(place.unwrap_or(self.node_order.len()), node);
        node
    }

    /// Whether the node is remote in whatever way.
    pub fn is_any_remote(&self, node: NodeIx) -> bool {
        self.nodes[node].kind == NodeKind::Remote
    }

    /// The resource that a guest node runs inside of.
    pub fn guest_launcher(&self, node: NodeIx) -> Option<RscIx> {
        self.nodes[node].remote.and_then(|remote| self.rscs[remote].launcher).filter(|_| self.is_any_remote(node))
    }

    /// Whether the node runs inside of a resource.
    pub fn is_guest(&self, node: NodeIx) -> bool {
        self.guest_launcher(node).is_some()
    }

    /// Whether the node is remote, but no guest.
    pub fn is_remote(&self, node: NodeIx) -> bool {
        self.is_any_remote(node) && !self.is_guest(node)
    }

    /// Whether the node is a bundle's container.
    pub fn is_bundle_node(&self, node: NodeIx) -> bool {
        self.guest_launcher(node).is_some_and(|_| self.nodes[node].remote.is_some_and(|remote| self.in_bundle(remote)))
    }

    /// A node attribute; `host` asks the container's host instead of a guest.
    pub(crate) fn node_attribute(&self, node: NodeIx, name: &str, target: Option<&str>, which: Which) -> Option<&str> {
        let host = match self.guest_launcher(node) {
            Some(launcher) if target.is_some_and(|target| target.eq_ignore_ascii_case("host")) => match which {
                Which::Assigned => self.rscs[launcher].node()?,
                Which::Current | Which::CurrentOrPending => *self.rscs[launcher].active.first()?,
            },
            Some(_) | None => node,
        };
        self.nodes[host].attributes.get(name)
    }

    /// Whether a node can be fenced.
    pub(crate) fn can_fence(&self, node: Option<NodeIx>) -> bool {
        if let Some(launcher) = node.and_then(|node| self.guest_launcher(node)) {
            return self.rscs[launcher]
                .active
                .iter()
                .all(|host| self.nodes[*host].online || self.can_fence(Some(*host)));
        }
        if !self.options.fencing || !self.have_fencing {
            return false;
        }
        if self.options.quorate || self.options.no_quorum == crate::options::NoQuorum::Ignore {
            return true;
        }
        let Some(node) = node.filter(|node| self.nodes[*node].online) else { return false };
        if !self.is_any_remote(node) || self.options.fence_remote_without_quorum {
            return true;
        }
        self.nodes[node].remote.is_none_or(|remote| self.rscs[remote].allowed.nodes().all(|n| self.nodes[n].online))
    }
}
