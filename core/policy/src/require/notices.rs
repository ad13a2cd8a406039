//! Notifications: the milestones around what instances are told before and after each other's actions.

use crate::cluster::Cluster;
use crate::ids::{ActIx, RscIx};
use crate::relation::Rel;
use crate::resource::Notice;
use crate::task::{Key, Stage, Task};

/// Priority of what must still be told after an abort.
const COMPLETION: i32 = 1_000_000;

impl Cluster {
    fn notice_milestone(&mut self, rsc: RscIx, about: ActIx, stage: Stage, task: Task) -> ActIx {
        let (word, optional) = (self.actions[about].task, self.actions[about].facets.optional);
        let action = self.act(rsc, Key::notify(stage, word), None, optional);
        let kind = match stage {
            Stage::Pre | Stage::ConfirmedPre => "pre",
            Stage::Post | Stage::ConfirmedPost => "post",
        };
        let (word, task) = (self.word(word).to_owned(), self.word(task).to_owned());
        let a = &mut self.actions[action];
        a.facets.pseudo = true;
        a.set_meta("notify_key_type", stage.as_str());
        a.set_meta("notify_key_operation", &word);
        a.set_meta("notify_type", kind);
        a.set_meta("notify_operation", &task);
        action
    }

    /// Makes the milestones around an action and its completion, if the resource's instances are notified.
    pub(crate) fn make_notice(
        &mut self,
        rsc: RscIx,
        task: Task,
        action: Option<ActIx>,
        done: Option<ActIx>,
    ) -> Option<Notice> {
        if !self.rscs[rsc].notify {
            return None;
        }
        let mut notice = Notice { task, pre: None, pre_done: None, post: None, post_done: None };
        if let Some(action) = action {
            let pre = self.notice_milestone(rsc, action, Stage::Pre, task);
            let pre_done = self.notice_milestone(rsc, action, Stage::ConfirmedPre, task);
            self.actions[pre].facets.runnable = true;
            self.actions[pre_done].facets.runnable = true;
            self.relate(pre, pre_done, Rel::ORDERED);
            self.relate(pre_done, action, Rel::ORDERED);
            (notice.pre, notice.pre_done) = (Some(pre), Some(pre_done));
        }
        if let Some(done) = done {
            let runnable = self.actions[done].facets.runnable;
            let post = self.notice_milestone(rsc, done, Stage::Post, task);
            let post_done = self.notice_milestone(rsc, done, Stage::ConfirmedPost, task);
            for milestone in [post, post_done] {
                self.actions[milestone].priority = COMPLETION;
                self.actions[milestone].facets.runnable = runnable;
            }
            self.relate(done, post, Rel::FIRST_IMPLIES_THEN);
            self.relate(post, post_done, Rel::FIRST_IMPLIES_THEN);
            (notice.post, notice.post_done) = (Some(post), Some(post_done));
        }
        if let (Some(pre_done), Some(post)) = (notice.pre_done, notice.post) {
            self.relate(pre_done, post, Rel::ORDERED);
        }
        Some(notice)
    }

    pub(super) fn make_start_and_stop_notices(&mut self, clone: RscIx, start: (ActIx, ActIx), stop: (ActIx, ActIx)) {
        let Some(facts) = self.rscs[clone].clone_facts() else { return };
        let (has_start, has_stop) = (facts.start_notice.is_some(), facts.stop_notice.is_some());
        if !has_start {
            let notice = self.make_notice(clone, Task::Start, Some(start.0), Some(start.1));
            self.keep(clone, |facts| facts.start_notice = notice);
        }
        if !has_stop {
            let notice = self.make_notice(clone, Task::Stop, Some(stop.0), Some(stop.1));
            let stop_done = notice.as_ref().and_then(|notice| notice.post_done);
            self.keep(clone, |facts| facts.stop_notice = notice);
            let start_pre = self.notice(clone, Task::Start).and_then(|notice| notice.pre);
            self.relate_optional(stop_done, start_pre);
        }
    }

    fn keep(&mut self, clone: RscIx, set: impl FnOnce(&mut crate::resource::CloneFacts)) {
        if let Some(facts) = self.rscs[clone].clone_facts_mut() {
            set(facts);
        }
    }

    /// A clone's notice about a task.
    pub(crate) fn notice(&self, clone: RscIx, task: Task) -> Option<&Notice> {
        let facts = self.rscs[clone].clone_facts()?;
        [&facts.start_notice, &facts.stop_notice, &facts.promote_notice, &facts.demote_notice]
            .into_iter()
            .flatten()
            .find(|notice| notice.task == task)
    }

    /// Makes the notice about promotions; true when the one about demotions is still missing.
    pub(super) fn make_promote_notice(&mut self, clone: RscIx, (promote, promoted): (ActIx, ActIx)) -> bool {
        if self.notice(clone, Task::Promote).is_none() {
            let notice = self.make_notice(clone, Task::Promote, Some(promote), Some(promoted));
            self.keep(clone, |facts| facts.promote_notice = notice);
        }
        self.notice(clone, Task::Demote).is_none()
    }

    pub(super) fn make_demote_notice(&mut self, clone: RscIx, (demote, demoted): (ActIx, ActIx), missing: bool) {
        if !missing {
            return;
        }
        let notice = self.make_notice(clone, Task::Demote, Some(demote), Some(demoted));
        self.keep(clone, |facts| facts.demote_notice = notice);
        let done = |cluster: &Self, task| cluster.notice(clone, task).and_then(|notice| notice.post_done);
        let pre = |cluster: &Self, task| cluster.notice(clone, task).and_then(|notice| notice.pre);
        for (first, then) in [
            (Task::Stop, Task::Promote),
            (Task::Start, Task::Promote),
            (Task::Demote, Task::Promote),
            (Task::Demote, Task::Start),
            (Task::Demote, Task::Stop),
        ] {
            self.relate_optional(done(self, first), pre(self, then));
        }
    }
}
