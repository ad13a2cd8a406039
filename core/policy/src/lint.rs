//! What must hold for every plan, whatever was decided: checked over every plan of every test.

use crate::plan::{Action, ActionId, ActionKind, Placement, Plan};
use model::NodeName;
use std::collections::{BTreeMap, BTreeSet};

/// Where a plan breaks a law, one sentence each.
pub fn lint(plan: &Plan) -> Vec<String> {
    let mut flaws = dangling(plan);
    if flaws.is_empty() {
        flaws.extend(loops(plan));
    }
    if flaws.is_empty() {
        let lint = Lint { plan, by_key: keys(plan), fenced: fenced(plan) };
        flaws.extend(plan.actions.iter().filter_map(|action| lint.runs_on_a_fenced_node(action)));
        flaws.extend(plan.placements.iter().flat_map(|placement| lint.starts_beside_another(placement)));
    }
    flaws
}

struct Lint<'a> {
    plan: &'a Plan,
    by_key: BTreeMap<&'a str, Vec<&'a Action>>,
    /// The nodes that are to be fenced, each with the action.
    fenced: BTreeMap<&'a NodeName, ActionId>,
}

fn keys(plan: &Plan) -> BTreeMap<&str, Vec<&Action>> {
    let mut keys: BTreeMap<&str, Vec<&Action>> = BTreeMap::new();
    for action in &plan.actions {
        keys.entry(&action.key).or_default().push(action);
    }
    keys
}

fn fenced(plan: &Plan) -> BTreeMap<&NodeName, ActionId> {
    let fencing = plan.actions.iter().filter(|a| matches!(&a.kind, ActionKind::Fence { action } if action != "on"));
    fencing.filter_map(|action| Some((action.node.as_ref()?, action.id))).collect()
}

/// Fencing devices and connections to remote nodes may be held twice; what only stands for a start starts nothing.
fn touches_data(start: &Action) -> bool {
    matches!(&start.kind, ActionKind::Resource(resource) if resource.class != "stonith" && resource.kind != "remote")
}

fn place(id: ActionId) -> usize {
    usize::try_from(id.0).expect("an action's id is a place in memory")
}

fn dangling(plan: &Plan) -> Vec<String> {
    let mut flaws = Vec::new();
    for (at, action) in plan.actions.iter().enumerate() {
        if place(action.id) != at {
            flaws.push(format!("{} has the id of another", action.key));
        }
        if action.after.iter().any(|before| place(*before) >= plan.actions.len()) {
            flaws.push(format!("{} waits for what is not in the plan", action.key));
        }
    }
    flaws
}

/// Actions that wait for themselves, through others: they would never begin.
fn loops(plan: &Plan) -> Option<String> {
    let mut left: Vec<usize> = plan.actions.iter().map(|action| action.after.len()).collect();
    let mut wanted_by: Vec<Vec<ActionId>> = vec![Vec::new(); plan.actions.len()];
    for action in &plan.actions {
        for before in &action.after {
            wanted_by[place(*before)].push(action.id);
        }
    }
    let mut ready: Vec<ActionId> = plan.actions.iter().filter(|a| a.after.is_empty()).map(|a| a.id).collect();
    while let Some(done) = ready.pop() {
        for after in &wanted_by[place(done)] {
            left[place(*after)] -= 1;
            if left[place(*after)] == 0 {
                ready.push(*after);
            }
        }
    }
    let stuck = plan.actions.iter().filter(|action| left[place(action.id)] > 0);
    let keys: Vec<&str> = stuck.map(|action| action.key.as_str()).collect();
    (!keys.is_empty()).then(|| format!("these wait for each other: {}", keys.join(", ")))
}

impl Lint<'_> {
    /// A node that is to be fenced is not trusted to run anything before.
    fn runs_on_a_fenced_node(&self, action: &Action) -> Option<String> {
        let node = action.node.as_ref()?;
        let fencing = *self.fenced.get(node)?;
        let runs = matches!(&action.kind, ActionKind::Resource(resource) if resource.task == "start");
        (runs && !self.comes_after(action.id, fencing))
            .then(|| format!("{} runs on {node}, which is to be fenced, without waiting for that", action.key))
    }

    /// What is active elsewhere stops, moves, or is fenced away before it starts.
    fn starts_beside_another(&self, placement: &Placement) -> Vec<String> {
        let key = |task: &str| format!("{}_{task}_0", placement.resource);
        let start = key("start");
        let mut flaws = Vec::new();
        for start in self.by_key.get(start.as_str()).into_iter().flatten().filter(|start| touches_data(start)) {
            for current in placement.current.iter().filter(|current| start.node.as_ref() != Some(*current)) {
                let ends = ["stop", "migrate_to"].map(key);
                let mut ends = ends.iter().filter_map(|key| self.by_key.get(key.as_str())).flatten();
                let stopped = ends.any(|end| {
                    end.node.as_ref().is_none_or(|node| node == current) && self.comes_after(start.id, end.id)
                });
                let fenced = self.fenced.get(current).is_some_and(|fencing| self.comes_after(start.id, *fencing));
                if !stopped && !fenced {
                    flaws.push(format!("{} does not wait for the end of what runs on {current}", start.key));
                }
            }
        }
        flaws
    }

    fn comes_after(&self, later: ActionId, earlier: ActionId) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![later];
        while let Some(id) = open.pop() {
            if id == earlier {
                return true;
            }
            if seen.insert(id) {
                open.extend(&self.plan.actions[place(id)].after);
            }
        }
        false
    }
}
