//! Failures that are forgotten: because their time is over, or because the resource's parameters changed.

use super::history::Entry;
use crate::cluster::{Cluster, LateCheck};
use crate::digest::Verdict;
use crate::failcount::seconds;
use crate::ids::RscIx;
use crate::relation::Rel;
use crate::task::Task;
use model::{Role, Score};
use std::sync::Arc;

impl Cluster {
    /// Whether an entry's failure timeout is over; plans to clear failures that are to be forgotten.
    pub(super) fn has_expired(&mut self, entry: &Entry<'_>) -> bool {
        if entry.op.status() == Some(7) {
            return false;
        }
        let (rsc, node) = (entry.rsc, entry.node);
        let is_last = entry.op.is_last_failure();
        let (mut expired, mut unexpired) = (false, Score::ZERO);
        let timeout = seconds(self.rscs[rsc].failure_timeout_ms);
        if let (1.., Some(changed)) = (timeout, entry.op.changed) {
            expired = self.now >= changed.saturating_add(timeout) && !self.waits_for_fencing(entry);
            let failures = self.count_failures(rsc, node, Some(entry.op), true);
            unexpired = failures.count;
            let until = failures.last.unwrap_or(0).saturating_add(timeout + 1);
            if unexpired > Score::ZERO && self.now < until {
                self.recheck(until);
            }
        }
        let mut reason = None;
        if expired {
            if self.count_failures(rsc, node, Some(entry.op), false).count > Score::ZERO {
                if unexpired == Score::ZERO {
                    reason = Some("it expired");
                } else {
                    expired = false;
                }
            } else if is_last && self.rscs[rsc].reconnect_ms > 0 {
                reason = Some("reconnect interval is set");
            }
        }
        if !expired && is_last && self.parameters_changed(entry) {
            reason = Some("resource parameters have changed");
        }
        if let Some(reason) = reason {
            self.clear_expired(rsc, entry, reason);
        }
        expired && !(entry.op.is_probe() && matches!(entry.code, 0 | 7 | 8 | 190 | 191))
    }

    fn clear_expired(&mut self, rsc: RscIx, entry: &Entry<'_>, reason: &str) {
        let clear = self.clear_failures(rsc, entry.node, reason);
        if self.options.fencing && self.rscs[rsc].reconnect_ms > 0 {
            let id = Arc::clone(&self.rscs[rsc].id);
            if let Some(remote) = self.node_by_name(&id) {
                let fence = self.fence_action(remote, None, true, None, false);
                self.relate(fence, clear, Rel::FIRST_IMPLIES_THEN);
            }
        }
    }

    /// The failed monitor of a connection does not expire before the node behind it is fenced.
    fn waits_for_fencing(&self, entry: &Entry<'_>) -> bool {
        let r = &self.rscs[entry.rsc];
        r.reconnect_ms > 0
            && self.options.fencing
            && entry.op.interval != 0
            && entry.op.task == Task::Monitor
            && self.node_by_name(&r.id).is_some_and(|remote| !self.nodes[remote].remote_fenced)
    }

    fn parameters_changed(&mut self, entry: &Entry<'_>) -> bool {
        if !matches!(entry.op.task, Task::Start | Task::Monitor) {
            return false;
        }
        if self.needs_host_name(entry.rsc) {
            let operation = Arc::clone(&entry.op.xml);
            self.late_checks.insert(0, LateCheck { rsc: entry.rsc, node: entry.node, operation, last_failure: true });
            return false;
        }
        let verdict = self.compare_digest(entry.rsc, entry.op, entry.op.task, entry.node);
        !matches!(verdict, Verdict::Unknown | Verdict::Match)
    }

    /// Whether an expired entry says nothing any more.
    pub(super) fn pass_over_expired(&mut self, entry: &Entry<'_>, recorded: i64) -> bool {
        if !self.in_bundle(entry.rsc) && entry.op.is_masked_probe() && recorded != entry.expected {
            let role = &mut self.rscs[entry.rsc].role;
            if *role <= Role::Stopped {
                *role = Role::Unknown;
            }
            return true;
        }
        if entry.code == entry.expected {
            return false;
        }
        if entry.op.interval == 0 {
            return true;
        }
        let n = &self.nodes[entry.node];
        if n.online && !n.unclean {
            self.rescheduled.push((entry.node, entry.op.xml.id().unwrap_or_default().to_owned()));
            return true;
        }
        false
    }
}
