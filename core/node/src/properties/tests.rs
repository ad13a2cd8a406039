//! What is written once, what is left alone, and what follows another coordinator.

use super::describe;
use cib::Element;
use std::sync::Arc;

fn options(text: &str) -> Element {
    let text = format!("<cib><configuration><crm_config>{text}</crm_config></configuration></cib>");
    Arc::unwrap_or_clone(cib::parse(&text).unwrap())
}

fn described(before: &Element, version: &str) -> (bool, Element) {
    let mut after = before.clone();
    (describe(&mut after, version), after)
}

const ALL: &str = r#"<cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/><nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="1"/><nvpair id="cib-bootstrap-options-cluster-infrastructure" name="cluster-infrastructure" value="heartbeat"/></cluster_property_set>"#;

#[test]
fn an_empty_configuration_is_told_everything() {
    assert_eq!(described(&options(""), "1"), (true, options(ALL)));
}

#[test]
fn what_is_said_already_is_not_written_again() {
    assert_eq!(described(&options(ALL), "1"), (false, options(ALL)));
}

#[test]
fn another_version_is_written_where_the_old_one_stands() {
    let mine = ALL.replace("cib-bootstrap-options", "mine");
    let newer = mine.replace("\"1\"", "\"2\"");
    assert_eq!(described(&options(&mine), "2"), (true, options(&newer)));
}
