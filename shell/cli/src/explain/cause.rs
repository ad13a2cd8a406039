//! The true cause: what, when taken away, changes what the planner says.

use super::Case;
use super::suspects::{self, Suspect};
use cib::Element;
use policy::plan::PolicyInput;
use std::sync::Arc;

/// The first line of an explanation, and how to clear what it tells.
pub(super) struct Cause {
    pub headline: String,
    pub clear: Vec<String>,
    /// The cluster keeps its hands off the resource.
    pub untouched: bool,
}

/// What there is to explain.
enum Question {
    /// Nobody touches it.
    Untouched(&'static str),
    /// It does not run, and will not.
    Idle,
    /// It is about to move, or to stop where it is.
    Leaving,
    /// It is where it is.
    Settled,
}

pub(super) fn find(case: &Case) -> Cause {
    let suspects = suspects::all(&case.cib, &case.resource);
    let question = question(case);
    let guilty = guilty(case, &question, &suspects);
    let told = if matches!(question, Question::Idle) { with_equals(case, &guilty, &suspects) } else { guilty.clone() };
    let mut clear: Vec<String> = Vec::new();
    for suspect in told.iter().filter(|suspect| !suspect.clear.is_empty()) {
        if !clear.contains(&suspect.clear) {
            clear.push(suspect.clear.clone());
        }
    }
    let headline = headline(case, &question, &guilty, &told);
    Cause { headline, clear, untouched: matches!(question, Question::Untouched(_)) }
}

fn question(case: &Case) -> Question {
    if let Some(word) = untouched(case, &case.cib) {
        return Question::Untouched(word);
    }
    let (answer, focus) = (&case.answer, &case.answer.focus);
    match (answer.serves, focus.current.as_slice()) {
        (false, []) => Question::Idle,
        (false, _) => Question::Leaving,
        (true, current) if !current.is_empty() && !focus.next.as_ref().is_some_and(|next| current.contains(next)) => {
            Question::Leaving
        }
        (true, _) => Question::Settled,
    }
}

/// Where every node has a reason of its own, each of them is told: it takes one node to run a resource.
fn with_equals<'a>(case: &Case, guilty: &[&'a Suspect], suspects: &'a [Suspect]) -> Vec<&'a Suspect> {
    let [one] = guilty else { return guilty.to_vec() };
    if !one.of_node {
        return guilty.to_vec();
    }
    let equal = |suspect: &&Suspect| suspect.of_node && settles(case, &Question::Idle, &(suspect.cure)(&case.cib));
    suspects.iter().filter(equal).take(TOLD_MAX).collect()
}

/// More reasons than this are no help.
const TOLD_MAX: usize = 4;

/// Whether the cluster keeps its hands off the resource, and in which word.
fn untouched(case: &Case, cib: &Arc<Element>) -> Option<&'static str> {
    let cluster = policy::state::unpack(&PolicyInput { cib: Arc::clone(cib), now: case.now }).ok()?.into_cluster();
    let rsc = cluster.rsc_by_id(case.answer.focus.resource.as_str())?;
    let r = &cluster.rscs[rsc];
    match (r.blocked, r.managed) {
        (true, _) => Some("blocked"),
        (false, false) => Some("unmanaged"),
        (false, true) => None,
    }
}

/// The suspects that make the difference: one if one does, else as few as together do.
fn guilty<'a>(case: &Case, question: &Question, suspects: &'a [Suspect]) -> Vec<&'a Suspect> {
    let helps = |chosen: &[&Suspect]| {
        let world = chosen.iter().fold(Arc::clone(&case.cib), |cib, suspect| (suspect.cure)(&cib));
        settles(case, question, &world)
    };
    if let Some(one) = suspects.iter().find(|suspect| helps(&[suspect])) {
        return vec![one];
    }
    let mut together: Vec<&Suspect> = suspects.iter().collect();
    if !helps(&together) {
        return Vec::new();
    }
    for suspect in suspects.iter().rev() {
        let fewer: Vec<&Suspect> = together.iter().copied().filter(|kept| !std::ptr::eq(*kept, suspect)).collect();
        if helps(&fewer) {
            together = fewer;
        }
    }
    together
}

/// Whether the question would not arise in another world.
fn settles(case: &Case, question: &Question, world: &Arc<Element>) -> bool {
    if let Question::Untouched(_) = question {
        return untouched(case, world).is_none();
    }
    let Some(answer) = case.in_world(world) else { return false };
    let (before, after) = (&case.answer.focus, &answer.focus);
    match question {
        Question::Untouched(_) => false,
        Question::Idle => answer.serves || answer.served > case.answer.served,
        Question::Leaving => after.next.as_ref().is_some_and(|next| before.current.contains(next)),
        Question::Settled => answer.serves && after.next != before.next && answer.served >= case.answer.served,
    }
}

fn headline(case: &Case, question: &Question, guilty: &[&Suspect], told: &[&Suspect]) -> String {
    let (id, focus) = (&case.resource, &case.answer.focus);
    let here = focus.current.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let next = focus.next.as_ref().map(ToString::to_string).unwrap_or_default();
    let why = causes(case, told).unwrap_or_else(|| own_reason(case));
    match question {
        Question::Untouched(word) if here.is_empty() => format!("{id} is {word}, it is not running: {why}"),
        Question::Untouched(word) => format!("{id} is {word}, it runs on {here}: {why}"),
        Question::Idle => format!("{id} is not running: {why}"),
        Question::Leaving if next.is_empty() => format!("{id} is about to stop on {here}: {why}"),
        Question::Leaving => format!("{id} is about to move from {here} to {next}: {why}"),
        Question::Settled => {
            let verb = if here.is_empty() { "is about to start" } else { "runs" };
            let instead = better(case, guilty).map(|node| format!(", not on {node}")).unwrap_or_default();
            format!("{id} {verb} on {next}{instead}: {why}")
        }
    }
}

/// The planner's reason; of a member, that of its group.
fn own_reason(case: &Case) -> String {
    let (leader, focus) = (&case.decider, &case.answer.focus);
    if leader.resource == focus.resource {
        focus.reason.clone()
    } else {
        format!("it goes where {} goes, and there {}", leader.resource, leader.reason)
    }
}

/// Where it would be without the causes.
fn better(case: &Case, guilty: &[&Suspect]) -> Option<String> {
    let world = guilty.iter().fold(Arc::clone(&case.cib), |cib, suspect| (suspect.cure)(&cib));
    let next = case.in_world(&world).and_then(|answer| answer.focus.next);
    next.filter(|next| case.answer.focus.next.as_ref() != Some(next)).map(|node| node.to_string())
}

fn causes(case: &Case, guilty: &[&Suspect]) -> Option<String> {
    let ours = |suspect: &&Suspect| {
        suspect.about.is_empty() || suspect.about == case.resource || case.parts.contains(&suspect.about)
    };
    let text = |suspect: &&Suspect| {
        if ours(suspect) {
            suspect.text.clone()
        } else {
            format!("{} (and {} depends on {})", suspect.text, case.resource, suspect.about)
        }
    };
    let texts: Vec<String> = guilty.iter().map(text).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
