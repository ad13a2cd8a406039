//! The true cause: what, when taken away, changes what the planner says.

use super::Case;
use super::suspects::{self, Suspect};
use crate::failure::Failure;
use cib::Element;
use policy::plan::PolicyInput;
use std::sync::Arc;

/// The first line of an explanation, and how to clear what it tells.
pub(super) struct Cause {
    pub headline: String,
    pub clear: Vec<String>,
}

/// What there is to explain.
enum Question {
    /// Nobody touches it.
    Untouched(&'static str),
    /// It has no place.
    Homeless,
    /// It is about to move or stop where it is.
    Leaving,
    /// It is where it is.
    Settled,
}

pub(super) fn find(case: &Case) -> Result<Cause, Failure> {
    let suspects = suspects::all(&case.cib, &case.resource);
    let question = question(case);
    let guilty = guilty(case, &question, &suspects);
    let clear =
        guilty.iter().filter(|suspect| !suspect.clear.is_empty()).map(|suspect| suspect.clear.clone()).collect();
    let headline = headline(case, &question, &guilty);
    Ok(Cause { headline, clear })
}

fn question(case: &Case) -> Question {
    if let Some(word) = untouched(case, &case.cib) {
        return Question::Untouched(word);
    }
    match (&case.focus.next, case.focus.current.as_slice()) {
        (None, []) => Question::Homeless,
        (None, _) => Question::Leaving,
        (Some(next), current) if !current.is_empty() && !current.contains(next) => Question::Leaving,
        (Some(_), _) => Question::Settled,
    }
}

/// Whether the cluster keeps its hands off the resource, and in which word.
fn untouched(case: &Case, cib: &Arc<Element>) -> Option<&'static str> {
    let cluster = policy::state::unpack(&PolicyInput { cib: Arc::clone(cib), now: case.now }).ok()?.into_cluster();
    let rsc = cluster.rsc_by_id(case.focus.resource.as_str())?;
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
    let Some((focus, placed)) = case.in_world(world) else { return false };
    match question {
        Question::Untouched(_) => false,
        Question::Homeless => focus.next.is_some() || placed > case.placed,
        Question::Leaving => focus.next.as_ref().is_some_and(|next| case.focus.current.contains(next)),
        Question::Settled => focus.next.is_some() && focus.next != case.focus.next && placed >= case.placed,
    }
}

fn headline(case: &Case, question: &Question, guilty: &[&Suspect]) -> String {
    let id = &case.resource;
    let places = |nodes: &[model::NodeName]| nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let here = places(&case.focus.current);
    let next = case.focus.next.as_ref().map(ToString::to_string).unwrap_or_default();
    let reason = &case.focus.reason;
    let causes = causes(case, guilty);
    match question {
        Question::Untouched(word) => {
            let place = if here.is_empty() { "it is not running".to_owned() } else { format!("it runs on {here}") };
            format!("{id} is {word}, {place}: {}", or(causes, reason))
        }
        Question::Homeless => format!("{id} is not running: {}", or(causes, reason)),
        Question::Leaving if next.is_empty() => format!("{id} is about to stop on {here}: {}", or(causes, reason)),
        Question::Leaving => format!("{id} is about to move from {here} to {next}: {}", or(causes, reason)),
        Question::Settled => {
            let verb = if here.is_empty() { "is about to start" } else { "runs" };
            match causes {
                Some(causes) => format!("{id} {verb} on {next}, not on {}: {causes}", better(case, guilty)),
                None => format!("{id} {verb} on {next}: {reason}"),
            }
        }
    }
}

/// Where it would be without the causes.
fn better(case: &Case, guilty: &[&Suspect]) -> String {
    let world = guilty.iter().fold(Arc::clone(&case.cib), |cib, suspect| (suspect.cure)(&cib));
    let next = case.in_world(&world).and_then(|(focus, _)| focus.next);
    next.map(|node| node.to_string()).unwrap_or_default()
}

fn causes(case: &Case, guilty: &[&Suspect]) -> Option<String> {
    let ours = |suspect: &&Suspect| {
        suspect.about.is_empty() || suspect.about == case.resource || case.parts.contains(&suspect.about)
    };
    let text = |suspect: &&Suspect| match ours(suspect) {
        true => suspect.text.clone(),
        false => format!("{} (and {} depends on {})", suspect.text, case.resource, suspect.about),
    };
    let texts: Vec<String> = guilty.iter().map(text).collect();
    (!texts.is_empty()).then(|| texts.join("; and "))
}

fn or(causes: Option<String>, reason: &str) -> String {
    causes.unwrap_or_else(|| reason.to_owned())
}
