//! Placing a bundle: its containers like instances, then what belongs to each, then what runs inside.

use super::clones::Limits;
use crate::cluster::{Cluster, Which};
use crate::constrain::colocations::Terms;
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::resource::Replica;
use model::{Role, Score};

impl Cluster {
    pub(super) fn place_bundle(&mut self, bundle: RscIx, prefer: Option<NodeIx>, stop: bool) {
        let Some(facts) = self.rscs[bundle].bundle_facts().cloned() else { return };
        self.rscs[bundle].assigning = true;
        self.note_scores("bundle", bundle);
        let containers = self.in_order_of_placing(self.instances(bundle));
        self.place_instances(bundle, &containers, Limits { total: facts.replicas_max, per_node: facts.per_host });
        for replica in &facts.replicas {
            self.place_replica(replica, prefer, stop);
        }
        if let Some(inside) = facts.inside {
            let nodes: Vec<NodeIx> = facts.replicas.iter().filter_map(|replica| replica.node).collect();
            for (node, standing) in self.rscs[inside].allowed.iter_mut() {
                standing.score = if nodes.contains(&node) { Score::ZERO } else { Score::MINUS_INFINITY };
            }
            self.place(inside, prefer, stop);
        }
        self.rscs[bundle].assigning = false;
        self.rscs[bundle].unassigned = false;
    }

    fn place_replica(&mut self, replica: &Replica, prefer: Option<NodeIx>, stop: bool) {
        if let Some(ip) = replica.ip {
            self.place(ip, prefer, stop);
        }
        let host = self.rscs[replica.container].node();
        if let Some(remote) = replica.remote {
            let host_connection =
                host.filter(|host| self.is_any_remote(*host)).and_then(|host| self.nodes[host].remote);
            if let Some(connection) = host_connection {
                self.colocate(
                    remote,
                    connection,
                    Terms::implied("#replica-remote-with-host-remote", Score::INFINITY, true),
                );
            }
            self.place(remote, prefer, stop);
        }
        let Some(child) = replica.child else { return };
        let nodes: Vec<NodeIx> = self.rscs[child].allowed.nodes().collect();
        for node in nodes {
            let score = if Some(node) != replica.node {
                Score::MINUS_INFINITY
            } else if !self.threshold_reached(child, node) {
                Score::INFINITY
            } else {
                continue;
            };
            if let Some(standing) = self.rscs[child].allowed.get_mut(node) {
                standing.score = score;
            }
        }
        if let Some(parent) = self.rscs[child].parent {
            self.rscs[parent].assigning = true;
            self.place(child, replica.node, stop);
            self.rscs[parent].assigning = false;
        }
    }

    /// A bundle as primary.
    pub(super) fn colocate_with_bundle(&mut self, dependent: RscIx, bundle: RscIx, colocation: ColocationIx) -> Score {
        if self.rscs[bundle].unassigned {
            return Score::ZERO;
        }
        let c = self.colocations[colocation].clone();
        if self.rscs[c.dependent].is_collective() {
            if let Some(container) = self.compatible_container(dependent, bundle) {
                return self.colocate_dependent(dependent, container, colocation);
            }
            if c.score == Score::INFINITY {
                self.assign(dependent, None, true, true);
            }
            return Score::ZERO;
        }
        let replicas = self.rscs[bundle].bundle_facts().map(|facts| facts.replicas.clone()).unwrap_or_default();
        if c.score < Score::INFINITY {
            return replicas
                .iter()
                .fold(Score::ZERO, |sum, replica| sum + self.colocate_with(dependent, replica.container, colocation));
        }
        let mut hosts = Vec::new();
        for replica in &replicas {
            let Some(node) = self.location(replica.container, Which::Assigned) else { continue };
            let promoted = replica.child.is_some_and(|child| self.rscs[child].next_role >= Role::Promoted);
            let fits = c.primary_role < Some(Role::Promoted) || promoted;
            if fits && !self.any_part(replica.container, |part| part.blocked) {
                hosts.push((node, Score::ZERO));
            }
        }
        self.keep_nodes(dependent, &hosts, false);
        Score::ZERO
    }

    fn compatible_container(&self, dependent: RscIx, bundle: RscIx) -> Option<RscIx> {
        let containers = self.instances(bundle);
        let host_of = |node: NodeIx| match self.guest_launcher(node).filter(|_| self.is_bundle_node(node)) {
            Some(launcher) => self.location(launcher, Which::Assigned),
            None => Some(node),
        };
        let on = |node: NodeIx| containers.iter().copied().find(|c| self.instance_matches(*c, node, None, false, None));
        match self.location(dependent, Which::Assigned).and_then(host_of) {
            Some(node) => on(node),
            None => self.ranked(&self.rscs[dependent].allowed, None).into_iter().filter_map(host_of).find_map(on),
        }
    }
}
