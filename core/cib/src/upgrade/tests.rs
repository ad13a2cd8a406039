//! What Heartbeat 2 meant, said in today's syntax.

use super::upgrade;
use crate::fixture::{HEARTBEAT, MODERN};
use crate::{CURRENT_SCHEMA, Element, parse, validate};
use proptest::prelude::*;

fn upgraded(text: &str) -> Element {
    (*upgrade(&parse(text).expect("well-formed")).cib).clone()
}

/// The first element of that tag and id, as one line.
fn line(cib: &Element, tag: &str, id: &str) -> String {
    let found = find(cib, tag, id).unwrap_or_else(|| panic!("no <{tag} id=\"{id}\"> in\n{cib:?}"));
    found.to_xml().lines().map(str::trim).collect()
}

fn find<'a>(element: &'a Element, tag: &str, id: &str) -> Option<&'a Element> {
    if element.name() == tag && element.id() == Some(id) {
        return Some(element);
    }
    element.children().iter().find_map(|child| find(child, tag, id))
}

#[test]
fn an_upgraded_document_is_valid_and_stays_as_it_is() {
    let once = upgraded(HEARTBEAT);
    let report = validate(&once);
    assert_eq!(report.mistakes, []);
    assert_eq!(once.attribute("validate-with"), Some(CURRENT_SCHEMA));
    assert_eq!(*upgrade(&once).cib, once);
    assert_eq!(*upgrade(&parse(MODERN).expect("well-formed")).cib, *parse(MODERN).expect("well-formed"));
}

#[test]
fn cluster_options_get_dashes_and_defaults_a_section_of_their_own() {
    let cib = upgraded(HEARTBEAT);
    assert_eq!(
        line(&cib, "cluster_property_set", "options"),
        r#"<cluster_property_set id="options"><nvpair id="o-short" name="short_resource_names" value="true"/><nvpair id="o-quorum" name="no-quorum-policy" value="ignore"/><nvpair id="o-start" name="start-failure-is-fatal" value="false"/></cluster_property_set>"#
    );
    assert_eq!(
        line(&cib, "cluster_property_set", "cib-bootstrap-options"),
        r#"<cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-compatibility" name="compatibility" value="heartbeat-2"/><nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/></cluster_property_set>"#
    );
    assert_eq!(
        line(&cib, "meta_attributes", "options-rsc-defaults"),
        r#"<meta_attributes id="options-rsc-defaults"><nvpair id="o-stick" name="resource-stickiness" value="20"/><nvpair id="o-fail" name="resource-failure-stickiness" value="-5"/></meta_attributes>"#
    );
    assert_eq!(
        line(&cib, "meta_attributes", "options-op-defaults"),
        r#"<meta_attributes id="options-op-defaults"><nvpair id="o-timeout" name="timeout" value="15s"/></meta_attributes>"#
    );
}

#[test]
fn fencing_that_is_set_is_left_alone() {
    let set = HEARTBEAT.replace("\"no_quorum_policy\" value=\"ignore\"", "\"stonith_enabled\" value=\"true\"");
    let cib = upgraded(&set);
    assert!(line(&cib, "nvpair", "o-quorum").contains(r#"name="stonith-enabled" value="true""#));
    assert!(find(&cib, "nvpair", "cib-bootstrap-options-stonith-enabled").is_none());
}

#[test]
fn resources_and_operations_keep_their_ids_and_get_the_names_of_today() {
    let cib = upgraded(HEARTBEAT);
    assert_eq!(
        line(&cib, "op", "server-monitor"),
        r#"<op id="server-monitor" name="monitor" interval="10s" timeout="5s" on-fail="restart" enabled="true"><instance_attributes id="server-monitor-attributes"><nvpair id="server-monitor-ip" name="ip" value="127.0.0.1"/></instance_attributes></op>"#
    );
    assert_eq!(
        line(&cib, "op", "server-start"),
        r#"<op id="server-start" name="start" timeout="30s" requires="nothing" interval="0"/>"#
    );
    assert_eq!(
        line(&cib, "meta_attributes", "server-meta_attributes"),
        r#"<meta_attributes id="server-meta_attributes"><nvpair id="server-meta_attributes-is-managed" name="is-managed" value="true"/><nvpair id="server-meta_attributes-requires" name="requires" value="nothing"/></meta_attributes>"#
    );
    assert_eq!(
        line(&cib, "meta_attributes", "pings-meta_attributes"),
        r#"<meta_attributes id="pings-meta_attributes"><nvpair id="pings-meta_attributes-notify" name="notify" value="false"/><nvpair id="pings-meta_attributes-clone-max" name="clone-max" value="2"/><nvpair id="pings-meta_attributes-globally-unique" name="globally-unique" value="true"/></meta_attributes>"#
    );
}

#[test]
fn a_master_becomes_a_promotable_clone() {
    let text =
        HEARTBEAT.replace("<clone id=\"pings\"", "<master_slave id=\"pings\"").replace("</clone>", "</master_slave>");
    let cib = upgraded(&text.replace("\"clone_max\"", "\"master_max\""));
    let meta = line(&cib, "clone", "pings");
    assert!(meta.contains(r#"name="promotable" value="true""#), "{meta}");
    assert!(meta.contains(r#"name="promoted-max" value="2""#), "{meta}");
}

#[test]
fn constraints_name_their_ends_as_today() {
    let cib = upgraded(HEARTBEAT);
    assert_eq!(
        line(&cib, "rsc_location", "prefer"),
        r##"<rsc_location id="prefer" rsc="server"><rule id="prefer-alpha" score="100" boolean-op="and"><expression id="is-alpha" attribute="#uname" operation="eq" value="alpha"/></rule><rule id="prefer-beta" score="10"><expression id="is-beta" attribute="#uname" operation="eq" value="beta"/></rule></rsc_location>"##
    );
    assert_eq!(
        line(&cib, "rsc_colocation", "together"),
        r#"<rsc_colocation id="together" rsc="web" with-rsc="pings" score="INFINITY"/>"#
    );
}

#[test]
fn the_direction_of_an_ordering_follows_its_type() {
    for (written, expected) in [
        ("from='web' to='pings'", "first=\"pings\" then=\"web\""),
        ("from='web' to='pings' type='after' score='0'", "first=\"pings\" then=\"web\" kind=\"Optional\""),
        ("from='web' to='pings' type='before' score='5'", "first=\"web\" then=\"pings\" kind=\"Mandatory\""),
        (
            "from='web' action='start' to='pings' to_action='promote'",
            "first=\"pings\" then=\"web\" first-action=\"promote\" then-action=\"start\"",
        ),
        (
            "from='web' action='stop' to='pings' type='before' symmetrical='false'",
            "first=\"web\" then=\"pings\" first-action=\"stop\" then-action=\"stop\" symmetrical=\"false\"",
        ),
    ] {
        let old = r#"from="web" to="pings" type="after" score="0""#;
        let cib = upgraded(&HEARTBEAT.replace(old, written));
        assert_eq!(line(&cib, "rsc_order", "ordered"), format!("<rsc_order id=\"ordered\" {expected}/>"), "{written}");
    }
}

#[test]
fn clashing_and_missing_ids_are_made_good() {
    let text =
        HEARTBEAT.replace("id=\"o-short\"", "id=\"web\"").replace("id=\"o-start\" ", "").replace("id=\"is-beta\" ", "");
    let cib = upgraded(&text);
    assert_eq!(validate(&cib).mistakes, []);
    assert!(line(&cib, "nvpair", "web-2").contains("short_resource_names"));
    assert!(line(&cib, "nvpair", "options-start-failure-is-fatal").contains("false"));
    assert!(find(&cib, "group", "web").is_some(), "a resource keeps its name");
    assert!(find(&cib, "expression", "prefer-beta-expression").is_some());
}

#[test]
fn a_rule_that_says_nothing_holds_everywhere() {
    let cib = upgraded(
        &HEARTBEAT.replace("<expression id=\"is-beta\" attribute=\"#uname\" operation=\"eq\" value=\"beta\"/>", ""),
    );
    assert!(line(&cib, "rule", "prefer-beta").contains(r##"attribute="#uname" operation="defined""##));
}

#[test]
fn the_status_is_carried_over_with_its_results() {
    let status = "<status><node_state id='n1' uname='alpha' in_ccm='true'><transient_attributes><instance_attributes id='status-n1'>\
        <attributes><nvpair name='fail-count-web' value='3'/></attributes></instance_attributes></transient_attributes>\
        <lrm><lrm_resources><lrm_resource id='web'><lrm_rsc_op id='web_start_0' rc_code='0' op_status='0' \
        transition_magic='0:0;1:2:x' crm_feature_set='1.0.9'/></lrm_resource></lrm_resources></lrm></node_state></status></cib>";
    let cib = upgraded(&HEARTBEAT.replace("</cib>", status));
    assert!(line(&cib, "nvpair", "status-n1-fail-count-web").contains("value=\"3\""));
    assert_eq!(
        line(&cib, "lrm_rsc_op", "web_start_0"),
        r#"<lrm_rsc_op id="web_start_0" rc-code="0" op-status="0" transition-magic="0:0;1:2:0:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" crm_feature_set="1.0.9" transition-key="1:2:0:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"/>"#
    );
    assert!(find(&cib, "lrm", "n1").is_some());
}

/// The status of node `n1`, around what its `<lrm_resources>` holds, of a clone `pool` around the primitive `disk`.
fn with_history(state: &str, history: &str) -> super::Upgraded {
    let text = format!(
        "<cib admin_epoch='0' epoch='1' num_updates='1' have_quorum='true'><configuration><crm_config/><nodes/><resources>\
         <clone id='pool'><primitive id='disk' class='stonith' provider='heartbeat' type='null'/></clone></resources>\
         <constraints/></configuration><status><node_state id='n1' uname='n1' {state}><lrm><lrm_resources>{history}\
         </lrm_resources></lrm></node_state></status></cib>"
    );
    upgrade(&parse(&text).expect("well-formed"))
}

#[test]
fn long_names_of_members_become_their_own() {
    let history = "<lrm_resource id='pool:disk:0' class='stonith' provider='heartbeat' type='null'>\
        <lrm_rsc_op id='pool:disk:0_monitor_0' operation='monitor' interval='0' rc_code='7' op_status='0' \
        transition_key='4:uuid'/></lrm_resource>";
    let cib = with_history("", history).cib;
    assert_eq!(find(&cib, "lrm_resource", "disk:0").map(|history| history.attribute("provider")), Some(None));
    let probe = find(&cib, "lrm_rsc_op", "disk:0_monitor_0").expect("renamed with its resource");
    assert!(probe.attribute("transition-key").is_some_and(|key| key.starts_with("-1:4:7:")));
    assert!(probe.attribute("transition-magic").is_some_and(|magic| magic.starts_with("0:7;-1:4:7:")));
}

#[test]
fn a_history_that_nothing_explains_is_told() {
    let told = |history: &str| {
        let notes = with_history("", history).notes;
        notes.into_iter().map(|note| note.text).filter(|text| text.starts_with("history")).collect::<Vec<_>>()
    };
    assert_eq!(told("<lrm_resource id='disk:0' class='stonith' type='null'/>"), [""; 0]);
    assert_eq!(told("<lrm_resource id='disk:0'/>").len(), 1);
    assert_eq!(told("<lrm_resource id='gone' class='ocf' type='Dummy'/>").len(), 1);
}

#[test]
fn results_mean_what_they_meant_to_heartbeat() {
    let code = |status: &str, code: &str| {
        let history = format!(
            "<lrm_resource id='disk:0' class='stonith' type='null'><lrm_rsc_op id='disk:0_start_0' operation='start' \
             interval='0' rc_code='{code}' op_status='{status}'/></lrm_resource>"
        );
        let cib = with_history("", &history).cib;
        let start = find(&cib, "lrm_rsc_op", "disk:0_start_0").expect("carried over");
        start.attribute("rc-code").map(str::to_owned)
    };
    assert_eq!(code("-1", "-1").as_deref(), Some("193"), "still under way");
    assert_eq!(code("4", "6").as_deref(), Some("1"), "failed, and no more was known");
    assert_eq!(code("4", "7").as_deref(), Some("7"), "not running was always told apart");
    assert_eq!(code("0", "0").as_deref(), Some("0"));
}

#[test]
fn an_option_among_the_parameters_changes_no_digest_and_a_parameter_does() {
    let plain = crate::op_digest([("ip", "10.0.0.1")]).to_string();
    let all = crate::op_digest([("ip", "10.0.0.1"), ("target_role", "started")]).to_string();
    let after = |recorded: &str| {
        let text = format!(
            "<cib admin_epoch='0' epoch='1' num_updates='1' have_quorum='true'><configuration><crm_config/><nodes/>\
             <resources><primitive id='ip' class='ocf' type='IPaddr'><instance_attributes id='p'><attributes>\
             <nvpair id='p1' name='ip' value='10.0.0.1'/><nvpair id='p2' name='target_role' value='started'/></attributes>\
             </instance_attributes></primitive></resources><constraints/></configuration><status><node_state id='n' \
             uname='n'><lrm><lrm_resources><lrm_resource id='ip' class='ocf' type='IPaddr'><lrm_rsc_op id='ip_start_0' \
             operation='start' interval='0' {recorded}/></lrm_resource></lrm_resources></lrm></node_state></status></cib>"
        );
        let cib = upgrade(&parse(&text).expect("well-formed")).cib;
        let start = find(&cib, "lrm_rsc_op", "ip_start_0").expect("carried over");
        start.attribute("op-digest").map(str::to_owned)
    };
    assert_eq!(after(""), Some(all.clone()), "early programs recorded none");
    assert_eq!(after(&format!("op_digest='{plain}'")), Some(all.clone()));
    assert_eq!(after(&format!("op_digest='{all}'")), Some(all));
    let other = crate::op_digest([("ip", "10.0.0.2")]).to_string();
    assert_eq!(after(&format!("op_digest='{other}'")), Some(other), "the address did change");
}

#[test]
fn a_node_that_asked_to_shut_down_still_asks() {
    let cib = with_history("shutdown='1161281317'", "").cib;
    assert!(line(&cib, "nvpair", "status-n1-shutdown").contains("value=\"1161281317\""));
    assert!(find(&with_history("shutdown='0'", "").cib, "nvpair", "status-n1-shutdown").is_none());
}

#[test]
fn older_words_of_pacemaker_are_replaced() {
    let text = MODERN
        .replace("pacemaker-3.9", "pacemaker-1.2")
        .replace("<clone id=\"pings\">", "<master id=\"pings\">")
        .replace("</clone>", "</master>")
        .replace("\"stonith-enabled\" value=\"false\"", "\"default-resource-stickiness\" value=\"7\"")
        .replace("with-rsc=\"pings\"", "with-rsc=\"pings\" with-rsc-role=\"Master\"");
    let cib = upgraded(&text);
    assert_eq!(validate(&cib).mistakes, []);
    assert!(line(&cib, "clone", "pings").contains("name=\"promotable\" value=\"true\""));
    assert!(line(&cib, "rsc_colocation", "together").contains("with-rsc-role=\"Promoted\""));
    assert!(line(&cib, "meta_attributes", "rsc_defaults-options").contains("name=\"resource-stickiness\" value=\"7\""));
}

/// A document with some of its words exchanged for others of its own.
fn shuffled(text: &str, swaps: &[(usize, usize)]) -> String {
    let mut parts: Vec<&str> = text.split('"').collect();
    for (one, other) in swaps {
        let (one, other) = (one % parts.len(), other % parts.len());
        if one % 2 == other % 2 && one % 2 == 1 {
            parts.swap(one, other);
        }
    }
    parts.join("\"")
}

proptest! {
    #[test]
    fn an_upgrade_never_panics_and_makes_no_new_mistake(swaps in prop::collection::vec((0usize..400, 0usize..400), 0..6)) {
        for text in [HEARTBEAT, MODERN] {
            let old = parse(&shuffled(text, &swaps)).expect("the same words");
            let new = upgrade(&old).cib;
            if validate(&old).is_accepted() {
                let report = validate(&new);
                prop_assert!(report.is_accepted(), "{:?}\n{old:?}", report.mistakes);
            }
        }
    }
}
