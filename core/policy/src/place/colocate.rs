//! Colocations as scores: what a resource loses or gains on a node because others are, or want to be, there.

use crate::cluster::{Cluster, Which};
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::node::Table;
use crate::resource::Kind;
use model::{Role, Score};

/// The share of another's score that a colocation passes on: products of scores over infinity.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Factor(f32);

impl Factor {
    pub const ONE: Self = Self(1.0);

    /// Of a colocation's own score.
    pub fn of(score: Score) -> Self {
        Self::ONE.times(score)
    }

    #[allow(clippy::cast_precision_loss, reason = "scores are below 2^24, so single precision holds them exactly")]
    fn times(self, score: Score) -> Self {
        Self(self.0 * score.value() as f32 / 1_000_000_f32)
    }

    /// The share of a score, rounded away from zero at a half, and never lost altogether.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "scores are below 2^24 and factors at most one"
    )]
    fn share(self, score: Score) -> i64 {
        let share = f64::from(self.0 * score.value() as f32);
        let rounded = if share < 0.0 { (share - 0.5) as i64 } else { (share + 0.5) as i64 };
        match (rounded, score == Score::ZERO) {
            (0, false) if self.0 > 0.0 => 1,
            (0, false) if self.0 < 0.0 => -1,
            _ => rounded,
        }
    }

    fn is_negative(self) -> bool {
        self.0 < 0.0
    }
}

/// Which scores are merged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Select {
    /// Follow what the resource depends on, instead of what depends on it.
    pub this_with: bool,
    /// A negative sum never replaces a positive score.
    pub nonnegative: bool,
    /// Without any node left, the result is given up.
    pub active: bool,
}

/// What a colocation changes about its dependent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affects {
    Nothing,
    Location,
    Role,
}

impl Cluster {
    /// Whether a dependent's wishes count for its primary: unless told otherwise, or for what is not active yet.
    pub(crate) fn has_influence(&self, colocation: ColocationIx, on: Option<RscIx>) -> bool {
        let c = &self.colocations[colocation];
        let r = &self.rscs[on.unwrap_or(c.primary)];
        if self.rscs[c.dependent].nesting_allowed && !r.failed && r.active.len() == 1 {
            return false;
        }
        c.influence || r.active.is_empty()
    }

    /// A container's instance looks at the attributes of its host where it is told so.
    fn attribute_target(&self, node: NodeIx, rsc: RscIx) -> Option<&str> {
        if self.is_bundle_node(node) && self.in_bundle(rsc) && Some(self.top_of(rsc, false)) == self.bundled(rsc) {
            return Some("host");
        }
        self.rscs[rsc].meta.get("container-attribute-target")
    }

    /// The value of a colocation's attribute for a resource on a node.
    pub(crate) fn colocation_value(&self, node: NodeIx, attribute: &str, rsc: RscIx) -> Option<&str> {
        self.node_attribute(node, attribute, self.attribute_target(node, rsc), Which::Assigned)
    }

    /// Whether equal values mean the same node, without looking at any.
    fn by_node(&self, attribute: &str, rsc: RscIx) -> bool {
        attribute == "#uname" && self.rscs[rsc].meta.get("container-attribute-target").is_none() && !self.in_bundle(rsc)
    }

    /// The resource whose role counts: for a container, what runs inside.
    fn role_bearer(&self, rsc: RscIx) -> RscIx {
        if self.rscs[rsc].is_container { self.inside_of(rsc).unwrap_or(rsc) } else { rsc }
    }

    /// The instance inside of a container.
    pub(crate) fn inside_of(&self, container: RscIx) -> Option<RscIx> {
        let facts = self.rscs[self.top_of(container, true)].bundle_facts()?;
        facts.replicas.iter().find(|replica| replica.container == container)?.child
    }

    pub(crate) fn affects(&self, dependent: RscIx, primary: RscIx, colocation: ColocationIx, preview: bool) -> Affects {
        let c = &self.colocations[colocation];
        if !preview && self.rscs[primary].unassigned {
            return Affects::Nothing;
        }
        let (bearer, primary_bearer) = (self.role_bearer(dependent), self.role_bearer(primary));
        let parent_promotable = self.rscs[bearer].parent.is_some_and(|parent| self.rscs[parent].promotable);
        if c.dependent_role >= Some(Role::Unpromoted) && parent_promotable && !self.rscs[bearer].unassigned {
            return Affects::Role;
        }
        if !preview && !self.rscs[dependent].unassigned {
            return Affects::Nothing;
        }
        let fits = |wanted: Option<Role>, rsc: RscIx| wanted.is_none_or(|role| role == self.rscs[rsc].next_role);
        if fits(c.dependent_role, bearer) && fits(c.primary_role, primary_bearer) {
            Affects::Location
        } else {
            Affects::Nothing
        }
    }

    /// Lets a colocation act on its dependent, seen from the dependent.
    pub(crate) fn colocate_dependent(&mut self, dependent: RscIx, primary: RscIx, colocation: ColocationIx) -> Score {
        match self.rscs[dependent].kind {
            Kind::Group { .. } => self.colocate_group_with(dependent, primary, colocation),
            Kind::Primitive | Kind::Clone(_) | Kind::Bundle(_) => self.colocate_with(dependent, primary, colocation),
        }
    }

    /// Lets a colocation act on its dependent, seen from the primary; the result is what it adds to a promotion.
    pub(crate) fn colocate_with(&mut self, dependent: RscIx, primary: RscIx, colocation: ColocationIx) -> Score {
        match self.rscs[primary].kind {
            Kind::Primitive => match self.affects(dependent, primary, colocation, false) {
                Affects::Nothing => Score::ZERO,
                Affects::Role => self.colocate_priority(dependent, primary, colocation),
                Affects::Location => {
                    self.colocate_scores(dependent, primary, colocation);
                    Score::ZERO
                }
            },
            Kind::Group { .. } => self.colocate_with_group(dependent, primary, colocation),
            Kind::Clone(_) => self.colocate_with_clone(dependent, primary, colocation),
            Kind::Bundle(_) => self.colocate_with_bundle(dependent, primary, colocation),
        }
    }

    fn colocate_scores(&mut self, dependent: RscIx, primary: RscIx, colocation: ColocationIx) {
        let c = self.colocations[colocation].clone();
        let at = self.rscs[primary].node();
        if at.is_none() && c.score < Score::ZERO {
            return;
        }
        let mut work = self.rscs[dependent].allowed.clone();
        let by_node = self.by_node(&c.attribute, dependent) && self.by_node(&c.attribute, primary);
        let value = at.and_then(|node| self.colocation_value(node, &c.attribute, primary)).map(str::to_ascii_lowercase);
        let mut terms = Vec::new();
        for (node, standing) in work.iter_mut() {
            let Some(at) = at else {
                standing.score = -c.score + standing.score;
                terms.push((node, -c.score));
                continue;
            };
            let same = if by_node {
                node == at
            } else {
                self.colocation_value(node, &c.attribute, dependent).map(str::to_ascii_lowercase) == value
            };
            if same && c.score < Score::INFINITY {
                standing.score = c.score + standing.score;
                terms.push((node, c.score));
            } else if !same && c.score == Score::INFINITY {
                standing.score = Score::MINUS_INFINITY;
                terms.push((node, Score::MINUS_INFINITY));
            }
        }
        if c.score.is_infinite() || self.any_available(&work) {
            self.rscs[dependent].allowed = work;
            let text = format!("colocation with {}", self.rscs[primary].id);
            for (node, score) in terms {
                self.note_term(dependent, node, score, (&c.id, &text));
            }
        }
    }

    fn colocate_priority(&mut self, dependent: RscIx, primary: RscIx, colocation: ColocationIx) -> Score {
        let c = &self.colocations[colocation];
        let Some(here) = self.rscs[dependent].node() else { return Score::ZERO };
        let there = self.rscs[primary].node();
        if there.is_some() && c.primary_role.is_some_and(|role| role != self.rscs[self.role_bearer(primary)].next_role)
        {
            return Score::ZERO;
        }
        let own = self.colocation_value(here, &c.attribute, dependent);
        let other = there.and_then(|node| self.colocation_value(node, &c.attribute, primary));
        let same = match (own, other) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let delta = if same {
            if c.dependent_role == Some(Role::Unpromoted) { -c.score } else { c.score }
        } else if c.score == Score::INFINITY && c.dependent_role == Some(Role::Promoted) {
            -c.score
        } else {
            return Score::ZERO;
        };
        let priority = &mut self.rscs[dependent].priority;
        *priority = delta + *priority;
        delta
    }

    /// Merges the wishes of what depends on a resource into its own scores.
    pub(crate) fn add_dependent_scores(&mut self, colocation: ColocationIx, primary: RscIx) {
        if !self.has_influence(colocation, None) {
            return;
        }
        let c = &self.colocations[colocation];
        let (dependent, factor) = (c.dependent, Factor::of(c.score));
        let select = Select { active: true, nonnegative: self.rscs[primary].is_clone(), this_with: false };
        let before = self.rscs[primary].allowed.clone();
        let mut table = Some(before.clone());
        self.add_colocated_scores(dependent, Some(primary), &mut table, Some(colocation), factor, select);
        let after = table.unwrap_or_default();
        self.note_dependent_terms(primary, colocation, &before, &after);
        self.rscs[primary].allowed = after;
    }

    fn note_dependent_terms(&mut self, primary: RscIx, colocation: ColocationIx, before: &Table, after: &Table) {
        let c = &self.colocations[colocation];
        let (id, text) = (c.id.clone(), format!("wishes of {}, which goes with it", self.rscs[c.dependent].id));
        for (node, standing) in after.iter() {
            let old = before.score(node).unwrap_or(Score::ZERO);
            if standing.score != old {
                let delta = if standing.score.is_infinite() {
                    standing.score
                } else {
                    Score::new(i64::from(standing.score.value()) - i64::from(old.value()))
                };
                self.note_term(primary, node, delta, (&id, &text));
            }
        }
    }

    /// Merges a resource's scores, and those of all that goes with it, into a table; without one, begins with its own.
    pub(crate) fn add_colocated_scores(
        &mut self,
        source: RscIx,
        target: Option<RscIx>,
        table: &mut Option<Table>,
        colocation: Option<ColocationIx>,
        factor: Factor,
        select: Select,
    ) {
        if self.rscs[source].updating {
            return;
        }
        self.rscs[source].updating = true;
        if self.rscs[source].is_group() {
            let members = &self.rscs[source].children;
            let member = if table.is_none() { members.last() } else { members.first() };
            if let Some(member) = member.copied() {
                self.add_colocated_scores(member, target, table, colocation, factor, select);
            }
        } else {
            self.merge_scores(source, target, table, colocation, (factor, select));
        }
        self.rscs[source].updating = false;
    }

    fn merge_scores(
        &mut self,
        source: RscIx,
        target: Option<RscIx>,
        table: &mut Option<Table>,
        colocation: Option<ColocationIx>,
        (factor, mut select): (Factor, Select),
    ) {
        let (mut work, target) = match (&*table, colocation) {
            (Some(table), Some(colocation)) => {
                let mut work = table.clone();
                self.add_matching_scores(
                    &mut work,
                    (source, target.unwrap_or(source)),
                    colocation,
                    factor,
                    select.nonnegative,
                );
                (Some(work), target)
            }
            (Some(_), None) | (None, _) => (Some(self.rscs[source].allowed.clone()), Some(source)),
        };
        if work.as_ref().is_some_and(|work| self.any_available(work)) {
            let colocations = if select.this_with { self.this_with(source) } else { self.with_this(source) };
            select.active = true;
            for next in colocations {
                let c = &self.colocations[next];
                let other = if select.this_with { c.primary } else { c.dependent };
                if !select.this_with && !self.has_influence(next, None) {
                    continue;
                }
                let factor = factor.times(c.score);
                self.add_colocated_scores(other, target, &mut work, Some(next), factor, select);
            }
        } else if select.active {
            return;
        }
        if let (true, Some(work)) = (select.nonnegative, &mut work) {
            for (_, standing) in work.iter_mut().filter(|(_, standing)| standing.spoiled) {
                standing.spoiled = false;
                standing.score = Score::new(1);
            }
        }
        *table = work;
    }

    fn add_matching_scores(
        &mut self,
        table: &mut Table,
        (source, target): (RscIx, RscIx),
        colocation: ColocationIx,
        factor: Factor,
        only_positive: bool,
    ) {
        let c = self.colocations[colocation].clone();
        let by_node = self.by_node(&c.attribute, source) && self.by_node(&c.attribute, target);
        let with_group = self.with_group_locations(source, colocation);
        let scores = with_group.as_ref().unwrap_or(&self.rscs[source].allowed);
        for (node, standing) in table.iter_mut() {
            let score = if by_node {
                scores.score(node).filter(|_| self.nodes[node].can_host()).unwrap_or(Score::MINUS_INFINITY)
            } else {
                let value = self.colocation_value(node, &c.attribute, target);
                self.best_matching(scores, (source, &c.attribute), value)
            };
            if factor.is_negative() && score < Score::ZERO {
                let sticky = self.rscs[c.primary].stickiness >= -score;
                if sticky || !self.has_influence(colocation, None) || !self.allowed_on_one(c.dependent) {
                    continue;
                }
            }
            if standing.spoiled {
                continue;
            }
            let new = Score::new(factor.share(score)) + standing.score;
            if only_positive && new < Score::ZERO && standing.score > Score::ZERO {
                standing.spoiled = true;
                standing.score = Score::MINUS_INFINITY;
            } else if !(only_positive && new < Score::ZERO && standing.score == Score::ZERO) {
                standing.score = new;
            }
        }
    }

    fn best_matching(&self, scores: &Table, (source, attribute): (RscIx, &str), value: Option<&str>) -> Score {
        let same = |node: NodeIx| match (self.colocation_value(node, attribute, source), value) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let matching = scores.iter().filter(|(node, _)| self.nodes[*node].can_host() && same(*node));
        matching.map(|(_, standing)| standing.score).max().unwrap_or(Score::MINUS_INFINITY)
    }

    /// A later member of a group that is colocated by itself counts the group's locations, too.
    fn with_group_locations(&mut self, source: RscIx, colocation: ColocationIx) -> Option<Table> {
        let c = &self.colocations[colocation];
        let parent = self.rscs[source].parent.filter(|parent| self.rscs[*parent].is_group())?;
        if source != c.dependent || !c.explicit || self.rscs[parent].children.first() == Some(&source) {
            return None;
        }
        let kept = self.rscs[source].allowed.clone();
        let terms = self.terms.len();
        for location in self.locations.ids().rev() {
            if self.locations[location].rsc == parent {
                self.apply_location(source, location, false);
            }
        }
        self.terms.truncate(terms);
        Some(std::mem::replace(&mut self.rscs[source].allowed, kept))
    }

    fn allowed_on_one(&self, rsc: RscIx) -> bool {
        self.rscs[rsc].allowed.iter().filter(|(_, standing)| standing.score >= Score::ZERO).count() == 1
    }

    /// Leaves a dependent only the nodes where its primary is.
    pub(crate) fn keep_nodes(&mut self, dependent: RscIx, nodes: &[(NodeIx, Score)], merge: bool) {
        for (node, standing) in self.rscs[dependent].allowed.iter_mut() {
            match nodes.iter().find(|(known, _)| *known == node) {
                None => standing.score = Score::MINUS_INFINITY,
                Some((_, score)) if merge => standing.score += *score,
                Some(_) => {}
            }
        }
    }
}
