//! Replaying a history: entry by entry, what a resource's role on a node is, and what its failures ask for.

use super::recorded::Recorded;
use crate::cluster::{Cluster, Failure};
use crate::ids::{NodeIx, RscIx};
use crate::operation::OnFail;
use crate::task::Task;
use cib::Element;
use model::{OcfCode, Role, Score};
use std::sync::Arc;

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

const OK: i64 = 0;
const NOT_INSTALLED: i64 = 5;
const NOT_RUNNING: i64 = 7;
const PROMOTED: i64 = 8;

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

    /// Turns a recorded result into what it means: degraded is good, a probe may find anything, some codes ban.
    fn settle_result(&mut self, entry: &mut Entry<'_>, replay: &mut Replay, expired: bool) {
        let remapped = match entry.code {
            190 => OK,
            191 => PROMOTED,
            code => code,
        };
        if remapped != entry.code {
            entry.code = remapped;
            if !expired && (!self.nodes[entry.node].shutdown || self.nodes[entry.node].online) {
                self.note_failure(entry);
            }
        }
        let masked = !self.in_bundle(entry.rsc) && entry.op.is_masked_probe();
        if masked && (entry.status != Status::Done || entry.code != NOT_RUNNING) {
            (entry.status, entry.code) = (Status::Done, NOT_RUNNING);
        }
        let ran = entry.op.status() != Some(10) && entry.op.status() != Some(11);
        if !ran {
            entry.status = Status::Hard;
            return;
        }
        if entry.status != Status::Done && entry.op.status() != Some(4) {
            return;
        }
        if !matches!(entry.status, Status::Done | Status::Failed) {
            return;
        }
        entry.status = if entry.expected >= 0 && entry.code == entry.expected { Status::Done } else { Status::Failed };
        self.settle_code(entry, replay, expired);
    }

    fn settle_code(&mut self, entry: &mut Entry<'_>, replay: &mut Replay, expired: bool) {
        let probe = entry.op.is_probe();
        match entry.code {
            OK if probe && entry.expected == NOT_RUNNING => entry.status = Status::Done,
            OK => {}
            NOT_RUNNING if (probe || entry.expected == entry.code || !self.rscs[entry.rsc].managed) => {
                entry.status = Status::Done;
                self.rscs[entry.rsc].role = Role::Stopped;
                replay.on_fail = None;
                self.rscs[entry.rsc].next_role = Role::Unknown;
            }
            PROMOTED => {
                if probe && entry.code != entry.expected {
                    entry.status = Status::Done;
                }
                if !expired || entry.code == entry.expected {
                    self.rscs[entry.rsc].role = Role::Promoted;
                }
            }
            9 => {
                if !expired {
                    self.rscs[entry.rsc].role = Role::Promoted;
                }
                entry.status = Status::Failed;
            }
            6 => entry.status = Status::Fatal,
            3 if entry.op.interval > 0 => entry.status = Status::Failed,
            3 | NOT_INSTALLED | 2 | 4 => {
                if !expired {
                    self.block_if_unrecoverable(entry);
                }
                entry.status = Status::Hard;
            }
            _ if entry.status == Status::Done => entry.status = Status::Failed,
            _ => {}
        }
    }

    /// A stop that cannot be retried, on a node that cannot be fenced: nobody can do anything.
    fn block_if_unrecoverable(&mut self, entry: &Entry<'_>) {
        if entry.op.task == Task::Stop && !self.can_fence(Some(entry.node)) {
            self.rscs[entry.rsc].managed = false;
            self.rscs[entry.rsc].blocked = true;
        }
    }

    /// What a failure leaves behind, by what failed.
    fn replay_failed_task(&mut self, entry: &Entry<'_>, on_fail: OnFail) {
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

    /// What a failure bans: the clone, when its instances are not told apart.
    fn banned_by(&self, rsc: RscIx) -> RscIx {
        if self.rscs[rsc].unique { rsc } else { self.top_of(rsc, false) }
    }

    fn configured_on_fail(&mut self, entry: &Entry<'_>) -> (OnFail, Role) {
        let (rsc, task, interval) = (entry.rsc, entry.op.task, entry.op.interval);
        let operation = self.operation(rsc, task, interval, Some(entry.node));
        let on_fail = self.on_fail(rsc, task, interval, operation.meta.get("on-fail"));
        (on_fail, self.role_after_failure(rsc, task, on_fail))
    }

    fn replay_not_installed(&mut self, entry: &Entry<'_>, replay: &mut Replay) {
        let (on_fail, role) = self.configured_on_fail(entry);
        if on_fail == OnFail::Ignore {
            replay.on_fail = Some(OnFail::Ban);
        }
        let ban = self.banned_by(entry.rsc);
        self.add_score(ban, entry.node, Score::MINUS_INFINITY, ("", "the agent is not installed here"));
        self.fail(entry, (on_fail, role), replay);
    }

    fn replay_failure(&mut self, entry: &Entry<'_>, replay: &mut Replay) {
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
    fn describe(&self, entry: &Entry<'_>) -> String {
        let code = u8::try_from(entry.code).map_or("error", |code| OcfCode(code).as_str());
        let reason = entry.op.xml.attribute("exit-reason").filter(|reason| !reason.is_empty());
        format!("{} failed here: {}", self.word(entry.op.task), reason.unwrap_or(code))
    }

    fn fail(&mut self, entry: &Entry<'_>, (on_fail, role): (OnFail, Role), replay: &mut Replay) {
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

    fn mask_probe(&mut self, entry: &Entry<'_>, replay: &mut Replay) {
        let ban = self.banned_by(entry.rsc);
        self.replay_success(entry, entry.expected, replay);
        self.note_failure(entry);
        let what = self.describe(entry);
        self.add_score(ban, entry.node, Score::MINUS_INFINITY, ("", &what));
    }

    /// Remembers a failure for those who ask, once for each operation and node.
    fn note_failure(&mut self, entry: &Entry<'_>) {
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

/// Whether a failure is of the same operation as a pending one, and not older.
fn is_newer_failure(failure: &Element, pending: &Recorded) -> bool {
    let changed = super::recorded::number(failure, &["last-rc-change"]);
    failure.attribute("operation") == pending.xml.attribute("operation")
        && super::recorded::interval(failure) == pending.interval
        && matches!((changed, pending.changed), (Some(failure), Some(pending)) if failure >= pending)
}
