//! The tutorial's cluster, as its users know it: which failure moves the group, and what happens when it cannot move.

use model::{NodeName, WallTime};
use policy::plan::{Action, ActionKind, Plan, PolicyInput};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const TUTORIAL: &str = include_str!("../../../share/tutorial/cib.xml");
const MEMBERS: [&str; 3] = ["IPaddr2-1.2.3.4", "IPaddr2-1.2.3.5", "OpenSIPS"];
const NOW: i64 = 1_795_345_200;

/// By the key of the operation.
type Digests = BTreeMap<String, String>;

/// What is known of one node.
#[derive(Clone, Copy)]
struct Node {
    name: &'static str,
    online: bool,
    /// The group runs here.
    active: bool,
    /// How often `OpenSIPS` has failed here.
    failures: u32,
    /// The last thing `OpenSIPS` did here went wrong.
    broken: Option<&'static str>,
    /// Its resources were looked for here.
    probed: bool,
}

const A: Node = Node { name: "sip-a", online: true, active: false, failures: 0, broken: None, probed: true };
const B: Node = Node { name: "sip-b", ..A };

/// The nodes are listed as given: the first is the first of the configuration.
fn plan(nodes: [Node; 2]) -> Plan {
    plan_with(nodes, &recorded())
}

/// The digests of a cluster's first plan, as its history has them afterwards.
fn recorded() -> Digests {
    let first = plan_with([A, B], &Digests::new());
    let actions = first.actions.into_iter();
    let digest = |action: Action| match action.kind {
        ActionKind::Resource(resource) => Some((action.key, resource.digest)),
        ActionKind::Pseudo
        | ActionKind::Cancel(_)
        | ActionKind::Fence { .. }
        | ActionKind::Shutdown
        | ActionKind::ClearFailcount(_)
        | ActionKind::ForgetHistory(_) => None,
    };
    actions.filter_map(digest).collect()
}

fn plan_with(nodes: [Node; 2], digests: &Digests) -> Plan {
    let listed = nodes.map(|n| format!(r#"<node id="{0}" uname="{0}" type="normal"/>"#, n.name)).concat();
    let states = nodes.map(|node| state(node, digests)).concat();
    let text = TUTORIAL
        .replace("<nodes />", &format!("<nodes>{listed}</nodes>"))
        .replace("<cib>", r#"<cib have_quorum="true">"#)
        .replace("</cib>", &format!("<status>{states}</status></cib>"));
    let cib = cib::upgrade(&cib::parse(&text).expect("the document is well formed")).cib;
    let plan = policy::plan(&PolicyInput { cib, now: WallTime(NOW * 1000) }).expect("there is a plan");
    assert_eq!(policy::lint(&plan), Vec::<String>::new());
    plan
}

fn state(node: Node, digests: &Digests) -> String {
    let Node { name, online, failures, .. } = node;
    if !online {
        return format!(
            r#"<node_state id="{name}" uname="{name}" in_ccm="false" crmd="offline" join="down" expected="down"/>"#
        );
    }
    let mut lrm = String::new();
    let known = MEMBERS.iter().zip(["IPaddr2", "IPaddr2", "OpenSIPS"]).filter(|_| node.probed);
    for (member, kind) in known {
        let provider = if kind == "OpenSIPS" { "anders.com" } else { "heartbeat" };
        let _ = write!(lrm, r#"<lrm_resource id="{member}" class="ocf" provider="{provider}" type="{kind}">"#);
        let mut call = 1;
        let mut operation = |key: &str, task: &str, interval: u32, rc: u8| {
            let _ = write!(
                lrm,
                r#"<lrm_rsc_op id="{member}_{key}" operation_key="{member}_{task}_{interval}" operation="{task}"
                   interval="{interval}" call-id="{call}" rc-code="{rc}" op-status="{}" op-digest="{}" last-rc-change="{NOW}"
                   transition-key="1:1:{2}:x" transition-magic="0:{rc};1:1:{2}:x"/>"#,
                if rc == 0 || rc == 7 && interval == 0 { 0 } else { 4 },
                digests.get(&format!("{member}_{task}_{interval}")).map_or("", String::as_str),
                if rc == 7 && interval == 0 { 7 } else { 0 },
            );
            call += 1;
        };
        let period = if kind == "OpenSIPS" { 10_000 } else { 5_000 };
        match node.broken.filter(|_| kind == "OpenSIPS") {
            Some("start") => operation("last_0", "start", 0, 1),
            Some("stopped") => operation("last_0", "stop", 0, 0),
            _ if !node.active => operation("last_0", "monitor", 0, 7),
            broken => {
                operation("last_0", "start", 0, 0);
                operation("monitor", "monitor", period, 0);
                if broken == Some("monitor") {
                    operation("last_failure_0", "monitor", period, 7);
                }
            }
        }
        lrm.push_str("</lrm_resource>");
    }
    format!(
        r#"<node_state id="{name}" uname="{name}" ha="active" in_ccm="true" crmd="online" join="member" expected="member">
           <transient_attributes id="{name}"><instance_attributes id="status-{name}"><attributes>
           <nvpair id="status-{name}-probe" name="probe_complete" value="true"/>
           <nvpair id="status-{name}-f" name="fail-count-OpenSIPS" value="{failures}"/>
           </attributes></instance_attributes></transient_attributes>
           <lrm id="{name}"><lrm_resources>{lrm}</lrm_resources></lrm></node_state>"#
    )
}

/// The node of every member; they are never apart.
fn home(plan: &Plan) -> Option<&str> {
    let homes: Vec<Option<&str>> =
        plan.placements.iter().map(|placement| placement.next.as_ref().map(NodeName::as_str)).collect();
    assert_eq!(plan.placements.len(), MEMBERS.len());
    assert!(homes.iter().all(|home| *home == homes[0]), "{homes:?}");
    homes[0]
}

fn keys(plan: &Plan) -> Vec<String> {
    let mut keys: Vec<String> = plan.actions.iter().filter(|a| a.node.is_some()).map(|a| a.key.clone()).collect();
    keys.sort();
    keys
}

/// Whichever node is listed first, and whether or not the failure is still to be seen.
fn everywhere(a: Node, b: Node) -> Vec<Plan> {
    let mut plans = Vec::new();
    for broken in [None, Some("monitor")] {
        let a = Node { broken: broken.filter(|_| a.active), ..a };
        let b = Node { broken: broken.filter(|_| b.active), ..b };
        plans.extend([plan([a, b]), plan([b, a])]);
    }
    plans
}

#[test]
fn the_thirteenth_failure_moves_the_group() {
    for (failures, expected) in
        [(0, "sip-a"), (5, "sip-a"), (10, "sip-a"), (11, "sip-a"), (12, "sip-a"), (13, "sip-b"), (14, "sip-b")]
    {
        for plan in everywhere(Node { active: true, failures, ..A }, B) {
            assert_eq!(home(&plan), Some(expected), "after {failures} failures");
        }
    }
}

#[test]
fn up_to_the_twelfth_failure_only_the_failed_member_restarts() {
    let plan = plan([Node { active: true, failures: 12, broken: Some("monitor"), ..A }, B]);
    assert_eq!(keys(&plan), ["OpenSIPS_monitor_10000", "OpenSIPS_start_0", "OpenSIPS_stop_0"]);
}

#[test]
fn in_the_midst_of_a_restart_it_belongs_where_it_did() {
    for (failures, expected) in [(12, "sip-a"), (13, "sip-b")] {
        let a = Node { active: true, failures, broken: Some("stopped"), ..A };
        for plan in [plan([a, B]), plan([B, a])] {
            assert_eq!(home(&plan), Some(expected), "after {failures} failures");
        }
    }
}

#[test]
fn it_moves_member_by_member() {
    let plan = plan([Node { active: true, failures: 13, broken: Some("monitor"), ..A }, B]);
    let place =
        |key: &str| plan.actions.iter().find(|a| a.key == key).map(|a| (a, a.node.as_ref().map(NodeName::as_str)));
    let order = [
        ("OpenSIPS_stop_0", "sip-a"),
        ("IPaddr2-1.2.3.5_stop_0", "sip-a"),
        ("IPaddr2-1.2.3.4_stop_0", "sip-a"),
        ("IPaddr2-1.2.3.4_start_0", "sip-b"),
        ("IPaddr2-1.2.3.5_start_0", "sip-b"),
        ("OpenSIPS_start_0", "sip-b"),
    ];
    for pair in order.windows(2) {
        let (first, at) = place(pair[0].0).expect("it is planned");
        assert_eq!(at, Some(pair[0].1));
        let (second, _) = place(pair[1].0).expect("it is planned");
        assert!(waits_for(&plan, second.id, first.id), "{} waits for {}", second.key, first.key);
    }
}

fn waits_for(plan: &Plan, later: policy::plan::ActionId, earlier: policy::plan::ActionId) -> bool {
    let action = plan.actions.iter().find(|action| action.id == later).expect("it is in the plan");
    action.after.iter().any(|before| *before == earlier || waits_for(plan, *before, earlier))
}

#[test]
fn everything_is_probed_everywhere_before_the_first_start() {
    let unknown = |node: Node| Node { probed: false, ..node };
    for (nodes, count) in [([unknown(A), unknown(B)], 6), ([A, unknown(B)], 3)] {
        let plan = plan(nodes);
        let probes: Vec<&Action> = plan.actions.iter().filter(|action| action.key.ends_with("_monitor_0")).collect();
        assert_eq!(probes.len(), count);
        for start in MEMBERS.map(|member| format!("{member}_start_0")) {
            let start = plan.actions.iter().find(|action| action.key == start).expect("it is started");
            for probe in &probes {
                assert!(
                    waits_for(&plan, start.id, probe.id),
                    "{} waits for {} on {:?}",
                    start.key,
                    probe.key,
                    probe.node
                );
            }
        }
    }
}

#[test]
fn it_fails_back_below_the_tie() {
    for (failures, expected) in [(0, "sip-a"), (5, "sip-a"), (6, "sip-b"), (7, "sip-b"), (13, "sip-b")] {
        for plan in everywhere(Node { failures, ..A }, Node { active: true, ..B }) {
            assert_eq!(home(&plan), Some(expected), "with {failures} failures on sip-a");
        }
    }
}

#[test]
fn failures_on_the_other_node_count_there() {
    // 40 - 10m on sip-b against 100 - 10n on sip-a.
    for (n, m, expected) in [(13, 0, "sip-b"), (13, 6, "sip-b"), (9, 3, "sip-b"), (9, 4, "sip-a")] {
        let plan = plan([Node { failures: n, ..A }, Node { active: true, failures: m, ..B }]);
        assert_eq!(home(&plan), Some(expected), "with {n} failures on sip-a, {m} on sip-b");
    }
}

#[test]
fn on_the_last_node_it_keeps_running_and_says_so() {
    for failures in [13, 14, 100] {
        let a = Node { active: true, failures, broken: Some("monitor"), ..A };
        let plan = plan([a, Node { online: false, ..B }]);
        assert_eq!(home(&plan), Some("sip-a"), "after {failures} failures");
        let said = plan.findings.iter().any(|finding| !finding.is_error && finding.text.contains("sip-a"));
        assert_eq!(said, failures > 13, "after {failures} failures: {:?}", plan.findings);
    }
}

#[test]
fn a_failed_start_moves_it_at_once() {
    let plan = plan([Node { active: true, failures: 1, broken: Some("start"), ..A }, B]);
    assert_eq!(home(&plan), Some("sip-b"));
    assert!(!plan.actions.iter().any(|action| action.key == "OpenSIPS_start_0" && action.node == Some("sip-a".into())));
}

#[test]
fn the_terms_of_a_score_name_where_they_come_from() {
    let plan = plan([Node { active: true, failures: 12, ..A }, B]);
    let opensips = plan.placements.iter().find(|p| p.resource.as_str() == "OpenSIPS").expect("it is placed");
    let a = opensips.candidates.iter().find(|c| c.host.name.as_str() == "sip-a").expect("it is looked at");
    let term = |source: &str| a.contributions().find(|c| &*c.source == source).map(|c| c.score.to_string());
    assert_eq!(term("rule_sip-a").as_deref(), Some("100"));
    let failures = a.contributions().find(|c| c.text.contains("12 failures")).expect("the failures are a term");
    assert_eq!(failures.score.to_string(), "-120");
}
