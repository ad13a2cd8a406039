//! A transition graph as it is compared: without what two engines may number or order as they like, or as it stands.
//!
//! A synapse becomes its action, without its id, with sorted attributes, followed by the sorted names of its inputs.

use cib::Element;

/// One text for the graph's own attributes and one for each part of each synapse, sorted.
pub fn graph(graph: &Element) -> Vec<String> {
    let mut lines = vec![named(graph, &["batch-limit"])];
    for synapse in graph.children_named("synapse") {
        let head = synapse.attribute("priority").unwrap_or("0");
        let actions = synapse.child("action_set").into_iter().flat_map(|set| set.children());
        let name: Vec<String> = actions.clone().map(|action| identity(action)).collect();
        let name = name.join(" + ");
        lines.push(format!("{name} priority={head}"));
        for action in actions {
            parts(action, &name, &mut lines);
        }
        let inputs = synapse.child("inputs").into_iter().flat_map(|inputs| inputs.children());
        for input in inputs.flat_map(|trigger| trigger.children()) {
            lines.push(format!("{name} after {}", identity(input)));
        }
    }
    lines.sort();
    lines
}

/// One text for each element as it stands: numbers and order count, what depends on the version does not.
pub fn literal(element: &Element) -> Vec<String> {
    let told = element.attributes().filter(|(name, _)| !["batch-limit", "crm_feature_set"].contains(name));
    let told: Vec<String> = told.map(|(name, value)| format!("{name}={value:?}")).collect();
    let mut lines = vec![format!("{} {}", element.name(), told.join(" "))];
    lines.extend(element.children().iter().flat_map(|child| literal(child)));
    lines
}

/// What an action is, apart from its number.
fn identity(action: &Element) -> String {
    named(action, &["id"])
}

/// What an action tells: one line for each element in it, so that a difference is small.
fn parts(action: &Element, name: &str, lines: &mut Vec<String>) {
    for part in action.children() {
        let without: &[&str] = if part.name() == "attributes" { &["crm_feature_set"] } else { &[] };
        lines.push(format!("{name} tells {}", whole(part, without)));
    }
}

fn whole(element: &Element, without: &[&str]) -> String {
    let mut text = named(element, without);
    for child in element.children() {
        text.push_str(&format!(" {{{}}}", whole(child, &[])));
    }
    text
}

/// An element's tag and attributes, sorted.
fn named(element: &Element, without: &[&str]) -> String {
    let mut attributes: Vec<String> = element
        .attributes()
        .filter(|(name, _)| !without.contains(name))
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    attributes.sort();
    format!("{} {}", element.name(), attributes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{graph, literal};

    fn canonical(text: &str) -> Vec<String> {
        graph(&cib::parse(text).expect("the test's graph is well-formed"))
    }

    const ONE: &str = r#"<transition_graph cluster-delay="60s" batch-limit="0">
        <synapse id="0"><action_set><rsc_op id="7" operation="start" operation_key="a_start_0"><attributes b="2" a="1"/></rsc_op></action_set><inputs/></synapse>
        <synapse id="1"><action_set><rsc_op id="8" operation="start" operation_key="b_start_0"/></action_set>
            <inputs><trigger><rsc_op id="7" operation="start" operation_key="a_start_0"/></trigger></inputs></synapse>
        </transition_graph>"#;

    #[test]
    fn numbers_and_order_make_no_difference() {
        let other = r#"<transition_graph batch-limit="3" cluster-delay="60s">
            <synapse id="0"><action_set><rsc_op id="1" operation="start" operation_key="b_start_0"/></action_set>
                <inputs><trigger><rsc_op id="2" operation="start" operation_key="a_start_0"/></trigger></inputs></synapse>
            <synapse id="1"><action_set><rsc_op id="2" operation="start" operation_key="a_start_0"><attributes a="1" b="2"/></rsc_op></action_set><inputs/></synapse>
            </transition_graph>"#;
        assert_eq!(canonical(ONE), canonical(other));
    }

    #[test]
    fn numbers_count_where_the_graph_is_taken_as_it_stands() {
        let of = |text: &str| literal(&cib::parse(text).expect("the test's graph is well-formed"));
        assert_ne!(of(ONE), of(&ONE.replace(r#"id="7""#, r#"id="9""#)));
        assert_eq!(of(ONE), of(&ONE.replace(r#"batch-limit="0""#, r#"batch-limit="5""#)));
    }

    #[test]
    fn an_input_or_a_parameter_makes_a_difference() {
        let without_input =
            ONE.replace(r#"<trigger><rsc_op id="7" operation="start" operation_key="a_start_0"/></trigger>"#, "");
        assert_ne!(canonical(ONE), canonical(&without_input));
        assert_ne!(canonical(ONE), canonical(&ONE.replace(r#"b="2""#, r#"b="3""#)));
    }
}
