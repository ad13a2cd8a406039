//! Placing a group: its members in order, each drawn to the one before.

use crate::cluster::Cluster;
use crate::ids::{ColocationIx, NodeIx, RscIx};
use model::Score;

impl Cluster {
    pub(super) fn place_group(&mut self, group: RscIx, prefer: Option<NodeIx>, stop: bool) -> Option<NodeIx> {
        if !self.rscs[group].unassigned {
            return self.rscs[group].node();
        }
        if self.rscs[group].assigning {
            return None;
        }
        let members = self.rscs[group].children.clone();
        let Some(first) = members.first().copied() else {
            self.rscs[group].unassigned = false;
            return None;
        };
        self.rscs[group].assigning = true;
        self.rscs[group].role = self.rscs[first].role;
        self.note_scores("group", group);
        let mut at = None;
        for member in members {
            let node = self.place(member, prefer, stop);
            at = at.or(node);
        }
        self.rscs[group].next_role = self.rscs[first].next_role;
        self.rscs[group].assigning = false;
        self.rscs[group].unassigned = false;
        at.filter(|_| self.rscs[group].is_colocated_group())
    }

    /// A group as dependent: its first member feels the colocation, the others follow.
    pub(super) fn colocate_group_with(&mut self, group: RscIx, primary: RscIx, colocation: ColocationIx) -> Score {
        let members = self.rscs[group].children.clone();
        let delta = if self.rscs[group].is_colocated_group() {
            members.first().map_or(Score::ZERO, |first| self.colocate_dependent(*first, primary, colocation))
        } else if self.colocations[colocation].score == Score::INFINITY {
            let id = self.rscs[group].id.to_string();
            self.complain(
                &id,
                format!("the members of '{id}' are not colocated, so it cannot be colocated as a whole"),
            );
            return Score::ZERO;
        } else {
            members.into_iter().fold(Score::ZERO, |sum, member| sum + self.colocate_with(member, primary, colocation))
        };
        if delta != Score::ZERO {
            let priority = &mut self.rscs[group].priority;
            *priority = delta + *priority;
        }
        delta
    }

    /// A group as primary: mandatory colocations mind its last member, others its first.
    pub(super) fn colocate_with_group(&mut self, dependent: RscIx, group: RscIx, colocation: ColocationIx) -> Score {
        if self.rscs[group].unassigned {
            return Score::ZERO;
        }
        let members = self.rscs[group].children.clone();
        let mandatory = self.colocations[colocation].score == Score::INFINITY;
        if self.rscs[group].is_colocated_group() {
            let member = if mandatory { members.last() } else { members.first() };
            return member.map_or(Score::ZERO, |member| self.colocate_with(dependent, *member, colocation));
        }
        if mandatory {
            let id = self.rscs[group].id.to_string();
            self.complain(
                &id,
                format!("the members of '{id}' are not colocated, so nothing can be colocated with it as a whole"),
            );
            return Score::ZERO;
        }
        members.into_iter().fold(Score::ZERO, |sum, member| sum + self.colocate_with(dependent, member, colocation))
    }
}
