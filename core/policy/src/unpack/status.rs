//! The `status` section: tickets, node states, and the history of every resource on every node.

use super::memory::Known;
use super::recorded::{self, Recorded};
use super::remotes::is_positive;
use crate::cluster::{Cluster, History, Which};
use crate::ids::{NodeIx, RscIx};
use crate::options::NoQuorum;
use crate::task::{Key, Task};
use crate::values;
use cib::Element;
use model::Role;
use std::sync::Arc;

impl Cluster {
    pub(super) fn unpack_status(&mut self) {
        let Some(status) = self.cib.child("status").cloned() else { return };
        for child in status.children() {
            match child.name() {
                "tickets" => child.children_named("ticket_state").for_each(|ticket| self.unpack_ticket(ticket)),
                "node_state" => self.unpack_node_state(child),
                _ => {}
            }
        }
        while self.unpack_histories(&status, false) {}
        self.unpack_histories(&status, self.options.fencing);
        for container in std::mem::take(&mut self.stops_needed) {
            if let Some(node) = self.current_node(container) {
                self.stop(container, node, false);
            }
        }
        for node in self.node_order.clone() {
            self.settle_remote(node);
        }
    }

    fn settle_remote(&mut self, node: NodeIx) {
        if !self.is_any_remote(node) {
            return;
        }
        if let (true, Some(remote)) = (self.nodes[node].shutdown, self.nodes[node].remote) {
            self.rscs[remote].next_role = Role::Stopped;
        }
        if !self.nodes[node].unpacked {
            self.determine_remote_online(node);
        }
    }

    fn unpack_ticket(&mut self, state: &Arc<Element>) {
        let Some(id) = state.id().filter(|id| !id.is_empty()) else { return };
        let ticket = self.tickets.entry(id.to_owned()).or_default();
        for (name, value) in state.attributes().filter(|(name, _)| *name != "id") {
            ticket.state.set(name, value);
        }
        ticket.granted = ticket.state.is_true("granted");
        ticket.standby = ticket.state.is_true("standby");
        ticket.last_granted = ticket.state.get("last-granted").and_then(values::leading_integer);
    }

    fn unpack_node_state(&mut self, state: &Arc<Element>) {
        let Some(id) = state.id() else {
            self.complain("node_state", "a node state without id is ignored");
            return;
        };
        let Some(node) = self.node_by_id_or_name(id, state.attribute("uname")) else { return };
        if self.is_any_remote(node) {
            self.nodes[node].remote_fenced = is_positive(state.attribute("node_fenced"));
            return;
        }
        self.add_attributes(node, state.child("transient_attributes").cloned().as_ref(), true);
        let flag = |name: &str| values::is_true(self.node_attribute(node, name, None, Which::Current));
        let (standby, maintenance) = (flag("standby"), flag("maintenance"));
        let n = &mut self.nodes[node];
        n.standby |= standby;
        n.maintenance |= maintenance;
        n.unclean = false;
        n.seen = true;
        self.determine_online(node, state);
        if !self.options.quorate && self.nodes[node].online && self.options.no_quorum == NoQuorum::Fence {
            self.fence_node(node, "cluster does not have quorum", false);
        }
    }

    /// Reads the histories whose nodes are known well enough; true when any was read.
    fn unpack_histories(&mut self, status: &Element, all: bool) -> bool {
        let mut progress = false;
        for state in status.children_named("node_state") {
            let (Some(id), Some(name)) = (state.id(), state.attribute("uname")) else { continue };
            let Some(node) = self.node_by_id_or_name(id, Some(name)) else { continue };
            if self.nodes[node].unpacked || !(all || self.is_ready(node)) {
                continue;
            }
            if self.is_any_remote(node) {
                self.determine_remote_online(node);
                self.unpack_remote_attributes(node, state);
            }
            self.nodes[node].unpacked = true;
            self.unpack_history(node, state);
            progress = true;
        }
        progress
    }

    /// Whether it is known enough of a node to read its history: a remote one needs its connection.
    fn is_ready(&self, node: NodeIx) -> bool {
        let started = |rsc: RscIx| self.rscs[rsc].role == Role::Started;
        if let Some(launcher) = self.guest_launcher(node) {
            return self.nodes[node].remote.is_some_and(started) && started(launcher);
        }
        if self.is_any_remote(node) {
            return self.nodes[node].remote.is_some_and(|remote| self.options.shutdown_lock || started(remote));
        }
        self.options.fencing || self.options.shutdown_lock || self.nodes[node].online
    }

    fn unpack_history(&mut self, node: NodeIx, state: &Arc<Element>) {
        let Some(resources) = state.child("lrm").and_then(|lrm| lrm.child("lrm_resources")) else { return };
        let memory = self.recall(state, resources);
        let (mut launched, mut unknown) = (false, Vec::new());
        for (at, known) in memory.entries.iter().enumerate() {
            if self.rest(known, node) {
                continue;
            }
            match self.unpack_entry(node, known) {
                Some(rsc) => launched |= self.rscs[rsc].removed_launched,
                None => unknown.push(at),
            }
        }
        self.histories.push(History { node, memory, unknown });
        if launched {
            self.link_removed_launched(resources);
        }
    }

    /// Whether a history is about the agent that is configured now.
    pub(crate) fn is_same_agent(&self, rsc: RscIx, entry: &Element) -> bool {
        let xml = &self.rscs[rsc].xml;
        ["type", "class", "provider"].into_iter().all(|name| xml.attribute(name) == entry.attribute(name))
    }

    /// Joins removed resources with what launched them, where that is still there.
    fn link_removed_launched(&mut self, resources: &Element) {
        for entry in resources.children_named("lrm_resource") {
            let (Some(container), Some(id)) = (entry.attribute("container"), entry.id()) else { continue };
            let (Some(launcher), Some(rsc)) = (self.rsc_by_id(container), self.rsc_by_id(id)) else { continue };
            let r = &mut self.rscs[rsc];
            if r.launcher.is_none() && r.removed_launched {
                r.launcher = Some(launcher);
                self.rscs[launcher].launched.push(rsc);
            }
        }
    }

    /// The resource that a history is about; one that is no longer configured is made for it.
    fn owner(&mut self, node: NodeIx, entry: &Element) -> Option<RscIx> {
        let Some(id) = entry.id() else {
            self.complain("lrm_resource", "a history without id is ignored");
            return None;
        };
        let empty = entry.child("lrm_rsc_op").is_none();
        if empty && !self.options.shutdown_lock {
            return None;
        }
        match self.find_for_history(node, id) {
            Some(rsc) => Some(rsc),
            None if empty => None,
            None => self.add_removed(id, entry),
        }
    }

    /// Reads what one node knows of one resource.
    fn unpack_entry(&mut self, node: NodeIx, known: &Known) -> Option<RscIx> {
        let entry = &known.xml;
        let rsc = match known.rsc {
            Some(rsc) => rsc,
            None => self.owner(node, entry)?,
        };
        if self.options.shutdown_lock {
            self.unpack_lock(rsc, node, entry);
        }
        let before = std::mem::replace(&mut self.rscs[rsc].role, Role::Unknown);
        let ops = known.operations(self);
        let on_fail = self.replay(rsc, node, &ops);
        self.note_recurring(rsc, node, &ops);
        self.note_halt(rsc, node, &ops);
        self.apply_state(rsc, node, on_fail);
        if let Some(wanted) = self.rscs[rsc].target {
            let next = &mut self.rscs[rsc].next_role;
            if *next == Role::Unknown || wanted < *next {
                *next = wanted;
            }
        }
        let role = &mut self.rscs[rsc].role;
        *role = before.max(*role);
        Some(rsc)
    }

    fn note_halt(&mut self, rsc: RscIx, node: NodeIx, ops: &[Recorded]) {
        if let Some(last) = ops.last().filter(|op| op.task == Task::Stop && op.status() == Some(0)) {
            self.rscs[rsc].note_halt(node, last.changed.unwrap_or(0));
        }
    }

    /// Remembers which recurring operations run: an optional action stands for each.
    fn note_recurring(&mut self, rsc: RscIx, node: NodeIx, ops: &[Recorded]) {
        let (start, stop) = recorded::active_span(ops);
        if !self.nodes[node].online {
            return;
        }
        for (at, op) in ops.iter().enumerate() {
            let before_stop = start < stop && Some(at) <= stop;
            if before_stop || Some(at) < start || op.interval == 0 || op.status() == Some(-1) {
                continue;
            }
            self.act(rsc, Key::every(op.task, op.interval), Some(node), true);
        }
    }

    fn unpack_lock(&mut self, rsc: RscIx, node: NodeIx, entry: &Element) {
        let Some(since) = entry.attribute("shutdown-lock").and_then(values::leading_integer).filter(|at| *at != 0)
        else {
            return;
        };
        let limit = crate::failcount::seconds(self.options.shutdown_lock_ms);
        if limit > 0 && self.now > since.saturating_add(limit) {
            self.forget_history(rsc, node);
        } else {
            self.rscs[rsc].lock = Some((node, since));
        }
    }

    /// Plans to forget what a node knows of a resource.
    pub(crate) fn forget_history(&mut self, rsc: RscIx, node: NodeIx) {
        self.act(rsc, Key::once(Task::Forget), Some(node), false);
    }
}
