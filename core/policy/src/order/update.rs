//! Updating one action by all that comes before it; what changes passes the change on.

use super::STEPS_MAX;
use crate::action::Facets;
use crate::cluster::{Cluster, Which};
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::relation::Rel;
use crate::resource::Kind;
use crate::task::{Key, Stage, Task};
use model::Role;
use std::ops::BitOrAssign;

/// How deep changes follow each other before they queue up instead.
const DEPTH_MAX: u32 = 200;

/// Which side of a relation changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changed {
    pub first: bool,
    pub then: bool,
}

impl BitOrAssign for Changed {
    fn bitor_assign(&mut self, other: Self) {
        self.first |= other.first;
        self.then |= other.then;
    }
}

/// Which facets of first a meaning looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub optional: bool,
    pub runnable: bool,
}

/// Looks at whether first is optional.
const OPTIONAL: Filter = Filter { optional: true, runnable: false };
/// Looks at whether first is runnable.
const RUNNABLE: Filter = Filter { optional: false, runnable: true };
/// Looks at both.
const BOTH: Filter = Filter { optional: true, runnable: true };

/// A relation under consideration: first, then, and what first is, seen from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub first: ActIx,
    pub then: ActIx,
    pub node: Option<NodeIx>,
    pub facets: Facets,
}

/// A facet that another action takes away.
#[derive(Clone, Copy, Debug)]
enum Facet {
    Optional,
    Runnable,
    Migratable,
}

impl Facet {
    fn of(self, facets: &mut Facets) -> &mut bool {
        match self {
            Self::Optional => &mut facets.optional,
            Self::Runnable => &mut facets.runnable,
            Self::Migratable => &mut facets.migratable,
        }
    }

    fn loss(self) -> &'static str {
        match self {
            Self::Optional => "required",
            Self::Runnable => "unrunnable",
            Self::Migratable => "unmigrateable",
        }
    }
}

impl Cluster {
    /// Updates what was put off because changes went too deep.
    pub(super) fn finish_deferred(&mut self) {
        while let Some(action) = self.deferred.pop() {
            self.update(action);
        }
    }

    /// Updates an action, and all that follow when it changes.
    pub(crate) fn update(&mut self, then: ActIx) {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return;
        }
        if self.depth >= DEPTH_MAX {
            self.deferred.push(then);
            return;
        }
        self.depth += 1;
        self.update_now(then);
        self.depth -= 1;
    }

    fn update_now(&mut self, then: ActIx) {
        let before = (self.actions[then].facets, self.actions[then].always);
        let mut changed = Changed::default();
        let counts = self.actions[then].runnable_needed > 0;
        if counts {
            self.actions[then].runnable_found = 0;
            self.actions[then].facets.runnable = false;
        }
        for at in (0..self.actions[then].before.len()).rev() {
            changed.first = false;
            let first = self.update_by(then, at, &mut changed);
            if let (true, Some(first)) = (changed.first, first) {
                for link in self.actions[first].after.clone().into_iter().rev() {
                    self.update(link.action);
                }
                self.update(first);
            }
        }
        if counts {
            changed.then = before != (self.actions[then].facets, self.actions[then].always);
        }
        if changed.then {
            if before.0.runnable && !self.actions[then].facets.runnable {
                self.block_dependents(then);
            }
            self.update(then);
            for link in self.actions[then].after.clone().into_iter().rev() {
                self.update(link.action);
            }
        }
    }

    fn group_start_node(&self, action: ActIx) -> Option<NodeIx> {
        let a = &self.actions[action];
        match a.rsc.filter(|rsc| self.rscs[*rsc].is_group() && a.task == Task::Start) {
            Some(group) => self.location(group, Which::Assigned),
            None => a.node,
        }
    }

    /// Updates an action by the one before it at a place in its list; the result is that one.
    fn update_by(&mut self, then: ActIx, at: usize, changed: &mut Changed) -> Option<ActIx> {
        let link = self.actions[then].before[at];
        let mut first = link.action;
        let (first_node, then_node) = (self.group_start_node(first), self.group_start_node(then));
        let apart = matches!((first_node, then_node), (Some(a), Some(b)) if a != b);
        if link.rel.has(Rel::IF_ON_SAME_NODE) && apart {
            self.actions[then].before[at].rel = Rel::NONE;
            return None;
        }
        let (first_rsc, then_rsc) = (self.actions[first].rsc, self.actions[then].rsc);
        if link.rel.has(Rel::THEN_CANCELS_FIRST)
            && !self.actions[then].facets.optional
            && let Some(rsc) = first_rsc
        {
            self.actions[first].facets.optional = true;
            if self.actions[first].task == Task::Reload {
                self.rscs[rsc].reload = false;
            }
        }
        if let (Some(a), Some(b)) = (first_rsc, then_rsc)
            && a != b
            && !self.is_above(a, b)
        {
            first = self.completion_of(first, a);
        }
        if first == link.action {
            let first_facets = self.facets_for(first, then_node);
            let then_facets = self.facets_for(then, first_node);
            *changed |= self.apply_link(Pair { first, then, node: None, facets: first_facets }, then_facets, at);
        } else if self.relate(first, then, link.rel) {
            changed.then = true;
            self.actions[then].before[at].rel = Rel::NONE;
        }
        Some(first)
    }

    fn facets_for(&mut self, action: ActIx, node: Option<NodeIx>) -> Facets {
        let facets = self.facets(action, None);
        let clone = self.actions[action].rsc.is_some_and(|rsc| self.rscs[rsc].is_clone());
        if node.is_none() || !clone {
            return facets;
        }
        let mut on_node = self.facets(action, node);
        on_node.runnable |= facets.runnable;
        on_node
    }

    /// What a collective has completed counts for others, not what it begins.
    fn completion_of(&self, action: ActIx, rsc: RscIx) -> ActIx {
        let a = &self.actions[action];
        let r = &self.rscs[rsc];
        if r.is_primitive() || a.key.notify.is_some() || a.key.interval > 0 {
            return action;
        }
        let Some(done) = a.key.task.completed() else { return action };
        let told = r.notify && (r.is_clone() || self.in_bundle(rsc));
        let key = if told { Key::notify(Stage::ConfirmedPost, done) } else { Key::once(done) };
        self.with_key(rsc, key).last().copied().unwrap_or(action)
    }

    fn apply_link(&mut self, pair: Pair, then_facets: Facets, at: usize) -> Changed {
        let (first, then) = (pair.first, pair.then);
        let mut changed = Changed::default();
        let mut pair = Pair { node: self.actions[then].node, ..pair };
        if self.actions[then].before[at].rel.has(Rel::FIRST_IMPLIES_SAME_NODE_THEN) {
            let rel = &mut self.actions[then].before[at].rel;
            *rel = rel.without(Rel::FIRST_IMPLIES_SAME_NODE_THEN) | Rel::FIRST_IMPLIES_THEN;
            pair.node = self.actions[first].node;
        }
        let rel = self.actions[then].before[at].rel;
        let then_rsc = self.actions[then].rsc;
        match then_rsc {
            Some(then_rsc) => self.apply_requirements(pair, then_rsc, rel, &mut changed),
            None => self.apply_to_milestone(pair, rel, &mut changed),
        }
        if rel.has(Rel::THEN_IMPLIES_FIRST) {
            if let Some(first_rsc) = self.actions[first].rsc {
                changed |= self.dispatch(first_rsc, pair, OPTIONAL, Rel::THEN_IMPLIES_FIRST);
            } else if !pair.facets.optional && self.actions[first].facets.runnable {
                self.actions[first].facets.runnable = false;
                changed.first = true;
            }
        }
        if let Some(then_rsc) = then_rsc {
            self.apply_possibilities(pair, then_rsc, (rel, at), &mut changed);
        }
        if self.actions[first].facets.runnable && rel.has(Rel::FIRST_IMPLIES_THEN_GRAPHED) && !pair.facets.optional {
            self.actions[then].always = true;
        }
        if rel.has(Rel::THEN_IMPLIES_FIRST_GRAPHED) && !then_facets.optional {
            self.actions[first].always = true;
        }
        let binding = Rel::FIRST_IMPLIES_THEN | Rel::THEN_IMPLIES_FIRST | Rel::INTERMEDIATE_STOP;
        let f = &self.actions[first];
        let stuck = f.rsc.is_some_and(|rsc| !self.rscs[rsc].managed && self.rscs[rsc].blocked);
        if rel.has_any(binding)
            && stuck
            && !f.facets.runnable
            && f.task == Task::Stop
            && self.actions[then].facets.runnable
        {
            self.actions[then].facets.runnable = false;
            changed.then = true;
        }
        changed
    }

    /// What first being required does to then.
    fn apply_requirements(&mut self, pair: Pair, rsc: RscIx, rel: Rel, changed: &mut Changed) {
        let only_optional = Pair { facets: Facets { runnable: false, migratable: false, ..pair.facets }, ..pair };
        if rel.has(Rel::FIRST_IMPLIES_THEN) {
            *changed |= self.dispatch(rsc, only_optional, OPTIONAL, Rel::FIRST_IMPLIES_THEN);
        }
        if rel.has(Rel::INTERMEDIATE_STOP) {
            *changed |= self.dispatch(rsc, pair, BOTH, Rel::INTERMEDIATE_STOP);
        }
    }

    /// What first being possible does to then.
    fn apply_possibilities(&mut self, pair: Pair, rsc: RscIx, (rel, at): (Rel, usize), changed: &mut Changed) {
        let only_optional = Pair { facets: Facets { runnable: false, migratable: false, ..pair.facets }, ..pair };
        if rel.has(Rel::PROMOTED_THEN_IMPLIES_FIRST) {
            *changed |= self.dispatch(rsc, only_optional, OPTIONAL, Rel::PROMOTED_THEN_IMPLIES_FIRST);
        }
        if rel.has(Rel::MIN_RUNNABLE) {
            *changed |= self.dispatch(rsc, pair, RUNNABLE, Rel::MIN_RUNNABLE);
        }
        if rel.has(Rel::NESTED_REMOTE_PROBE) {
            let active = self.actions[pair.first].rsc.is_some_and(|first| !self.rscs[first].active.is_empty());
            if !pair.facets.runnable && active {
                self.actions[pair.then].before[at].rel = Rel::NONE;
            } else {
                *changed |= self.dispatch(rsc, pair, RUNNABLE, Rel::UNRUNNABLE_FIRST_BLOCKS);
            }
        }
        for (meaning, filter) in [
            (Rel::UNRUNNABLE_FIRST_BLOCKS, RUNNABLE),
            (Rel::UNMIGRATABLE_THEN_BLOCKS, OPTIONAL),
            (Rel::FIRST_ELSE_THEN, OPTIONAL),
            (Rel::ORDERED, RUNNABLE),
            (Rel::ASYMMETRIC, RUNNABLE),
        ] {
            if rel.has(meaning) {
                *changed |= self.dispatch(rsc, pair, filter, meaning);
            }
        }
    }

    /// An action of no resource: a milestone, a fencing, a shutdown.
    fn apply_to_milestone(&mut self, pair: Pair, rel: Rel, changed: &mut Changed) {
        let a = &mut self.actions[pair.then];
        if rel.has(Rel::FIRST_IMPLIES_THEN) && !pair.facets.optional && a.facets.optional {
            a.facets.optional = false;
            changed.then = true;
        }
        if rel.has(Rel::MIN_RUNNABLE) && pair.facets.runnable {
            a.runnable_found += 1;
            if a.runnable_found >= a.runnable_needed && !a.facets.runnable {
                a.facets.runnable = true;
                changed.then = true;
            }
        }
        if rel.has(Rel::UNRUNNABLE_FIRST_BLOCKS) && !pair.facets.runnable && a.facets.runnable {
            a.facets.runnable = false;
            changed.then = true;
        }
    }

    /// Lets one meaning act, as the kind of a resource wants it.
    fn dispatch(&mut self, rsc: RscIx, pair: Pair, filter: Filter, meaning: Rel) -> Changed {
        match self.rscs[rsc].kind {
            Kind::Primitive => self.act_on(pair, filter, meaning),
            Kind::Group { .. } => self.act_on_group(pair, filter, meaning),
            Kind::Clone(_) | Kind::Bundle(_) => self.act_on_collective(pair, filter, meaning),
        }
    }

    fn act_on_group(&mut self, pair: Pair, filter: Filter, meaning: Rel) -> Changed {
        let mut changed = self.act_on(pair, filter, meaning);
        let Some(rsc) = self.actions[pair.then].rsc else { return changed };
        let task = self.actions[pair.then].task;
        for member in self.rscs[rsc].children.clone() {
            if let Some(part) = self.first_action(member, task, pair.node) {
                changed |= self.dispatch(member, Pair { then: part, ..pair }, filter, meaning);
            }
        }
        changed
    }

    fn act_on_collective(&mut self, pair: Pair, filter: Filter, meaning: Rel) -> Changed {
        let Some(then_rsc) = self.actions[pair.then].rsc else { return Changed::default() };
        if self.can_interleave_actions(pair) {
            return self.interleave(pair, then_rsc, filter, meaning);
        }
        let mut changed = self.act_on(pair, filter, meaning);
        if meaning == Rel::ORDERED && !self.has_composed_instances(then_rsc) {
            return changed;
        }
        let task = self.actions[pair.then].task;
        for instance in self.instances(then_rsc) {
            let Some(part) = self.first_action(instance, task, pair.node) else { continue };
            if !self.facets(part, pair.node).runnable {
                continue;
            }
            let part_changed = self.dispatch(instance, Pair { then: part, ..pair }, filter, meaning);
            changed |= part_changed;
            if part_changed.then {
                for link in self.actions[part].after.clone().into_iter().rev() {
                    self.update(link.action);
                }
            }
        }
        changed
    }

    /// Whether instances consist of several primitives: then even a mere order makes their actions be summed up anew.
    fn has_composed_instances(&self, collective: RscIx) -> bool {
        self.rscs[collective].is_bundle()
            || self.rscs[collective].children.iter().any(|i| !self.rscs[*i].is_primitive())
    }

    fn can_interleave_actions(&self, pair: Pair) -> bool {
        let (first, then) = (&self.actions[pair.first], &self.actions[pair.then]);
        let (Some(a), Some(b)) = (first.rsc, then.rsc) else { return false };
        if a == b || !self.rscs[a].is_collective() || !self.rscs[b].is_collective() {
            return false;
        }
        let down =
            then.key.notify.is_none() && then.key.interval == 0 && matches!(then.key.task, Task::Stop | Task::Demote);
        self.rscs[if down { a } else { b }].meta.is_true("interleave")
    }

    /// Instances of two collectives follow each other node by node.
    fn interleave(&mut self, pair: Pair, then_rsc: RscIx, filter: Filter, meaning: Rel) -> Changed {
        let mut changed = Changed::default();
        let Some(first_rsc) = self.actions[pair.first].rsc else { return changed };
        let first_task = self.instance_task(pair.first);
        let key = self.actions[pair.first].key;
        let current = matches!(key.task, Task::Stopped | Task::Demoted);
        for then_instance in self.instances(then_rsc) {
            let Some(first_instance) = self.compatible_instance(then_instance, first_rsc, None, current, None) else {
                let mandatory = meaning.has_any(Rel::UNRUNNABLE_FIRST_BLOCKS | Rel::FIRST_IMPLIES_THEN);
                if !current && mandatory && self.assign(then_instance, None, true, true) {
                    changed.then = true;
                }
                continue;
            };
            let then_task = self.actions[pair.then].task;
            let Some(first) = self.action_in(pair.first, first_instance, first_task, pair.node, true) else { continue };
            let Some(then) = self.action_in(pair.then, then_instance, then_task, pair.node, false) else { continue };
            if self.relate(first, then, meaning) {
                changed.first = true;
                changed.then = true;
            }
            let facets = self.facets(first, pair.node);
            changed |= self.dispatch(then_instance, Pair { first, then, node: pair.node, facets }, filter, meaning);
        }
        changed
    }

    /// The action of an instance that stands for one of its collective; in a container, of what is inside.
    fn action_in(
        &self,
        whole: ActIx,
        instance: RscIx,
        task: Task,
        node: Option<NodeIx>,
        for_first: bool,
    ) -> Option<ActIx> {
        let whole = self.actions[whole].task;
        let looks_inside = if for_first {
            !matches!(whole, Task::Stop | Task::Stopped)
        } else {
            matches!(whole, Task::Promote | Task::Promoted | Task::Demote | Task::Demoted)
        };
        match self.inside_of(instance).filter(|_| looks_inside) {
            Some(inside) => self.first_action(inside, task, None),
            None => self.first_action(instance, task, node),
        }
    }

    fn take_away(&mut self, action: ActIx, facet: Facet, because: ActIx) {
        if !*facet.of(&mut self.actions[action].facets) {
            return;
        }
        *facet.of(&mut self.actions[action].facets) = false;
        let b = &self.actions[because];
        if self.actions[action].rsc != b.rsc {
            let of = b.rsc.map(|rsc| format!(" {}", self.rscs[rsc].id)).unwrap_or_default();
            let reason = format!("{}{of} {}", facet.loss(), self.operation_word(because));
            self.actions[action].explain(&reason);
        }
    }

    /// Lets one meaning act between two actions.
    fn act_on(&mut self, pair: Pair, filter: Filter, meaning: Rel) -> Changed {
        let (first, then) = (pair.first, pair.then);
        let before = (self.actions[first].facets, self.actions[then].facets);
        if meaning.has(Rel::ASYMMETRIC) {
            self.act_asymmetric(first, then);
        }
        if meaning.has(Rel::THEN_IMPLIES_FIRST) && !before.1.optional {
            if filter.optional && !pair.facets.optional && before.0.optional {
                self.take_away(first, Facet::Optional, then);
            }
            if pair.facets.migratable && !self.actions[then].facets.migratable {
                self.take_away(first, Facet::Migratable, then);
            }
        }
        let promoted = self.actions[then].rsc.is_some_and(|rsc| self.rscs[rsc].role == Role::Promoted);
        if meaning.has(Rel::PROMOTED_THEN_IMPLIES_FIRST) && promoted && !self.actions[then].facets.optional {
            self.take_away(first, Facet::Optional, then);
            if !self.actions[then].facets.migratable {
                self.take_away(first, Facet::Migratable, then);
            }
        }
        if meaning.has(Rel::UNMIGRATABLE_THEN_BLOCKS) {
            let t = self.actions[then].facets;
            if !(t.migratable && t.runnable) {
                self.take_away(first, Facet::Runnable, then);
            }
            if !t.optional {
                self.take_away(first, Facet::Optional, then);
            }
        }
        if meaning.has(Rel::FIRST_ELSE_THEN) && !self.actions[first].facets.runnable {
            self.take_away(then, Facet::Migratable, first);
            self.actions[then].facets.pseudo = false;
        }
        if meaning.has(Rel::UNRUNNABLE_FIRST_BLOCKS)
            && filter.runnable
            && self.actions[then].facets.runnable
            && !pair.facets.runnable
        {
            self.take_away(then, Facet::Runnable, first);
            self.take_away(then, Facet::Migratable, first);
        }
        let implied = !pair.facets.optional && !self.actions[first].facets.migratable;
        if meaning.has(Rel::FIRST_IMPLIES_THEN) && filter.optional && implied {
            self.take_away(then, Facet::Optional, first);
        }
        if meaning.has(Rel::INTERMEDIATE_STOP) {
            self.act_restart(first, then);
        }
        self.note_changes(first, then, before)
    }

    fn note_changes(&mut self, first: ActIx, then: ActIx, before: (Facets, Facets)) -> Changed {
        let mut changed = Changed::default();
        if before.1 != self.actions[then].facets {
            changed.then = true;
            if self.actions[then].rsc.is_some_and(|rsc| self.rscs[rsc].parent.is_some()) {
                self.update(then);
            }
        }
        changed.first = before.0 != self.actions[first].facets;
        changed
    }

    fn act_asymmetric(&mut self, first: ActIx, then: ActIx) {
        let Some(rsc) = self.actions[then].rsc.filter(|_| !self.actions[first].facets.runnable) else { return };
        let t = &self.actions[then];
        if t.facets.optional {
            let role = self.role(rsc, true);
            let only_there = t.node.is_some_and(|node| self.rscs[rsc].active == [node]);
            let done = (role == Role::Stopped && t.task == Task::Stop)
                || (role >= Role::Started && t.task == Task::Start && only_there);
            if done {
                return;
            }
        }
        self.take_away(then, Facet::Optional, first);
        self.take_away(then, Facet::Runnable, first);
    }

    fn act_restart(&mut self, first: ActIx, then: ActIx) {
        let (f, t) = (&self.actions[first], &self.actions[then]);
        let managed = t.rsc.is_some_and(|rsc| self.rscs[rsc].managed);
        let restart = !t.facets.optional;
        let stop = !t.facets.runnable && managed && f.rsc == t.rsc;
        if !restart && !stop {
            return;
        }
        let t = t.facets;
        if f.facets.runnable || !t.optional {
            self.take_away(first, Facet::Optional, then);
        }
        if !t.migratable {
            self.take_away(first, Facet::Migratable, then);
        }
        let f = self.actions[first].facets;
        if !f.optional && !f.runnable {
            self.take_away(then, Facet::Runnable, first);
        }
    }
}
