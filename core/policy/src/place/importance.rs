//! Which colocations a resource has to mind, in the order of their importance: its own and those of what it is part of.

use crate::cluster::Cluster;
use crate::ids::{ColocationIx, RscIx};
use crate::resource::Kind;
use model::Score;

/// Which side of a colocation the resource is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It is the dependent.
    ThisWith,
    /// It is the primary.
    WithThis,
}

impl Cluster {
    /// Colocations in which the resource depends on others.
    pub(crate) fn this_with(&self, rsc: RscIx) -> Vec<ColocationIx> {
        let mut list = Vec::new();
        self.collect(rsc, rsc, Side::ThisWith, &mut list);
        list
    }

    /// Colocations in which others depend on the resource.
    pub(crate) fn with_this(&self, rsc: RscIx) -> Vec<ColocationIx> {
        let mut list = Vec::new();
        self.collect(rsc, rsc, Side::WithThis, &mut list);
        list
    }

    fn own(&self, rsc: RscIx, side: Side) -> &[ColocationIx] {
        match side {
            Side::ThisWith => &self.rscs[rsc].this_with,
            Side::WithThis => &self.rscs[rsc].with_this,
        }
    }

    /// Adds a whole list. Quirk kept from Pacemaker: on a list that has something already, the first of the new ones is
    /// added as many times as there are new ones (seen in the cases that colocate members of a colocated group).
    fn add_list(&self, list: &mut Vec<ColocationIx>, more: &[ColocationIx], side: Side) {
        if list.is_empty() {
            list.extend_from_slice(more);
            return;
        }
        for _ in more {
            self.insert_colocation(list, more[0], side == Side::WithThis);
        }
    }

    fn collect(&self, rsc: RscIx, origin: RscIx, side: Side, list: &mut Vec<ColocationIx>) {
        match &self.rscs[rsc].kind {
            Kind::Primitive => self.collect_primitive(rsc, origin, side, list),
            Kind::Group { .. } if side == Side::WithThis => self.collect_with_group(rsc, origin, list),
            Kind::Group { .. } => self.collect_group_with(rsc, origin, list),
            Kind::Clone(_) => {
                self.add_list(list, self.own(rsc, side), side);
                if let Some(parent) = self.rscs[rsc].parent {
                    self.collect(parent, origin, side, list);
                }
            }
            Kind::Bundle(_) => self.collect_bundle(rsc, origin, side, list),
        }
    }

    fn collect_primitive(&self, rsc: RscIx, origin: RscIx, side: Side, list: &mut Vec<ColocationIx>) {
        if rsc == origin {
            self.add_list(list, self.own(rsc, side), side);
            if let Some(parent) = self.rscs[rsc].parent {
                self.collect(parent, origin, side, list);
            }
            return;
        }
        for colocation in self.own(rsc, side) {
            if self.colocations[*colocation].explicit {
                self.insert_colocation(list, *colocation, side == Side::WithThis);
            }
        }
    }

    fn collect_with_group(&self, group: RscIx, origin: RscIx, list: &mut Vec<ColocationIx>) {
        let g = &self.rscs[group];
        if origin != group && g.children.last() != Some(&origin) {
            return;
        }
        self.add_list(list, &g.with_this, Side::WithThis);
        if let Some(parent) = g.parent {
            self.collect(parent, origin, Side::WithThis, list);
        }
        if g.is_colocated_group() {
            for member in g.children.iter().filter(|member| **member != origin) {
                self.collect(*member, origin, Side::WithThis, list);
            }
        }
    }

    fn collect_group_with(&self, group: RscIx, origin: RscIx, list: &mut Vec<ColocationIx>) {
        let g = &self.rscs[group];
        if group == origin || g.children.first() == Some(&origin) {
            self.add_list(list, &g.this_with, Side::ThisWith);
            if let Some(parent) = g.parent {
                self.collect(parent, origin, Side::ThisWith, list);
            }
            if g.is_colocated_group() {
                for member in g.children.iter().filter(|member| **member != origin) {
                    self.collect(*member, origin, Side::ThisWith, list);
                }
            }
            return;
        }
        // After an unmanaged member, the group's mandatory colocations hold for the next one directly.
        let before = g.children.iter().take_while(|member| **member != origin);
        if before.into_iter().any(|member| !self.rscs[*member].managed) {
            for colocation in &g.this_with {
                if self.colocations[*colocation].score == Score::INFINITY {
                    self.insert_colocation(list, *colocation, false);
                }
            }
        }
    }

    fn collect_bundle(&self, bundle: RscIx, origin: RscIx, side: Side, list: &mut Vec<ColocationIx>) {
        let o = &self.rscs[origin];
        let Some(inside) = self.bundled(bundle).filter(|_| origin != bundle && !o.is_container) else {
            if origin == bundle || o.is_container {
                self.add_list(list, self.own(bundle, side), side);
            }
            return;
        };
        if !self.rscs[inside].promotable || self.top_of(origin, false) != inside {
            return;
        }
        let counts =
            if origin == inside { o.clone_facts().is_some_and(|facts| facts.promotion_sorted) } else { !o.unassigned };
        if counts {
            self.add_list(list, self.own(bundle, side), side);
        }
    }
}
