//! Which resource a history belongs to, where it makes it active, and what its failures lead to.

use super::resources::is_connection;
use crate::cluster::{Cluster, Which};
use crate::ids::{NodeIx, RscIx};
use crate::node::NodeKind;
use crate::operation::OnFail;
use crate::resource::MultipleActive;
use crate::task::{Key, Task};
use cib::Element;
use model::{Role, Score};
use std::sync::Arc;

/// An instance's id without its number.
pub(crate) fn base_name(id: &str) -> &str {
    match id.rsplit_once(':') {
        Some((base, number)) if !base.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => base,
        _ => id,
    }
}

impl Cluster {
    /// The resource that a history entry is about; an anonymous clone's entry fits any of its instances.
    pub(super) fn find_for_history(&mut self, node: NodeIx, id: &str) -> Option<RscIx> {
        let (mut found, top) = match self.rsc_by_id(id) {
            Some(rsc) if !self.rscs[rsc].is_primitive() => return None,
            Some(rsc) => (Some(rsc), Some(self.top_of(rsc, false))),
            None => {
                let zero = self.rsc_by_id(&format!("{}:0", base_name(id))).filter(|rsc| !self.rscs[*rsc].unique);
                (zero, zero.map(|rsc| self.top_of(rsc, false)))
            }
        };
        if let Some(top) = top.filter(|top| self.rscs[*top].is_anonymous_clone()) {
            found = match self.rscs[top].parent {
                Some(bundle) => self.replica_on(bundle, node),
                None => self.find_instance(top, node, base_name(id)),
            };
        }
        if let Some(rsc) =
            found.filter(|rsc| *self.rscs[*rsc].id != *id && self.rscs[*rsc].history_id.as_deref() != Some(id))
        {
            self.set_history_id(rsc, Some(id));
        }
        found
    }

    fn set_history_id(&mut self, rsc: RscIx, id: Option<&str>) {
        let old = std::mem::replace(&mut self.rscs[rsc].history_id, id.map(Arc::from));
        if let Some(all) = old.and_then(|old| self.history_ids.get_mut(&old)) {
            all.retain(|known| *known != rsc);
        }
        if let Some(id) = &self.rscs[rsc].history_id {
            self.history_ids.entry(Arc::clone(id)).or_default().push(rsc);
        }
    }

    fn replica_on(&self, bundle: RscIx, node: NodeIx) -> Option<RscIx> {
        self.rscs[bundle].bundle_facts()?.replicas.iter().find(|replica| replica.node == Some(node))?.child
    }

    /// The part of an instance that a base name means.
    fn part_named(&self, rsc: RscIx, base: &str) -> Option<RscIx> {
        let r = &self.rscs[rsc];
        if &*r.base_id == base || &*r.id == base {
            return Some(rsc);
        }
        r.children.iter().find_map(|child| self.part_named(*child, base))
    }

    /// The instance that is active on a node, else an inactive one, else a new one that counts as removed.
    fn find_instance(&mut self, clone: RscIx, node: NodeIx, base: &str) -> Option<RscIx> {
        let (mut found, mut inactive, mut skip_inactive) = (None, None, false);
        for child in self.rscs[clone].children.clone() {
            match self.first_place(child, Which::CurrentOrPending) {
                Some(place) if place == node => {
                    found = self.part_named(child, base);
                    if found.is_some_and(|rsc| !self.rscs[rsc].active.is_empty()) {
                        skip_inactive = true;
                        found = None;
                    }
                }
                None if !skip_inactive && inactive.is_none() && !self.rscs[child].blocked => {
                    let part = self.part_named(child, base);
                    inactive = part.filter(|rsc| self.rscs[*rsc].pending.is_none_or(|(_, place)| place == node));
                }
                Some(_) | None => {}
            }
            if found.is_some() {
                break;
            }
        }
        if found.is_none() && !skip_inactive {
            found = inactive;
        }
        let n = &self.nodes[node];
        let lost = (!n.online || n.unclean) && !self.is_guest(node) && !self.is_universal(clone);
        found = found.filter(|rsc| self.rscs[*rsc].needs_fencing || !lost);
        found.or_else(|| {
            let instance = self.add_instance(clone)?;
            self.part_named(instance, base)
        })
    }

    /// Whether a clone has an instance for every node.
    fn is_universal(&self, clone: RscIx) -> bool {
        self.rscs[clone]
            .clone_facts()
            .is_some_and(|facts| usize::try_from(facts.max).is_ok_and(|max| max == self.nodes.len()))
    }

    /// A resource that only the history knows: it is to be stopped and forgotten.
    pub(super) fn add_removed(&mut self, id: &str, entry: &Element) -> Option<RscIx> {
        let mut element = Element::new("primitive");
        for (name, value) in entry.attributes() {
            element.set(name, value);
        }
        element.set("id", id);
        let element = Arc::new(element);
        let connection = is_connection(&element);
        let rsc = self.unpack_resource(&element, None, None)?;
        if connection {
            let node = self.node_by_name(id).unwrap_or_else(|| self.add_node(id, id, NodeKind::Remote, Score::ZERO));
            self.link_remote_node(rsc);
            self.nodes[node].shutdown = true;
        }
        self.rscs[rsc].removed_launched = entry.attribute("container").is_some();
        self.rscs[rsc].removed = true;
        self.top.push(rsc);
        if self.ids.get(id) != Some(&rsc) {
            self.history_ids.entry(Arc::from(id)).or_default().push(rsc);
        }
        if self.options.stop_removed_resources {
            self.add_score_everywhere(rsc, Score::MINUS_INFINITY, ("", "no longer configured"));
        } else {
            self.rscs[rsc].managed = false;
        }
        Some(rsc)
    }

    /// Draws the consequences of what a history said about a resource on a node.
    pub(super) fn apply_state(&mut self, rsc: RscIx, node: NodeIx, on_fail: OnFail) {
        let active = self.rscs[rsc].role > Role::Stopped;
        self.note_probed(rsc, node);
        if active && !self.nodes[node].online && !self.nodes[node].maintenance && self.rscs[rsc].managed {
            self.suspect(rsc, node);
        }
        let effective = if self.nodes[node].unclean { OnFail::Ignore } else { on_fail };
        self.apply_failure(rsc, node, effective, active);
        if self.rscs[rsc].failed && self.rscs[rsc].is_connection {
            let id = Arc::clone(&self.rscs[rsc].id);
            if let Some(remote) = self.node_by_name(&id).filter(|remote| self.nodes[*remote].unclean) {
                self.nodes[remote].seen = true;
            }
        }
        if active {
            self.add_running(rsc, node, on_fail != OnFail::Ignore);
            let r = &mut self.rscs[rsc];
            match effective {
                OnFail::Ignore => {}
                OnFail::Demote | OnFail::Block => r.failed = true,
                OnFail::Restart
                | OnFail::Ban
                | OnFail::Stop
                | OnFail::Standby
                | OnFail::Fence
                | OnFail::RestartContainer
                | OnFail::ResetRemote => (r.failed, r.stop_if_failed) = (true, true),
            }
        } else if self.rscs[rsc].history_id.as_deref().is_some_and(|id| id.contains(':')) {
            self.set_history_id(rsc, None);
        } else {
            for stop in self.with_key_claimed(rsc, Key::once(Task::Stop), node) {
                self.actions[stop].facets.optional = true;
            }
        }
        let r = &mut self.rscs[rsc];
        if r.role == Role::Stopped
            && !r.active.is_empty()
            && r.partial_migration.is_some_and(|(source, _)| source == node)
        {
            r.role = Role::Started;
        }
    }

    fn note_probed(&mut self, rsc: RscIx, node: NodeIx) {
        if self.rscs[rsc].role == Role::Unknown {
            return;
        }
        let mut at = Some(rsc);
        while let Some(rsc) = at {
            let r = &mut self.rscs[rsc];
            r.probed.insert(node);
            at = if r.unique { None } else { r.parent };
        }
    }

    /// Something may be active where nobody can look: the node must be fenced.
    fn suspect(&mut self, rsc: RscIx, node: NodeIx) {
        let id = Arc::clone(&self.rscs[rsc].id);
        if self.is_guest(node) {
            self.mark_failed(rsc);
            self.fence_node(node, &format!("{id} is thought to be active there"), false);
        } else if self.options.fencing {
            let connection_ok = self.nodes[node].remote.is_some_and(|remote| !self.rscs[remote].failed);
            let reason = if self.is_remote(node) && connection_ok {
                self.nodes[node].seen = false;
                format!(
                    "{id} is active there (fencing will be revoked if remote connection can be re-established elsewhere)"
                )
            } else {
                format!("{id} is thought to be active there")
            };
            self.fence_node(node, &reason, false);
        }
    }

    pub(crate) fn mark_failed(&mut self, rsc: RscIx) {
        self.rscs[rsc].failed = true;
        self.rscs[rsc].stop_if_failed = true;
    }

    fn apply_failure(&mut self, rsc: RscIx, node: NodeIx, on_fail: OnFail, active: bool) {
        match on_fail {
            OnFail::Ignore => {}
            OnFail::Demote => {
                self.rscs[rsc].failed = true;
                self.act(rsc, Key::once(Task::Demote), Some(node), false);
            }
            OnFail::Fence => {
                let reason = format!("{} failed there", self.rscs[rsc].id);
                self.fence_node(node, &reason, false);
            }
            OnFail::Standby => {
                self.nodes[node].standby = true;
                self.nodes[node].fail_standby = true;
            }
            OnFail::Block => {
                self.rscs[rsc].managed = false;
                self.rscs[rsc].blocked = true;
            }
            OnFail::Ban => {
                self.add_score(rsc, node, Score::MINUS_INFINITY, ("", "an operation with on-fail=migrate failed here"));
            }
            OnFail::Stop => self.rscs[rsc].next_role = Role::Stopped,
            OnFail::Restart => {
                if active {
                    self.mark_failed(rsc);
                    self.stop(rsc, node, false);
                }
            }
            OnFail::RestartContainer => {
                self.mark_failed(rsc);
                match self.rscs[rsc].launcher {
                    Some(launcher) if self.in_bundle(rsc) => self.stops_needed.insert(0, launcher),
                    Some(launcher) => drop(self.stop(launcher, node, false)),
                    None if active => drop(self.stop(rsc, node, false)),
                    None => {}
                }
            }
            OnFail::ResetRemote => self.reset_remote(rsc, node, active),
        }
    }

    fn reset_remote(&mut self, rsc: RscIx, node: NodeIx, active: bool) {
        self.mark_failed(rsc);
        if self.options.fencing && self.rscs[rsc].is_connection {
            let id = Arc::clone(&self.rscs[rsc].id);
            let remote =
                self.node_by_name(&id).filter(|remote| self.is_remote(*remote) && !self.nodes[*remote].remote_fenced);
            if let Some(remote) = remote {
                self.fence_node(remote, "remote connection is unrecoverable", false);
            }
        }
        if active {
            self.stop(rsc, node, false);
        }
        if self.rscs[rsc].reconnect_ms > 0 {
            self.rscs[rsc].next_role = Role::Stopped;
        }
    }

    /// Notes that a resource is active on a node, and all that it is part of.
    pub(super) fn add_running(&mut self, rsc: RscIx, node: NodeIx, failed: bool) {
        if self.rscs[rsc].active.contains(&node) {
            return;
        }
        self.rscs[rsc].active.push(node);
        if self.rscs[rsc].is_primitive() {
            self.nodes[node].running.push(rsc);
            if !failed {
                self.add_node_priority(rsc, node);
            }
            if self.nodes[node].maintenance {
                self.rscs[rsc].managed = false;
                self.rscs[rsc].maintenance = true;
            }
        }
        let parent = self.rscs[rsc].parent;
        if !self.rscs[rsc].managed {
            self.add_score(rsc, node, Score::INFINITY, ("", "not managed, so it stays where it is"));
            let mut at = parent;
            while let Some(above) = at {
                self.rscs[above].active.push(node);
                at = self.rscs[above].parent;
            }
            return;
        }
        if self.rscs[rsc].is_primitive() && self.active_count(rsc) > 1 {
            self.handle_multiply_active(rsc);
        }
        if let Some(parent) = parent {
            self.add_running(parent, node, false);
        }
    }

    /// On how many nodes a resource counts as active: all when unclean nodes get fenced, else clean ones.
    pub(crate) fn active_count(&self, rsc: RscIx) -> usize {
        let (_, all, clean) = self.active_on(rsc);
        if self.rscs[rsc].needs_fencing { all } else { clean }
    }

    fn handle_multiply_active(&mut self, rsc: RscIx) {
        match self.rscs[rsc].multiple_active {
            MultipleActive::StopOnly => {
                for node in self.node_order.clone() {
                    let standing = self.fresh_standing(node);
                    self.rscs[rsc].allowed.insert(node, standing);
                }
                self.rscs[rsc].allowed.set_all(Score::MINUS_INFINITY);
            }
            MultipleActive::Block => {
                self.rscs[rsc].managed = false;
                self.rscs[rsc].blocked = true;
                let Some(parent) = self.rscs[rsc].parent else { return };
                let p = &self.rscs[parent];
                if (p.is_group() || p.is_bundle()) && p.multiple_active == MultipleActive::Block {
                    for child in p.children.clone() {
                        self.rscs[child].managed = false;
                        self.rscs[child].blocked = true;
                    }
                }
            }
            MultipleActive::StopStart | MultipleActive::StopUnexpected => {}
        }
    }

    fn add_node_priority(&mut self, rsc: RscIx, node: NodeIx) {
        let priority = self.rscs[rsc].priority.value();
        if priority == 0 {
            return;
        }
        let priority = priority + i32::from(self.rscs[rsc].role == Role::Promoted);
        self.nodes[node].priority += priority;
        if let Some(launcher) = self.guest_launcher(node) {
            for host in self.rscs[launcher].active.clone() {
                self.nodes[host].priority += priority;
            }
        }
    }
}
