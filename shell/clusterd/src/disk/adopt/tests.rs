//! What a node starts from, for each state in which a file may be found.

use super::*;
use std::fs;

fn disk(text: &str) -> (tempfile::TempDir, CibFile) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cib.xml");
    fs::write(&path, text).unwrap();
    (dir, CibFile::new(&path))
}

fn ids(notices: &[Notice]) -> Vec<&str> {
    notices.iter().map(|notice| notice.id).collect()
}

const HEARTBEAT_2: &str = r#"<cib><configuration><crm_config><cluster_property_set id="o"><attributes>
<nvpair id="s" name="default-resource-stickiness" value="10"/></attributes></cluster_property_set></crm_config>
<nodes/><resources><primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"/></resources><constraints/></configuration></cib>
"#;

#[test]
fn no_file_is_an_empty_configuration_that_is_valid_itself() {
    let dir = tempfile::tempdir().unwrap();
    let adopted = adopt(&mut CibFile::new(&dir.path().join("cib.xml"))).unwrap();
    assert!(cib::validate(&adopted.cib).is_accepted());
    assert!(adopted.cib.descend(&["configuration", "resources"]).is_some() && adopted.notices.is_empty());
}

#[test]
fn the_syntax_of_heartbeat_2_is_carried_over_and_its_original_kept() {
    let (dir, mut file) = disk(HEARTBEAT_2);
    let adopted = adopt(&mut file).unwrap();
    assert!(ids(&adopted.notices).contains(&"cib-upgraded"), "{:?}", adopted.notices);
    assert!(!matches!(Syntax::of(&adopted.cib), Syntax::Heartbeat2));
    assert!(cib::validate(&adopted.cib).is_accepted());
    assert_eq!(adopted.cib.attribute("epoch"), Some("0"), "missing versions count as 0");
    file.write(&adopted.cib.to_xml()).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("cib.xml.heartbeat-2")).unwrap(), HEARTBEAT_2);
}

#[test]
fn what_was_written_is_adopted_again_without_a_word() {
    let (_dir, mut file) = disk(HEARTBEAT_2);
    let first = adopt(&mut file).unwrap();
    file.write(&crate::disk::cib_file::text_for_disk(&first.cib)).unwrap();
    let again = adopt(&mut CibFile::new(file.path())).unwrap();
    assert_eq!((again.cib, again.notices), (first.cib, vec![]));
}

#[test]
fn a_malformed_file_is_refused_with_line_and_column_and_stays() {
    let text = "<cib>\n  <configuration>\n    <crm_config>\n  </configuration>\n</cib>\n";
    let (dir, mut file) = disk(text);
    let said = adopt(&mut file).unwrap_err().to_string();
    assert!(said.contains("cib.xml:4:"), "{said}");
    assert_eq!(check(file.path()).unwrap_err().to_string(), said, "a check says the same");
    assert_eq!(fs::read_to_string(dir.path().join("cib.xml")).unwrap(), text);
}

#[test]
fn every_way_of_tearing_a_file_is_refused_or_harmless_and_never_changes_it() {
    let whole = empty().to_xml();
    for length in 1..whole.trim_end().len() {
        let (dir, mut file) = disk(&whole[..length]);
        assert!(adopt(&mut file).is_err(), "torn at {length}");
        assert_eq!(fs::read_to_string(dir.path().join("cib.xml")).unwrap(), whole[..length]);
    }
}

#[test]
fn a_duplicate_id_is_refused_with_its_place() {
    let text = HEARTBEAT_2.replace(
        "<resources>",
        "<resources>\n<primitive id=\"ip\" class=\"ocf\" provider=\"heartbeat\" type=\"IPaddr2\"/>\n",
    );
    let (_dir, mut file) = disk(&text);
    let said = adopt(&mut file).unwrap_err().to_string();
    assert!(said.contains("cib.xml:") && said.contains("ip"), "{said}");
}

#[test]
fn an_element_that_no_schema_knows_is_refused_with_its_place() {
    let text = HEARTBEAT_2.replace("<constraints/>", "<constraints/><colours/>");
    let (_dir, mut file) = disk(&text);
    let said = adopt(&mut file).unwrap_err().to_string();
    assert!(said.contains("cib.xml:3:") && said.contains("colours"), "{said}");
}

#[test]
fn a_status_in_the_file_is_of_another_run_and_left_out() {
    let text = empty().to_xml().replace("<status/>", "<status><node_state id=\"1\" uname=\"a\"/></status>");
    let (_dir, mut file) = disk(&text);
    let adopted = adopt(&mut file).unwrap();
    assert_eq!(adopted.cib.child("status").map(|status| status.children().len()), Some(0));
}
