//! Replaying a history: entry by entry, what a resource's role on a node is, and what its failures ask for.

mod failure;
mod result;

use super::recorded::Recorded;
use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::operation::OnFail;
use crate::task::Task;
use cib::Element;
use model::{Role, Score};
use std::sync::Arc;

const OK: i64 = 0;
const NOT_INSTALLED: i64 = 5;
const NOT_RUNNING: i64 = 7;
const PROMOTED: i64 = 8;

/// How an entry counts, after exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Done,
    Failed,
    /// No retry on this node mends it.
    Hard,
    /// No node mends it.
    Fatal,
    NotInstalled,
    NotConnected,
}

/// An entry under consideration.
pub(super) struct Entry<'a> {
    pub op: &'a Recorded,
    pub rsc: RscIx,
    pub node: NodeIx,
    pub code: i64,
    pub status: Status,
    pub expected: i64,
}

/// What the entries so far add up to.
#[derive(Default)]
pub(super) struct Replay {
    pub on_fail: Option<OnFail>,
    pub last_failure: Option<Arc<Element>>,
}

impl Replay {
    pub(super) fn on_fail(&self) -> OnFail {
        self.on_fail.unwrap_or(OnFail::Ignore)
    }
}

/// Whether an entry says anything about the state of the resource.
fn affects_state(op: &Recorded) -> bool {
    matches!(
        op.task,
        Task::Monitor | Task::Start | Task::Stop | Task::Promote | Task::Demote | Task::MigrateTo | Task::MigrateFrom
    ) || op.xml.attribute("operation") == Some("asyncmon")
}

fn status_of(number: i64) -> Option<Status> {
    Some(match number {
        -1 => Status::Pending,
        0 => Status::Done,
        2 | 3 | 4 | 9..=11 => Status::Failed,
        5 => Status::Hard,
        6 => Status::Fatal,
        7 => Status::NotInstalled,
        8 => Status::NotConnected,
        _ => return None,
    })
}
impl Cluster {
    /// Replays a history, oldest entry first; what comes out is what the failures in it ask for.
    pub(super) fn replay(&mut self, rsc: RscIx, node: NodeIx, ops: &[Recorded]) -> OnFail {
        let mut replay = Replay::default();
        for op in ops {
            if !op.has_names() {
                let id = self.rscs[rsc].id.to_string();
                self.complain(&id, "a history entry without id or operation is ignored");
                continue;
            }
            if affects_state(op) {
                self.replay_entry(rsc, node, op, &mut replay);
            }
        }
        replay.on_fail()
    }

    fn replay_entry(&mut self, rsc: RscIx, node: NodeIx, op: &Recorded, replay: &mut Replay) {
        let code = op.code().filter(|code| (0..=255).contains(code));
        let (Some(status), Some(code)) = (op.status().and_then(status_of), code) else {
            let id = self.rscs[rsc].id.to_string();
            self.complain(
                &id,
                format!("history entry {} is ignored: its op-status or rc-code means nothing", op.key()),
            );
            return;
        };
        let expected = op.expected().unwrap_or(-1);
        let mut entry = Entry { op, rsc, node, code, status, expected };
        let expired = self.has_expired(&entry);
        self.settle_result(&mut entry, replay, expired);
        if expired && self.pass_over_expired(&entry, code) {
            return;
        }
        if !self.in_bundle(rsc) && op.is_masked_probe() {
            self.mask_probe(&entry, replay);
            return;
        }
        match entry.status {
            Status::Pending => self.replay_pending(&entry, replay),
            Status::Done => self.replay_success(&entry, entry.code, replay),
            Status::NotInstalled => self.replay_not_installed(&entry, replay),
            Status::NotConnected => {
                let managed = self.nodes[node].remote.filter(|remote| self.rscs[*remote].managed);
                if let Some(remote) = managed.filter(|_| self.is_any_remote(node)) {
                    self.mark_failed(remote);
                }
                self.replay_failure(&entry, replay);
            }
            Status::Failed | Status::Hard | Status::Fatal => self.replay_failure(&entry, replay),
        }
    }

    fn replay_pending(&mut self, entry: &Entry<'_>, replay: &Replay) {
        if replay.last_failure.as_deref().is_some_and(|failure| is_newer_failure(failure, entry.op)) {
            return;
        }
        let task = entry.op.task;
        if task == Task::Start {
            self.rscs[entry.rsc].start_pending = true;
            self.set_active(entry.rsc);
        } else if task == Task::Promote {
            self.rscs[entry.rsc].role = Role::Promoted;
        } else if task == Task::MigrateTo && self.nodes[entry.node].unclean {
            let target = entry.op.xml.attribute("migrate_target").and_then(|name| self.node_by_name(name));
            if let Some(target) = target {
                self.stop(entry.rsc, target, false);
            }
        }
        if self.rscs[entry.rsc].pending.is_none() && !entry.op.is_probe() {
            self.rscs[entry.rsc].pending = Some((entry.op.task, entry.node));
        }
    }

    /// The role of something that is active, when nothing says more.
    pub(super) fn set_active(&mut self, rsc: RscIx) {
        let promotable = self.rscs[self.top_of(rsc, false)].promotable;
        self.rscs[rsc].role = if promotable { Role::Unpromoted } else { Role::Started };
    }

    /// Sets the role that a result means, and forgets what it mends.
    pub(super) fn replay_success(&mut self, entry: &Entry<'_>, code: i64, replay: &mut Replay) {
        let (rsc, task) = (entry.rsc, entry.op.task);
        let set = |cluster: &mut Self, role| cluster.rscs[rsc].role = role;
        let mut mends = true;
        if code == NOT_INSTALLED || (!self.in_bundle(rsc) && entry.op.is_masked_probe()) {
            set(self, Role::Stopped);
            mends = false;
        } else if code == NOT_RUNNING {
        } else if task == Task::Monitor {
            let failed_key = replay.last_failure.as_deref().map(super::recorded::key_of);
            mends = failed_key.is_some_and(|failed| failed == entry.op.key());
            if self.rscs[rsc].role < Role::Started {
                self.set_active(rsc);
            }
        } else if matches!(task, Task::Start | Task::MigrateFrom) {
            set(self, Role::Started);
        } else if task == Task::Stop {
            set(self, Role::Stopped);
        } else if task == Task::Promote {
            set(self, Role::Promoted);
        } else if task == Task::Demote {
            mends = replay.on_fail() == OnFail::Demote;
            set(self, Role::Unpromoted);
        } else if task == Task::MigrateTo {
            mends = false;
            self.replay_migrated_away(entry);
        } else {
            mends = false;
            if self.rscs[rsc].role < Role::Started {
                self.set_active(rsc);
            }
        }
        if mends {
            self.mend(rsc, replay);
        }
    }

    fn mend(&mut self, rsc: RscIx, replay: &mut Replay) {
        let mended = match replay.on_fail() {
            OnFail::Stop | OnFail::Ban | OnFail::Standby | OnFail::Fence => false,
            OnFail::Block | OnFail::Ignore | OnFail::Demote | OnFail::Restart | OnFail::RestartContainer => true,
            OnFail::ResetRemote => self.rscs[rsc].reconnect_ms == 0,
        };
        if mended {
            replay.on_fail = None;
            self.rscs[rsc].next_role = Role::Unknown;
        }
    }

    fn mask_probe(&mut self, entry: &Entry<'_>, replay: &mut Replay) {
        let ban = self.banned_by(entry.rsc);
        self.replay_success(entry, entry.expected, replay);
        self.note_failure(entry);
        let what = self.describe(entry);
        self.add_score(ban, entry.node, Score::MINUS_INFINITY, ("", &what));
    }
}

/// Whether a failure is of the same operation as a pending one, and not older.
fn is_newer_failure(failure: &Element, pending: &Recorded) -> bool {
    let changed = super::recorded::number(failure, &["last-rc-change"]);
    failure.attribute("operation") == pending.xml.attribute("operation")
        && super::recorded::interval(failure) == pending.interval
        && matches!((changed, pending.changed), (Some(failure), Some(pending)) if failure >= pending)
}
