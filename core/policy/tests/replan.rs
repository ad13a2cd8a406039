//! A planner that is kept comes to the plan that a fresh one makes, whatever happened in between.

use cib::{Change, Element};
use model::{Rng, WallTime};
use policy::Planner;
use policy::plan::PolicyInput;
use shapes::{Shape, State, Workload};
use std::sync::Arc;

const NODES: u64 = 4;
/// How much happens to each cluster.
const EVENTS: u32 = 60;

#[test]
fn a_kept_planner_plans_like_a_fresh_one() {
    for shape in Shape::ALL {
        for state in State::ALL {
            let mut rng = Rng::from_seed(0x9e37);
            let text = Workload::new(4, 20, shape).in_state(state).document();
            let parsed = cib::parse_owned(text).expect("the generator writes well-formed text");
            let mut cib = cib::upgrade(&parsed).cib;
            let mut planner = Planner::default();
            let mut now = 1_700_000_100_000;
            for event in 0..EVENTS {
                let input = PolicyInput { cib: Arc::clone(&cib), now: WallTime(now) };
                let (kept, fresh) = (planner.plan(&input), policy::plan(&input));
                assert_eq!(kept, fresh, "{} in state {} after {event} events", shape.name(), state.name());
                cib = happen(&cib, &mut rng);
                now += i64::try_from(rng.below(90_000)).expect("a small number");
            }
        }
    }
}

/// One thing that happens in the life of a cluster.
fn happen(cib: &Arc<Element>, rng: &mut Rng) -> Arc<Element> {
    let node = 1 + rng.below(NODES);
    let change = match rng.below(10) {
        0 => membership(node, rng),
        1 => attribute(node, &one_of(cib, rng), rng),
        2 => option(rng),
        3 => return forgotten(cib, rng),
        4 => return target_role(cib, rng),
        _ => result(node, &one_of(cib, rng), rng),
    };
    cib::apply(cib, &change).expect("the change is valid")
}

fn modify(section: &str, xml: String) -> Change {
    Change::Modify { section: Some(section.to_owned()), xml, may_create: true }
}

/// A node comes or goes.
fn membership(node: u64, rng: &mut Rng) -> Change {
    let (member, controller) = if rng.chance(500) { ("true", "online") } else { ("false", "offline") };
    modify("status", format!("<node_state id=\"{node}\" in_ccm=\"{member}\" crmd=\"{controller}\"/>"))
}

/// A failcount.
fn attribute(node: u64, rsc: &str, rng: &mut Rng) -> Change {
    let count = rng.below(3);
    modify(
        "status",
        format!(
            "<node_state id=\"{node}\"><transient_attributes id=\"{node}\"><instance_attributes id=\"status-{node}\">\
             <nvpair id=\"status-{node}-{rsc}\" name=\"fail-count-{rsc}#monitor_10000\" value=\"{count}\"/>\
             </instance_attributes></transient_attributes></node_state>"
        ),
    )
}

/// A cluster option.
fn option(rng: &mut Rng) -> Change {
    let (name, value) = [("maintenance-mode", "true"), ("maintenance-mode", "false"), ("stop-all-resources", "false")]
        [usize::try_from(rng.below(3)).expect("a small number")];
    modify(
        "crm_config",
        format!(
            "<cluster_property_set id=\"cib-bootstrap-options\"><nvpair id=\"option-{name}\" name=\"{name}\" \
             value=\"{value}\"/></cluster_property_set>"
        ),
    )
}

/// A result of an operation: mostly of a monitor, mostly good.
fn result(node: u64, rsc: &str, rng: &mut Rng) -> Change {
    let (suffix, task, interval, expected) = [
        ("last_0", "start", 0, 0),
        ("last_0", "stop", 0, 0),
        ("last_0", "monitor", 0, 7),
        ("monitor_10000", "monitor", 10_000, 0),
        ("last_failure_0", "monitor", 10_000, 0),
    ][usize::try_from(rng.below(5)).expect("a small number")];
    let code = if suffix == "last_failure_0" || rng.chance(200) { rng.below(9) } else { expected };
    let (status, call) = (if rng.chance(50) { -1 } else { 0 }, 100 + rng.below(1000));
    modify(
        "status",
        format!(
            "<node_state id=\"{node}\"><lrm id=\"{node}\"><lrm_resources><lrm_resource id=\"{rsc}\" type=\"Dummy\" \
             class=\"ocf\" provider=\"heartbeat\"><lrm_rsc_op id=\"{rsc}_{suffix}\" operation=\"{task}\" \
             operation_key=\"{rsc}_{task}_{interval}\" interval=\"{interval}\" call-id=\"{call}\" rc-code=\"{code}\" \
             op-status=\"{status}\" transition-key=\"1:1:{expected}:key\" last-rc-change=\"1700000000\"/>\
             </lrm_resource></lrm_resources></lrm></node_state>"
        ),
    )
}

/// One of the resources that histories speak of, or one that is not configured.
fn one_of(cib: &Element, rng: &mut Rng) -> String {
    let resources = cib.descend(&["status", "node_state", "lrm", "lrm_resources"]);
    let known: Vec<&str> = resources.into_iter().flat_map(Element::children).filter_map(|rsc| rsc.id()).collect();
    let place = usize::try_from(rng.below(u64::try_from(known.len() + 1).expect("a small number")));
    known.get(place.expect("a small number")).map_or("stranger", |id| id).to_owned()
}

/// A node forgets one of its histories: everything behind it is in another place then.
fn forgotten(cib: &Arc<Element>, rng: &mut Rng) -> Arc<Element> {
    let rsc = one_of(cib, rng);
    let xml = format!("<lrm_resource id=\"{rsc}\"/>");
    cib::apply(cib, &Change::Delete { section: Some("status".to_owned()), xml }).unwrap_or_else(|_| Arc::clone(cib))
}

/// An administrator stops or starts something.
fn target_role(cib: &Arc<Element>, rng: &mut Rng) -> Arc<Element> {
    let role = if rng.chance(500) { "Stopped" } else { "Started" };
    let resources = cib.descend(&["configuration", "resources"]);
    let ids: Vec<(&str, &str)> =
        resources.into_iter().flat_map(Element::children).filter_map(|rsc| Some((rsc.name(), rsc.id()?))).collect();
    let place = usize::try_from(rng.below(u64::try_from(ids.len()).expect("a small number"))).expect("a small number");
    let Some((tag, id)) = ids.get(place) else { return Arc::clone(cib) };
    let xml = format!(
        "<{tag} id=\"{id}\"><meta_attributes id=\"{id}-meta\"><nvpair id=\"{id}-role\" name=\"target-role\" \
         value=\"{role}\"/></meta_attributes></{tag}>"
    );
    cib::apply(cib, &modify("resources", xml)).expect("the change is valid")
}
