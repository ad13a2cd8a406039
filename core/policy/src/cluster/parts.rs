//! What is part of what: groups and their members, clones and their instances, bundles and what is in them.

use super::Cluster;
use crate::ids::RscIx;
use crate::resource::Rsc;

impl Cluster {
    /// Whether a resource is part of a bundle.
    pub fn in_bundle(&self, rsc: RscIx) -> bool {
        self.rscs[self.top_of(rsc, true)].is_bundle()
    }

    /// What a resource is part of in the end; a bundle counts only when asked for.
    pub fn top_of(&self, rsc: RscIx, include_bundle: bool) -> RscIx {
        let mut at = rsc;
        while let Some(parent) = self.rscs[at].parent {
            if !include_bundle && self.rscs[parent].is_bundle() {
                break;
            }
            at = parent;
        }
        at
    }

    /// Whether `ancestor` is above a resource.
    pub(crate) fn is_above(&self, ancestor: RscIx, rsc: RscIx) -> bool {
        let mut at = self.rscs[rsc].parent;
        while let Some(parent) = at {
            if parent == ancestor {
                return true;
            }
            at = self.rscs[parent].parent;
        }
        false
    }

    /// The clone of what runs in a bundle.
    pub fn bundled(&self, rsc: RscIx) -> Option<RscIx> {
        self.rscs[self.top_of(rsc, true)].bundle_facts().and_then(|facts| facts.inside)
    }

    /// A bundle's containers, or a clone's instances.
    pub(crate) fn instances(&self, rsc: RscIx) -> Vec<RscIx> {
        match self.rscs[rsc].bundle_facts() {
            Some(facts) => facts.replicas.iter().map(|replica| replica.container).collect(),
            None => self.rscs[rsc].children.clone(),
        }
    }

    /// How many instances of a collective one node takes.
    pub(crate) fn max_per_node(&self, rsc: RscIx) -> u32 {
        let r = &self.rscs[rsc];
        r.clone_facts()
            .map(|facts| facts.node_max)
            .or_else(|| r.bundle_facts().map(|facts| facts.per_host))
            .unwrap_or(1)
    }

    /// Whether any part of a resource, or all, have a property.
    pub(crate) fn any_part(&self, rsc: RscIx, has: fn(&Rsc) -> bool) -> bool {
        has(&self.rscs[rsc]) || self.rscs[rsc].children.iter().any(|child| self.any_part(*child, has))
    }

    /// The primitives of a resource, depth first.
    pub fn primitives(&self, rsc: RscIx) -> Vec<RscIx> {
        let r = &self.rscs[rsc];
        if r.children.is_empty() {
            return if r.is_primitive() { vec![rsc] } else { Vec::new() };
        }
        r.children.iter().flat_map(|child| self.primitives(*child)).collect()
    }

    /// Applies a change to a resource and all its parts.
    pub(crate) fn each_part(&mut self, rsc: RscIx, change: fn(&mut Rsc)) {
        change(&mut self.rscs[rsc]);
        for child in self.rscs[rsc].children.clone() {
            self.each_part(child, change);
        }
    }
}
