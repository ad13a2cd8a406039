//! XML: configurations, changes of them, and descriptions of agents.

use cib::{Change, Element};
use model::WallTime;
use policy::plan::PolicyInput;
use std::sync::{Arc, OnceLock};

const NEW: &str = include_str!("../../corpus/new.xml");
const OLD: &str = include_str!("../../corpus/old.xml");
const AGENT: &str = include_str!("../../corpus/agent.xml");

pub(super) fn cibs() -> Vec<Vec<u8>> {
    [NEW, OLD, "<cib><configuration/></cib>"].map(|text| text.as_bytes().to_vec()).to_vec()
}

/// What is accepted is upgraded to something that is accepted, and both are written so that they are read again.
pub(super) fn read_cib(bytes: &[u8]) {
    let Ok(cib) = cib::parse(&String::from_utf8_lossy(bytes)) else { return };
    assert_eq!(cib::parse(&cib.to_xml()).expect("what is written can be read").to_xml(), cib.to_xml());
    if cib::validate(&cib).is_accepted() {
        let upgraded = cib::upgrade(&cib).cib;
        let again = cib::upgrade(&upgraded);
        assert_eq!(again.cib.to_xml(), upgraded.to_xml(), "an upgrade is done once");
    }
}

/// What is accepted is planned, or refused with a sentence.
pub(super) fn plan(bytes: &[u8]) {
    let Ok(cib) = cib::parse(&String::from_utf8_lossy(bytes)) else { return };
    if cib::validate(&cib).is_accepted() {
        let cib = cib::upgrade(&cib).cib;
        if let Err(refused) = policy::plan(&PolicyInput { cib, now: WallTime(1_800_000_000_000) }) {
            assert!(!refused.to_string().is_empty(), "a refusal says why");
        }
    }
}

/// The first byte says how, the rest is the element.
pub(super) fn changes() -> Vec<Vec<u8>> {
    let elements = [
        "<primitive id=\"ip4\"><meta_attributes id=\"ip4-m\"><nvpair id=\"x\" name=\"target-role\" value=\"Stopped\"/></meta_attributes></primitive>",
        "<rsc_location id=\"prefers\" rsc=\"group\" node=\"right\" score=\"-INFINITY\"/>",
        "<nvpair id=\"options-y\" name=\"stonith-enabled\" value=\"false\"/>",
        "<resources><primitive id=\"z\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"/></resources>",
        NEW,
        OLD,
    ];
    (b'0'..b'6').flat_map(|how| elements.map(|element| [&[how], element.as_bytes()].concat())).collect()
}

pub(super) fn change(bytes: &[u8]) {
    static BASE: OnceLock<Arc<Element>> = OnceLock::new();
    let base = BASE.get_or_init(|| cib::parse(NEW).expect("the corpus is good"));
    let Some((how, text)) = bytes.split_first() else { return };
    let xml = String::from_utf8_lossy(text).into_owned();
    let section = Some("resources".to_owned()).filter(|_| how % 2 == 0);
    let change = match how % 5 {
        0 => Change::Create { section, xml },
        1 => Change::Modify { section, xml, may_create: true },
        2 => Change::Modify { section, xml, may_create: false },
        3 => Change::Replace { section, xml },
        _ => Change::Delete { section, xml },
    };
    if let Ok(after) = cib::apply(base, &change) {
        assert!(cib::validate(&after).is_accepted(), "what is taken is acceptable");
        assert_eq!(cib::parse(&after.to_xml()).expect("what is written can be read").to_xml(), after.to_xml());
    }
}

pub(super) fn descriptions() -> Vec<Vec<u8>> {
    vec![AGENT.as_bytes().to_vec()]
}

pub(super) fn judge(bytes: &[u8]) {
    let _ = agents::tester::judge(&String::from_utf8_lossy(bytes));
}
