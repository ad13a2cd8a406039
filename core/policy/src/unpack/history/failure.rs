//! What a failure in a history asks for, and where it leaves the resource.

use super::{Entry, NOT_INSTALLED, NOT_RUNNING, Replay, Status};
use crate::cluster::{Cluster, Failure};
use crate::ids::RscIx;
use crate::operation::OnFail;
use crate::task::Task;
use model::{OcfCode, Role, Score};
use std::sync::Arc;

impl Cluster {
    /// A stop that cannot be retried, on a node that cannot be fenced: nobody can do anything.
    pub(super) fn block_if_unrecoverable(&mut self, entry: &Entry<'_>) {
        if entry.op.task == Task::Stop && !self.can_fence(Some(entry.node)) {
            self.rscs[entry.rsc].managed = false;
            self.rscs[entry.rsc].blocked = true;
        }
    }

    /// What a failure leaves behind, by what failed.
    pub(super) fn replay_failed_task(&mut self, entry: &Entry<'_>, on_fail: OnFail) {
        let rsc = entry.rsc;
        let task = entry.op.task;
        if task == Task::Stop {
            self.add_score(rsc, entry.node, Score::MINUS_INFINITY, ("", "a stop failed here"));
        } else if task == Task::MigrateTo {
            self.replay_failed_to_leave(entry);
        } else if task == Task::MigrateFrom {
            self.replay_failed_to_arrive(entry);
        } else if task == Task::Promote {
            self.rscs[rsc].role = Role::Promoted;
        } else if task == Task::Demote && on_fail == OnFail::Block {
            self.rscs[rsc].role = Role::Promoted;
            self.rscs[rsc].next_role = Role::Stopped;
        } else if task == Task::Demote {
            self.rscs[rsc].role = if entry.code == NOT_RUNNING { Role::Stopped } else { Role::Unpromoted };
        } else if task == Task::Start && self.options.heartbeat2 {
            self.add_score(rsc, entry.node, Score::MINUS_INFINITY, ("", "a start failed here"));
        }
    }

    /// What a failure bans: the clone, when its instances are not told apart.
    pub(super) fn banned_by(&self, rsc: RscIx) -> RscIx {
        if self.rscs[rsc].unique { rsc } else { self.top_of(rsc, false) }
    }

    pub(super) fn configured_on_fail(&mut self, entry: &Entry<'_>) -> (OnFail, Role) {
        let (rsc, task, interval) = (entry.rsc, entry.op.task, entry.op.interval);
        let operation = self.operation(rsc, task, interval, Some(entry.node));
        let on_fail = self.on_fail(rsc, task, interval, operation.meta.get("on-fail"));
        (on_fail, self.role_after_failure(rsc, task, on_fail))
    }

    pub(super) fn replay_not_installed(&mut self, entry: &Entry<'_>, replay: &mut Replay) {
        let (on_fail, role) = self.configured_on_fail(entry);
        if on_fail == OnFail::Ignore {
            replay.on_fail = Some(OnFail::Ban);
        }
        let ban = self.banned_by(entry.rsc);
        self.add_score(ban, entry.node, Score::MINUS_INFINITY, ("", "the agent is not installed here"));
        self.fail(entry, (on_fail, role), replay);
    }

    pub(super) fn replay_failure(&mut self, entry: &Entry<'_>, replay: &mut Replay) {
        let (on_fail, role) = self.configured_on_fail(entry);
        let container_stop = on_fail == OnFail::RestartContainer && entry.op.task == Task::Stop;
        if on_fail == OnFail::Ignore || container_stop {
            self.replay_success(entry, entry.expected, replay);
            self.rscs[entry.rsc].ignore_failure = true;
            self.note_failure(entry);
            if on_fail == OnFail::RestartContainer && replay.on_fail() <= OnFail::Restart {
                replay.on_fail = Some(on_fail);
            }
            return;
        }
        self.fail(entry, (on_fail, role), replay);
        let ban = self.banned_by(entry.rsc);
        let what = self.describe(entry);
        if entry.status == Status::Hard {
            self.add_score(ban, entry.node, Score::MINUS_INFINITY, ("", &what));
        } else if entry.status == Status::Fatal {
            self.add_score_everywhere(ban, Score::MINUS_INFINITY, ("", &what));
        }
    }

    /// One clause for people: `start failed here: not configured`.
    pub(super) fn describe(&self, entry: &Entry<'_>) -> String {
        let code = u8::try_from(entry.code).map_or("error", |code| OcfCode(code).as_str());
        let reason = entry.op.xml.attribute("exit-reason").filter(|reason| !reason.is_empty());
        format!("{} failed here: {}", self.word(entry.op.task), reason.unwrap_or(code))
    }

    pub(super) fn fail(&mut self, entry: &Entry<'_>, (on_fail, role): (OnFail, Role), replay: &mut Replay) {
        let rsc = entry.rsc;
        replay.last_failure = Some(Arc::clone(&entry.op.xml));
        if self.options.symmetric || entry.code != NOT_INSTALLED {
            self.note_failure(entry);
        }
        replay.on_fail = replay.on_fail.max(Some(on_fail));
        self.replay_failed_task(entry, on_fail);
        if entry.op.is_probe() && entry.code == NOT_INSTALLED {
            self.rscs[rsc].role = Role::Stopped;
        } else if self.rscs[rsc].role < Role::Started {
            self.set_active(rsc);
        }
        if role != Role::Started && self.rscs[rsc].next_role < role {
            self.rscs[rsc].next_role = role;
        }
        if role == Role::Stopped {
            self.ban_everywhere(rsc);
        }
    }

    fn ban_everywhere(&mut self, rsc: RscIx) {
        let top = self.top_of(rsc, false);
        let rsc = if self.rscs[top].is_anonymous_clone() { top } else { rsc };
        for node in self.node_order.clone() {
            let standing = self.fresh_standing(node);
            self.rscs[rsc].allowed.insert(node, standing);
            self.note_term(rsc, node, Score::MINUS_INFINITY, ("", "an operation with on-fail=stop failed"));
        }
        self.rscs[rsc].allowed.set_all(Score::MINUS_INFINITY);
    }

    /// Remembers a failure for those who ask, once for each operation and node.
    pub(super) fn note_failure(&mut self, entry: &Entry<'_>) {
        if !self.nodes[entry.node].online {
            return;
        }
        let key = entry.op.key();
        if self.failures.iter().all(|known| known.node != entry.node || known.key != key) {
            let operation = Arc::clone(&entry.op.xml);
            self.failures.push(Failure { rsc: entry.rsc, node: entry.node, key: key.to_owned(), operation });
        }
    }
}
