//! Company and order that constraints demand, of two resources or of sets.

use super::Suspect;
use crate::configuration::nodes::section;
use crate::counterfactual;
use cib::Element;
use model::Score;
use std::sync::Arc;

/// Each constraint that ties a resource to others.
pub(super) fn companions(cib: &Element, id: &str) -> Vec<Suspect> {
    let constraints = section(cib, "constraints").map(Element::children).unwrap_or_default();
    let tie = |constraint: &Arc<Element>| {
        let name = constraint.id()?;
        let tie = between_two(constraint, id).or_else(|| among_many(constraint, id))?;
        let (tag, name, text) = (constraint.name().to_owned(), name.to_owned(), format!("{id} {tie} ({name})"));
        Some(Suspect::new(id, text, "", move |cib| counterfactual::without(cib, &tag, &name)))
    };
    constraints.iter().filter_map(tie).collect()
}

/// The resources that the sets of a constraint list, in their order.
pub(super) fn members(constraint: &Element) -> Vec<&str> {
    let sets = constraint.children_named("resource_set");
    sets.flat_map(|set| set.children_named("resource_ref")).filter_map(|member| member.id()).collect()
}

/// What a constraint of two resources demands of the one that depends on the other.
fn between_two(constraint: &Element, id: &str) -> Option<String> {
    match constraint.name() {
        "rsc_colocation" if constraint.attribute("rsc") == Some(id) => {
            let other = constraint.attribute("with-rsc")?;
            let apart = is_negative(constraint);
            Some(if apart { format!("keeps away from {other}") } else { format!("must be where {other} is") })
        }
        "rsc_order" if constraint.attribute("then") == Some(id) => {
            Some(format!("starts only after {}", constraint.attribute("first")?))
        }
        _ => None,
    }
}

/// What a constraint of sets demands of a member; the first of an ordering waits for nothing.
fn among_many(constraint: &Element, id: &str) -> Option<String> {
    let members = members(constraint);
    let at = members.iter().position(|member| *member == id)?;
    match constraint.name() {
        "rsc_colocation" => {
            let others: Vec<&str> = members.into_iter().filter(|member| *member != id).collect();
            let apart =
                is_negative(constraint) || constraint.children_named("resource_set").any(|set| is_negative(set));
            let how = if apart { "keeps away from" } else { "is in one set with" };
            (!others.is_empty()).then(|| format!("{how} {}", others.join(", ")))
        }
        "rsc_order" if at > 0 => Some(format!("starts only after {}", members[..at].join(", "))),
        _ => None,
    }
}

fn is_negative(element: &Element) -> bool {
    element.attribute("score").and_then(Score::parse).is_some_and(|score| score < Score::ZERO)
}
