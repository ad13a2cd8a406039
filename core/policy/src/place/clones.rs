//! Placing a clone: instances that are active first, where they are; then the others, evenly.

use crate::cluster::{Cluster, Which};
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::node::{Standing, Table};
use crate::place::colocate::{Factor, Select};
use crate::sort::merge_sort;
use model::{Role, Score};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How many instances there may be.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub total: u32,
    pub per_node: u32,
}

impl Cluster {
    pub(super) fn place_clone(&mut self, clone: RscIx, prefer: Option<NodeIx>, stop: bool) {
        if !self.rscs[clone].unassigned || self.rscs[clone].assigning {
            return;
        }
        self.rscs[clone].assigning = true;
        if self.rscs[clone].promotable {
            self.add_promotion_scores(clone);
        }
        for colocation in self.this_with(clone) {
            let primary = self.colocations[colocation].primary;
            self.place(primary, prefer, stop);
        }
        for colocation in self.with_this(clone) {
            self.add_dependent_scores(colocation, clone);
        }
        self.note_scores("clone", clone);
        let instances = self.in_order_of_placing(self.rscs[clone].children.clone());
        self.rscs[clone].children.clone_from(&instances);
        let limits = self.rscs[clone].clone_facts().map(|facts| Limits { total: facts.max, per_node: facts.node_max });
        if let Some(limits) = limits {
            self.place_instances(clone, &instances, limits);
        }
        if self.rscs[clone].promotable {
            self.decide_promotions(clone);
        }
        self.rscs[clone].unassigned = false;
        self.rscs[clone].assigning = false;
    }

    /// Places the instances of a collective.
    pub(super) fn place_instances(&mut self, collective: RscIx, instances: &[RscIx], limits: Limits) {
        let mut available = 0;
        let hosts: Vec<bool> = self.rscs[collective].allowed.nodes().map(|node| self.nodes[node].can_host()).collect();
        for ((_, standing), can_host) in self.rscs[collective].allowed.iter_mut().zip(hosts) {
            standing.count = 0;
            available += u32::from(can_host);
        }
        let optimal = limits.total.checked_div(available).unwrap_or(1).max(1);
        let mut placed = 0;
        for instance in instances.iter().copied() {
            if placed >= limits.total {
                break;
            }
            let here = self.preferred_node(instance, optimal);
            if let Some(here) = here.filter(|_| self.rscs[instance].unassigned)
                && self.place_where_active(instance, here, limits, limits.total - placed)
            {
                placed += 1;
            }
        }
        for instance in instances.iter().copied() {
            if !self.rscs[instance].unassigned {
                continue;
            }
            if placed >= limits.total {
                self.add_score_everywhere(instance, Score::MINUS_INFINITY, ("clone-max", "there are enough instances"));
            } else if self.place_instance(instance, None, limits.per_node).is_some() {
                placed += 1;
            }
        }
    }

    /// Where an instance is active and should stay.
    fn preferred_node(&self, instance: RscIx, optimal: u32) -> Option<NodeIx> {
        let r = &self.rscs[instance];
        if r.active.is_empty() || !r.unassigned || r.failed {
            return None;
        }
        let node = self.current_node(instance).filter(|node| self.is_available(*node, self.nodes[*node].base))?;
        self.top_standing(instance, node).is_none_or(|standing| standing.count < optimal).then_some(node)
    }

    /// A node's standing in the table of what an instance is part of.
    fn top_standing(&self, rsc: RscIx, node: NodeIx) -> Option<&Standing> {
        self.rscs[self.rscs[rsc].parent.unwrap_or(rsc)].allowed.get(node)
    }

    fn place_where_active(&mut self, instance: RscIx, here: NodeIx, limits: Limits, available: u32) -> bool {
        let standing = self.rscs[instance].allowed.score(here);
        if !standing.is_some_and(|score| self.is_available(here, score)) {
            return false;
        }
        let Some(parent) = self.rscs[instance].parent else { return false };
        let tables = self.tables(instance);
        let parent_table = self.rscs[parent].allowed.clone();
        let mut chosen = None;
        let mut reserved = 0;
        while reserved < available {
            chosen = self.place_instance(instance, Some(here), limits.per_node);
            if chosen == Some(here) {
                break;
            }
            self.restore(&tables);
            if chosen.is_none() {
                self.rscs[instance].unassigned = true;
                break;
            }
            reserved += 1;
            self.unassign(instance);
            chosen = None;
        }
        self.rscs[parent].allowed = parent_table;
        match chosen {
            None => false,
            Some(node) => {
                self.count_instance(instance, node);
                true
            }
        }
    }

    fn tables(&self, rsc: RscIx) -> Vec<(RscIx, Table)> {
        let r = &self.rscs[rsc];
        let own = std::iter::once((rsc, r.allowed.clone()));
        own.chain(r.children.iter().flat_map(|child| self.tables(*child))).collect()
    }

    fn restore(&mut self, tables: &[(RscIx, Table)]) {
        for (rsc, table) in tables {
            self.rscs[*rsc].allowed.clone_from(table);
        }
    }

    fn place_instance(&mut self, instance: RscIx, prefer: Option<NodeIx>, per_node: u32) -> Option<NodeIx> {
        if self.rscs[instance].assigning {
            return None;
        }
        self.ban_full_or_unfit(instance, per_node);
        let node = self.place(instance, prefer, prefer.is_none())?;
        self.count_instance(instance, node);
        Some(node)
    }

    fn count_instance(&mut self, instance: RscIx, node: NodeIx) {
        let top = self.rscs[instance].parent.unwrap_or(instance);
        if let Some(standing) = self.rscs[top].allowed.get_mut(node) {
            standing.count += 1;
        }
    }

    fn ban_full_or_unfit(&mut self, instance: RscIx, per_node: u32) {
        let nodes: Vec<NodeIx> = self.rscs[instance].allowed.nodes().collect();
        for node in nodes {
            let fits = !self.rscs[instance].removed
                && self.nodes[node].can_host()
                && self.top_standing(instance, node).is_some_and(|s| s.score >= Score::ZERO && s.count < per_node);
            if fits {
                continue;
            }
            for part in std::iter::once(instance).chain(self.rscs[instance].children.clone()).collect::<Vec<_>>() {
                if let Some(standing) = self.rscs[part].allowed.get_mut(node) {
                    standing.score = Score::MINUS_INFINITY;
                }
            }
        }
    }

    /// Instances, the one that is placed first in front.
    pub(super) fn in_order_of_placing(&mut self, mut instances: Vec<RscIx>) -> Vec<RscIx> {
        let mut known = BTreeMap::new();
        merge_sort(&mut instances, &mut |a, b| self.compare_instances(*a, *b, &mut known));
        instances
    }

    /// Which of two instances is placed first; what others want of each is worked out once and then `known`.
    pub(super) fn compare_instances(
        &mut self,
        a: RscIx,
        b: RscIx,
        known: &mut BTreeMap<(RscIx, NodeIx), Score>,
    ) -> Ordering {
        let (on_a, count_a, _) = self.active_on(a);
        let (on_b, count_b, _) = self.active_on(b);
        if count_a > 0 && count_b > 0 && count_a != count_b {
            return count_a.cmp(&count_b);
        }
        let allowed = |cluster: &Self, rsc: RscIx, node: Option<NodeIx>| {
            node.is_none_or(|node| cluster.rscs[rsc].allowed.score(node).is_some_and(|score| score >= Score::ZERO))
        };
        let (can_a, can_b) = (allowed(self, a, on_a), allowed(self, b, on_b));
        let (on_a, on_b) = (on_a.filter(|_| can_a), on_b.filter(|_| can_b));
        let order = can_b.cmp(&can_a).then_with(|| self.rscs[b].priority.cmp(&self.rscs[a].priority));
        if order != Ordering::Equal {
            return order;
        }
        let (on_a, on_b) = match (on_a, on_b) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Greater,
            (Some(_), None) => return Ordering::Less,
            (Some(a), Some(b)) => (a, b),
        };
        let order = self.nodes[on_b].can_host().cmp(&self.nodes[on_a].can_host());
        if order != Ordering::Equal {
            return order;
        }
        let order = match (self.top_standing(a, on_a), self.top_standing(b, on_b)) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => a.count.cmp(&b.count),
        };
        let failed = |cluster: &Self, rsc| cluster.any_part(rsc, |part| part.failed);
        order
            .then_with(|| failed(self, a).cmp(&failed(self, b)))
            .then_with(|| self.compare_by_colocation(a, b, known))
            .then_with(|| self.instance_number(a).cmp(&self.instance_number(b)))
    }

    fn compare_by_colocation(&mut self, a: RscIx, b: RscIx, known: &mut BTreeMap<(RscIx, NodeIx), Score>) -> Ordering {
        let (Some(on_a), Some(on_b)) = (self.current_node(a), self.current_node(b)) else { return Ordering::Equal };
        let mut score = |rsc, node| *known.entry((rsc, node)).or_insert_with(|| self.colocated_score(rsc, node));
        let score_a = score(a, on_a);
        score(b, on_b).cmp(&score_a)
    }

    /// How much others want an instance to be on a node.
    fn colocated_score(&mut self, rsc: RscIx, node: NodeIx) -> Score {
        let (this_with, with_this) = (self.this_with(rsc), self.with_this(rsc));
        if this_with.is_empty() && with_this.is_empty() {
            return self.nodes[node].base;
        }
        let mut table = Table::default();
        table.insert(node, self.fresh_standing(node));
        let mut table = Some(table);
        let mut merge = |cluster: &mut Self, colocation: ColocationIx, other: RscIx, select: Select| {
            let factor = Factor::of(cluster.colocations[colocation].score);
            cluster.add_colocated_scores(other, Some(rsc), &mut table, Some(colocation), factor, select);
        };
        for colocation in this_with {
            let primary = self.colocations[colocation].primary;
            merge(self, colocation, primary, Select::default());
        }
        for colocation in with_this {
            if self.has_influence(colocation, Some(rsc)) {
                let dependent = self.colocations[colocation].dependent;
                merge(self, colocation, dependent, Select { nonnegative: true, ..Select::default() });
            }
        }
        table.and_then(|table| table.score(node)).unwrap_or(Score::MINUS_INFINITY)
    }

    /// A clone as primary.
    pub(super) fn colocate_with_clone(&mut self, dependent: RscIx, clone: RscIx, colocation: ColocationIx) -> Score {
        if self.rscs[clone].unassigned {
            return Score::ZERO;
        }
        let c = self.colocations[colocation].clone();
        if self.rscs[clone].promotable && c.primary_role.is_some() {
            if self.rscs[dependent].unassigned {
                self.colocate_with_role(dependent, clone, colocation);
                return Score::ZERO;
            }
            if c.dependent_role == Some(Role::Promoted) {
                return self.promote_with(dependent, clone, colocation);
            }
        }
        if self.can_interleave(colocation) {
            if let Some(instance) = self.compatible_instance(dependent, clone, None, false, None) {
                return self.colocate_dependent(dependent, instance, colocation);
            }
            if c.score == Score::INFINITY {
                self.assign(dependent, None, true, true);
            }
            return Score::ZERO;
        }
        let instances = self.rscs[clone].children.clone();
        if c.score == Score::INFINITY {
            let hosts = instances.into_iter().filter(|instance| !self.any_part(*instance, |part| part.blocked));
            let hosts: Vec<_> =
                hosts.filter_map(|instance| Some((self.location(instance, Which::Assigned)?, Score::ZERO))).collect();
            self.keep_nodes(dependent, &hosts, false);
            return Score::ZERO;
        }
        instances
            .into_iter()
            .fold(Score::ZERO, |sum, instance| sum + self.colocate_with(dependent, instance, colocation))
    }

    fn can_interleave(&mut self, colocation: ColocationIx) -> bool {
        let c = &self.colocations[colocation];
        let (dependent, primary) = (c.dependent, c.primary);
        if !self.rscs[dependent].is_collective() || !self.rscs[dependent].meta.is_true("interleave") {
            return false;
        }
        let same = self.max_per_node(dependent) == self.max_per_node(primary);
        if !same {
            let id = self.colocations[colocation].id.clone();
            let text = format!(
                "{} and {} cannot interleave: they do not have the same number of instances on a node",
                self.rscs[dependent].id, self.rscs[primary].id
            );
            self.complain(&id, text);
        }
        same
    }

    /// Whether an instance is on a node, or where an attribute has the same value, in a role.
    pub(crate) fn instance_matches(
        &self,
        instance: RscIx,
        node: NodeIx,
        role: Option<Role>,
        current: bool,
        attribute: Option<&str>,
    ) -> bool {
        if role.is_some_and(|role| role != self.role(instance, current)) || self.any_part(instance, |part| part.blocked)
        {
            return false;
        }
        let which = if current { Which::Current } else { Which::Assigned };
        let Some(here) = self.location(instance, which) else { return false };
        match attribute {
            None => here == node,
            Some(attribute) => {
                let value = |node| self.colocation_value(node, attribute, instance).map(str::to_ascii_lowercase);
                value(here) == value(node)
            }
        }
    }

    /// The instance of a collective that goes with a resource: on the same node, else on the best one.
    pub(crate) fn compatible_instance(
        &self,
        rsc: RscIx,
        collective: RscIx,
        role: Option<Role>,
        current: bool,
        attribute: Option<&str>,
    ) -> Option<RscIx> {
        let instances = self.instances(collective);
        let on = |node: NodeIx| {
            instances.iter().copied().find(|i| self.instance_matches(*i, node, role, current, attribute))
        };
        let which = if current { Which::Current } else { Which::Assigned };
        match self.location(rsc, which) {
            Some(node) => on(node),
            None => self.ranked(&self.rscs[rsc].allowed, None).into_iter().find_map(on),
        }
    }
}
