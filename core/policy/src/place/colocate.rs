//! Colocations as scores: what a resource loses or gains on a node because others are, or want to be, there.

mod factor;
mod gather;

pub(crate) use factor::Factor;
pub(crate) use gather::Select;

use crate::cluster::{Cluster, Which};
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::node::Table;
use crate::resource::Kind;
use model::{Role, Score};

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
