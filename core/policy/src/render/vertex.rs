//! One vertex of the transition graph as an executor sees it: what runs, where, through whom, under which names.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::task::{Key, Stage, Task};
use std::sync::Arc;

/// Who runs a vertex; its tag in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Nobody: it is done when its inputs are.
    Pseudo,
    /// The cluster itself: fencing, shutdown, forgetting.
    Cluster,
    /// An agent.
    Agent,
}

impl Runs {
    /// The tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Pseudo => "pseudo_event",
            Self::Cluster => "crm_event",
            Self::Agent => "rsc_op",
        }
    }
}

/// The resource of a vertex under the names that an executor knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The preferred name.
    pub id: Arc<str>,
    /// An older name, for instances.
    pub long_id: Option<Arc<str>>,
}

/// A vertex.
#[derive(Clone, Debug)]
pub struct Vertex {
    /// Who runs it.
    pub runs: Runs,
    /// What: `start`, `stonith`, ...
    pub operation: String,
    /// The name of this very run: `ip_monitor_10000`.
    pub key: String,
    /// The name that the planner uses, where it is another one.
    pub internal_key: Option<String>,
    /// Where; also told for what happens to a node without running there.
    pub node: Option<NodeIx>,
    /// For a remote node: the member that holds its connection at that time.
    pub router: Option<NodeIx>,
    /// What it is done to.
    pub resource: Option<Resource>,
}

impl Cluster {
    /// An action as a vertex of the graph.
    pub fn vertex(&self, action: ActIx) -> Vertex {
        let a = &self.actions[action];
        let by_cluster = matches!(a.task, Task::Shutdown | Task::ClearFailcount | Task::Forget);
        let runs = if by_cluster || (a.task == Task::Fence && !a.facets.pseudo) {
            Runs::Cluster
        } else if a.facets.pseudo {
            Runs::Pseudo
        } else {
            Runs::Agent
        };
        let node = a.node.filter(|_| runs != Runs::Pseudo || a.task == Task::Fence);
        let told = self.told_key(action);
        let key = self.key_text(action);
        Vertex {
            runs,
            operation: self.operation_word(action),
            internal_key: told.is_some().then(|| key.clone()),
            key: told.unwrap_or(key),
            node,
            router: node.and_then(|node| self.router(action, node)),
            resource: a.rsc.filter(|_| !a.facets.pseudo).map(|rsc| self.told_resource(rsc)),
        }
    }

    /// What an action is called in the graph: milestones are named for what they stand for.
    pub(crate) fn operation_word(&self, action: ActIx) -> String {
        let a = &self.actions[action];
        match (&a.name, a.task) {
            (Some(name), Task::Milestone) => name.to_string(),
            _ => self.word(a.task).to_owned(),
        }
    }

    /// The key under the name that the history uses, for an instance that it knows by another one.
    fn told_key(&self, action: ActIx) -> Option<String> {
        let a = &self.actions[action];
        let id = self.rscs[a.rsc?].history_id.as_deref()?;
        Some(match a.key.notify {
            None => a.key.text(id, self.word(a.key.task)),
            Some(Stage::Pre | Stage::Post) => {
                let about = a.meta("notify_operation").unwrap_or_else(|| self.word(a.key.task));
                a.key.text(id, about)
            }
            Some(Stage::ConfirmedPre | Stage::ConfirmedPost) => {
                Key::once(Task::Notified).text(id, self.word(Task::Notified))
            }
        })
    }

    fn told_resource(&self, rsc: RscIx) -> Resource {
        let r = &self.rscs[rsc];
        match &r.history_id {
            Some(known) if r.removed => Resource { id: known.clone(), long_id: Some(r.id.clone()) },
            known if !r.unique => {
                let id: Arc<str> = r.xml.id().map_or_else(|| r.base_id.clone(), Arc::from);
                let older = known.as_ref().filter(|known| **known != id).unwrap_or(&r.id).clone();
                Resource { id, long_id: Some(older) }
            }
            Some(_) | None => Resource { id: r.id.clone(), long_id: None },
        }
    }

    /// The member through which something reaches a remote node: before a move of the connection what takes down, after it
    /// what brings up.
    fn router(&self, action: ActIx, node: NodeIx) -> Option<NodeIx> {
        let a = &self.actions[action];
        if a.task == Task::Fence || !self.is_any_remote(node) {
            return None;
        }
        let connection = self.nodes[node].remote?;
        let (now, next) = (self.current_node(connection), self.rscs[connection].node());
        let (Some(before), Some(after)) = (now, next) else { return now.or(next) };
        if before == after {
            return now;
        }
        let half_moved = self.rscs[connection].launcher.is_none() && self.rscs[connection].partial_migration.is_some();
        let task = if a.key.notify.is_some() { a.key.task } else { a.task };
        let down = matches!(task, Task::Cancel | Task::Stop | Task::Demote | Task::MigrateFrom | Task::MigrateTo);
        if down && !half_moved { now } else { next }
    }

    /// The name of an action for people, with where: `ip_start_0 sip-a`, `Cancel ip_monitor_10000 sip-a`.
    pub fn action_label(&self, action: ActIx) -> String {
        let a = &self.actions[action];
        let host = match a.node {
            Some(node) => Some(&*self.nodes[node].name),
            None if a.facets.pseudo => None,
            None => Some("<none>"),
        };
        let prefix = if a.task == Task::Cancel { "Cancel " } else { "" };
        let known = a.rsc.and_then(|rsc| self.rscs[rsc].history_id.as_deref());
        let told = if a.key.notify.is_some() { a.meta("notify_key_operation") } else { None };
        let word = told.unwrap_or_else(|| self.word(a.key.task));
        match (known, a.task, host) {
            (Some(id), _, Some(host)) => format!("{prefix}{} {host}", a.key.text(id, word)),
            (Some(id), _, None) => format!("{prefix}{}", a.key.text(id, word)),
            (None, Task::Fence, host) => {
                format!("stonith '{}' {}", a.meta("stonith_action").unwrap_or_default(), host.unwrap_or("<none>"))
            }
            (None, _, Some(host)) if a.rsc.is_some() => format!("{prefix}{} {host}", self.key_text(action)),
            (None, _, Some(host)) => format!("{prefix}{} {host}", self.operation_word(action)),
            (None, _, None) => self.key_text(action),
        }
    }
}
