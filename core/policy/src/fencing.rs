//! Fencing: which nodes must be fenced or unfenced and why, and what has to wait for it.

use crate::cluster::{Cluster, Which};
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::node::NodeKind;
use crate::relation::{End, Rel};
use crate::task::{Key, Task};

impl Cluster {
    /// Notes that a node must be fenced; a guest is by recovering what it runs inside of.
    pub(crate) fn fence_node(&mut self, node: NodeIx, reason: &str, priority_delay: bool) {
        if let Some(launcher) = self.guest_launcher(node) {
            if !self.rscs[launcher].failed && self.rscs[launcher].managed {
                self.nodes[node].remote_reset = true;
                self.mark_failed(launcher);
            }
        } else if let Some(remote) = self.dangling_guest(node) {
            self.mark_failed(remote);
        } else if self.is_remote(node) {
            let managed = self.nodes[node].remote.is_none_or(|remote| self.rscs[remote].managed);
            if managed && !self.nodes[node].remote_reset {
                self.nodes[node].remote_reset = true;
            }
            self.nodes[node].unclean = true;
            self.fence_action(node, None, true, Some(reason), false);
        } else if !self.nodes[node].unclean {
            self.nodes[node].unclean = true;
            self.fence_action(node, None, true, Some(reason), priority_delay);
        }
    }

    /// The connection of a guest whose launcher is no longer known.
    fn dangling_guest(&self, node: NodeIx) -> Option<RscIx> {
        let remote = self.nodes[node].remote.filter(|_| self.is_any_remote(node))?;
        let r = &self.rscs[remote];
        (r.launcher.is_none() && r.removed_launched).then_some(remote)
    }

    /// The fencing of a node: `None` means the configured action, `on` means unfencing.
    pub(crate) fn fence_action(
        &mut self,
        node: NodeIx,
        action: Option<&str>,
        optional: bool,
        reason: Option<&str>,
        priority_delay: bool,
    ) -> ActIx {
        let word = action.map_or_else(|| self.options.fence_action.clone(), str::to_owned);
        let name = format!("stonith-{}-{word}", self.nodes[node].name);
        let mut optional = optional;
        let fence = match self.singletons.get(name.as_str()) {
            Some(fence) => *fence,
            None => {
                let fence = self.singleton(&name, Task::Fence, Some(node));
                let (host, id) = (self.nodes[node].name.to_string(), self.nodes[node].id.to_string());
                self.actions[fence].set_meta("on_node", &host);
                self.actions[fence].set_meta("on_node_uuid", &id);
                self.actions[fence].set_meta("stonith_action", &word);
                if self.enable_unfencing {
                    optional &= !self.note_unfencing_digests(fence, node);
                }
                fence
            }
        };
        let delayed = self.actions[fence].meta("priority-fencing-delay").is_some();
        if self.options.priority_fencing_ms > 0 && (priority_delay || delayed) {
            let delay = self.priority_delay(node).to_string();
            self.actions[fence].set_meta("priority-fencing-delay", &delay);
        }
        if !optional && self.can_fence(Some(node)) {
            self.actions[fence].facets.optional = false;
        }
        if let Some(reason) = reason {
            self.actions[fence].explain(reason);
        }
        fence
    }

    /// Records the digests of all devices that unfence; true when one of them changed.
    fn note_unfencing_digests(&mut self, fence: ActIx, node: NodeIx) -> bool {
        let mut devices = Vec::new();
        for rsc in self.top.iter().flat_map(|rsc| self.primitives(*rsc)) {
            let r = &self.rscs[rsc];
            let provides = r.meta.get("provides").is_some_and(|value| value.eq_ignore_ascii_case("unfencing"));
            if r.fence_device && (r.needs_unfencing || provides) {
                devices.insert(0, rsc);
            }
        }
        let attribute =
            |cluster: &Self, name: &str| cluster.node_attribute(node, name, None, Which::Current).map(str::to_owned);
        let (known_all, known_open) = (attribute(self, "#digests-all"), attribute(self, "#digests-secure"));
        let (mut all, mut open, mut changed) = (String::new(), String::new(), false);
        for device in devices {
            let (digest_all, digest_open) = self.unfencing_digests(device, node);
            let r = &self.rscs[device];
            let prefix = format!("{}:{}:", r.id, r.meta.get("type").unwrap_or_default());
            let knows = |known: &Option<String>, digest: &str| {
                known.as_ref().is_some_and(|k| k.contains(&format!("{prefix}{digest}")))
            };
            changed |= known_all.is_some() && !knows(&known_all, &digest_all) && !knows(&known_open, &digest_open);
            all.push_str(&format!("{prefix}{digest_all},"));
            open.push_str(&format!("{prefix}{digest_open},"));
        }
        self.actions[fence].set_meta("digests-all", &all);
        self.actions[fence].set_meta("digests-secure", &open);
        changed
    }

    /// The delay, in seconds, that lets the partition with the more important resources win.
    fn priority_delay(&self, node: NodeIx) -> i64 {
        if self.nodes[node].kind != NodeKind::Member || self.nodes[node].online {
            return 0;
        }
        let members: Vec<_> = self.nodes.iter().filter(|(_, n)| n.kind == NodeKind::Member).map(|(_, n)| n).collect();
        let online = members.iter().filter(|n| n.online).count();
        let top = members.iter().map(|n| n.priority).max().unwrap_or(0);
        let lowest = members.iter().map(|n| n.priority).min().unwrap_or(0);
        if online > members.len() / 2 || lowest == top || self.nodes[node].priority < top {
            return 0;
        }
        crate::failcount::seconds(self.options.priority_fencing_ms)
    }

    /// Whether the node was unfenced since it came up.
    pub(crate) fn is_unfenced(&self, node: NodeIx) -> bool {
        self.node_attribute(node, "#node-unfenced", None, Which::Current).is_some_and(|value| value != "0")
    }

    /// Plans to unfence a node, or every node a device may be used from.
    pub(crate) fn unfence(&mut self, rsc: Option<RscIx>, node: Option<NodeIx>, reason: &str) {
        if !self.enable_unfencing || rsc.is_some_and(|rsc| !self.rscs[rsc].fence_device) {
            return;
        }
        let ready = |cluster: &Self, node: NodeIx| {
            let n = &cluster.nodes[node];
            n.online && !n.unclean && !n.shutdown
        };
        if let Some(node) = node.filter(|node| ready(self, *node)) {
            self.fence_action(node, Some("on"), false, Some(reason), false);
        } else if let Some(rsc) = rsc {
            let nodes: Vec<NodeIx> = self.rscs[rsc].allowed.nodes().filter(|node| ready(self, *node)).collect();
            for node in nodes {
                self.fence_action(node, Some("on"), false, Some(reason), false);
            }
        }
    }

    /// Orders an action after the unfencing of its node, where its resource needs that.
    pub(crate) fn order_after_unfencing(&mut self, rsc: RscIx, node: NodeIx, action: ActIx, rel: Rel) {
        let r = &self.rscs[rsc];
        if !((r.fence_device && self.enable_unfencing) || r.needs_unfencing) {
            return;
        }
        let unfence = self.fence_action(node, Some("on"), true, None, false);
        self.relate(unfence, action, rel);
        if !self.is_unfenced(node) {
            let reason = format!("required by {} {}", self.rscs[rsc].id, self.word(self.actions[action].task));
            self.unfence(None, Some(node), &reason);
        }
    }

    /// Orders stops before and starts after the unfencing of a node.
    pub(crate) fn order_restart_around_unfencing(&mut self, rsc: RscIx, node: NodeIx) {
        let unfence = End::Action(self.fence_action(node, Some("on"), true, None, false));
        self.order(End::Key(rsc, Key::once(Task::Stop)), unfence, Rel::ORDERED | Rel::IF_ON_SAME_NODE);
        self.order(
            unfence,
            End::Key(rsc, Key::once(Task::Start)),
            Rel::FIRST_IMPLIES_SAME_NODE_THEN | Rel::IF_ON_SAME_NODE,
        );
    }
}
