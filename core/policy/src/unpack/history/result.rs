//! What a recorded result means, by what was done: a probe may find anything, degraded is good, some codes ban.

use super::{Entry, NOT_INSTALLED, NOT_RUNNING, OK, PROMOTED, Replay, Status};
use crate::cluster::Cluster;
use model::Role;

impl Cluster {
    /// Turns a recorded result into what it means: degraded is good, a probe may find anything, some codes ban.
    pub(super) fn settle_result(&mut self, entry: &mut Entry<'_>, replay: &mut Replay, expired: bool) {
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
}
