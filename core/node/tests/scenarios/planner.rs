//! A toy policy: all primitives together, in their order, on the first node that may have them.

use cib::Element;
use model::{NodeName, ResourceId};
use policy::plan::{Action, ActionId, ActionKind, Plan, PolicyInput, ResourceAction};
use std::collections::BTreeMap;
use std::time::Duration;

/// What it makes of a CIB.
pub fn plan(input: &PolicyInput) -> Plan {
    let scene = Scene::read(&input.cib);
    let mut draft = Draft::default();
    let target = scene.target();
    for resource in &scene.resources {
        for node in scene.nodes.iter().filter(|node| !node.records.contains_key(resource)) {
            let expected = 7;
            draft.add(resource, "monitor", 0, &node.name, expected, Vec::new());
        }
    }
    for resource in scene.resources.iter().rev() {
        let active: Vec<_> = scene.nodes.iter().filter(|node| node.is_active(resource)).collect();
        for node in &active {
            let stays = Some(&node.name) == target && !node.has_failed(resource) && active.len() == 1;
            if !stays {
                draft.stop(resource, &node.name);
            }
        }
    }
    if let Some(target) = target {
        for resource in &scene.resources {
            draft.start_where_missing(resource, target, &scene);
        }
    }
    draft.shutdowns(&scene);
    Plan { actions: draft.actions, cluster_delay: Duration::from_mins(1), ..Plan::default() }
}

struct Scene {
    resources: Vec<String>,
    nodes: Vec<Node>,
    quorate: bool,
}

struct Node {
    name: NodeName,
    leaves: bool,
    records: BTreeMap<String, Vec<(u64, String, String, bool)>>,
    banned: bool,
}

impl Scene {
    fn read(cib: &Element) -> Self {
        let resources = cib.descend(&["configuration", "resources"]).map(primitives).unwrap_or_default();
        let states = cib.child("status").into_iter().flat_map(|status| status.children());
        let here =
            |state: &Element| state.attribute("crmd") == Some("online") && state.attribute("join") == Some("member");
        let nodes = states.filter(|state| here(state)).map(|state| Node::read(state)).collect();
        Self { resources, nodes, quorate: cib.attribute("have-quorum") == Some("1") }
    }

    fn target(&self) -> Option<&NodeName> {
        let fit = |node: &&Node| !node.leaves && !node.banned && self.quorate;
        let holds = |node: &&Node| self.resources.iter().any(|resource| node.is_active(resource));
        let mut fit: Vec<_> = self.nodes.iter().filter(fit).collect();
        fit.sort_by_key(|node| &node.name);
        fit.iter().find(|node| holds(node)).or(fit.first()).map(|node| &node.name)
    }
}

impl Node {
    fn read(state: &Element) -> Self {
        let attributes = attributes(state);
        let banned = attributes.iter().any(|(name, value)| name.starts_with("fail-count-") && value == "INFINITY");
        let records = state.descend(&["lrm", "lrm_resources"]).into_iter().flat_map(Element::children);
        let records = records.map(|record| (record.id().unwrap().to_owned(), operations(record))).collect();
        Self {
            name: NodeName::new(state.attribute("uname").unwrap()),
            leaves: attributes.contains_key("shutdown") || attributes.contains_key("standby"),
            records,
            banned,
        }
    }

    fn last(&self, resource: &str) -> Option<&(u64, String, String, bool)> {
        self.records.get(resource)?.iter().max_by_key(|(call, ..)| call)
    }

    fn is_active(&self, resource: &str) -> bool {
        self.last(resource).is_some_and(|(_, action, code, _)| match action.as_str() {
            "stop" => code != "0",
            "monitor" => code != "7" || self.started(resource),
            _ => true,
        })
    }

    fn started(&self, resource: &str) -> bool {
        self.records[resource].iter().any(|(_, action, code, _)| action == "start" && code == "0")
    }

    fn has_failed(&self, resource: &str) -> bool {
        self.last(resource).is_some_and(|(.., failed)| *failed)
    }
}

fn primitives(below: &Element) -> Vec<String> {
    let own = below.children_named("primitive").filter_map(|primitive| primitive.id().map(str::to_owned));
    own.chain(below.children_named("group").flat_map(|group| primitives(group))).collect()
}

fn attributes(state: &Element) -> BTreeMap<String, String> {
    let sets = state.children_named("transient_attributes").flat_map(|all| all.children());
    let pairs = sets.flat_map(|set| set.children());
    pairs
        .map(|pair| (pair.attribute("name").unwrap().to_owned(), pair.attribute("value").unwrap().to_owned()))
        .collect()
}

fn operations(record: &Element) -> Vec<(u64, String, String, bool)> {
    let text = |op: &Element, name: &str| op.attribute(name).unwrap_or_default().to_owned();
    let done = record.children().iter().filter(|op| op.attribute("op-status") != Some("-1"));
    done.map(|op| {
        let expected = text(op, "transition-key").split(':').nth(2).unwrap_or_default().to_owned();
        let failed =
            text(op, "rc-code") != expected && text(op, "interval") != "0" || text(op, "operation") == "asyncmon";
        (text(op, "call-id").parse().unwrap_or(0), text(op, "operation"), text(op, "rc-code"), failed)
    })
    .collect()
}

#[derive(Default)]
struct Draft {
    actions: Vec<Action>,
}

impl Draft {
    fn stop(&mut self, resource: &str, node: &NodeName) {
        let before = self.ids(|action| action.key.ends_with("_stop_0") && action.node.as_ref() == Some(node));
        self.add(resource, "stop", 0, node, 0, before);
    }

    fn start_where_missing(&mut self, resource: &String, target: &NodeName, scene: &Scene) {
        let node = scene.nodes.iter().find(|node| node.name == *target).unwrap();
        let stopped_first = !self.ids(|action| action.key == format!("{resource}_stop_0")).is_empty();
        if node.is_active(resource) && !stopped_first {
            return;
        }
        let own = |action: &Action| {
            action.key == format!("{resource}_stop_0") || action.key == format!("{resource}_monitor_0")
        };
        let before = self.ids(|action| own(action) || action.key.ends_with("_start_0"));
        let start = self.add(resource, "start", 0, target, 0, before);
        self.add(resource, "monitor", 10_000, target, 0, vec![start]);
    }

    fn shutdowns(&mut self, scene: &Scene) {
        for node in scene.nodes.iter().filter(|node| node.leaves) {
            let before = self.ids(|action| action.node.as_ref() == Some(&node.name));
            self.push("do_shutdown".to_owned(), ActionKind::Shutdown, &node.name, before);
        }
    }

    fn ids(&self, test: impl Fn(&Action) -> bool) -> Vec<ActionId> {
        self.actions.iter().filter(|action| test(action)).map(|action| action.id).collect()
    }

    fn add(
        &mut self,
        resource: &str,
        task: &str,
        interval: u64,
        node: &NodeName,
        expected: u8,
        after: Vec<ActionId>,
    ) -> ActionId {
        let operation = ResourceAction {
            resource: ResourceId::new(resource),
            class: "ocf".to_owned(),
            provider: Some("toy".to_owned()),
            kind: "Toy".to_owned(),
            task: task.to_owned(),
            interval: Duration::from_millis(interval),
            timeout: Duration::from_secs(20),
            expected,
            on_fail: "restart".to_owned(),
            start_delay: Duration::ZERO,
            parameters: BTreeMap::new(),
            digest: "d".to_owned(),
        };
        self.push(format!("{resource}_{task}_{interval}"), ActionKind::Resource(operation), node, after)
    }

    fn push(&mut self, key: String, kind: ActionKind, node: &NodeName, after: Vec<ActionId>) -> ActionId {
        let id = ActionId(u32::try_from(self.actions.len()).unwrap());
        let node = Some(node.clone());
        self.actions.push(Action { id, key, kind, node, after, priority: 0, reason: "toy".to_owned() });
        id
    }
}
