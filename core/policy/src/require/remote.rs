//! Actions on remote and guest nodes: they need the connection, and the connection must outlast them.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::relation::{End, Rel};
use crate::task::{Key, Task};
use model::Role;

/// How a connection will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    Unknown,
    Alive,
    Resting,
    Failed,
    Stopped,
}

impl Cluster {
    fn connection_state(&self, node: NodeIx, remote: RscIx) -> Connection {
        let r = &self.rscs[remote];
        let here = self.current_node(remote);
        if r.next_role == Role::Stopped || r.assigned.is_none() {
            if here.is_some_and(|here| self.nodes[here].unclean) {
                return Connection::Failed;
            }
            if !r.failed {
                return Connection::Stopped;
            }
            let waits = r.next_role == Role::Stopped && r.reconnect_ms > 0 && self.nodes[node].remote_fenced;
            return if waits && !self.shutdown_requested(node) { Connection::Unknown } else { Connection::Failed };
        }
        let Some(here) = here else { return Connection::Unknown };
        let moving = r.active.len() > 1 && r.partial_migration.is_some();
        if self.nodes[here].unclean || !self.nodes[here].online || moving {
            return Connection::Resting;
        }
        Connection::Alive
    }

    /// Whether a remote node's connection is beyond repair.
    pub(super) fn connection_failed(&self, node: NodeIx) -> bool {
        let remote = self.nodes[node].remote.filter(|_| self.is_remote(node));
        remote.is_some_and(|remote| self.connection_state(node, remote) == Connection::Failed)
    }

    fn start_then(&mut self, rsc: RscIx, action: ActIx, extra: Rel) {
        let rel = Rel::GUEST_ALLOWED | Rel::UNRUNNABLE_FIRST_BLOCKS | extra;
        self.order(End::Key(rsc, Key::once(Task::Start)), End::Action(action), rel);
    }

    fn then_stop(&mut self, action: ActIx, rsc: RscIx, extra: Rel) {
        self.order(End::Action(action), End::Key(rsc, Key::once(Task::Stop)), Rel::GUEST_ALLOWED | extra);
    }

    pub(super) fn order_around_connections(&mut self) {
        if !self.have_remote {
            return;
        }
        for action in self.actions.ids().rev() {
            let a = &self.actions[action];
            let Some(rsc) = a.rsc else { continue };
            if self.rscs[rsc].is_connection && a.task == Task::ClearFailcount {
                self.order(End::Action(action), End::Key(rsc, Key::once(Task::Start)), Rel::ORDERED);
                continue;
            }
            let Some(node) = a.node.filter(|node| self.is_any_remote(*node) && !a.facets.pseudo) else { continue };
            let Some(remote) = self.nodes[node].remote else { continue };
            if a.task == Task::Start {
                for stop in self.rscs[rsc].actions.clone().into_iter().rev() {
                    if self.actions[stop].task == Task::Stop && self.actions[stop].node != Some(node) {
                        self.order(End::Key(remote, Key::once(Task::Start)), End::Action(stop), Rel::ORDERED);
                    }
                }
            }
            match self.rscs[remote].launcher {
                Some(launcher) => self.order_on_guest(action, remote, launcher),
                None => self.order_on_remote(action, node, remote),
            }
        }
    }

    fn order_on_remote(&mut self, action: ActIx, node: NodeIx, remote: RscIx) {
        let state = self.connection_state(node, remote);
        let task = self.actions[action].task;
        if matches!(task, Task::Start | Task::Promote) {
            let extra = if state == Connection::Failed { Rel::FIRST_IMPLIES_THEN } else { Rel::NONE };
            self.start_then(remote, action, extra);
        } else if matches!(task, Task::Stop | Task::MigrateTo | Task::MigrateFrom) {
            self.leave_remote(action, remote, state);
        } else if task == Task::Demote {
            if matches!(state, Connection::Resting | Connection::Unknown) {
                self.start_then(remote, action, Rel::NONE);
            }
        } else if self.is_recurring_now(action) {
            self.start_then(remote, action, Rel::FIRST_IMPLIES_THEN);
        } else {
            if task == Task::Monitor && state == Connection::Failed {
                self.fence_node(node, "resources are in unknown state and connection is unrecoverable", false);
            }
            if self.current_node(remote).is_some() && state == Connection::Stopped {
                self.then_stop(action, remote, Rel::UNRUNNABLE_FIRST_BLOCKS);
            } else {
                self.start_then(remote, action, Rel::NONE);
            }
        }
    }

    /// What leaves a remote node needs its connection until then; where that is lost, fencing is all that is left.
    fn leave_remote(&mut self, action: ActIx, remote: RscIx, state: Connection) {
        let stops = match state {
            Connection::Alive => true,
            Connection::Failed => {
                if let Some(node) = self.actions[action].node {
                    self.fence_node(node, "resources are active but connection is unrecoverable", false);
                }
                return;
            }
            Connection::Unknown | Connection::Resting | Connection::Stopped => {
                self.rscs[remote].next_role == Role::Stopped
            }
        };
        if stops {
            self.then_stop(action, remote, Rel::THEN_IMPLIES_FIRST);
        } else {
            self.start_then(remote, action, Rel::NONE);
        }
    }

    fn is_recurring_now(&self, action: ActIx) -> bool {
        self.actions[action].meta("interval").is_some_and(|text| text != "0")
    }

    fn order_on_guest(&mut self, action: ActIx, remote: RscIx, launcher: RscIx) {
        if self.rscs[launcher].failed
            && let Some(node) = self.actions[action].node
        {
            self.fence_node(node, "container failed", false);
        }
        let task = self.actions[action].task;
        let recurring = self.is_recurring_now(action);
        if matches!(task, Task::Start | Task::Promote) {
            self.start_then(launcher, action, Rel::FIRST_IMPLIES_THEN);
            self.start_then(remote, action, Rel::NONE);
        } else if matches!(task, Task::Stop | Task::Demote | Task::MigrateTo | Task::MigrateFrom) {
            if !self.rscs[launcher].failed {
                self.then_stop(action, remote, Rel::NONE);
            }
        } else if recurring && matches!(task, Task::Monitor | Task::Notify | Task::Notified) {
            self.start_then(remote, action, Rel::FIRST_IMPLIES_THEN);
        } else if !recurring {
            self.start_then(remote, action, Rel::NONE);
        }
    }
}
