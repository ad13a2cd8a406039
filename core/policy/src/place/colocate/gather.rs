//! Gathering the wishes of what is colocated with a resource, link by link, into one table.

use super::Factor;
use crate::cluster::Cluster;
use crate::ids::{ColocationIx, NodeIx, RscIx};
use crate::node::Table;
use model::Score;

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

impl Cluster {
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
}
