//! Each verb of `cibadmin`, what it shares, and what it refuses.

use super::{Change, ChangeRefused, Refusal, apply};
use crate::fixture::MODERN;
use crate::{Element, Version, parse};
use proptest::prelude::*;
use std::sync::Arc;

fn cib() -> Arc<Element> {
    parse(MODERN).expect("well-formed")
}

fn create(section: Option<&str>, xml: &str) -> Change {
    Change::Create { section: section.map(str::to_owned), xml: xml.to_owned() }
}

fn modify(xml: &str, may_create: bool) -> Change {
    Change::Modify { section: None, xml: xml.to_owned(), may_create }
}

fn replace(section: Option<&str>, xml: &str) -> Change {
    Change::Replace { section: section.map(str::to_owned), xml: xml.to_owned() }
}

fn delete(section: Option<&str>, xml: &str) -> Change {
    Change::Delete { section: section.map(str::to_owned), xml: xml.to_owned() }
}

fn refusal(change: &Change) -> ChangeRefused {
    apply(&cib(), change).expect_err("it is to be refused")
}

fn version(cib: &Element) -> String {
    Version::of(cib).to_string()
}

const DUMMY: &str = "<primitive id='dummy' class='ocf' provider='example' type='Dummy'/>";

#[test]
fn creating_adds_to_the_section_and_shares_the_rest() {
    let before = cib();
    for section in [Some("resources"), None] {
        let after = apply(&before, &create(section, DUMMY)).expect("it is valid");
        let resources = after.descend(&["configuration", "resources"]).expect("there");
        assert_eq!(resources.children().last().and_then(|last| last.id()), Some("dummy"));
        assert_eq!(version(&after), "0.8.0");
        let web =
            |cib: &Element| Arc::clone(&cib.descend(&["configuration", "resources"]).expect("there").children()[0]);
        assert!(Arc::ptr_eq(&web(&before), &web(&after)));
        assert!(Arc::ptr_eq(before.child("status").expect("there"), after.child("status").expect("there")));
    }
}

#[test]
fn a_missing_section_is_made_in_its_place() {
    let xml = "<rsc_defaults><meta_attributes id='rd'><nvpair id='rd-s' name='resource-stickiness' value='5'/></meta_attributes></rsc_defaults>";
    for change in [create(Some("rsc_defaults"), xml), modify(xml, false), replace(Some("rsc_defaults"), xml)] {
        let after = apply(&cib(), &change).expect("it is valid");
        let sections: Vec<&str> = after.children()[0].children().iter().map(|child| child.name()).collect();
        assert_eq!(sections, ["crm_config", "rsc_defaults", "nodes", "resources", "constraints"], "{change:?}");
    }
}

#[test]
fn creating_what_is_there_is_refused() {
    let refused = refusal(&create(Some("resources"), "<primitive id='address' class='ocf' provider='x' type='y'/>"));
    assert_eq!(refused.kind, Refusal::Exists);
    assert_eq!(refused.reason, "there is a <primitive id=\"address\"> already");
}

#[test]
fn modifying_merges_by_tag_and_id() {
    let xml = "<primitive id='address'><instance_attributes id='address-attributes'><nvpair id='address-ip' value='192.0.2.9'/>\
        <nvpair id='address-nic' name='nic' value='eth0'/></instance_attributes></primitive>";
    let after = apply(&cib(), &modify(xml, false)).expect("it is valid").to_xml();
    assert!(after.contains(r#"<nvpair id="address-ip" name="ip" value="192.0.2.9"/>"#));
    assert!(after.contains(r#"<nvpair id="address-nic" name="nic" value="eth0"/>"#));
    assert!(after.contains(r#"class="ocf" type="IPaddr2""#));
}

#[test]
fn modifying_nothing_gives_the_very_same_tree() {
    let before = cib();
    let after = apply(&before, &modify("<node id='1' uname='alpha'/>", false)).expect("it is valid");
    assert!(Arc::ptr_eq(&before, &after));
}

#[test]
fn modifying_what_is_missing_creates_it_only_when_that_is_wanted() {
    assert_eq!(refusal(&modify(DUMMY, false)).kind, Refusal::NotFound);
    let after = apply(&cib(), &modify(DUMMY, true)).expect("it is valid");
    assert!(after.to_xml().contains("id=\"dummy\""));
}

#[test]
fn a_part_of_a_document_is_merged_along_its_tags() {
    let xml = "<cib><configuration><nodes><node id='1' description='first'/></nodes></configuration></cib>";
    let after = apply(&cib(), &modify(xml, false)).expect("it is valid").to_xml();
    assert!(after.contains(r#"<node id="1" uname="alpha" description="first"/>"#), "{after}");
}

#[test]
fn values_count() {
    let mut tree = cib();
    for (value, expected) in [("value++", "1"), ("value+=4", "5"), ("value+=-2", "3"), ("value+=INFINITY", "INFINITY")]
    {
        let change = modify(&format!("<nvpair id='o-fencing' name='count' value='{value}'/>"), false);
        tree = apply(&tree, &change).expect("it is valid");
        let text = tree.to_xml();
        assert!(text.contains(&format!("name=\"count\" value=\"{expected}\"")), "{value}: {text}");
    }
}

#[test]
fn deleting_needs_the_tag_and_all_attributes_to_fit() {
    let gone = apply(&cib(), &delete(Some("constraints"), "<rsc_location id='prefer' rsc='web'/>")).expect("valid");
    assert!(!gone.to_xml().contains("rsc_location"));
    let before = cib();
    for xml in ["<rsc_location id='prefer' rsc='mail'/>", "<rsc_order id='prefer'/>"] {
        assert!(Arc::ptr_eq(&before, &apply(&before, &delete(None, xml)).expect("valid")), "{xml}");
    }
    assert_eq!(refusal(&delete(None, "<configuration/>")).kind, Refusal::Invalid);
}

#[test]
fn replacing_takes_one_element_a_section_or_everything() {
    let one = apply(&cib(), &replace(None, "<node id='2' uname='gamma'/>")).expect("valid");
    assert!(one.to_xml().contains("uname=\"gamma\"") && !one.to_xml().contains("uname=\"beta\""));
    let section = apply(&cib(), &replace(Some("constraints"), "<constraints/>")).expect("valid");
    assert!(section.descend(&["configuration", "constraints"]).expect("there").children().is_empty());
    let whole = MODERN.replace("epoch=\"7\"", "epoch=\"9\"").replace("gamma", "delta");
    assert_eq!(version(&apply(&cib(), &replace(None, &whole)).expect("valid")), "0.9.3");
    assert_eq!(refusal(&replace(None, "<node id='3' uname='gamma'/>")).kind, Refusal::NotFound);
}

#[test]
fn an_older_document_does_not_replace_a_newer_one() {
    let refused = refusal(&replace(None, &MODERN.replace("epoch=\"7\"", "epoch=\"6\"").replace("beta", "gamma")));
    assert_eq!(refused.kind, Refusal::Old);
    assert_eq!(refused.reason, "the version 0.6.3 is older than 0.7.3, which is in place");
}

#[test]
fn a_document_of_heartbeat_replaces_in_its_upgraded_form() {
    let after = apply(&cib(), &replace(None, crate::fixture::HEARTBEAT)).expect("valid");
    assert_eq!(version(&after), "0.8.0");
    assert!(after.to_xml().contains("name=\"compatibility\" value=\"heartbeat-2\""));
    let order = "<rsc_order id='late' from='web' to='pings' type='before' score='0'/>";
    let after = apply(&cib(), &create(None, order)).expect("valid");
    assert!(after.to_xml().contains(r#"<rsc_order id="late" first="web" then="pings" kind="Optional"/>"#));
}

#[test]
fn older_words_in_a_change_become_those_of_today() {
    let colocation = "<rsc_colocation id='together' with-rsc-role='Master'/>";
    let after = apply(&cib(), &modify(colocation, false)).expect("valid");
    assert!(after.to_xml().contains("with-rsc-role=\"Promoted\""));
    let set = "<instance_attributes id='address-attributes'><attributes><nvpair id='a-nic' name='nic' value='e0'/></attributes></instance_attributes>";
    let after = apply(&cib(), &modify(set, false)).expect("valid").to_xml();
    assert!(after.contains("name=\"nic\"") && !after.contains("<attributes>"), "{after}");
}

#[test]
fn an_invalid_result_is_refused_with_its_place_in_the_given_text() {
    for (xml, line, words) in [
        ("<resources>\n <bogus/>\n</resources>", 2, "<bogus> does not belong"),
        ("<resources>\n\n <primitive id='x' class='ocf'\n provider='p' typ='y'/></resources>", 4, "no attribute 'typ'"),
        ("<resources>\n <primitive", 2, "never closed"),
    ] {
        let refused = refusal(&replace(Some("resources"), xml));
        assert_eq!((refused.kind, refused.position.line), (Refusal::Invalid, line), "{refused:?}");
        assert!(refused.reason.contains(words), "{refused:?}");
    }
    assert!(refusal(&create(Some("nosuch"), DUMMY)).hint.contains("resources"));
    assert!(refusal(&create(None, "<nvpair id='a'/>")).hint.contains("-o"));
}

#[test]
fn a_mistake_that_was_there_before_blocks_nothing() {
    let broken = parse(&MODERN.replace("interval=\"5s\" ", "")).expect("well-formed");
    assert!(apply(&broken, &create(None, DUMMY)).is_ok());
}

#[test]
fn the_status_counts_apart() {
    let after = apply(&cib(), &modify("<node_state id='1' crmd='offline'/>", false)).expect("valid");
    assert_eq!(version(&after), "0.7.4");
}

#[test]
fn erasing_and_bumping_raise_the_version() {
    let erased = apply(&cib(), &Change::Erase).expect("valid");
    assert_eq!(version(&erased), "1.0.0");
    assert!(erased.descend(&["configuration", "resources"]).expect("there").children().is_empty());
    assert!(erased.child("status").is_some_and(|status| !status.children().is_empty()));
    assert_eq!(version(&apply(&cib(), &Change::Bump).expect("valid")), "0.8.0");
}

#[test]
fn a_version_given_with_a_change_holds_when_it_is_higher() {
    let after = apply(&cib(), &modify("<cib admin_epoch='3' epoch='0' num_updates='0'/>", false)).expect("valid");
    assert_eq!(version(&after), "3.0.0");
    assert_eq!(refusal(&modify("<cib epoch='1'/>", false)).kind, Refusal::Old);
}

/// Small changes of which many fit the fixture, and many do not.
fn any_change() -> impl Strategy<Value = Change> {
    let tag =
        prop::sample::select(vec!["primitive", "node", "nvpair", "resources", "cib", "rsc_order", "status", "group"]);
    let id = prop::sample::select(vec![
        "",
        "id='web'",
        "id='1'",
        "id='address'",
        "id='new' uname='n'",
        "id='o-fencing' value='1'",
    ]);
    let section =
        prop::option::of(prop::sample::select(vec!["resources", "nodes", "status", "configuration", "bogus"]));
    (0..4, tag, id, section).prop_map(|(verb, tag, id, section)| {
        let (section, xml) =
            (section.map(str::to_owned), format!("<{tag} {id}><nvpair id='p'/><nvpair/><nvpair/></{tag}>"));
        match verb {
            0 => Change::Create { section, xml },
            1 => Change::Modify { section, xml, may_create: true },
            2 => Change::Replace { section, xml },
            _ => Change::Delete { section, xml },
        }
    })
}

proptest! {
    #[test]
    fn versions_only_grow_and_nothing_panics(changes in prop::collection::vec(any_change(), 1..8)) {
        let mut tree = cib();
        for change in changes {
            if let Ok(next) = apply(&tree, &change) {
                let grown = Version::of(&next) > Version::of(&tree);
                prop_assert!(grown || Arc::ptr_eq(&next, &tree), "{change:?}");
                prop_assert!(crate::validate(&next).is_accepted(), "{change:?}");
                tree = next;
            }
        }
    }
}
