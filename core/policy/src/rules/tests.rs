//! Rules against dates and attributes: a table for each kind.

use super::*;

fn rule(text: &str) -> std::sync::Arc<Element> {
    cib::parse(text).expect("the test's XML is well-formed")
}

fn with_node(text: &str, pairs: &[(&str, &str)]) -> bool {
    let mut node = Params::default();
    for (name, value) in pairs {
        node.set(name, value);
    }
    holds(&rule(text), &Facts { node: Some(&node), ..Facts::default() }, &mut NextChange::default())
}

#[test]
fn expressions_compare_as_their_type_says() {
    for (kind, operation, value, actual, expected) in [
        ("string", "eq", "A", Some("a"), true),
        ("string", "ne", "a", None, true),
        ("integer", "gt", "9", Some("10"), true),
        ("string", "gt", "9", Some("10"), false),
        ("number", "lt", "1.5", Some("1.25"), true),
        ("version", "gte", "1.10", Some("1.9"), false),
        ("integer", "lt", "9", None, false),
    ] {
        let text = format!(
            "<rule id='r'><expression id='e' attribute='x' operation='{operation}' value='{value}' type='{kind}'/></rule>"
        );
        let pairs: Vec<_> = actual.map(|a| ("x", a)).into_iter().collect();
        assert_eq!(with_node(&text, &pairs), expected, "{actual:?} {operation} {value} as {kind}");
    }
}

#[test]
fn or_needs_one_and_needs_all() {
    let body =
        "<expression id='a' attribute='x' operation='defined'/><expression id='b' attribute='y' operation='defined'/>";
    for (join, pairs, expected) in [
        ("or", &[("x", "1")][..], true),
        ("and", &[("x", "1")][..], false),
        ("and", &[("x", "1"), ("y", "1")][..], true),
        ("or", &[][..], false),
        ("xor", &[("x", "1")][..], false),
    ] {
        assert_eq!(
            with_node(&format!("<rule id='r' boolean-op='{join}'>{body}</rule>"), pairs),
            expected,
            "{join} {pairs:?}"
        );
    }
}

#[test]
fn a_range_of_dates_says_when_it_changes() {
    let r =
        rule("<rule id='r'><date_expression id='d' operation='in_range' start='1970-01-02' end='1970-01-03'/></rule>");
    for (now, expected, change) in [
        (0, false, Some(86_400)),
        (86_400, true, Some(172_801)),
        (172_800, true, Some(172_801)),
        (172_801, false, None),
    ] {
        let mut next = NextChange::default();
        assert_eq!(holds(&r, &Facts { now, ..Facts::default() }, &mut next), expected, "{now}");
        assert_eq!(next.0, change, "{now}");
    }
}

#[test]
fn a_duration_counts_from_the_start() {
    let r = rule(
        "<rule id='r'><date_expression id='d' operation='in_range' start='2024-01-31'><duration id='x' months='1'/></date_expression></rule>",
    );
    let at = |text| calendar::parse(text).expect("a date");
    for (now, expected) in [(at("2024-02-29"), true), (at("2024-03-01"), false)] {
        assert_eq!(holds(&r, &Facts { now, ..Facts::default() }, &mut NextChange::default()), expected);
    }
}

#[test]
fn date_specs_take_ranges() {
    for (range, value, expected) in
        [("3", 3, true), ("3-5", 4, true), ("3-", 9, true), ("-5", 6, false), ("-", 1, false), ("x", 1, false)]
    {
        assert_eq!(within(range, value), expected, "{value} in {range}");
    }
}
