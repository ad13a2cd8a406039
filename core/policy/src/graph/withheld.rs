//! What should be done but cannot: each such action, and what it waits for in vain.

use crate::action::Action;
use crate::cluster::Cluster;
use crate::ids::{ActIx, RscIx};
use crate::plan::{Obstacle, Withheld};
use crate::relation::{Link, Rel};
use crate::task::Task;
use model::{ResourceId, Role};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Relations by which what cannot run holds up what comes after it.
const HOLDS_UP: Rel = Rel::UNRUNNABLE_FIRST_BLOCKS
    .with(Rel::MIN_RUNNABLE)
    .with(Rel::NESTED_REMOTE_PROBE)
    .with(Rel::ASYMMETRIC)
    .with(Rel::INTERMEDIATE_STOP);

impl Cluster {
    /// The changes of primitives that are wanted and cannot run, in the order of the resources.
    pub(super) fn withheld(&self) -> Vec<Withheld> {
        let primitives = self.top.iter().flat_map(|top| self.primitives(*top));
        let actions = primitives.flat_map(|rsc| self.rscs[rsc].actions.iter().map(move |action| (rsc, *action)));
        let wanted = actions.filter(|(rsc, action)| self.is_withheld(*rsc, &self.actions[*action]));
        wanted.map(|(rsc, action)| self.withhold(rsc, action)).collect()
    }

    fn withhold(&self, rsc: RscIx, action: ActIx) -> Withheld {
        let (a, obstacles) = (&self.actions[action], self.obstacles(action));
        Withheld {
            key: self.key_text(action),
            resource: ResourceId::from(Arc::clone(&self.rscs[rsc].id)),
            task: self.word(a.task).to_owned(),
            node: a.node.map(|node| self.node_name(node)),
            reason: self.why_withheld(action, &obstacles),
            waits_for: obstacles.into_iter().map(|first| self.obstacle(first)).collect(),
        }
    }

    fn obstacle(&self, action: ActIx) -> Obstacle {
        Obstacle {
            key: self.key_text(action),
            node: self.actions[action].node.map(|node| self.node_name(node)),
            reason: self.why_withheld(action, &self.obstacles(action)),
        }
    }

    /// The actions that hold one up. Those of groups and clones stand for others, and are replaced by them.
    fn obstacles(&self, action: ActIx) -> BTreeSet<ActIx> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::from([action]), vec![action]);
        while let Some(then) = open.pop() {
            let told = self.and_above(then).into_iter().flat_map(|then| &self.actions[then].before);
            let firsts: Vec<ActIx> = told.filter(|link| self.holds_up(link)).map(|link| link.action).collect();
            if firsts.is_empty() && !self.of_one_whole(then, action) {
                found.insert(then);
            }
            for first in firsts.into_iter().filter(|first| seen.insert(*first)) {
                let collective = self.actions[first].rsc.is_none_or(|rsc| !self.rscs[rsc].is_primitive());
                if collective { open.push(first) } else { _ = found.insert(first) }
            }
        }
        found
    }

    /// Whether two actions are of parts of the same resource: what a part lacks, its whole cannot tell.
    fn of_one_whole(&self, one: ActIx, other: ActIx) -> bool {
        let whole = |action: ActIx| self.actions[action].rsc.map(|rsc| self.top_of(rsc, false));
        one == other || whole(one).is_some_and(|top| whole(other) == Some(top))
    }

    /// An action, and those that what its resource is part of has for the same: what holds them up, holds up the part.
    fn and_above(&self, action: ActIx) -> Vec<ActIx> {
        let (mut actions, key) = (vec![action], self.actions[action].key);
        let mut above = self.actions[action].rsc.and_then(|rsc| self.rscs[rsc].parent);
        while let Some(whole) = above {
            actions.extend(self.find_with_key(whole, key, None));
            above = self.rscs[whole].parent;
        }
        actions
    }

    fn holds_up(&self, link: &Link) -> bool {
        let first = &self.actions[link.action];
        let stuck = first.task == Task::Stop && first.rsc.is_some_and(|rsc| self.rscs[rsc].blocked);
        let stuck = stuck && link.rel.has_any(Rel::FIRST_IMPLIES_THEN | Rel::THEN_IMPLIES_FIRST);
        !first.facets.runnable && (stuck || link.rel.has_any(HOLDS_UP))
    }

    fn why_withheld(&self, action: ActIx, obstacles: &BTreeSet<ActIx>) -> String {
        if !obstacles.is_empty() {
            let keys: Vec<String> = obstacles.iter().map(|first| self.key_text(*first)).collect();
            return format!("it waits for {}", keys.join(" and "));
        }
        let a = &self.actions[action];
        let part = a.rsc.and_then(|rsc| self.primitives(rsc).first().copied());
        let stays = |part: &RscIx| {
            let r = &self.rscs[*part];
            r.blocked || !r.managed || (a.node.is_none() && r.node().is_none())
        };
        if let Some(part) = part.filter(stays) {
            return self.placement(part, self.candidates_of(part)).reason;
        }
        let node = a.node.map(|node| &self.nodes[node]);
        if let Some((node, veto)) = node.filter(|node| !node.can_host()).and_then(|node| Some((node, node.veto()?))) {
            return format!("{} is {veto}", node.name);
        }
        match (&a.reason, node) {
            (Some(reason), _) => reason.clone(),
            (None, Some(node)) => format!("{} cannot do it now", node.name),
            (None, None) => "nothing can do it now".to_owned(),
        }
    }

    /// Whether an action is one of the changes that people ask about, is wanted, and cannot run.
    fn is_withheld(&self, rsc: RscIx, action: &Action) -> bool {
        let r = &self.rscs[rsc];
        let once = action.key.interval == 0 && action.key.notify.is_none();
        if !once || action.node.is_none() || action.facets.runnable {
            return false;
        }
        // One that cannot run may never have been required.
        let belongs = |role: Role| r.role < role && r.next_role >= role && r.node() == action.node;
        match action.key.task {
            Task::Start => !action.facets.optional || (r.active.is_empty() && belongs(Role::Started)),
            Task::Promote => !action.facets.optional || belongs(Role::Promoted),
            Task::Stop | Task::Demote => !action.facets.optional,
            Task::Stopped
            | Task::Running
            | Task::Demoted
            | Task::Promoted
            | Task::Reload
            | Task::Monitor
            | Task::MigrateTo
            | Task::MigrateFrom
            | Task::Notify
            | Task::Notified
            | Task::Cancel
            | Task::Delete
            | Task::Forget
            | Task::ClearFailcount
            | Task::Fence
            | Task::Shutdown
            | Task::Milestone
            | Task::Other(_) => false,
        }
    }
}
