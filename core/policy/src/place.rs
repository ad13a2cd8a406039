//! The second stage: where everything goes, and in which role.

mod bundles;
mod candidates;
mod clones;
mod colocate;
mod groups;
mod importance;
mod primitives;
mod promotable;
mod utilization;
mod wishes;

use crate::cluster::{Cluster, ScoreLine};
use crate::ids::{NodeIx, RscIx};
use crate::options::Strategy;
use crate::resource::Kind;
use crate::task::Task;
use crate::unpack::Unpacked;
use model::{Role, Score};

/// A cluster in which every resource has its place and role.
#[derive(Clone, Debug)]
pub struct Placed(pub(crate) Cluster);

/// Decides where everything goes.
pub fn place(unpacked: Unpacked) -> Placed {
    let mut cluster = unpacked.0;
    cluster.unpack_constraints();
    cluster.apply_wishes();
    cluster.imply_constraints();
    cluster.check_configuration_changes();
    cluster.place_all();
    Placed(cluster)
}

impl Cluster {
    fn place_all(&mut self) {
        if self.options.strategy != Strategy::Default {
            self.sort_resources();
        }
        let top = self.top.clone();
        if self.have_remote {
            for rsc in top.iter().copied().filter(|rsc| self.rscs[*rsc].is_connection).collect::<Vec<_>>() {
                let target = self.rscs[rsc].partial_migration.map(|(_, target)| target);
                self.place(rsc, target, true);
            }
        }
        for rsc in top {
            if !self.rscs[rsc].is_connection {
                self.place(rsc, None, true);
            }
        }
    }

    /// Places a resource and its parts; without a place it is to be stopped, where `stop` says so.
    pub(crate) fn place(&mut self, rsc: RscIx, prefer: Option<NodeIx>, stop: bool) -> Option<NodeIx> {
        match self.rscs[rsc].kind {
            Kind::Primitive => self.place_primitive(rsc, prefer, stop),
            Kind::Group { .. } => self.place_group(rsc, prefer, stop),
            Kind::Clone(_) => {
                self.place_clone(rsc, prefer, stop);
                None
            }
            Kind::Bundle(_) => {
                self.place_bundle(rsc, prefer, stop);
                None
            }
        }
    }

    /// Keeps the scores that a decision was made by.
    fn note_scores(&mut self, stage: &'static str, rsc: RscIx) {
        if !self.keeps_scores || self.rscs[rsc].removed {
            return;
        }
        for node in &self.node_order {
            if let Some(score) = self.rscs[rsc].allowed.score(*node) {
                self.scores.push(ScoreLine::Assignment { stage, rsc, node: *node, score });
            }
        }
        for child in self.rscs[rsc].children.clone() {
            self.note_scores(stage, child);
        }
    }

    /// Puts a resource and its parts on a node, or nowhere; true when that changes anything.
    pub(crate) fn assign(&mut self, rsc: RscIx, to: Option<(NodeIx, Score)>, force: bool, stop: bool) -> bool {
        let children = self.rscs[rsc].children.clone();
        if !children.is_empty() {
            return children.into_iter().fold(false, |changed, child| self.assign(child, to, force, stop) | changed);
        }
        let fits = |(node, score): &(NodeIx, Score)| {
            force || (*score >= Score::ZERO && (self.is_available(*node, *score) || self.is_guest(*node)))
        };
        let fitting = to.filter(fits);
        if to.is_some() && fitting.is_none() && stop {
            self.rscs[rsc].next_role = Role::Stopped;
        }
        let changed = self.rscs[rsc].node() != fitting.map(|(node, _)| node);
        self.unassign(rsc);
        self.rscs[rsc].unassigned = false;
        let Some((node, score)) = fitting else {
            if stop {
                self.settle_nowhere(rsc);
            }
            return changed;
        };
        self.rscs[rsc].assigned = Some((node, score));
        self.nodes[node].placed += 1;
        if let Some(standing) = self.rscs[rsc].allowed.get_mut(node) {
            standing.count += 1;
        }
        self.nodes[node].capacity.add(&self.rscs[rsc].utilization, -1);
        changed
    }

    /// What goes nowhere stops, and its planned actions with it.
    fn settle_nowhere(&mut self, rsc: RscIx) {
        self.rscs[rsc].next_role = Role::Stopped;
        for action in self.rscs[rsc].actions.clone() {
            let a = &mut self.actions[action];
            let watches = a.key.interval != 0 && a.meta("interval").is_some() && a.expected != Some(7);
            if a.task == Task::Stop {
                a.facets.optional = false;
            } else if a.task == Task::Start || watches {
                a.facets.runnable = false;
            }
        }
    }

    /// Takes back where a resource and its parts were put.
    pub(crate) fn unassign(&mut self, rsc: RscIx) {
        self.rscs[rsc].unassigned = true;
        for child in self.rscs[rsc].children.clone() {
            self.unassign(child);
        }
        if let Some((node, _)) = self.rscs[rsc].assigned.take() {
            self.nodes[node].placed = self.nodes[node].placed.saturating_sub(1);
            self.nodes[node].capacity.add(&self.rscs[rsc].utilization, 1);
        }
    }
}
