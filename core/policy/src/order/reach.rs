//! How far a meaning reaches: in a group to its members, in a clone or bundle to its instances, node by node where
//! collectives interleave.

use super::meaning::{Changed, Filter, Pair};
use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::relation::Rel;
use crate::resource::Kind;
use crate::task::Task;

impl Cluster {
    /// Lets one meaning act, as the kind of a resource wants it.
    pub(super) fn dispatch(&mut self, rsc: RscIx, pair: Pair, filter: Filter, meaning: Rel) -> Changed {
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
}
