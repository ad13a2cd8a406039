//! `--action KEY`: why an action is in the plan, and what it waits for.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::suggest;
use policy::plan::{Action, Plan};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Serialize)]
struct Told {
    action: String,
    node: Option<String>,
    reason: String,
    after: Vec<String>,
    before: Vec<String>,
}

pub(super) fn explain(session: &mut Session, key: &str) -> Result<Exit, Failure> {
    let plan = super::plan(&session.cib()?, session.world.now)?;
    let found: Vec<&Action> = plan.actions.iter().filter(|action| action.key == key).collect();
    if found.is_empty() {
        let keys: BTreeSet<&str> = plan.actions.iter().map(|action| action.key.as_str()).collect();
        let hint = if plan.actions.is_empty() {
            "nothing is to be done now".to_owned()
        } else {
            suggest::hint(key, "actions", keys)
        };
        return Err(Failure::no_such(format!("no action '{key}' is in the plan")).hint(hint));
    }
    let told: Vec<Told> = found.into_iter().map(|action| tell(&plan, action)).collect();
    let text = if session.options.has("json") { super::json(&told)? } else { told.iter().map(render).collect() };
    session.console.print(text);
    Ok(Exit::OK)
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
    }
}

fn render(told: &Told) -> String {
    let place = told.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
    let mut text = format!("{}{place}: {}\n", told.action, told.reason);
    for (title, keys) in [("waits for", &told.after), ("then", &told.before)] {
        if !keys.is_empty() {
            text.push_str(&format!("  {title}: {}\n", keys.join(", ")));
        }
    }
    text
}
