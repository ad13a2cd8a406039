//! What each history says, understood once. Most of a status is the same from plan to plan, and most of it says only
//! that something does not run somewhere: that needs no replay.
//!
//! What is remembered belongs to one configuration: [`crate::Planner`] forgets it together with that.

use super::recorded::{self, Recorded};
use crate::cluster::Cluster;
use crate::ids::{Id, NodeIx, RscIx};
use crate::task::{Key, Task};
use cib::Element;
use model::{Role, Score};
use std::sync::Arc;

/// The histories of one node.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    /// Its `node_state`.
    state: Arc<Element>,
    pub entries: Vec<Known>,
}

/// The history of one resource on one node.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub xml: Arc<Element>,
    /// Whose it is, when the configuration alone says so: not for anonymous instances, and what is no longer configured.
    pub rsc: Option<RscIx>,
    /// Whether it is about the agent that is configured; nothing is known of that without a resource.
    pub same_agent: bool,
    rest: Option<Rest>,
    operations: Option<Arc<[Recorded]>>,
}

/// A history without failures after which the resource is known not to run.
#[derive(Clone, Copy, Debug)]
struct Rest {
    /// When it was stopped, if that is the last that was done.
    stopped: Option<i64>,
}

impl Known {
    /// Its operations, oldest first.
    pub fn operations(&self, cluster: &mut Cluster) -> Arc<[Recorded]> {
        match &self.operations {
            Some(operations) => Arc::clone(operations),
            None => recorded::history(cluster, &self.xml).into(),
        }
    }
}

impl Rest {
    fn of(operations: &[Recorded]) -> Option<Self> {
        let (start, stop) = recorded::active_span(operations);
        let mut runs = false;
        for (at, operation) in operations.iter().enumerate() {
            let over = start < stop && Some(at) <= stop;
            runs = operation.leaves_running().filter(|_| operation.interval == 0 || over)?;
        }
        let last = operations.last().filter(|_| !runs)?;
        Some(Self { stopped: (last.task == Task::Stop).then(|| last.changed.unwrap_or(0)) })
    }
}

impl Remembered {
    fn entry_like(&self, at: usize, entry: &Arc<Element>) -> Option<&Known> {
        self.entries.get(at).filter(|known| Arc::ptr_eq(&known.xml, entry))
    }
}

impl Cluster {
    /// What a node remembers, from the last plan where that is still true.
    pub(super) fn recall(&mut self, state: &Arc<Element>, resources: &Element) -> Arc<Remembered> {
        let known = self.memory.iter().position(|known| known.state.id() == state.id());
        let before = known.map(|place| self.memory.swap_remove(place));
        if let Some(before) = before.as_ref().filter(|before| Arc::ptr_eq(&before.state, state)) {
            return Arc::clone(before);
        }
        let mut entries = Vec::with_capacity(resources.children().len());
        for entry in resources.children_named("lrm_resource") {
            let kept = before.as_ref().and_then(|before| before.entry_like(entries.len(), entry));
            let known = match kept {
                Some(kept) => kept.clone(),
                None => self.understand(entry, entries.len()),
            };
            entries.push(known);
        }
        Arc::new(Remembered { state: Arc::clone(state), entries })
    }

    fn understand(&mut self, entry: &Arc<Element>, at: usize) -> Known {
        let rsc = self.configured_owner(entry, at);
        let same_agent = rsc.is_some_and(|rsc| self.is_same_agent(rsc, entry));
        let mut operations = recorded::history(self, entry);
        let rest = Rest::of(&operations).filter(|_| rsc.is_some());
        // Words outside the known tasks are numbered anew in each plan.
        let lasting = rest.is_none() && operations.iter().all(|op| !matches!(op.task, Task::Other(_)));
        if lasting {
            operations.iter_mut().for_each(Recorded::note_digest);
        }
        Known {
            xml: Arc::clone(entry),
            rsc: rsc.filter(|_| !operations.is_empty()),
            same_agent,
            rest,
            operations: lasting.then(|| operations.into()),
        }
    }

    /// The configured resource that an entry is about; `at` is its place, which is mostly that of the node before too.
    fn configured_owner(&self, entry: &Element, at: usize) -> Option<RscIx> {
        let id = entry.id()?;
        let neighbour = self.histories.last().and_then(|history| history.memory.entries.get(at)?.rsc);
        let guess = neighbour.filter(|rsc| &*self.rscs[*rsc].id == id);
        guess.or_else(|| self.ids.get(id).copied()).filter(|rsc| {
            let r = &self.rscs[*rsc];
            let told_apart = r.unique && !self.rscs[self.top_of(*rsc, false)].is_anonymous_clone();
            rsc.place() < self.configured && told_apart && r.is_primitive() && !r.is_connection && &*r.id == id
        })
    }

    /// Draws the consequences of a history that says only that a resource does not run; false when it needs a replay
    /// nevertheless. What this leaves behind is what the replay would.
    pub(super) fn rest(&mut self, known: &Known, node: NodeIx) -> bool {
        let (Some(rsc), Some(rest)) = (known.rsc, known.rest) else { return false };
        let r = &mut self.rscs[rsc];
        let forgets = r.failure_timeout_ms > 0 && self.nodes[node].counts_failures();
        if forgets || self.options.shutdown_lock || r.partial_migration.is_some() || r.history_id.is_some() {
            return false;
        }
        r.role = r.role.max(Role::Stopped);
        r.next_role = r.target.unwrap_or(Role::Unknown);
        r.probed.insert(node);
        if let Some(at) = rest.stopped {
            r.note_halt(node, at);
        }
        for action in &r.actions {
            let action = &mut self.actions[*action];
            if action.key == Key::once(Task::Stop) && *action.node.get_or_insert(node) == node {
                action.facets.optional = true;
            }
        }
        true
    }
}

impl crate::resource::Rsc {
    /// Remembers where it was stopped last: what is being restarted there still counts as being there.
    pub(super) fn note_halt(&mut self, node: NodeIx, at: i64) {
        if self.failure_stickiness != Score::ZERO && self.halted.is_none_or(|(_, before)| before <= at) {
            self.halted = Some((node, at));
        }
    }
}
