//! Probes: what runs where nobody has looked yet is found out before anything is started.

use crate::cluster::{Cluster, Which};
use crate::ids::{Id, NodeIx, RscIx};
use crate::node::ProbeMode;
use crate::relation::{End, Rel};
use crate::resource::{Kind, Replica};
use crate::task::{Key, Task};
use model::Role;
use std::sync::Arc;

impl Cluster {
    pub(super) fn schedule_probes(&mut self) {
        for node in self.node_order.clone() {
            let n = &self.nodes[node];
            if !n.online {
                if self.connection_failed(node) {
                    self.fence_node(node, "the connection is unrecoverable", false);
                }
                continue;
            }
            if n.unclean || !n.probes_allowed {
                continue;
            }
            for rsc in self.top.clone() {
                self.probe(rsc, node);
            }
        }
    }

    /// Plans to look for a resource on a node; true when there is something to look for.
    fn probe(&mut self, rsc: RscIx, node: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        match &r.kind {
            Kind::Primitive if r.is_known_on(node) => false,
            Kind::Primitive | Kind::Group { .. } => self.probe_on(rsc, node),
            Kind::Clone(_) => self.probe_clone(rsc, node),
            Kind::Bundle(facts) => {
                let replicas = facts.replicas.clone();
                let created: Vec<bool> =
                    replicas.iter().map(|replica| self.probe_replica((rsc, &replicas), replica, node)).collect();
                created.contains(&true)
            }
        }
    }

    fn probe_all(&mut self, rscs: &[RscIx], node: NodeIx) -> bool {
        let created: Vec<bool> = rscs.iter().map(|rsc| self.probe(*rsc, node)).collect();
        created.contains(&true)
    }

    fn probe_clone(&mut self, clone: RscIx, node: NodeIx) -> bool {
        if self.rscs[clone].exclusive_probes {
            let exclusive = self.rscs[clone].allowed.get(node).is_some_and(|s| s.probe == ProbeMode::Exclusive);
            if !exclusive {
                self.rscs[clone].allowed.remove(node);
                return false;
            }
        }
        if self.rscs[clone].unique {
            self.sort_by_number(clone);
            return self.probe_all(&self.rscs[clone].children.clone(), node);
        }
        let lookouts = self.lookouts(clone);
        lookouts.get(node.place()).is_some_and(|instance| self.probe(*instance, node))
    }

    /// For each node, the instance of an anonymous clone that is looked for there: the one whose state is known there,
    /// else the one that is to be there, else the first.
    fn lookouts(&mut self, clone: RscIx) -> Arc<[RscIx]> {
        if let Some(known) = self.rscs[clone].clone_facts().and_then(|facts| facts.lookouts.as_ref()) {
            return Arc::clone(known);
        }
        self.sort_by_number(clone);
        let mut known: Vec<Option<RscIx>> = vec![None; self.nodes.len()];
        let mut there = known.clone();
        for instance in self.rscs[clone].children.iter().copied() {
            for node in self.primitives(instance).into_iter().flat_map(|part| self.rscs[part].probed.iter()) {
                known[node.place()].get_or_insert(instance);
            }
            if let Some(node) = self.location(instance, Which::Assigned) {
                there[node.place()].get_or_insert(instance);
            }
        }
        let first = self.rscs[clone].children.first().copied();
        let chosen = known.into_iter().zip(there).filter_map(|(known, there)| known.or(there).or(first));
        let lookouts: Arc<[RscIx]> = chosen.collect();
        if let Some(facts) = self.rscs[clone].clone_facts_mut() {
            facts.lookouts = Some(Arc::clone(&lookouts));
        }
        lookouts
    }

    fn probe_replica(&mut self, (bundle, all): (RscIx, &[Replica]), replica: &Replica, node: NodeIx) -> bool {
        let mut created = replica.ip.is_some_and(|ip| self.probe(ip, node));
        if let Some(child) = replica.child.filter(|_| replica.node == Some(node)) {
            created |= self.probe(child, node);
        }
        let container = replica.container;
        if self.probe(container, node) {
            created = true;
            if self.max_per_node(bundle) == 1 {
                for other in all.iter().filter(|other| other.container != container) {
                    self.order_tasks(
                        container,
                        Task::Monitor,
                        other.container,
                        Task::Start,
                        Rel::ORDERED | Rel::IF_ON_SAME_NODE,
                    );
                }
            }
        }
        if let Some(remote) = replica.remote
            && self.probe(remote, node)
            && let Some(probe) = self.with_key_on(remote, Key::once(Task::Monitor), node).last().copied()
        {
            created = true;
            self.order(End::Key(container, Key::once(Task::Start)), End::Action(probe), Rel::NESTED_REMOTE_PROBE);
        }
        created
    }

    /// Whether a remote node cannot run a kind of resource at all.
    fn never_on_remote(&self, rsc: RscIx, node: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        let nested = self.is_guest(node) && self.guest_connection(rsc).is_some();
        self.is_any_remote(node) && (r.fence_device || nested || r.is_connection)
    }

    fn probe_on(&mut self, rsc: RscIx, node: NodeIx) -> bool {
        if !self.options.probes || self.never_on_remote(rsc, node) {
            return false;
        }
        let r = &self.rscs[rsc];
        if !r.children.is_empty() {
            let children = r.children.clone();
            return self.probe_all(&children, node);
        }
        let inside = r.launcher.is_some() && !r.is_connection;
        if inside || r.removed || r.is_known_on(node) {
            return false;
        }
        let top = self.top_of(rsc, false);
        let mode = r.allowed.get(node).map(|standing| standing.probe);
        if (r.exclusive_probes || self.rscs[top].exclusive_probes) && mode != Some(ProbeMode::Exclusive) {
            return false;
        }
        if mode.unwrap_or(self.nodes[node].probe) == ProbeMode::Never {
            return false;
        }
        if let Some(guest) = self.guest_launcher(node)
            && self.wait_for_guest(guest, node, top)
        {
            return false;
        }
        self.make_probe(rsc, node, top);
        true
    }

    /// A guest that is down, or goes down, is not probed; what may start there waits instead.
    fn wait_for_guest(&mut self, guest: RscIx, node: NodeIx, top: RscIx) -> bool {
        let g = &self.rscs[guest];
        if g.role == Role::Stopped {
            if g.node().is_some_and(|at| !g.is_known_on(at)) {
                self.order_tasks(guest, Task::Monitor, top, Task::Start, Rel::ORDERED);
            }
            return true;
        }
        let moves = g.role > Role::Stopped && g.node().is_some_and(|at| !g.active.contains(&at));
        let n = &self.nodes[node];
        if n.remote_reset || n.unclean || g.failed || g.next_role == Role::Stopped || moves {
            self.order_tasks(guest, Task::Stop, top, Task::Start, Rel::ORDERED);
            return true;
        }
        false
    }

    fn make_probe(&mut self, rsc: RscIx, node: NodeIx, top: RscIx) {
        let probe = self.act(rsc, Key::once(Task::Monitor), Some(node), false);
        self.actions[probe].facets.optional = false;
        self.order_after_unfencing(rsc, node, probe, Rel::ORDERED);
        if !self.rscs[rsc].active.contains(&node) {
            self.actions[probe].expected = Some(7);
        } else if self.rscs[rsc].role == Role::Promoted {
            self.actions[probe].expected = Some(8);
        }
        let top = if self.rscs[top].is_clone() { top } else { rsc };
        let mut rel = Rel::ORDERED;
        if !self.actions[probe].facets.runnable && self.rscs[top].active.is_empty() {
            rel |= Rel::UNRUNNABLE_FIRST_BLOCKS;
        }
        self.order(End::Action(probe), End::Key(top, Key::once(Task::Start)), rel);
        self.order(End::Action(probe), End::Key(top, Key::once(Task::Reload)), Rel::ORDERED);
    }
}
