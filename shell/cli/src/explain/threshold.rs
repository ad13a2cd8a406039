//! How many more failures a resource can take where it is: found by letting it fail, on paper, until it moves.

use super::Case;
use crate::counterfactual::with_failures;
use crate::failcounts;
use model::Score;

/// More failures than this are as good as never.
const NEVER: u32 = 1_000_000;

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
    let agree = found.len() > 1 && found.windows(2).all(|pair| pair[0].1 == pair[1].1);
    if agree {
        return vec![sentence(&case.resource, "any member", node, found[0].1.as_ref())];
    }
    found.iter().map(|(part, threshold)| sentence(&case.resource, part, node, threshold.as_ref())).collect()
}

fn sentence(resource: &str, part: &str, node: &str, threshold: Option<&Move>) -> String {
    match threshold {
        None => format!("failures of {part} on {node} only restart it, however many (no migration-threshold is set)"),
        Some(Move { count, target }) => {
            let (noun, verb) = if *count == 1 { ("failure", "s") } else { ("failures", "") };
            let effect = target
                .as_ref()
                .map_or(format!("stop{verb} {resource}"), |target| format!("move{verb} {resource} to {target}"));
            format!("{count} more {noun} of {part} on {node} {effect}")
        }
    }
}

/// The fewest further failures after which the planner puts it elsewhere, and where.
fn until_it_moves(case: &Case, node: &str, part: &str) -> Option<Move> {
    let now = failcounts::total(&case.cib, node, part);
    let counted = u32::try_from(now.value()).ok().filter(|_| now < Score::INFINITY)?;
    let moved = |more: u32| {
        let world = with_failures(&case.cib, node, part, counted + more);
        let focus = case.in_world(&world)?.focus;
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
