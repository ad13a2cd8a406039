//! What an action of a collective is, by what the actions of its parts are.

use crate::action::Facets;
use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::resource::Kind;
use crate::task::Task;

impl Cluster {
    /// An action's facets; those of a collective's action follow its parts', and stay so.
    pub(crate) fn facets(&mut self, action: ActIx, node: Option<NodeIx>) -> Facets {
        let Some(rsc) = self.actions[action].rsc else { return self.actions[action].facets };
        match self.rscs[rsc].kind {
            Kind::Primitive => self.actions[action].facets,
            Kind::Group { .. } => self.group_facets(rsc, action, node),
            Kind::Clone(_) => {
                let instances = self.rscs[rsc].children.clone();
                self.collective_facets(action, &instances, node)
            }
            Kind::Bundle(_) => self.bundle_facets(rsc, action, node),
        }
    }

    fn group_facets(&mut self, group: RscIx, action: ActIx, node: Option<NodeIx>) -> Facets {
        let whole = self.actions[action].task;
        let task = whole.of_primitive();
        let mut facets = Facets { optional: true, runnable: true, migratable: false, pseudo: true };
        for member in self.rscs[group].children.clone() {
            let Some(part) = self.first_action(member, task, node) else {
                facets.runnable &= matches!(task, Task::Stop | Task::Demote);
                continue;
            };
            let part = self.facets(part, node);
            if facets.optional && !part.optional {
                facets.optional = false;
                self.actions[action].facets.optional = false;
            }
            if task != whole && facets.runnable && !part.runnable {
                facets.runnable = false;
                self.actions[action].facets.runnable = false;
            }
        }
        facets
    }

    fn bundle_facets(&mut self, bundle: RscIx, action: ActIx, node: Option<NodeIx>) -> Facets {
        let inside = self.rscs[bundle].bundle_facts().and_then(|facts| facts.inside);
        let about_inside = !matches!(
            self.actions[action].task,
            Task::Stop | Task::Stopped | Task::Start | Task::Running | Task::Monitor | Task::Fence | Task::Shutdown
        );
        let instances = match inside {
            Some(inside) if about_inside => self.rscs[inside].children.clone(),
            Some(_) | None => self.instances(bundle),
        };
        self.collective_facets(action, &instances, node)
    }

    /// What the instances of a collective do when it does something.
    pub(super) fn instance_task(&self, action: ActIx) -> Task {
        let a = &self.actions[action];
        let task = if a.key.notify.is_some() { a.key.task } else { a.task };
        let first = a.rsc.and_then(|rsc| self.rscs[rsc].children.first().copied());
        if first.is_some_and(|first| self.rscs[first].is_primitive()) { task.of_primitive() } else { task }
    }

    fn collective_facets(&mut self, action: ActIx, instances: &[RscIx], node: Option<NodeIx>) -> Facets {
        let task = self.instance_task(action);
        let mut facets = Facets { optional: true, runnable: true, migratable: false, pseudo: true };
        let mut any_runnable = false;
        for instance in instances.iter().copied() {
            let primitive = self.rscs[instance].is_primitive();
            if primitive && any_runnable && !facets.optional {
                // No other instance changes that; asking a group would change its own actions.
                break;
            }
            let on = if primitive { node } else { None };
            let Some(part) = self.first_action(instance, task, on) else { continue };
            let part = self.facets(part, node);
            if facets.optional && !part.optional {
                facets.optional = false;
                self.actions[action].facets.optional = false;
            }
            any_runnable |= part.runnable;
        }
        if !any_runnable {
            facets.runnable = false;
            if node.is_none() {
                self.actions[action].facets.runnable = false;
            }
        }
        facets
    }
}
