//! The pseudo actions of groups, clones and bundles: they stand for what happens to their parts.

use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::relation::Rel;
use crate::task::Task;

/// What happens to the instances of a collective.
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
#[derive(Clone, Copy, Debug, Default)]
struct Activity {
    starting: bool,
    stopping: bool,
    restarting: bool,
    active: bool,
}

/// Priority of completions: an abort does not stop them.
const COMPLETION: i32 = 1_000_000;

impl Cluster {
    pub(super) fn make_group_actions(&mut self, group: RscIx) {
        for member in self.rscs[group].children.clone() {
            self.make_actions(member);
        }
        for task in [Task::Start, Task::Running, Task::Stop, Task::Stopped] {
            self.pseudo(group, task, true, true);
        }
        if self.rscs[group].meta.is_true("promotable") {
            for task in [Task::Demote, Task::Demoted, Task::Promote, Task::Promoted] {
                self.pseudo(group, task, true, true);
            }
        }
    }

    pub(super) fn make_clone_actions(&mut self, clone: RscIx) {
        let instances = self.rscs[clone].children.clone();
        self.make_instance_actions(clone, &instances);
        if self.rscs[clone].promotable {
            self.make_promotable_actions(clone);
        }
    }

    fn make_instance_actions(&mut self, collective: RscIx, instances: &[RscIx]) {
        let mut activity = Activity::default();
        for instance in instances {
            self.make_actions(*instance);
            self.observe(*instance, &mut activity);
        }
        let start = self.pseudo(collective, Task::Start, !activity.starting, true);
        let started = self.pseudo(collective, Task::Running, !activity.starting, false);
        self.actions[started].priority = COMPLETION;
        if activity.active || activity.starting {
            self.actions[started].facets.runnable = true;
        }
        let stop = self.pseudo(collective, Task::Stop, !activity.stopping, true);
        let stopped = self.pseudo(collective, Task::Stopped, !activity.stopping, true);
        self.actions[stopped].priority = COMPLETION;
        if !activity.restarting {
            self.actions[stop].facets.migratable = true;
        }
        if self.rscs[collective].is_clone() {
            self.make_start_and_stop_notices(collective, (start, started), (stop, stopped));
        }
    }

    fn observe(&self, instance: RscIx, activity: &mut Activity) {
        let r = &self.rscs[instance];
        if !r.is_primitive() {
            for child in &r.children {
                self.observe(*child, activity);
            }
            return;
        }
        activity.active |= !r.active.is_empty();
        let (mut starting, mut stopping) = (false, false);
        for action in r.actions.iter().rev() {
            let a = &self.actions[*action];
            let f = a.facets;
            if starting && stopping {
                break;
            }
            starting |= a.task == Task::Start && !f.optional && f.runnable;
            stopping |= a.task == Task::Stop && !f.optional && (f.pseudo || f.runnable);
        }
        activity.starting |= starting;
        activity.stopping |= stopping;
        activity.restarting |= starting && stopping;
    }

    fn make_promotable_actions(&mut self, clone: RscIx) {
        let (mut demoting, mut promoting) = (false, false);
        for instance in self.rscs[clone].children.clone() {
            self.make_actions(instance);
            for part in self.primitives(instance) {
                let required = |task: Task| {
                    let mut actions = self.rscs[part].actions.iter().map(|action| &self.actions[*action]);
                    actions.any(|a| a.task == task && !a.facets.optional)
                };
                demoting |= required(Task::Demote);
                promoting |= required(Task::Promote);
            }
        }
        let promote = self.pseudo(clone, Task::Promote, !promoting, true);
        let promoted = self.pseudo(clone, Task::Promoted, !promoting, true);
        self.actions[promoted].priority = COMPLETION;
        let demote_first = self.make_promote_notice(clone, (promote, promoted));
        let demote = self.pseudo(clone, Task::Demote, !demoting, true);
        let demoted = self.pseudo(clone, Task::Demoted, !demoting, true);
        self.actions[demoted].priority = COMPLETION;
        self.make_demote_notice(clone, (demote, demoted), demote_first);
        let priority = self.rscs[clone].priority;
        for instance in self.rscs[clone].children.clone() {
            self.rscs[instance].priority = priority;
        }
    }

    pub(super) fn make_bundle_actions(&mut self, bundle: RscIx) {
        let Some(facts) = self.rscs[bundle].bundle_facts().cloned() else { return };
        for replica in &facts.replicas {
            for part in [replica.ip, Some(replica.container), replica.remote].into_iter().flatten() {
                self.make_actions(part);
            }
        }
        let containers = self.instances(bundle);
        self.make_instance_actions(bundle, &containers);
        let Some(inside) = facts.inside else { return };
        self.make_actions(inside);
        if self.rscs[inside].promotable {
            for (begin, done) in [(Task::Promote, Task::Promoted), (Task::Demote, Task::Demoted)] {
                self.pseudo(bundle, begin, true, true);
                let done = self.pseudo(bundle, done, true, true);
                self.actions[done].priority = COMPLETION;
            }
        }
    }

    /// Orders the latest actions of two milestones of a notice directly.
    pub(super) fn relate_optional(&mut self, first: Option<crate::ids::ActIx>, then: Option<crate::ids::ActIx>) {
        if let (Some(first), Some(then)) = (first, then) {
            self.relate(first, then, Rel::ORDERED);
        }
    }
}
