//! From role to role: the starts, stops, promotions and demotions of a primitive.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::relation::Rel;
use crate::resource::MultipleActive;
use crate::task::{Key, Task};
use model::Role;

/// One step between roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Stop,
    Start,
    Promote,
    Demote,
}

/// The next role on the way from one to another.
fn toward(from: Role, to: Role) -> Role {
    match (from, to) {
        (Role::Unknown, Role::Unknown) => Role::Unknown,
        (Role::Unknown, _)
        | (_, Role::Unknown)
        | (Role::Stopped | Role::Started | Role::Unpromoted, Role::Stopped)
        | (Role::Unpromoted, Role::Started) => Role::Stopped,
        (Role::Stopped | Role::Started, Role::Started) => Role::Started,
        (Role::Stopped, Role::Unpromoted | Role::Promoted)
        | (Role::Started | Role::Unpromoted, Role::Unpromoted)
        | (Role::Promoted, Role::Stopped | Role::Started | Role::Unpromoted) => Role::Unpromoted,
        (Role::Started | Role::Unpromoted | Role::Promoted, Role::Promoted) => Role::Promoted,
    }
}

/// What has to be done for one such move; `None` when nothing has.
fn step(from: Role, to: Role) -> Option<Step> {
    match (from, to) {
        (Role::Stopped, Role::Started | Role::Unpromoted) => Some(Step::Start),
        (Role::Unknown | Role::Started, Role::Stopped) | (Role::Unpromoted, Role::Stopped | Role::Started) => {
            Some(Step::Stop)
        }
        (Role::Started | Role::Unpromoted, Role::Promoted) => Some(Step::Promote),
        (Role::Promoted, Role::Stopped | Role::Started | Role::Unpromoted) => Some(Step::Demote),
        _ => None,
    }
}

/// What makes a primitive stop and start again.
struct Need {
    stop: bool,
    promote: bool,
}

impl Cluster {
    pub(super) fn make_primitive_actions(&mut self, rsc: RscIx) {
        if self.rscs[rsc].next_role == Role::Unknown {
            let nowhere = self.rscs[rsc].assigned.is_none();
            self.rscs[rsc].next_role = if nowhere { Role::Stopped } else { Role::Started };
        }
        let (current, all, clean) = self.active_on(rsc);
        for source in self.rscs[rsc].dangling.clone() {
            let stop = self.stop(rsc, source, false);
            self.actions[stop].migration_abort = true;
        }
        let (mut migrates, mut moves) = (false, false);
        let mut need = Need { stop: false, promote: false };
        if let (Some(current), Some(target)) = (current, self.rscs[rsc].node())
            && current != target
            && self.rscs[rsc].next_role >= Role::Started
        {
            moves = true;
            migrates = self.can_migrate(rsc, current);
            need.stop = true;
        }
        let multiple = match self.rscs[rsc].partial_migration {
            Some((source, target)) => {
                let goes_on = migrates && all == 2 && current == Some(source) && self.rscs[rsc].node() == Some(target);
                if !goes_on {
                    need.stop = true;
                    self.rscs[rsc].partial_migration = None;
                    migrates = false;
                }
                false
            }
            None if self.rscs[rsc].needs_fencing => all > 1,
            None => clean > 1,
        };
        self.note_multiple(rsc, multiple, &mut need);
        if self.rscs[rsc].start_pending {
            let node = self.rscs[rsc].node();
            let start = self.start(rsc, node);
            self.actions[start].always = true;
        }
        if !moves {
            self.judge_in_place(rsc, current, &mut need);
        }
        self.schedule_restart(rsc, current, &need);
        self.schedule_transition(rsc);
        self.make_recurring_actions(rsc);
        if let Some(current) = current.filter(|_| migrates) {
            self.make_migration_actions(rsc, current);
        }
    }

    fn note_multiple(&mut self, rsc: RscIx, multiple: bool, need: &mut Need) {
        if !multiple {
            self.rscs[rsc].stop_unexpected = false;
            return;
        }
        match self.rscs[rsc].multiple_active {
            MultipleActive::StopStart => need.stop = true,
            MultipleActive::StopUnexpected => {
                need.stop = true;
                self.rscs[rsc].stop_unexpected = true;
            }
            MultipleActive::StopOnly | MultipleActive::Block => {}
        }
    }

    fn judge_in_place(&mut self, rsc: RscIx, current: Option<NodeIx>, need: &mut Need) {
        let r = &self.rscs[rsc];
        if r.failed {
            if r.stop_if_failed {
                need.stop = true;
            } else {
                need.promote |= r.next_role == Role::Promoted;
            }
        } else if r.blocked {
            need.stop = true;
        } else if let (true, Some(_), Some(node)) = (r.role > Role::Started, current, r.node()) {
            let start = self.start(rsc, Some(node));
            need.stop |= !self.actions[start].facets.optional;
        }
    }

    /// Down and up again in place; optional unless something needs it.
    fn schedule_restart(&mut self, rsc: RscIx, current: Option<NodeIx>, need: &Need) {
        self.rscs[rsc].restarting = true;
        let now = self.rscs[rsc].role;
        let mut role = now;
        while role != Role::Stopped {
            let next = toward(role, Role::Stopped);
            let Some(step) = step(role, next) else { break };
            self.take(rsc, step, current, !need.stop);
            role = next;
        }
        while now <= self.rscs[rsc].next_role && role != now && !self.rscs[rsc].blocked {
            let next = toward(role, now);
            let required = need.stop || (next == Role::Promoted && need.promote);
            let Some(step) = step(role, next) else { break };
            let node = self.rscs[rsc].node();
            self.take(rsc, step, node, !required);
            role = next;
        }
        self.rscs[rsc].restarting = false;
    }

    fn schedule_transition(&mut self, rsc: RscIx) {
        let mut role = self.rscs[rsc].role;
        while role != self.rscs[rsc].next_role {
            let next = toward(role, self.rscs[rsc].next_role);
            let Some(step) = step(role, next) else { break };
            let node = self.rscs[rsc].node();
            self.take(rsc, step, node, false);
            role = next;
        }
    }

    fn take(&mut self, rsc: RscIx, step: Step, node: Option<NodeIx>, optional: bool) {
        match (step, node) {
            (Step::Stop, _) => self.take_stop(rsc, optional),
            (Step::Demote, _) => self.take_demote(rsc, optional),
            (Step::Start, Some(node)) => self.take_start(rsc, node, optional),
            (Step::Promote, Some(node)) => self.take_promote(rsc, node, optional),
            (Step::Start | Step::Promote, None) => {}
        }
    }

    /// Whether this is the one place where a multiply active resource may stay.
    fn is_expected(&self, rsc: RscIx, node: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        r.stop_unexpected && r.restarting && r.next_role > Role::Stopped && r.node() == Some(node)
    }

    fn take_stop(&mut self, rsc: RscIx, mut optional: bool) {
        for node in self.rscs[rsc].active.clone() {
            if self.is_expected(rsc, node) {
                continue;
            }
            if let Some((_, target)) = self.rscs[rsc].partial_migration {
                if node == target && self.rscs[rsc].node() == Some(node) {
                    continue;
                }
                optional = false;
            }
            let stop = self.stop(rsc, node, optional);
            let r = &self.rscs[rsc];
            if r.assigned.is_none() {
                self.actions[stop].reason = Some("node availability".to_owned());
            } else if r.restarting && r.stop_unexpected {
                self.actions[stop].reason = Some("being multiply active".to_owned());
            }
            if !r.managed {
                self.actions[stop].facets.runnable = false;
            }
            if r.needs_unfencing {
                let unfence = self.fence_action(node, Some("on"), true, None, false);
                self.relate(stop, unfence, Rel::THEN_IMPLIES_FIRST);
            }
        }
    }

    fn take_start(&mut self, rsc: RscIx, node: NodeIx, optional: bool) {
        let start = self.start(rsc, Some(node));
        self.order_after_unfencing(rsc, node, start, Rel::FIRST_IMPLIES_THEN);
        if self.actions[start].facets.runnable && !optional {
            self.actions[start].facets.optional = false;
        }
        if self.is_expected(rsc, node) {
            self.actions[start].facets.pseudo = true;
        }
    }

    fn take_promote(&mut self, rsc: RscIx, node: NodeIx, optional: bool) {
        let starts = self.with_key_on(rsc, Key::once(Task::Start), node);
        if starts.iter().all(|start| self.actions[*start].facets.runnable) {
            let promote = self.act(rsc, Key::once(Task::Promote), Some(node), optional);
            if self.is_expected(rsc, node) {
                self.actions[promote].facets.pseudo = true;
            }
            return;
        }
        for promote in self.with_key_on(rsc, Key::once(Task::Promote), node) {
            self.actions[promote].facets.runnable = false;
        }
    }

    fn take_demote(&mut self, rsc: RscIx, optional: bool) {
        for node in self.rscs[rsc].active.clone() {
            if !self.is_expected(rsc, node) {
                self.act(rsc, Key::once(Task::Demote), Some(node), optional);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_between_roles_ends() {
        let roles = [Role::Stopped, Role::Started, Role::Unpromoted, Role::Promoted];
        for from in roles {
            for to in roles {
                let (mut at, mut steps) = (from, 0);
                while at != to && step(at, toward(at, to)).is_some() && steps < 5 {
                    at = toward(at, to);
                    steps += 1;
                }
                assert!(steps <= 3, "{from} to {to} took {steps} steps");
            }
        }
    }
}
