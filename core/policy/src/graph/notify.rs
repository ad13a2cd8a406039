//! Who is told what: the notifications that instances get, once it is settled what happens.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::relation::Rel;
use crate::resource::Notice;
use crate::task::{Key, Stage, Task};
use model::Role;

/// An instance and where it is concerned.
#[derive(Clone, Copy)]
struct Entry(RscIx, Option<NodeIx>);

/// Who is in which state, and what happens to whom.
#[derive(Default)]
struct Roll {
    start: Vec<Entry>,
    stop: Vec<Entry>,
    promote: Vec<Entry>,
    demote: Vec<Entry>,
    active: Vec<Entry>,
    unpromoted: Vec<Entry>,
    promoted: Vec<Entry>,
    inactive: Vec<Entry>,
}

impl Roll {
    /// The list of those that something happens to.
    fn list(&mut self, task: Task) -> Option<&mut Vec<Entry>> {
        let lists = [
            (Task::Start, &mut self.start),
            (Task::Stop, &mut self.stop),
            (Task::Promote, &mut self.promote),
            (Task::Demote, &mut self.demote),
        ];
        lists.into_iter().find(|(of, _)| *of == task).map(|(_, list)| list)
    }
}

impl Cluster {
    /// Tells a clone's instances about each other's actions.
    pub(super) fn tell_instances(&mut self, clone: RscIx) {
        for task in [Task::Start, Task::Stop, Task::Promote, Task::Demote] {
            let Some(notice) = self.notice(clone, task).cloned() else { continue };
            let mut roll = Roll::default();
            self.call_roll(clone, true, &mut roll);
            let words = self.words(clone, &notice, &mut roll);
            self.tell(clone, &notice, &roll, &words);
        }
    }

    /// After fencing, the remaining instances are told that those on the node stopped.
    pub(crate) fn tell_after_fencing(&mut self, stop: ActIx, rsc: RscIx, fence: ActIx) {
        let Some(notice) = self.make_notice(rsc, Task::Stop, None, Some(fence)) else { return };
        let mut roll = Roll::default();
        self.call_roll(rsc, false, &mut roll);
        let node = self.actions[stop].node.map(|node| self.nodes[node].name.to_string()).unwrap_or_default();
        let words = vec![
            ("notify_stop_resource".to_owned(), self.rscs[rsc].id.to_string()),
            ("notify_stop_uname".to_owned(), node),
        ];
        let top = self.top_of(rsc, false);
        self.tell(top, &notice, &roll, &words);
    }

    fn call_roll(&self, rsc: RscIx, actions: bool, roll: &mut Roll) {
        let r = &self.rscs[rsc];
        if !r.children.is_empty() {
            for child in &r.children {
                self.call_roll(*child, actions, roll);
            }
            return;
        }
        let entry = Entry(rsc, r.active.first().copied());
        match r.role {
            Role::Stopped => roll.inactive.push(entry),
            Role::Started => roll.active.push(entry),
            Role::Unpromoted => {
                roll.unpromoted.push(entry);
                roll.active.push(entry);
            }
            Role::Promoted => {
                roll.promoted.push(entry);
                roll.active.push(entry);
            }
            Role::Unknown => {}
        }
        if !actions {
            return;
        }
        for action in &r.actions {
            let a = &self.actions[*action];
            let Some(node) = a.node.filter(|_| !a.facets.optional) else { continue };
            let fenced_stop = a.task == Task::Stop && self.nodes[node].unclean;
            if !fenced_stop && !a.facets.runnable {
                continue;
            }
            if let Some(list) = roll.list(a.task) {
                list.push(Entry(rsc, Some(node)));
            }
        }
    }

    /// The resources and nodes of a list as words, each resource once.
    fn names(&self, list: &mut [Entry], need_node: bool) -> (String, String) {
        list.sort_by(|a, b| {
            let node_id = |node: Option<NodeIx>| node.map(|node| self.nodes[node].id.clone());
            self.rscs[a.0]
                .id
                .cmp(&self.rscs[b.0].id)
                .then_with(|| node_id(a.1).is_none().cmp(&node_id(b.1).is_none()))
                .then_with(|| node_id(a.1).cmp(&node_id(b.1)))
        });
        let (mut rscs, mut nodes, mut last): (Vec<&str>, Vec<&str>, Option<RscIx>) = (Vec::new(), Vec::new(), None);
        for Entry(rsc, node) in list.iter().copied() {
            if (need_node && node.is_none()) || last == Some(rsc) {
                continue;
            }
            last = Some(rsc);
            rscs.push(&self.rscs[rsc].id);
            nodes.extend(node.map(|node| &*self.nodes[node].name));
        }
        let join = |words: Vec<&str>| if words.is_empty() { " ".to_owned() } else { words.join(" ") };
        (join(rscs), join(nodes))
    }

    /// What is told, and whether there is anything to tell.
    fn words(&mut self, clone: RscIx, notice: &Notice, roll: &mut Roll) -> Vec<(String, String)> {
        let mut words = Vec::new();
        let mut required = false;
        for (task, list) in [
            (Task::Stop, &mut roll.stop),
            (Task::Start, &mut roll.start),
            (Task::Demote, &mut roll.demote),
            (Task::Promote, &mut roll.promote),
        ] {
            required |= !list.is_empty() && notice.task == task;
            let (rscs, nodes) = self.names(list, true);
            words.push((format!("notify_{}_resource", task.as_str()), rscs));
            words.push((format!("notify_{}_uname", task.as_str()), nodes));
        }
        for (names, list) in [
            (&["active"][..], &mut roll.active),
            (&["unpromoted", "slave"][..], &mut roll.unpromoted),
            (&["promoted", "master"][..], &mut roll.promoted),
        ] {
            let (rscs, nodes) = self.names(list, true);
            for name in names {
                words.push((format!("notify_{name}_resource"), rscs.clone()));
                words.push((format!("notify_{name}_uname"), nodes.clone()));
            }
        }
        words.push(("notify_inactive_resource".to_owned(), self.names(&mut roll.inactive, false).0));
        self.add_node_words(clone, &mut words);
        if required {
            for milestone in [notice.pre, notice.pre_done, notice.post, notice.post_done].into_iter().flatten() {
                self.actions[milestone].facets.optional = false;
            }
        }
        words
    }

    fn add_node_words(&self, clone: RscIx, words: &mut Vec<(String, String)>) {
        let join = |names: Vec<String>| if names.is_empty() { " ".to_owned() } else { names.join(" ") };
        let name = |node: &NodeIx| self.nodes[*node].name.to_string();
        let allowed = &self.rscs[clone].allowed;
        let available = self.node_order.iter().filter(|node| allowed.get(**node).is_some());
        words.push(("notify_available_uname".to_owned(), join(available.map(name).collect())));
        if self.rscs[clone].meta.get("container-attribute-target") == Some("host") {
            let host = |node: &NodeIx| {
                let launcher = self.guest_launcher(*node).filter(|launcher| !self.rscs[*launcher].active.is_empty());
                name(&launcher.and_then(|launcher| self.current_node(launcher)).unwrap_or(*node))
            };
            words.push(("notify_all_hosts".to_owned(), join(self.node_order.iter().map(host).collect())));
        }
        words.push(("notify_all_uname".to_owned(), join(self.node_order.iter().map(name).collect())));
    }

    fn tell(&mut self, rsc: RscIx, notice: &Notice, roll: &Roll, words: &[(String, String)]) {
        let children = self.rscs[rsc].children.clone();
        if !children.is_empty() {
            for child in children {
                self.tell(child, notice, roll, words);
            }
            return;
        }
        for action in self.rscs[rsc].actions.clone() {
            let a = &mut self.actions[action];
            if !a.facets.optional
                && a.node.is_some()
                && matches!(a.task, Task::Start | Task::Stop | Task::Promote | Task::Demote)
            {
                for (name, value) in words {
                    a.set_meta(name, value);
                }
            }
        }
        let lists = [(Task::Start, &roll.start), (Task::Promote, &roll.promote), (Task::Demote, &roll.demote)];
        if lists.into_iter().any(|(task, list)| task == notice.task && list.is_empty()) {
            return;
        }
        if self.rscs[rsc].role != Role::Stopped && matches!(notice.task, Task::Stop | Task::Demote) {
            self.tell_where_active(rsc, notice, words);
        }
        if self.rscs[rsc].next_role != Role::Stopped && matches!(notice.task, Task::Start | Task::Promote) {
            self.tell_where_placed(rsc, notice, words);
        }
    }

    fn tell_where_active(&mut self, rsc: RscIx, notice: &Notice, words: &[(String, String)]) {
        let stop = self.first_action(rsc, Task::Stop, None);
        for node in self.rscs[rsc].active.clone() {
            let n = &self.nodes[node];
            if stop.is_some_and(|stop| self.actions[stop].facets.pseudo) && (n.unclean || n.remote_reset) {
                continue;
            }
            self.tell_one((rsc, node), notice.pre, notice.pre_done, words);
            if notice.task == Task::Demote || stop.is_none_or(|stop| self.actions[stop].facets.optional) {
                self.tell_afterwards((rsc, node), notice, words);
            }
        }
    }

    fn tell_where_placed(&mut self, rsc: RscIx, notice: &Notice, words: &[(String, String)]) {
        let start = self.first_action(rsc, Task::Start, None);
        let connection = start.and_then(|start| self.nodes[self.actions[start].node?].remote);
        let connection_start = connection.and_then(|remote| self.first_action(remote, Task::Start, None));
        if connection_start.is_some_and(|start| !self.actions[start].facets.runnable) {
            return;
        }
        let Some(node) = self.rscs[rsc].node() else { return };
        if notice.task != Task::Start || start.is_none_or(|start| self.actions[start].facets.optional) {
            self.tell_one((rsc, node), notice.pre, notice.pre_done, words);
        }
        self.tell_afterwards((rsc, node), notice, words);
    }

    fn tell_one(
        &mut self,
        (rsc, node): (RscIx, NodeIx),
        about: Option<ActIx>,
        done: Option<ActIx>,
        words: &[(String, String)],
    ) -> Option<ActIx> {
        let (about, done) = (about?, done?);
        let a = &self.actions[about];
        if !self.nodes[node].online || !a.facets.runnable {
            return None;
        }
        let stage = if a.meta("notify_type") == Some("pre") { Stage::Pre } else { Stage::Post };
        let task = a.meta("notify_operation").and_then(Task::known)?;
        let (optional, meta, own) = (a.facets.optional, a.meta.clone(), a.operation.meta.clone());
        let told = self.act(rsc, Key::notify(stage, task), Some(node), optional);
        for (name, value) in meta.iter().map(|(n, v)| (n.as_str(), v.as_str())).chain(own.iter()) {
            if self.actions[told].meta(name).is_none() {
                self.actions[told].set_meta(name, value);
            }
        }
        for (name, value) in words {
            self.actions[told].set_meta(name, value);
        }
        self.relate(about, told, Rel::ORDERED);
        self.relate(told, done, Rel::ORDERED);
        Some(told)
    }

    fn tell_afterwards(&mut self, at: (RscIx, NodeIx), notice: &Notice, words: &[(String, String)]) {
        if let Some(told) = self.tell_one(at, notice.post, notice.post_done, words) {
            self.actions[told].priority = 1_000_000;
        }
        let Some(done) = notice.post_done else { return };
        for action in self.rscs[at.0].actions.clone().into_iter().rev() {
            let a = &self.actions[action];
            if a.meta("interval").is_some_and(|interval| interval != "0") && a.task != Task::Cancel {
                self.relate(done, action, Rel::ORDERED);
            }
        }
    }
}
