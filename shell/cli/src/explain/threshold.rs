//! How many more failures a resource can take where it is: found by letting it fail, on paper, until it moves.

use super::Case;
use crate::counterfactual::with_failures;
use crate::failcounts;
use model::Score;
use policy::plan::{Candidate, Placement};

/// More failures than this are as good as never: one a minute for a week.
const NEVER: u32 = 10_000;

/// After how many more failures it leaves its node, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Move {
    count: u32,
    /// `None`: it stops.
    target: Option<String>,
}

/// One sentence for each part, or one for all where they agree.
pub(super) fn find(case: &Case) -> Vec<String> {
    let Some(node) = case.answer.focus.current.first().filter(|node| case.answer.focus.next.as_ref() == Some(node))
    else {
        return Vec::new();
    };
    let node = node.as_str();
    let found: Vec<(String, Option<Move>)> =
        case.parts.iter().map(|part| (part.clone(), until_it_moves(case, node, part))).collect();
    let is_agreed = found.len() > 1 && found.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let stand = Stand { resource: &case.resource, node, is_agreed, obstacle: obstacle(&case.decider, node) };
    if is_agreed {
        return vec![stand.sentence("any member", found[0].1.as_ref())];
    }
    found.iter().map(|(part, threshold)| stand.sentence(part, threshold.as_ref())).collect()
}

/// Where the resource is, and whether it could be elsewhere.
struct Stand<'a> {
    resource: &'a str,
    node: &'a str,
    /// Whether all parts take the same.
    is_agreed: bool,
    /// Why nowhere else; `None`: another node could run it.
    obstacle: Option<String>,
}

impl Stand<'_> {
    fn sentence(&self, part: &str, threshold: Option<&Move>) -> String {
        let Self { resource, node, obstacle, .. } = self;
        let Some(Move { count, target }) = threshold else {
            return match obstacle {
                None => format!(
                    "failures of {part} on {node} only restart it, however many (no migration-threshold is set)"
                ),
                Some(why) => format!("nothing moves {resource}: {why}; failures of {part} only restart it there"),
            };
        };
        let (noun, verb) = if *count == 1 { ("failure", "s") } else { ("failures", "") };
        let effect = match (target, obstacle) {
            (Some(target), _) => format!("move{verb} {resource} to {target}"),
            (None, None) => format!("stop{verb} {}", self.stopped(part)),
            (None, Some(why)) => format!("stop{verb} {}: {why}", self.stopped(part)),
        };
        format!("{count} more {noun} of {part} on {node} {effect}")
    }

    /// What stops: of a group only the part itself, and what comes after it.
    fn stopped<'p>(&'p self, part: &'p str) -> &'p str {
        if self.is_agreed { self.resource } else { part }
    }
}

/// Why no node but this one can run it, by the scores of the part that decides; `None` when one can.
fn obstacle(decider: &Placement, node: &str) -> Option<String> {
    let others: Vec<Candidate> = decider.candidates.iter().filter(|other| other.host.name.as_str() != node).collect();
    if others.iter().any(|other| other.host.veto.is_none() && other.score > Score::MINUS_INFINITY) {
        return None;
    }
    let reasons: Vec<String> = others
        .iter()
        .map(|other| format!("{}: {}", other.host.name, other.host.veto.unwrap_or("score -INFINITY")))
        .collect();
    Some(match reasons.as_slice() {
        [] => "there is no other node".to_owned(),
        all => format!("no other node can run it ({})", all.join(", ")),
    })
}

/// The fewest further failures after which the planner puts it elsewhere, and where.
fn until_it_moves(case: &Case, node: &str, part: &str) -> Option<Move> {
    let now = failcounts::total(&case.cib, node, part);
    let counted = u32::try_from(now.value()).ok().filter(|_| now < Score::INFINITY)?;
    let moved = |more: u32| {
        let world = with_failures(&case.cib, node, part, counted + more);
        let focus = case.of_part_in_world(part, &world)?.focus;
        (focus.next.as_ref().map(model::NodeName::as_str) != Some(node)).then_some(focus.next)
    };
    let mut enough = 1;
    while moved(enough).is_none() {
        enough *= 2;
        if counted + enough >= NEVER {
            return None;
        }
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if moved(middle).is_some() { enough = middle } else { too_few = middle }
    }
    moved(enough).map(|target| Move { count: enough, target: target.map(|node| node.to_string()) })
}
