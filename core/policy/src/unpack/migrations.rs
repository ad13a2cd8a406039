//! Live migrations in the history: what succeeded, what failed half-way, and where leftovers are.

use super::history::Entry;
use super::recorded::{compare, number};
use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use cib::Element;
use model::Role;
use std::sync::Arc;

/// The exit code of operations that never ran.
const NEVER_RAN: i64 = 193;

struct Migration {
    source: String,
    target: String,
}

impl Cluster {
    fn migration(&mut self, entry: &Entry<'_>, leaving: bool) -> Option<Migration> {
        let (source, target) = (entry.op.xml.attribute("migrate_source")?, entry.op.xml.attribute("migrate_target")?);
        let here = if leaving { source } else { target };
        here.eq_ignore_ascii_case(&self.nodes[entry.node].name)
            .then(|| Migration { source: source.to_owned(), target: target.to_owned() })
    }

    /// The one entry of an operation in a resource's history on a node; for migrations, of one with that peer.
    fn only_entry(&self, node: &str, rsc: RscIx, operation: &str, peer: Option<&str>) -> Option<Arc<Element>> {
        let peer_attribute = if operation == "migrate_to" { "migrate_target" } else { "migrate_source" };
        let entries = self.history_entries(node, &self.rscs[rsc].id);
        let mut fitting = entries.into_iter().filter(|op| {
            op.attribute("operation") == Some(operation)
                && peer.is_none_or(|peer| op.attribute(peer_attribute) == Some(peer))
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    fn succeeded(entry: &Element, code: i64) -> bool {
        number(entry, &["rc-code"]) == Some(code) && number(entry, &["op-status"]) == Some(0)
    }

    /// Whether a node knows nothing of a resource but operations that never ran.
    fn knows_nothing(&self, node: &str, rsc: RscIx) -> bool {
        let entries = self.history_entries(node, &self.rscs[rsc].id);
        !entries.iter().any(|op| op.attribute("rc-code").is_some() && number(op, &["rc-code"]) != Some(NEVER_RAN))
    }

    /// Whether the resource was started, stopped or migrated on a node after an entry.
    fn acted_after(&self, node: &str, rsc: RscIx, entry: &Element) -> bool {
        self.history_entries(node, &self.rscs[rsc].id).iter().any(|op| {
            let acts = matches!(op.attribute("operation"), Some("start" | "stop" | "migrate_to" | "migrate_from"));
            let same = op.id() == entry.id() && op.attribute("call-id") == entry.attribute("call-id") && **op == *entry;
            acts && !same && compare(op, entry).is_gt()
        })
    }

    /// Whether a node knows something newer about the resource than the migration.
    fn knows_newer(&self, node: &str, rsc: RscIx, to: Option<&Element>, from: Option<&Element>) -> bool {
        let Some(mut entry) = from.or(to) else { return false };
        if let (Some(to), Some(_)) = (to, from)
            && entry.attribute("migrate_source").is_some_and(|source| source.eq_ignore_ascii_case(node))
        {
            entry = to;
        }
        let stopped = self.only_entry(node, rsc, "monitor", None).filter(|monitor| Self::succeeded(monitor, 7));
        self.acted_after(node, rsc, entry) || stopped.is_some_and(|monitor| compare(&monitor, entry).is_gt())
    }

    pub(super) fn replay_migrated_away(&mut self, entry: &Entry<'_>) {
        let Some(Migration { source, target }) = self.migration(entry, true) else { return };
        let rsc = entry.rsc;
        let source_newer = self.acted_after(&source, rsc, &entry.op.xml);
        let from = self.only_entry(&target, rsc, "migrate_from", Some(&source));
        if from.is_some() && source_newer {
            return;
        }
        let code = from.as_deref().map_or(Some(0), |op| number(op, &["rc-code"]));
        let status = from.as_deref().map_or(Some(-1), |op| number(op, &["op-status"]));
        let target_newer = self.knows_newer(&target, rsc, Some(&entry.op.xml), from.as_deref());
        if source_newer && target_newer {
            return;
        }
        if code == Some(0) && status == Some(0) {
            self.rscs[rsc].role = Role::Stopped;
            self.rscs[rsc].dangling.insert(0, entry.node);
            return;
        }
        self.rscs[rsc].role = Role::Started;
        let target_node = self.node_by_name(&target).filter(|node| self.nodes[*node].online);
        let active_there = target_node.filter(|_| !target_newer);
        if status != Some(-1) {
            match active_there {
                Some(node) => self.add_running(rsc, node, true),
                None => self.fail_migration(rsc),
            }
        } else if target_node.is_some() && self.knows_nothing(&target, rsc) {
        } else if let Some(node) = active_there {
            self.add_running(rsc, node, false);
            self.note_partial(rsc, &source, node);
        } else if !source_newer {
            self.fail_migration(rsc);
        }
    }

    fn note_partial(&mut self, rsc: RscIx, source: &str, target: NodeIx) {
        if let Some(source) = self.node_by_name(source).filter(|node| self.nodes[*node].online) {
            self.rscs[rsc].partial_migration = Some((source, target));
        }
    }

    fn fail_migration(&mut self, rsc: RscIx) {
        self.mark_failed(rsc);
        self.rscs[rsc].migratable = false;
    }

    pub(super) fn replay_failed_to_leave(&mut self, entry: &Entry<'_>) {
        let Some(Migration { source, target }) = self.migration(entry, true) else { return };
        let rsc = entry.rsc;
        self.rscs[rsc].role = Role::Started;
        let from = self.only_entry(&target, rsc, "migrate_from", Some(&source)).filter(|op| Self::succeeded(op, 0));
        let newer = self.knows_newer(&target, rsc, Some(&entry.op.xml), from.as_deref());
        if !self.knows_nothing(&target, rsc) && !newer {
            if let Some(node) = self.node_by_name(&target).filter(|node| self.nodes[*node].online) {
                self.add_running(rsc, node, false);
            }
        } else if !self.acted_after(&source, rsc, &entry.op.xml) {
            self.rscs[rsc].dangling.insert(0, entry.node);
        }
    }

    pub(super) fn replay_failed_to_arrive(&mut self, entry: &Entry<'_>) {
        let Some(Migration { source, target }) = self.migration(entry, false) else { return };
        let rsc = entry.rsc;
        self.rscs[rsc].role = Role::Started;
        let to = self.only_entry(&source, rsc, "migrate_to", Some(&target)).filter(|op| Self::succeeded(op, 0));
        let newer = self.knows_newer(&source, rsc, to.as_deref(), Some(&entry.op.xml));
        if !self.knows_nothing(&source, rsc)
            && !newer
            && let Some(node) = self.node_by_name(&source).filter(|node| self.nodes[*node].online)
        {
            self.add_running(rsc, node, true);
        }
    }
}
