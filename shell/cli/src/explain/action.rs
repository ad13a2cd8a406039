//! `--action KEY`: why an action is in the plan, or why it is wanted and cannot run, and what it waits for.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::suggest;
use crate::withheld::{self, Awaited};
use policy::plan::{Action, Obstacle, Plan, Withheld};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Serialize)]
struct Told {
    action: String,
    node: Option<String>,
    reason: String,
    after: Vec<String>,
    before: Vec<String>,
    /// Wanted, and cannot run.
    blocked: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waits_for: Vec<Awaited>,
}

pub(super) fn explain(session: &mut Session, key: &str) -> Result<Exit, Failure> {
    let plan = super::plan(&session.cib()?, session.world.now)?;
    let planned = plan.actions.iter().filter(|action| action.key == key).map(|action| tell(&plan, action));
    let withheld = plan.withheld.iter().filter(|withheld| withheld.key == key);
    let mut told: Vec<Told> = planned.chain(withheld.map(|withheld| tell_withheld(&plan, withheld))).collect();
    if told.is_empty() {
        told.extend(obstacles(&plan).find(|obstacle| obstacle.key == key).map(|found| tell_obstacle(&plan, found)));
    }
    if told.is_empty() {
        let keys = known(&plan);
        let hint =
            if keys.is_empty() { "nothing is to be done now".to_owned() } else { suggest::hint(key, "actions", keys) };
        return Err(Failure::no_such(format!("no action '{key}' is in the plan")).hint(hint));
    }
    let text = if session.options.has("json") { super::json(&told)? } else { told.iter().map(render).collect() };
    session.console.print(text);
    Ok(Exit::OK)
}

/// The names of all that is in the plan, wanted, or waited for.
fn known(plan: &Plan) -> BTreeSet<&str> {
    let planned = plan.actions.iter().map(|action| action.key.as_str());
    let withheld = plan.withheld.iter().map(|withheld| withheld.key.as_str());
    planned.chain(withheld).chain(obstacles(plan).map(|obstacle| obstacle.key.as_str())).collect()
}

fn obstacles(plan: &Plan) -> impl Iterator<Item = &Obstacle> {
    plan.withheld.iter().flat_map(|withheld| &withheld.waits_for)
}

fn tell(plan: &Plan, action: &Action) -> Told {
    let name = |action: &Action| match &action.node {
        Some(node) => format!("{} on {node}", action.key),
        None => action.key.clone(),
    };
    let after = plan.actions.iter().filter(|other| action.after.contains(&other.id));
    let before = plan.actions.iter().filter(|other| other.after.contains(&action.id));
    Told {
        action: action.key.clone(),
        node: action.node.as_ref().map(ToString::to_string),
        reason: action.reason.clone(),
        after: after.map(name).collect(),
        before: before.map(name).collect(),
        blocked: false,
        waits_for: Vec::new(),
    }
}

fn tell_withheld(plan: &Plan, withheld: &Withheld) -> Told {
    Told {
        action: withheld.key.clone(),
        node: withheld.node.as_ref().map(ToString::to_string),
        reason: withheld::why(withheld),
        after: withheld.waits_for.iter().map(|obstacle| obstacle.key.clone()).collect(),
        before: held_up(plan, &withheld.key),
        blocked: true,
        waits_for: withheld::awaited(withheld),
    }
}

/// What nothing but other actions want, and no node can do.
fn tell_obstacle(plan: &Plan, obstacle: &Obstacle) -> Told {
    Told {
        action: obstacle.key.clone(),
        node: obstacle.node.as_ref().map(ToString::to_string),
        reason: obstacle.reason.clone(),
        after: Vec::new(),
        before: held_up(plan, &obstacle.key),
        blocked: true,
        waits_for: Vec::new(),
    }
}

/// The actions that wait for one that cannot run.
fn held_up(plan: &Plan, key: &str) -> Vec<String> {
    let waits = |withheld: &&Withheld| withheld.waits_for.iter().any(|obstacle| obstacle.key == key);
    plan.withheld.iter().filter(waits).map(|withheld| withheld.key.clone()).collect()
}

fn render(told: &Told) -> String {
    let place = told.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
    let verdict = if told.blocked { " cannot run" } else { "" };
    let mut text = format!("{}{place}{verdict}: {}\n", told.action, told.reason);
    for (title, keys) in [("waits for", &told.after), ("then", &told.before)] {
        if !keys.is_empty() {
            text.push_str(&format!("  {title}: {}\n", keys.join(", ")));
        }
    }
    text
}
