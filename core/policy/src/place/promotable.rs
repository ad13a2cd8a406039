//! Who is promoted: by promotion scores, locations and colocations of the promoted role, as many as may be.

use crate::cluster::{Cluster, ScoreLine, Which};
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::options::NoQuorum;
use crate::place::colocate::{Factor, Select};
use crate::sort::merge_sort;
use crate::unpack::base_name;
use model::{Role, Score};
use std::cmp::Ordering;
use std::collections::BTreeMap;

impl Cluster {
    /// Lets the promotion scores that agents set count for the placing of instances.
    pub(super) fn add_promotion_scores(&mut self, clone: RscIx) {
        let already = self.rscs[clone]
            .clone_facts_mut()
            .is_some_and(|facts| std::mem::replace(&mut facts.promotion_scores_added, true));
        if already {
            return;
        }
        for instance in self.rscs[clone].children.clone() {
            let nodes: Vec<NodeIx> =
                self.rscs[instance].allowed.nodes().filter(|node| self.nodes[*node].can_host()).collect();
            for node in nodes {
                let score = self.promotion_score(instance, node).unwrap_or(Score::ZERO);
                if score > Score::ZERO {
                    if let Some(standing) = self.rscs[instance].allowed.get_mut(node) {
                        standing.score += score;
                    }
                    self.note_term(instance, node, score, ("promotion-score", "its agent set a promotion score"));
                }
                let priority = &mut self.rscs[instance].priority;
                *priority = score.max(*priority);
            }
        }
    }

    /// An instance's promotion score on a node; `None` when its agent set none. A group's is the sum of its members'.
    fn promotion_score(&self, rsc: RscIx, node: NodeIx) -> Option<Score> {
        let r = &self.rscs[rsc];
        if !r.children.is_empty() {
            let scores = r.children.iter().filter_map(|child| self.promotion_score(*child, node));
            return scores.map(|score| i64::from(score.value())).reduce(|a, b| a + b).map(Score::new);
        }
        if !self.promotion_score_applies(rsc, node) {
            return None;
        }
        let name = r.history_id.as_deref().unwrap_or(&r.id);
        let value = self.promotion_attribute(rsc, node, name).or_else(|| {
            let base = base_name(&r.id);
            if r.unique || base == &*r.id { None } else { self.promotion_attribute(rsc, node, base) }
        });
        value.map(|text| self.options.score(text).unwrap_or(Score::ZERO))
    }

    fn promotion_attribute(&self, rsc: RscIx, node: NodeIx, name: &str) -> Option<&str> {
        let r = &self.rscs[rsc];
        let which = if r.unassigned { Which::Current } else { Which::Assigned };
        self.node_attribute(node, &format!("master-{name}"), r.meta.get("container-attribute-target"), which)
    }

    fn promotion_score_applies(&self, rsc: RscIx, node: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        let allowed = r.allowed.score(node).is_some_and(|score| score >= Score::ZERO);
        let base = base_name(&r.id);
        let top = self.top_of(rsc, false);
        if !r.unique {
            let active = self.named_parts(top, base).into_iter().find(|part| self.rscs[*part].active.contains(&node));
            if active == Some(rsc) {
                return allowed;
            }
            let known = |part: &RscIx| self.rscs[*part].is_known_on(node);
            if active.is_none() && self.named_parts(top, base).iter().any(known) {
                return allowed;
            }
        }
        let unknown_everywhere = r.active.is_empty() && r.probed.is_empty();
        allowed && (unknown_everywhere || r.is_known_on(node) || r.active.contains(&node))
    }

    /// The parts of a clone's instances that have a name in the configuration.
    fn named_parts(&self, clone: RscIx, base: &str) -> Vec<RscIx> {
        let mut parts = Vec::new();
        for instance in &self.rscs[clone].children {
            for part in self.primitives(*instance) {
                if &*self.rscs[part].base_id == base {
                    parts.push(part);
                }
            }
        }
        parts
    }

    /// Decides which instances are promoted.
    pub(super) fn decide_promotions(&mut self, clone: RscIx) {
        for (_, standing) in self.rscs[clone].allowed.iter_mut() {
            standing.count = 0;
        }
        for instance in self.rscs[clone].children.clone() {
            self.set_promotion_priority(clone, instance);
        }
        self.sort_by_promotion(clone);
        let mut promoted = 0;
        for instance in self.rscs[clone].children.clone() {
            self.decide_promotion(clone, instance, &mut promoted);
        }
    }

    fn set_promotion_priority(&mut self, clone: RscIx, instance: RscIx) {
        if self.role(instance, true) == Role::Started {
            self.set_role_now(instance);
        }
        let places = self.places(instance, Which::Assigned);
        if places.len() > 1 {
            let id = self.rscs[instance].id.to_string();
            self.complain(&id, format!("the members of '{id}' are not colocated, so it cannot be promoted"));
        }
        let Some(node) = self.location(instance, Which::Assigned) else { return };
        let next = self.role(instance, false);
        match next {
            Role::Started | Role::Unknown => {
                let score = self.promotion_score(instance, node);
                self.rscs[instance].priority = score.unwrap_or(Score::new(-1));
            }
            Role::Unpromoted | Role::Stopped => self.rscs[instance].priority = Score::MINUS_INFINITY,
            Role::Promoted => {}
        }
        for owner in [instance, clone] {
            for location in self.rscs[owner].locations.clone().into_iter().rev() {
                if let Some(score) = self.promoted_location_score(location, node) {
                    self.rscs[instance].priority += score;
                }
            }
        }
        for colocation in self.this_with(instance) {
            let primary = self.colocations[colocation].primary;
            self.colocate_dependent(instance, primary, colocation);
        }
        let r = &mut self.rscs[instance];
        r.promotion_priority = if next == Role::Promoted { Score::INFINITY } else { r.priority };
    }

    fn set_role_now(&mut self, rsc: RscIx) {
        if self.rscs[rsc].role == Role::Started {
            self.rscs[rsc].role = Role::Unpromoted;
        }
        for child in self.rscs[rsc].children.clone() {
            self.set_role_now(child);
        }
    }

    fn sort_by_promotion(&mut self, clone: RscIx) {
        let already = self.rscs[clone]
            .clone_facts_mut()
            .is_some_and(|facts| std::mem::replace(&mut facts.promotion_sorted, true));
        if already {
            return;
        }
        self.rscs[clone].updating = true;
        let mut instances = self.rscs[clone].children.clone();
        for instance in instances.iter().copied() {
            let priority = self.rscs[instance].promotion_priority;
            let node = self.location(instance, Which::Assigned).filter(|_| priority >= Score::ZERO);
            if let Some(standing) = node.and_then(|node| self.rscs[clone].allowed.get_mut(node)) {
                standing.score = priority + standing.score;
            }
        }
        for colocation in self.with_this(clone) {
            self.add_promoted_dependent(clone, colocation);
        }
        self.require_promotion_tickets(clone);
        for instance in instances.iter().copied() {
            self.take_promotion_priority(clone, instance);
        }
        merge_sort(&mut instances, &mut |a, b| self.compare_promotion(*a, *b));
        self.rscs[clone].children = instances;
        self.rscs[clone].updating = false;
    }

    fn add_promoted_dependent(&mut self, clone: RscIx, colocation: ColocationIx) {
        let c = &self.colocations[colocation];
        if c.primary_role != Some(Role::Promoted) || !self.has_influence(colocation, None) {
            return;
        }
        let (dependent, factor) = (c.dependent, Factor::of(c.score));
        let mut table = Some(self.rscs[clone].allowed.clone());
        let select = Select { active: true, nonnegative: true, this_with: false };
        self.add_colocated_scores(dependent, Some(clone), &mut table, Some(colocation), factor, select);
        self.rscs[clone].allowed = table.unwrap_or_default();
    }

    fn take_promotion_priority(&mut self, clone: RscIx, instance: RscIx) {
        let node = self.location(instance, Which::Assigned);
        let score = node.and_then(|node| self.rscs[clone].allowed.score(node));
        let r = &mut self.rscs[instance];
        if !r.managed && r.next_role == Role::Promoted {
            r.promotion_priority = Score::INFINITY;
        } else if node.is_none() {
            r.promotion_priority = Score::MINUS_INFINITY;
        } else if let Some(score) = score.filter(|_| r.promotion_priority >= Score::ZERO) {
            r.promotion_priority = score;
        }
    }

    fn compare_promotion(&mut self, a: RscIx, b: RscIx) -> Ordering {
        let order = self.rscs[b].promotion_priority.cmp(&self.rscs[a].promotion_priority);
        let order = order.then_with(|| self.role(b, true).cmp(&self.role(a, true)));
        order.then_with(|| self.compare_instances(a, b, &mut BTreeMap::new()))
    }

    fn decide_promotion(&mut self, clone: RscIx, instance: RscIx, promoted: &mut u32) {
        let node = self.location(instance, Which::Assigned);
        let score = self.rscs[instance].promotion_priority;
        self.scores.push(ScoreLine::Promotion { rsc: instance, node, score });
        let max = self.rscs[clone].clone_facts().map_or(0, |facts| facts.promoted_max);
        let may = score >= Score::ZERO && (*promoted < max || !self.rscs[clone].managed);
        let Some(node) = self.promotable_on(clone, instance).filter(|_| may) else {
            self.set_next_unpromoted(instance);
            return;
        };
        let frozen = !self.options.quorate && self.options.no_quorum == NoQuorum::Freeze;
        if frozen && self.rscs[instance].role < Role::Promoted {
            self.set_next_unpromoted(instance);
            return;
        }
        if let Some(standing) = self.rscs[clone].allowed.get_mut(node) {
            standing.count += 1;
        }
        self.set_next_promoted(instance);
        *promoted += 1;
    }

    /// Where an instance can be promoted.
    fn promotable_on(&self, clone: RscIx, rsc: RscIx) -> Option<NodeIx> {
        let r = &self.rscs[rsc];
        if r.children.iter().any(|child| self.promotable_on(clone, *child).is_none()) {
            return None;
        }
        let node = self.location(rsc, Which::Assigned)?;
        if !r.managed {
            if self.role(rsc, true) != Role::Promoted {
                return None;
            }
        } else if r.priority < Score::ZERO || !self.nodes[node].can_host() || !self.guest_will_run(node) {
            return None;
        }
        let standing = self.rscs[clone].allowed.get(node)?;
        let max = self.rscs[clone].clone_facts().map_or(0, |facts| facts.promoted_node_max);
        (standing.count < max || !r.managed).then_some(node)
    }

    fn guest_will_run(&self, node: NodeIx) -> bool {
        self.guest_launcher(node).is_none_or(|launcher| self.location(launcher, Which::Assigned).is_some())
    }

    fn set_next_unpromoted(&mut self, rsc: RscIx) {
        let nowhere = self.places(rsc, Which::Assigned).is_empty();
        self.rscs[rsc].next_role = if nowhere { Role::Stopped } else { Role::Unpromoted };
        for child in self.rscs[rsc].children.clone() {
            self.set_next_unpromoted(child);
        }
    }

    fn set_next_promoted(&mut self, rsc: RscIx) {
        if self.rscs[rsc].next_role == Role::Unknown {
            self.rscs[rsc].next_role = Role::Promoted;
        }
        for child in self.rscs[rsc].children.clone() {
            self.set_next_promoted(child);
        }
    }

    /// A colocation with one role of a promotable clone.
    pub(super) fn colocate_with_role(&mut self, dependent: RscIx, clone: RscIx, colocation: ColocationIx) {
        let c = self.colocations[colocation].clone();
        let mut hosts: Vec<(NodeIx, Score)> = Vec::new();
        for instance in self.rscs[clone].children.clone() {
            let Some(node) = self.location(instance, Which::Assigned) else { continue };
            if Some(self.role(instance, false)) != c.primary_role {
                continue;
            }
            if c.score < Score::INFINITY {
                self.add_where_equal(dependent, (clone, node), colocation);
            }
            let score = self.places_with_score(instance).unwrap_or(Score::ZERO);
            hosts.insert(0, (node, score));
        }
        let both_promoted = c.dependent_role == Some(Role::Promoted) && c.primary_role == Some(Role::Promoted);
        if c.score == Score::INFINITY && !both_promoted {
            self.keep_nodes(dependent, &hosts, true);
        }
    }

    /// The score with which an instance was put where it is.
    fn places_with_score(&self, rsc: RscIx) -> Option<Score> {
        let r = &self.rscs[rsc];
        match r.children.first() {
            Some(child) => self.places_with_score(*child),
            None => r.assigned.map(|(_, score)| score),
        }
    }

    fn add_where_equal(&mut self, dependent: RscIx, (primary, at): (RscIx, NodeIx), colocation: ColocationIx) {
        let c = self.colocations[colocation].clone();
        let lower = |text: &str| text.to_ascii_lowercase();
        let value = self.colocation_value(at, &c.attribute, primary).map(lower);
        let nodes: Vec<NodeIx> = self.rscs[dependent].allowed.nodes().collect();
        for node in nodes {
            if self.colocation_value(node, &c.attribute, dependent).map(lower) == value {
                if let Some(standing) = self.rscs[dependent].allowed.get_mut(node) {
                    standing.score += c.score;
                }
                let text = format!("colocation with {}", self.rscs[primary].id);
                self.note_term(dependent, node, c.score, (&c.id, &text));
            }
        }
    }

    /// A promotion that goes with another's.
    pub(super) fn promote_with(&mut self, dependent: RscIx, clone: RscIx, colocation: ColocationIx) -> Score {
        let c = self.colocations[colocation].clone();
        if self.compatible_instance(dependent, clone, c.primary_role, false, Some(&c.attribute)).is_some() {
            self.rscs[dependent].priority += c.score;
            return c.score;
        }
        if c.score == Score::INFINITY {
            self.rscs[dependent].priority = Score::MINUS_INFINITY;
            return Score::MINUS_INFINITY;
        }
        Score::ZERO
    }
}
