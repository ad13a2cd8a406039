//! Where a resource is, or is to be, and in which role: of a collective, what its parts add up to.

use super::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::resource::Kind;
use model::Role;

/// Which of a resource's places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Where it is to be.
    Assigned,
    /// Where it is active.
    Current,
    /// Where it is active or becoming so.
    CurrentOrPending,
}

impl Cluster {
    /// The role of a resource; of a collective, the highest of its parts'.
    pub fn role(&self, rsc: RscIx, current: bool) -> Role {
        let r = &self.rscs[rsc];
        match r.kind {
            Kind::Primitive => {
                if current {
                    r.role
                } else {
                    r.next_role
                }
            }
            Kind::Bundle(_) => Role::Unknown,
            Kind::Group { .. } | Kind::Clone(_) => {
                r.children.iter().map(|child| self.role(*child, current)).max().unwrap_or(Role::Unknown)
            }
        }
    }

    /// Whether a resource is active: all of its parts, or any.
    pub fn is_active(&self, rsc: RscIx, all: bool) -> bool {
        let r = &self.rscs[rsc];
        match &r.kind {
            Kind::Primitive => {
                r.active.iter().any(|node| self.nodes[*node].unclean || self.nodes[*node].online || !r.managed)
            }
            Kind::Group { .. } => {
                let any = r.children.iter().any(|child| self.is_active(*child, all));
                any && (!all || r.children.iter().all(|child| self.is_active(*child, all)))
            }
            Kind::Clone(_) if all => r.children.iter().all(|child| self.is_active(*child, true)),
            Kind::Clone(_) => r.children.iter().any(|child| self.is_active(*child, false)),
            Kind::Bundle(facts) => {
                let mut parts =
                    facts.replicas.iter().flat_map(|p| [p.ip, p.child, Some(p.container), p.remote]).flatten();
                parts.find(|part| self.is_active(*part, all) != all).map_or(all, |_| !all)
            }
        }
    }

    /// Every place that a resource's primitives have, in order, without repetition.
    pub fn places(&self, rsc: RscIx, which: Which) -> Vec<NodeIx> {
        let mut all = Vec::new();
        self.collect_places(rsc, which, &mut all);
        let mut seen = Vec::with_capacity(all.len());
        all.retain(|node| {
            !seen.contains(node) && {
                seen.push(*node);
                true
            }
        });
        all
    }

    /// The first of [`Cluster::places`].
    pub(crate) fn first_place(&self, rsc: RscIx, which: Which) -> Option<NodeIx> {
        let r = &self.rscs[rsc];
        if !r.children.is_empty() {
            return r.children.iter().find_map(|child| self.first_place(*child, which));
        }
        match which {
            Which::Assigned => r.node(),
            Which::Current => r.active.first().copied(),
            Which::CurrentOrPending => r.active.first().copied().or(r.pending.map(|(_, node)| node)),
        }
    }

    fn collect_places(&self, rsc: RscIx, which: Which, all: &mut Vec<NodeIx>) {
        let r = &self.rscs[rsc];
        if r.children.is_empty() {
            match which {
                Which::Assigned => all.extend(r.node()),
                Which::Current => all.extend_from_slice(&r.active),
                Which::CurrentOrPending => {
                    all.extend_from_slice(&r.active);
                    all.extend(r.pending.map(|(_, node)| node));
                }
            }
        }
        for child in &r.children {
            self.collect_places(*child, which, all);
        }
    }

    /// The only place of a resource; `None` when its parts are in several, or nowhere.
    pub(crate) fn location(&self, rsc: RscIx, which: Which) -> Option<NodeIx> {
        match self.places(rsc, which).as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Where a resource counts as active, and on how many nodes: all, and clean ones.
    pub fn active_on(&self, rsc: RscIx) -> (Option<NodeIx>, usize, usize) {
        let r = &self.rscs[rsc];
        let hosts: Vec<NodeIx>;
        let nodes: &[NodeIx] = match r.bundle_facts() {
            Some(facts) => {
                let mut all: Vec<NodeIx> =
                    facts.replicas.iter().flat_map(|p| self.rscs[p.container].active.clone()).collect();
                let mut seen = Vec::new();
                all.retain(|node| {
                    !seen.contains(node) && {
                        seen.push(*node);
                        true
                    }
                });
                hosts = all;
                &hosts
            }
            None => &r.active,
        };
        let happy = |node: NodeIx| self.nodes[node].online && !self.nodes[node].unclean;
        let mut active = None;
        for node in nodes.iter().copied() {
            if let Some((source, _)) = r.partial_migration {
                if node == source {
                    active = Some(node);
                }
            } else if !r.needs_fencing && happy(node) && active.is_none_or(|known| !happy(known)) {
                active = Some(node);
            }
            active = active.or(Some(node));
        }
        (active, nodes.len(), nodes.iter().filter(|node| happy(**node)).count())
    }

    /// Where a resource counts as active.
    pub fn current_node(&self, rsc: RscIx) -> Option<NodeIx> {
        self.active_on(rsc).0
    }
}
