//! The summary of a plan: one line for each node that is fenced or shut down, and for each resource that changes.

use super::way::Way;
use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::task::{Key, Task};
use model::Role;

/// One line of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something happens to a node.
    Node {
        /// `Fence (reboot)`, `Shutdown`.
        what: String,
        /// Its name; a guest's with what it runs inside of.
        node: String,
        /// Why.
        reason: String,
    },
    /// Something happens to a resource.
    Resource {
        /// `Start`, `Move`, `Recover`, ...
        what: &'static str,
        /// Which.
        id: String,
        /// From where and which role to where and which.
        way: Way,
        /// Why.
        reason: Option<String>,
        /// Whether it cannot happen.
        blocked: bool,
    },
}

/// All changes: nodes first, then resources in their order.
pub fn changes(cluster: &Cluster) -> Vec<Change> {
    let mut changes: Vec<Change> =
        cluster.actions.ids().rev().filter_map(|action| node_change(cluster, action)).collect();
    for top in &cluster.top {
        Summary { cluster, changes: &mut changes }.resource(*top);
    }
    changes
}

/// The lines, in columns that widen as longer entries come.
pub fn lines(changes: &[Change]) -> Vec<String> {
    let (mut id_width, mut course_width) = (5, 5);
    let mut line = |change: &Change| match change {
        Change::Node { what, node, reason } => format!("{what} {node} '{reason}'"),
        Change::Resource { what, id, way, reason, blocked } => {
            let (course, reason) = (way.to_string(), remark(reason.as_deref(), *blocked));
            if id.len() > id_width {
                id_width = id.len() + 2;
            }
            course_width = course_width.max(course.len());
            let gap = if reason.is_empty() { "" } else { "  " };
            format!("{what:<8}   {id:<id_width$}   ( {course:>course_width$} ){gap}{reason}")
        }
    };
    changes.iter().map(&mut line).collect()
}

fn remark(reason: Option<&str>, blocked: bool) -> String {
    match (reason, blocked) {
        (Some(why), false) => format!("due to {why}"),
        (Some(why), true) => format!("due to {why} (blocked)"),
        (None, false) => String::new(),
        (None, true) => "blocked".to_owned(),
    }
}

fn node_change(cluster: &Cluster, action: ActIx) -> Option<Change> {
    let a = &cluster.actions[action];
    if a.rsc.is_some() || a.facets.optional {
        return None;
    }
    let what = if a.task == Task::Shutdown {
        "Shutdown".to_owned()
    } else if a.task == Task::Fence {
        format!("Fence ({})", a.meta("stonith_action").unwrap_or_default())
    } else {
        return None;
    };
    let node = a.node.map(|node| match cluster.guest_launcher(node) {
        Some(launcher) => format!("{} (resource: {})", cluster.nodes[node].name, cluster.rscs[launcher].id),
        None => cluster.nodes[node].name.to_string(),
    });
    Some(Change::Node { what, node: node.unwrap_or_default(), reason: a.reason.clone()? })
}

struct Summary<'a> {
    cluster: &'a Cluster,
    changes: &'a mut Vec<Change>,
}

/// A primitive's way: its roles and places now and next.
struct Course {
    rsc: RscIx,
    from: Option<NodeIx>,
    to: Option<NodeIx>,
    role: Role,
    next_role: Role,
}

/// The actions of a primitive that tell what becomes of it.
struct Steps {
    start: Option<ActIx>,
    stop: Option<ActIx>,
    promote: Option<ActIx>,
    demote: Option<ActIx>,
    migrate: Option<ActIx>,
}

impl Summary<'_> {
    fn resource(&mut self, rsc: RscIx) {
        let r = &self.cluster.rscs[rsc];
        if let Some(facts) = r.bundle_facts() {
            for part in facts.replicas.iter().flat_map(|p| [p.ip, Some(p.container), p.remote, p.child]).flatten() {
                self.resource(part);
            }
        } else if r.is_primitive() {
            self.primitive(rsc);
        } else {
            r.children.iter().for_each(|child| self.resource(*child));
        }
    }

    fn primitive(&mut self, rsc: RscIx) {
        let r = &self.cluster.rscs[rsc];
        let from = self.cluster.current_node(rsc);
        let role = if from.is_some() && r.role == Role::Stopped { Role::Started } else { r.role };
        let course = Course { rsc, from, to: r.node(), role, next_role: r.next_role };
        if !r.managed || (course.from.is_none() && (course.to.is_none() || r.removed)) {
            return;
        }
        let steps = self.steps(&course);
        if role == r.next_role { self.same_role(&course, &steps) } else { self.other_role(&course, &steps) }
    }

    fn steps(&self, course: &Course) -> Steps {
        let find = |task: Task, node: Option<NodeIx>| self.cluster.find_with_key(course.rsc, Key::once(task), node);
        let start = find(Task::Start, course.to);
        let stop_on = course.from.filter(|_| start.is_some_and(|start| self.runnable(start)));
        let elsewhere = || if self.cluster.rscs[course.rsc].stop_unexpected { find(Task::Stop, None) } else { None };
        Steps {
            start,
            stop: find(Task::Stop, stop_on).or_else(elsewhere),
            promote: find(Task::Promote, course.to),
            demote: find(Task::Demote, course.to),
            migrate: find(Task::MigrateFrom, course.to),
        }
    }

    fn runnable(&self, action: ActIx) -> bool {
        self.cluster.actions[action].facets.runnable
    }

    fn required(&self, action: Option<ActIx>) -> bool {
        action.is_some_and(|action| !self.cluster.actions[action].facets.optional)
    }

    fn same_role(&mut self, course: &Course, steps: &Steps) {
        let r = &self.cluster.rscs[course.rsc];
        let moves = course.from.is_some() && course.to.is_some() && course.from != course.to;
        let has_reason = |action: ActIx| self.cluster.actions[action].reason.is_some();
        if course.from.is_some() && steps.migrate.is_some_and(|migrate| self.runnable(migrate)) {
            self.say("Migrate", course, steps.start, None);
        } else if r.reload {
            self.say("Reload", course, steps.start, None);
        } else if !self.required(steps.start) {
            if self.required(steps.demote) && self.required(steps.promote) {
                self.say("Re-promote", course, steps.promote, steps.demote);
            }
        } else if !steps.start.is_some_and(|start| self.runnable(start)) {
            let why = steps.stop.filter(|stop| has_reason(*stop)).or(steps.start);
            self.say("Stop", &course.ending(course.from), steps.stop, why);
        } else if moves {
            self.say(if r.failed { "Recover" } else { "Move" }, course, steps.stop, None);
        } else if r.failed {
            self.say("Recover", &course.ending(course.from), steps.stop, None);
        } else {
            self.say("Restart", course, steps.start, None);
        }
    }

    fn other_role(&mut self, course: &Course, steps: &Steps) {
        let r = &self.cluster.rscs[course.rsc];
        let moves = course.from.is_some() && course.to.is_some() && course.from != course.to;
        let blocked = steps.start.is_some_and(|start| !self.runnable(start));
        if steps.stop.is_some() && (course.next_role == Role::Stopped || blocked) {
            for node in &r.active {
                let stop = self.cluster.find_with_key(course.rsc, Key::once(Task::Stop), Some(*node));
                let why = stop.filter(|stop| self.cluster.actions[*stop].reason.is_some()).or(steps.start);
                self.say("Stop", &course.ending(Some(*node)), stop, why);
            }
        } else if steps.stop.is_some() && r.failed && r.stop_if_failed {
            self.say("Recover", course, steps.stop, steps.start);
        } else if moves {
            self.say("Move", course, steps.stop, None);
        } else if r.reload {
            self.say("Reload", course, steps.start, None);
        } else if self.required(steps.stop) {
            self.say("Restart", course, steps.start, None);
        } else if course.role == Role::Promoted {
            self.say("Demote", course, steps.demote, None);
        } else if course.next_role == Role::Promoted {
            self.say("Promote", course, steps.promote, None);
        } else if course.role == Role::Stopped && course.next_role > Role::Stopped {
            self.say("Start", course, steps.start, None);
        }
    }

    /// Adds a line about an action; `why` is the action whose reason is told, if it is another one.
    fn say(&mut self, what: &'static str, course: &Course, action: Option<ActIx>, why: Option<ActIx>) {
        let Some(action) = action.or(why) else { return };
        let reason = self.cluster.actions[why.unwrap_or(action)].reason.clone();
        let blocked = !self.runnable(action);
        let id = self.cluster.rscs[course.rsc].id.to_string();
        self.changes.push(Change::Resource { what, id, way: course.way(self.cluster), reason, blocked });
    }
}

impl Course {
    /// The way to nowhere, from a node.
    fn ending(&self, from: Option<NodeIx>) -> Self {
        Self { rsc: self.rsc, from, to: None, role: self.role, next_role: self.next_role }
    }

    fn way(&self, cluster: &Cluster) -> Way {
        let name = |node: NodeIx| cluster.nodes[node].name.to_string();
        Way { from: self.from.map(name), to: self.to.map(name), role: self.role, next_role: self.next_role }
    }
}
