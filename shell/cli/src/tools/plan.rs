//! `systole plan`: what the cluster is about to do, or would do if something changed. Nothing is changed.

use crate::configuration::{nodes, resources};
use crate::counterfactual;
use crate::exit::Exit;
use crate::failcounts;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::source;
use crate::tool::Tool;
use crate::withheld::{self, Awaited};
use api::Change;
use cib::Element;
use policy::plan::{Action, ActionKind, Plan, PolicyInput, Withheld};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows what the cluster would do, if something changed",
    usage: "[--standby NODE] [--lost NODE] [--fail RESOURCE@NODE] [--configuration FILE] [--json]",
    options: &[
        Opt::value("standby", "s", "NODE", "if this node were put on standby"),
        Opt::value("online", "o", "NODE", "if this node's standby ended"),
        Opt::value("lost", "l", "NODE", "if this node were lost"),
        Opt::value("fail", "f", "RESOURCE@NODE", "if this resource failed there once more"),
        Opt::value("configuration", "c", "FILE", "if this were the configuration"),
        Opt::value("xml-file", "x", "FILE", "begin with the CIB in this file instead of the cluster's"),
        Opt::flag("json", "j", "for programs"),
    ],
    run,
};

#[derive(Serialize)]
struct Step {
    action: String,
    node: Option<String>,
    reason: String,
    after: Vec<String>,
    /// Wanted, and cannot run.
    blocked: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waits_for: Vec<Awaited>,
}

fn run(session: &mut Session) -> Result<Exit, Failure> {
    if let Some(file) = session.options.value("xml-file").map(str::to_owned) {
        session.use_file(Path::new(&file));
    }
    let cib = supposed(session)?;
    let plan = policy::plan(&PolicyInput { cib, now: session.world.now });
    let plan = plan.map_err(|error| Failure::new(Exit::CONFIG, error.to_string()))?;
    let steps: Vec<&Action> = in_order(&plan);
    if session.options.has("json") {
        let steps: Vec<Step> =
            steps.into_iter().map(|action| step(&plan, action)).chain(plan.withheld.iter().map(blocked)).collect();
        let text =
            serde_json::to_string_pretty(&steps).map_err(|error| Failure::new(Exit::SOFTWARE, error.to_string()))?;
        session.console.say(text);
        return Ok(Exit::OK);
    }
    let done = steps.into_iter().filter(|action| !matches!(action.kind, ActionKind::Pseudo)).map(line);
    let told: Vec<String> = done.chain(plan.withheld.iter().map(blocked_line)).collect();
    session.console.say(if told.is_empty() { "nothing would be done".to_owned() } else { told.join("\n") });
    Ok(Exit::OK)
}

/// The CIB as it would be.
fn supposed(session: &mut Session) -> Result<Arc<Element>, Failure> {
    let mut cib = session.cib()?;
    for file in session.options.values("configuration") {
        let configuration = source::load(Path::new(file))?;
        cib = with_configuration(&cib, &configuration);
    }
    for (option, value) in [("standby", Some("on")), ("online", None)] {
        for node in session.options.values(option) {
            cib = with_standby(&cib, node, value)?;
        }
    }
    for node in session.options.values("lost") {
        cib = counterfactual::with_node_lost(&cib, &nodes::named(&cib, node)?.name);
    }
    for failure in session.options.values("fail") {
        cib = with_failure(&cib, failure)?;
    }
    Ok(cib)
}

/// The configuration of one, the status of the other.
fn with_configuration(cib: &Element, other: &Element) -> Arc<Element> {
    let mut copy = cib.clone();
    if let Some(configuration) = other.child("configuration") {
        let places = copy.children_mut().iter_mut().filter(|child| child.name() == "configuration");
        places.for_each(|place| *place = Arc::clone(configuration));
    }
    Arc::new(copy)
}

fn with_standby(cib: &Arc<Element>, node: &str, value: Option<&str>) -> Result<Arc<Element>, Failure> {
    let node = nodes::named(cib, node)?.name;
    [true, false].into_iter().filter(|permanent| value.is_none() || !permanent).try_fold(
        Arc::clone(cib),
        |cib, permanent| {
            let (node, name, value) = (node.clone(), "standby".to_owned(), value.map(str::to_owned));
            source::apply(&cib, &Change::Attribute { node, name, value, permanent })
        },
    )
}

fn with_failure(cib: &Arc<Element>, failure: &str) -> Result<Arc<Element>, Failure> {
    let usage = || Failure::usage(format!("'{failure}' names no failure")).hint("write RESOURCE@NODE, e.g. ip@sip-a");
    let (resource, node) = failure.split_once('@').ok_or_else(usage)?;
    resources::named(cib, resource)?;
    let node = nodes::named(cib, node)?.name;
    let count = u32::try_from(failcounts::total(cib, &node, resource).value()).unwrap_or(0);
    Ok(counterfactual::with_failed_monitor(
        &counterfactual::with_failures(cib, &node, resource, count + 1),
        &node,
        resource,
    ))
}

/// The actions, each after all that it waits for.
fn in_order(plan: &Plan) -> Vec<&Action> {
    let mut done = vec![false; plan.actions.len()];
    let mut order = Vec::with_capacity(plan.actions.len());
    loop {
        let is_done = |id: &policy::plan::ActionId| {
            usize::try_from(id.0).ok().and_then(|place| done.get(place)).copied().unwrap_or(true)
        };
        let ready =
            plan.actions.iter().enumerate().filter(|(place, action)| !done[*place] && action.after.iter().all(is_done));
        let ready: Vec<(usize, &Action)> = ready.collect();
        if ready.is_empty() {
            return order;
        }
        for (place, action) in ready {
            done[place] = true;
            order.push(action);
        }
    }
}

fn line(action: &Action) -> String {
    let place = action.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
    let what = match &action.kind {
        ActionKind::Resource(run) if run.interval.is_zero() && run.task == "monitor" => {
            format!("probe {}", run.resource)
        }
        ActionKind::Resource(run) if run.interval.is_zero() => format!("{} {}", run.task, run.resource),
        ActionKind::Resource(run) => format!(
            "{} {} every {}",
            run.task,
            run.resource,
            crate::time::readable(u64::try_from(run.interval.as_millis()).unwrap_or(u64::MAX))
        ),
        ActionKind::Cancel(run) => format!("end the {} of {}", run.task, run.resource),
        ActionKind::Fence { action } => format!("fence ({action})"),
        ActionKind::Shutdown => "let the cluster software stop".to_owned(),
        ActionKind::ClearFailcount(resource) => format!("forget the failures of {resource}"),
        ActionKind::ForgetHistory(resource) => format!("forget the history of {resource}"),
        ActionKind::Pseudo => action.key.clone(),
    };
    let reason = if action.reason.is_empty() { String::new() } else { format!(": {}", action.reason) };
    format!("{what}{place}{reason}")
}

fn step(plan: &Plan, action: &Action) -> Step {
    let after = plan.actions.iter().filter(|other| action.after.contains(&other.id));
    Step {
        action: action.key.clone(),
        node: action.node.as_ref().map(ToString::to_string),
        reason: action.reason.clone(),
        after: after.map(|other| other.key.clone()).collect(),
        blocked: false,
        waits_for: Vec::new(),
    }
}

fn blocked(withheld: &Withheld) -> Step {
    Step {
        action: withheld.key.clone(),
        node: withheld.node.as_ref().map(ToString::to_string),
        reason: withheld.reason.clone(),
        after: withheld.waits_for.iter().map(|obstacle| obstacle.key.clone()).collect(),
        blocked: true,
        waits_for: withheld::awaited(withheld),
    }
}

fn blocked_line(withheld: &Withheld) -> String {
    let place = withheld.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
    format!("cannot {} {}{place}: {}", withheld.task, withheld.resource, withheld::why(withheld))
}
