//! `systole explain`: where a resource is, why, what its scores consist of, and how near it is to moving.
//!
//! The cause is found by asking the planner again: what, when taken away, changes the answer, is the cause. So the first
//! line is never a guess from scores, and a suspicion that makes no difference is not told.

mod action;
mod cause;
pub mod suspects;
mod text;
mod threshold;

use crate::configuration::resources;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use crate::tools::crm_resource::placement;
use cib::Element;
use model::{ResourceId, WallTime};
use policy::plan::{Action, ActionKind, Placement, Plan, PolicyInput};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "says why a resource is where it is, or why an action is in the plan",
    usage: "RESOURCE [--node NODE] [--json] | --action KEY",
    options: &[
        Opt::value("node", "N", "NODE", "the scores on this node only"),
        Opt::value("action", "a", "KEY", "why this action is in the plan, and what it waits for, e.g. ip_start_0"),
        Opt::flag("json", "j", "for programs"),
        Opt::value("xml-file", "x", "FILE", "the CIB in this file instead of the cluster's"),
    ],
    run,
};

/// All that is told about a resource.
#[derive(Debug, Serialize)]
struct Explanation {
    resource: String,
    /// The true cause, in one sentence.
    headline: String,
    /// Commands that clear it.
    clear: Vec<String>,
    active_on: Vec<String>,
    next: Option<String>,
    role: String,
    /// The planner's own sentence.
    reason: String,
    /// The part whose scores decide: a group follows its first member.
    decided_by: String,
    candidates: Vec<Candidate>,
    /// What the other members of the group add to these scores, each for itself.
    wishes: Vec<Wish>,
    /// How many more failures until it moves.
    threshold: Vec<String>,
    /// Constraints that moves have left.
    left_by_moves: Vec<Left>,
}

#[derive(Debug, Serialize)]
struct Candidate {
    node: String,
    score: String,
    veto: Option<String>,
    terms: Vec<Term>,
}

#[derive(Debug, Serialize)]
struct Term {
    score: String,
    source: String,
    text: String,
}

/// A term of another member's own score.
#[derive(Debug, Serialize)]
struct Wish {
    resource: String,
    node: String,
    term: Term,
}

#[derive(Debug, Serialize)]
struct Left {
    constraint: String,
    node: Option<String>,
    clear: String,
}

fn run(session: &mut Session) -> Result<Exit, Failure> {
    if let Some(file) = session.options.value("xml-file").map(str::to_owned) {
        session.use_file(Path::new(&file));
    }
    if let Some(key) = session.options.value("action").map(str::to_owned) {
        return action::explain(session, &key);
    }
    let [resource] = session.options.words() else {
        return Err(
            Failure::usage("name one resource").hint("example: systole explain ip; all resources: crm_resource -L")
        );
    };
    let (resource, cib, now) = (resource.clone(), session.cib()?, session.world.now);
    resources::named(&cib, &resource)?;
    let case = Case::open(&cib, &resource, now)?;
    let mut explanation = case.explain();
    if let Some(node) = session.options.value("node") {
        let node = crate::configuration::nodes::named(&cib, node)?.name;
        explanation.candidates.retain(|candidate| candidate.node == node);
        explanation.wishes.retain(|wish| wish.node == node);
    }
    let text = if session.options.has("json") { json(&explanation)? } else { text::render(&explanation) };
    session.console.print(text);
    Ok(Exit::OK)
}

/// `crm_resource -Y`: the first line for one resource, or for each that does not run.
pub fn why(session: &mut Session) -> Result<Exit, Failure> {
    let (cib, now) = (session.cib()?, session.world.now);
    let wanted = session.options.value("resource").map(str::to_owned);
    let all: Vec<String> = match wanted {
        Some(resource) => vec![resources::named(&cib, &resource).map(|_| resource)?],
        None => resources::all(&cib)
            .iter()
            .filter(|found| found.element.name() == "primitive")
            .filter_map(|found| found.element.id().map(str::to_owned))
            .collect(),
    };
    let one = all.len() == 1;
    for resource in all {
        let case = Case::open(&cib, &resource, now)?;
        if one || case.answer.focus.current.is_empty() {
            let found = cause::find(&case);
            session.console.say(found.headline);
            found.clear.iter().for_each(|command| session.console.say(format!("  to clear: {command}")));
        }
    }
    Ok(Exit::OK)
}

/// The plan for a CIB.
fn plan(cib: &Arc<Element>, now: WallTime) -> Result<Plan, Failure> {
    policy::plan(&PolicyInput { cib: Arc::clone(cib), now })
        .map_err(|error| Failure::new(Exit::CONFIG, error.to_string()))
}

/// A resource, the CIB it is in, and what the planner says of it.
struct Case {
    cib: Arc<Element>,
    resource: String,
    now: WallTime,
    /// The primitives that the resource is or has.
    parts: Vec<String>,
    answer: Answer,
    /// The placement that decides where it goes: that of its group's first member, or its own.
    decider: Placement,
    /// The other members of its group.
    followers: Vec<Placement>,
}

/// What the planner says of a resource.
struct Answer {
    /// The placement that is told about: the first part that runs nowhere and will not, else the first.
    focus: Placement,
    /// How many parts run or are about to.
    served: usize,
    /// Whether the focus runs or is about to start.
    serves: bool,
}

impl Case {
    fn open(cib: &Arc<Element>, resource: &str, now: WallTime) -> Result<Self, Failure> {
        let parts = resources::cleaned_with(cib, resource, true)?;
        let plan = plan(cib, now)?;
        let answer = answer(&plan, resource, &parts, None);
        let answer = answer.ok_or_else(|| Failure::no_such(format!("the planner does not know '{resource}'")))?;
        let mut members = group_of(cib, &plan, &answer.focus);
        let decider = if members.is_empty() { answer.focus.clone() } else { members.remove(0) };
        Ok(Self {
            cib: Arc::clone(cib),
            resource: resource.to_owned(),
            now,
            parts,
            answer,
            decider,
            followers: members,
        })
    }

    /// What the planner would say of the same part in another world.
    fn in_world(&self, cib: &Arc<Element>) -> Option<Answer> {
        self.of_instance_in_world(&self.answer.focus.resource, cib)
    }

    /// What the planner would say of another part in another world: of the instance beside the focus, in a clone.
    fn of_part_in_world(&self, part: &str, cib: &Arc<Element>) -> Option<Answer> {
        let focus = self.answer.focus.resource.as_str();
        let number = focus.rsplit_once(':').map(|(_, number)| number).filter(|number| number.parse::<u32>().is_ok());
        let instance = number.map_or_else(|| part.to_owned(), |number| format!("{part}:{number}"));
        self.of_instance_in_world(&ResourceId::new(instance), cib)
    }

    fn of_instance_in_world(&self, instance: &ResourceId, cib: &Arc<Element>) -> Option<Answer> {
        answer(&plan(cib, self.now).ok()?, &self.resource, &self.parts, Some(instance))
    }

    fn explain(&self) -> Explanation {
        let (cause, focus) = (cause::find(self), &self.answer.focus);
        let related = suspects::related(&self.cib, &self.resource);
        let left = placement::made(&self.cib).into_iter().filter(|made| related.contains(&made.rsc));
        let left = left.map(|made| Left {
            clear: format!("crm_resource -U -r {}", made.rsc),
            constraint: made.id,
            node: made.node,
        });
        Explanation {
            resource: self.resource.clone(),
            headline: cause.headline,
            clear: cause.clear,
            active_on: focus.current.iter().map(ToString::to_string).collect(),
            next: focus.next.as_ref().map(ToString::to_string),
            role: focus.next_role.to_string(),
            reason: self.decider.reason.clone(),
            decided_by: self.decider.resource.to_string(),
            candidates: self.decider.candidates.iter().map(candidate).collect(),
            wishes: self.followers.iter().flat_map(wishes).collect(),
            threshold: if cause.untouched { Vec::new() } else { threshold::find(self) },
            left_by_moves: left.collect(),
        }
    }
}

fn answer(plan: &Plan, resource: &str, parts: &[String], focus: Option<&ResourceId>) -> Option<Answer> {
    let placements = of_parts(plan, resource, parts);
    let served = placements.iter().filter(|placement| serves(plan, placement)).count();
    let wanted = |placement: &&Placement| match focus {
        Some(focus) => placement.resource == *focus,
        None => !serves(plan, placement),
    };
    let first = if focus.is_none() { placements.first() } else { None };
    let focus = placements.iter().find(wanted).or(first)?.clone();
    Some(Answer { serves: serves(plan, &focus), focus, served })
}

/// The placements of the group that a part is a member of, the first member first: it decides for all.
fn group_of(cib: &Element, plan: &Plan, focus: &Placement) -> Vec<Placement> {
    let found = resources::named(cib, focus.resource.as_str()).ok();
    let group = found.and_then(|found| found.parent).filter(|parent| parent.name() == "group");
    let members =
        group.into_iter().flat_map(|group| group.children_named("primitive")).filter_map(|member| member.id());
    let placement = |id: &str| plan.placements.iter().find(|placement| placement.resource.as_str() == id).cloned();
    members.filter_map(placement).collect()
}

/// The terms that are a member's own, not its group's.
fn wishes(placement: &Placement) -> Vec<Wish> {
    let own = |term: &&policy::plan::Contribution| !term.source.starts_with('#');
    let of_node = |candidate: policy::plan::Candidate<'_>| {
        let node = candidate.host.name.to_string();
        let terms = candidate.contributions().filter(own);
        terms
            .map(|found| Wish { resource: placement.resource.to_string(), node: node.clone(), term: term(found) })
            .collect::<Vec<_>>()
    };
    placement.candidates.iter().flat_map(of_node).collect()
}

/// Whether a part stays where it runs, or has a place and a start in the plan.
fn serves(plan: &Plan, placement: &Placement) -> bool {
    let Some(next) = &placement.next else { return false };
    let starts = |action: &Action| match &action.kind {
        ActionKind::Resource(run) => {
            ["start", "migrate_from"].contains(&run.task.as_str())
                && run.resource == placement.resource
                && action.node.as_ref() == Some(next)
        }
        ActionKind::Pseudo
        | ActionKind::Cancel(_)
        | ActionKind::Fence { .. }
        | ActionKind::Shutdown
        | ActionKind::ClearFailcount(_)
        | ActionKind::ForgetHistory(_) => false,
    };
    placement.current.contains(next) || plan.actions.iter().any(starts)
}

/// The placements of a resource's parts, instances among them.
fn of_parts(plan: &Plan, resource: &str, parts: &[String]) -> Vec<Placement> {
    let is_part = |placement: &&Placement| {
        let id = placement.resource.as_str();
        let base = id.rsplit_once(':').filter(|(_, n)| n.parse::<u32>().is_ok()).map_or(id, |(base, _)| base);
        id == resource || parts.iter().any(|part| part == base || part == id)
    };
    plan.placements.iter().filter(is_part).cloned().collect()
}

fn candidate(candidate: policy::plan::Candidate<'_>) -> Candidate {
    Candidate {
        node: candidate.host.name.to_string(),
        score: candidate.score.to_string(),
        veto: candidate.host.veto.map(str::to_owned),
        terms: candidate.contributions().map(term).collect(),
    }
}

fn term(term: &policy::plan::Contribution) -> Term {
    Term { score: term.score.to_string(), source: term.source.to_string(), text: term.text.to_string() }
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(Exit::SOFTWARE, format!("the answer cannot be written as JSON: {error}")))
}
