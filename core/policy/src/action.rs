//! Actions while they are being decided: made on demand, found again by key and node.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::operation::Operation;
use crate::options::NoQuorum;
use crate::relation::{Link, Rel};
use crate::task::{Key, Stage, Task};
use model::Role;
use std::sync::Arc;

/// What must hold before an action may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// Quorum.
    Quorum,
    /// Quorum, and unclean nodes fenced.
    Fencing,
}

/// The parts of an action that orderings change.
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facets {
    /// Whether it need not happen.
    pub optional: bool,
    /// Whether it can happen.
    pub runnable: bool,
    /// Whether it can be part of a live migration.
    pub migratable: bool,
    /// Whether there is nothing to run.
    pub pseudo: bool,
}

/// One action.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
pub struct Action {
    /// Of which resource; `None` for fencing, shutdown and milestones.
    pub rsc: Option<RscIx>,
    /// Where.
    pub node: Option<NodeIx>,
    /// What it is known by.
    pub key: Key,
    /// The name of an action without a resource.
    pub name: Option<Arc<str>>,
    /// What it does.
    pub task: Task,
    /// For a cancellation: what is cancelled.
    pub cancels: Option<Task>,
    /// What orderings change.
    pub facets: Facets,
    /// In the graph even when it need not happen.
    pub always: bool,
    /// A recurring operation whose configuration changed.
    pub reschedule: bool,
    /// Stops what a live migration left behind.
    pub migration_abort: bool,
    /// In the graph.
    pub graphed: bool,
    pub(crate) deduplicated: bool,
    /// What must hold.
    pub needs: Needs,
    /// Its own priority in the graph.
    pub priority: i32,
    /// Its operation.
    pub operation: Arc<Operation>,
    /// Meta attributes beyond those of its operation.
    pub meta: Vec<(String, String)>,
    /// The expected code, when it is not 0.
    pub expected: Option<u8>,
    /// What must happen before, oldest relation first.
    pub before: Vec<Link>,
    /// What must happen after, oldest relation first.
    pub after: Vec<Link>,
    pub(crate) runnable_needed: u32,
    pub(crate) runnable_found: u32,
    /// Why, in Pacemaker's words.
    pub reason: Option<String>,
    pub(crate) mark: u32,
}

impl Action {
    /// A meta attribute: its own, else its operation's.
    pub fn meta(&self, name: &str) -> Option<&str> {
        let own = self.meta.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        own.or_else(|| self.operation.meta.get(name))
    }

    /// Sets a meta attribute of its own.
    pub(crate) fn set_meta(&mut self, name: &str, value: &str) {
        match self.meta.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.meta.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Whether it recurs.
    pub fn is_recurring(&self) -> bool {
        self.key.interval > 0
    }

    /// Notes why, unless a reason is known.
    pub(crate) fn explain(&mut self, reason: &str) {
        if self.reason.is_none() {
            self.reason = Some(reason.to_owned());
        }
    }
}

impl Cluster {
    /// The word of a task.
    pub fn word(&self, task: Task) -> &str {
        if let Task::Other(n) = task {
            return self.other_tasks.get(usize::from(n)).map_or("other", |word| word);
        }
        task.as_str()
    }

    /// The task of a word, known or not.
    pub(crate) fn task(&mut self, word: &str) -> Task {
        if let Some(task) = Task::known(word) {
            return task;
        }
        let place = self.other_tasks.iter().position(|known| known == word).unwrap_or_else(|| {
            self.other_tasks.push(word.to_owned());
            self.other_tasks.len() - 1
        });
        Task::Other(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// The name people know an action by.
    pub fn key_text(&self, action: ActIx) -> String {
        let a = &self.actions[action];
        match (&a.name, a.rsc) {
            (Some(name), _) => name.to_string(),
            (None, Some(rsc)) => a.key.text(&self.rscs[rsc].id, self.word(a.key.task)),
            (None, None) => a.key.to_string(),
        }
    }

    /// A resource's action: the one that is there, or a new one. Required unless `optional`; what is required stays so.
    pub(crate) fn act(&mut self, rsc: RscIx, key: Key, node: Option<NodeIx>, optional: bool) -> ActIx {
        let action = match self.find_with_key(rsc, key, node) {
            Some(action) => {
                if let (None, Some(_)) = (self.actions[action].node, node) {
                    self.actions[action].node = node;
                }
                action
            }
            None => self.new_action(rsc, key, node, optional),
        };
        self.note_required(action, rsc, optional);
        self.note_runnable(action, rsc);
        action
    }

    fn new_action(&mut self, rsc: RscIx, key: Key, node: Option<NodeIx>, optional: bool) -> ActIx {
        let task = if key.notify.is_some() { Task::Notify } else { key.task };
        let operation = self.operation(rsc, task, key.interval, node);
        let needs = match (task, &self.rscs[rsc]) {
            (Task::Start | Task::Promote, r) if r.needs_fencing => Needs::Fencing,
            (Task::Start | Task::Promote, r) if r.needs_quorum => Needs::Quorum,
            _ => Needs::Nothing,
        };
        let action = self.actions.push(Action {
            rsc: Some(rsc),
            node,
            key,
            name: None,
            task: match key.notify {
                Some(Stage::Pre | Stage::Post) => Task::Notify,
                Some(Stage::ConfirmedPre | Stage::ConfirmedPost) => Task::Notified,
                None => key.task,
            },
            needs,
            operation,
            ..Action::blank(optional)
        });
        self.rscs[rsc].actions.push(action);
        action
    }

    fn note_required(&mut self, action: ActIx, rsc: RscIx, optional: bool) {
        let a = &mut self.actions[action];
        if a.node.is_some() && !a.facets.pseudo && !self.rscs[rsc].managed && a.meta("interval").is_none() {
            a.facets.optional = true;
        } else if !optional {
            a.facets.optional = false;
        }
    }

    fn note_runnable(&mut self, action: ActIx, rsc: RscIx) {
        let a = &self.actions[action];
        if a.facets.pseudo {
            return;
        }
        let Some(node) = a.node else {
            self.actions[action].facets.runnable = false;
            return;
        };
        let on_coordinator = a.task == Task::Forget;
        let (task, needs) = (a.task, a.needs);
        let n = &self.nodes[node];
        let guest = self.is_guest(node);
        if !on_coordinator && !n.online && (!guest || n.remote_reset) {
            let fence = self.rscs[rsc].managed && task == Task::Stop && !n.unclean;
            self.actions[action].facets.runnable = false;
            if fence {
                self.fence_node(node, "stop is unrunnable", false);
            }
        } else if !on_coordinator && n.pending {
            self.actions[action].facets.runnable = false;
        } else if needs == Needs::Nothing {
            let runnable = !guest || self.can_fence(Some(node));
            self.actions[action].reason = None;
            self.actions[action].facets.runnable = runnable;
        } else {
            match self.effective_no_quorum(rsc) {
                NoQuorum::Stop => self.block_for(action, "no quorum"),
                NoQuorum::Freeze => {
                    let r = &self.rscs[rsc];
                    if !self.is_active(rsc, true) || r.next_role > r.role {
                        self.block_for(action, "quorum freeze");
                    }
                }
                NoQuorum::Ignore | NoQuorum::Fence | NoQuorum::Demote => self.actions[action].facets.runnable = true,
            }
        }
    }

    fn block_for(&mut self, action: ActIx, reason: &str) {
        self.actions[action].facets.runnable = false;
        self.actions[action].reason = Some(reason.to_owned());
    }

    fn effective_no_quorum(&mut self, rsc: RscIx) -> NoQuorum {
        if self.options.quorate {
            return NoQuorum::Ignore;
        }
        if self.options.no_quorum != NoQuorum::Demote {
            return self.options.no_quorum;
        }
        let r = &mut self.rscs[rsc];
        if matches!(r.role, Role::Promoted | Role::Unpromoted) {
            if r.next_role > Role::Unpromoted {
                r.next_role = Role::Unpromoted;
            }
            NoQuorum::Ignore
        } else {
            NoQuorum::Stop
        }
    }

    /// The oldest action of a key on a node; one without a node fits any, and any fits when no node is asked for.
    pub(crate) fn find_with_key(&self, rsc: RscIx, key: Key, node: Option<NodeIx>) -> Option<ActIx> {
        self.rscs[rsc].actions.iter().copied().find(|action| {
            let a = &self.actions[*action];
            a.key == key && (node.is_none() || a.node.is_none() || a.node == node)
        })
    }

    /// All actions of a key, oldest first, on whatever node.
    pub(crate) fn with_key(&self, rsc: RscIx, key: Key) -> Vec<ActIx> {
        self.rscs[rsc].actions.iter().copied().filter(|action| self.actions[*action].key == key).collect()
    }

    /// All actions of a key that are on a node, oldest first.
    pub(crate) fn with_key_on(&self, rsc: RscIx, key: Key, node: NodeIx) -> Vec<ActIx> {
        let mut all = self.with_key(rsc, key);
        all.retain(|action| self.actions[*action].node == Some(node));
        all
    }

    /// As [`Cluster::with_key_on`], but those without a node are put there and count.
    pub(crate) fn with_key_claimed(&mut self, rsc: RscIx, key: Key, node: NodeIx) -> Vec<ActIx> {
        let mut all = self.with_key(rsc, key);
        for action in &all {
            self.actions[*action].node.get_or_insert(node);
        }
        all.retain(|action| self.actions[*action].node == Some(node));
        all
    }

    /// The newest action of a task, on a node if one is given.
    pub(crate) fn first_action(&self, rsc: RscIx, task: Task, node: Option<NodeIx>) -> Option<ActIx> {
        self.rscs[rsc].actions.iter().rev().copied().find(|action| {
            let a = &self.actions[*action];
            a.task == task && (node.is_none() || a.node == node)
        })
    }

    /// An action that belongs to no resource, known by its name.
    pub(crate) fn singleton(&mut self, name: &str, task: Task, node: Option<NodeIx>) -> ActIx {
        if let Some(action) = self.singletons.get(name) {
            return *action;
        }
        let name: Arc<str> = Arc::from(name);
        let action = self.actions.push(Action {
            node,
            key: Key::once(task),
            name: Some(Arc::clone(&name)),
            task,
            ..Action::blank(true)
        });
        self.singletons.insert(name, action);
        action
    }

    /// A milestone: nothing to run, known by its name.
    pub(crate) fn milestone(&mut self, name: &str) -> ActIx {
        let action = self.singleton(name, Task::Milestone, None);
        self.actions[action].facets.pseudo = true;
        self.actions[action].facets.runnable = true;
        action
    }

    /// A collective's pseudo action.
    pub(crate) fn pseudo(&mut self, rsc: RscIx, task: Task, optional: bool, runnable: bool) -> ActIx {
        let action = self.act(rsc, Key::once(task), None, optional);
        let facets = &mut self.actions[action].facets;
        facets.pseudo = true;
        facets.runnable |= runnable;
        action
    }

    pub(crate) fn stop(&mut self, rsc: RscIx, node: NodeIx, optional: bool) -> ActIx {
        self.act(rsc, Key::once(Task::Stop), Some(node), optional)
    }

    pub(crate) fn start(&mut self, rsc: RscIx, node: Option<NodeIx>) -> ActIx {
        self.act(rsc, Key::once(Task::Start), node, true)
    }

    /// Orders two actions directly; false when they are already related in one of these ways.
    pub(crate) fn relate(&mut self, first: ActIx, then: ActIx, rel: Rel) -> bool {
        if rel == Rel::NONE {
            return false;
        }
        let (after, before) = (&self.actions[first].after, &self.actions[then].before);
        let known = if after.len() <= before.len() {
            after.iter().any(|link| link.action == then && link.rel.has_any(rel))
        } else {
            before.iter().any(|link| link.action == first && link.rel.has_any(rel))
        };
        if !known {
            self.actions[first].after.push(Link { action: then, rel, graphed: false });
            self.actions[then].before.push(Link { action: first, rel, graphed: false });
        }
        !known
    }
}

impl Action {
    fn blank(optional: bool) -> Self {
        Self {
            rsc: None,
            node: None,
            key: Key::once(Task::Milestone),
            name: None,
            task: Task::Milestone,
            cancels: None,
            facets: Facets { optional, runnable: true, migratable: false, pseudo: false },
            always: false,
            reschedule: false,
            migration_abort: false,
            graphed: false,
            deduplicated: false,
            needs: Needs::Nothing,
            priority: 0,
            operation: Arc::default(),
            meta: Vec::new(),
            expected: None,
            before: Vec::new(),
            after: Vec::new(),
            runnable_needed: 0,
            runnable_found: 0,
            reason: None,
            mark: 0,
        }
    }
}
