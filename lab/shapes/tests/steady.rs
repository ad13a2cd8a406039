//! A planner finds in each shape what its state says.

use model::WallTime;
use policy::plan::{ActionKind, Plan, PolicyInput};
use shapes::{Shape, State, Workload};

fn plan(shape: Shape, state: State) -> Plan {
    let text = Workload::new(5, 120, shape).in_state(state).document();
    let cib = cib::upgrade(&cib::parse_owned(text).expect("the document is well-formed")).cib;
    policy::plan(&PolicyInput { cib, now: WallTime(1_700_000_100_000) }).expect("the document can be planned")
}

#[test]
fn the_documents_are_valid() {
    for shape in Shape::ALL {
        let tree = cib::parse_owned(Workload::new(5, 120, shape).document()).expect("the document is well-formed");
        let report = cib::validate(&tree);
        assert!(report.is_accepted() && report.mistakes.is_empty(), "{}: {:?}", shape.name(), report.mistakes);
    }
}

#[test]
fn a_steady_cluster_has_nothing_to_do() {
    for shape in Shape::ALL {
        let keys: Vec<String> = plan(shape, State::Steady).actions.into_iter().map(|action| action.key).collect();
        assert!(keys.is_empty(), "{}: {keys:?}", shape.name());
    }
}

#[test]
fn a_fresh_cluster_is_probed_everywhere() {
    for shape in [Shape::Primitives, Shape::Groups] {
        let probes = plan(shape, State::Fresh).actions.iter().filter(|a| a.key.ends_with("_monitor_0")).count();
        assert_eq!(probes, 5 * 121, "{}", shape.name());
    }
}

#[test]
fn a_lost_node_is_fenced() {
    for shape in Shape::ALL {
        let fenced = plan(shape, State::NodeLost).actions.iter().any(|a| matches!(a.kind, ActionKind::Fence { .. }));
        assert!(fenced, "{}", shape.name());
    }
}

#[test]
fn a_failed_monitor_leads_to_a_restart_in_place() {
    let plan = plan(Shape::Primitives, State::MonitorFailed);
    let keys: Vec<&str> = plan.actions.iter().map(|action| action.key.as_str()).collect();
    assert!(keys.contains(&"r0_stop_0") && keys.contains(&"r0_start_0"), "{keys:?}");
}
