//! What cannot start keeps back what must be with it.

use crate::cluster::Cluster;
use crate::ids::{ActIx, RscIx};
use crate::task::Task;
use model::{Role, Score};

impl Cluster {
    /// When no part of a resource can start (or be promoted), neither can what depends on it by a mandatory colocation.
    pub(crate) fn block_dependents(&mut self, action: ActIx) {
        let a = &self.actions[action];
        let (Some(rsc), task) = (a.rsc, a.task) else { return };
        if a.facets.runnable || !matches!(task, Task::Start | Task::Promote) {
            return;
        }
        let top = self.top_of(rsc, false);
        let top = self.rscs[top].parent.unwrap_or(top);
        let blocked = |child: &RscIx| {
            self.first_action(*child, task, None).is_some_and(|part| !self.actions[part].facets.runnable)
        };
        if !self.rscs[top].children.iter().all(blocked) {
            return;
        }
        for colocation in self.with_this(top) {
            let c = &self.colocations[colocation];
            if c.score < Score::INFINITY || (task == Task::Promote && c.primary_role != Some(Role::Promoted)) {
                continue;
            }
            let blocked = if c.dependent_role == Some(Role::Promoted) { Task::Promote } else { Task::Start };
            let dependent = c.dependent;
            self.block_task(dependent, blocked, rsc);
        }
    }

    fn block_task(&mut self, rsc: RscIx, task: Task, because: RscIx) {
        let reason = format!("colocation with {}", self.rscs[because].id);
        for action in self.rscs[rsc].actions.clone().into_iter().rev() {
            let a = &mut self.actions[action];
            if a.facets.runnable && a.task == task {
                a.facets.runnable = false;
                a.explain(&reason);
                self.block_dependents(action);
                self.update(action);
            }
        }
        for child in self.rscs[rsc].children.clone() {
            self.block_task(child, task, because);
        }
    }
}
