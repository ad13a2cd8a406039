//! What is recorded of an operation, and what counts as a failure of it.

use super::{begin, end, failcount, forget, under_way};
use crate::command::{AgentName, Ended, Forgotten, OperationName, Order, TransitionKey};
use crate::state;
use cib::Element;
use model::{NodeName, OcfCode, OperationStatus, ResourceId, Score, WallTime};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[test]
fn an_order_is_on_record_beside_the_last_result_until_it_ends() {
    let mut cib = cib("");
    end(&mut cib, &ended("start", 0, 0));
    begin(&mut cib, &order("stop", 0));
    assert_eq!(ids(&cib), ["proxy_last_0", "proxy_stop_0_pending"]);
    assert_eq!(under_way(&cib).count(), 1);
    end(&mut cib, &ended("stop", 0, 0));
    assert_eq!(ids(&cib), ["proxy_last_0"]);
}

#[test]
fn a_stop_ends_what_recurs_and_overtakes_its_last_result() {
    let mut cib = cib("");
    begin(&mut cib, &order("monitor", 10_000));
    end(&mut cib, &ended("monitor", 10_000, 0));
    begin(&mut cib, &order("stop", 0));
    assert_eq!(ids(&cib), ["proxy_stop_0_pending"]);
    assert!(!end(&mut cib, &ended("monitor", 10_000, 7)), "it is too late");
    assert_eq!(count(&cib), Score::ZERO);
}

#[test]
fn what_recurred_until_it_was_forgotten_shows_nothing_any_more() {
    let (node, proxy) = (NodeName::new("sip-a"), ResourceId::new("proxy"));
    let mut cib = cib("");
    end(&mut cib, &ended("start", 0, 0));
    begin(&mut cib, &order("monitor", 10_000));
    forget(&mut cib, &node, &proxy, Forgotten::History);
    assert!(!end(&mut cib, &ended("monitor", 10_000, 0)), "nobody would ask again whether it runs");
    assert_eq!(ids(&cib), [""; 0]);
    assert!(end(&mut cib, &ended("start", 0, 0)), "that it was started is true whoever forgot that it was to be");
}

#[test]
fn a_failure_is_kept_beside_what_went_well() {
    let mut cib = cib("");
    begin(&mut cib, &order("monitor", 10_000));
    end(&mut cib, &ended("monitor", 10_000, 0));
    end(&mut cib, &ended("monitor", 10_000, 7));
    assert_eq!(ids(&cib), ["proxy_monitor_10000", "proxy_last_failure_0"]);
    end(&mut cib, &ended("start", 0, 1));
    assert_eq!(ids(&cib), ["proxy_monitor_10000", "proxy_last_failure_0", "proxy_last_0"]);
}

#[test]
fn a_failure_in_the_second_of_a_success_is_the_newer_of_the_two() {
    let mut cib = cib("");
    begin(&mut cib, &order("monitor", 200));
    end(&mut cib, &ended("monitor", 200, 0));
    end(&mut cib, &ended("monitor", 200, 7));
    let ops = cib.descend(&["status", "node_state", "lrm", "lrm_resources", "lrm_resource"]).expect("it is on record");
    let changed = |id: &str| {
        let op = ops.children().iter().find(|op| op.id() == Some(id))?;
        op.attribute("last-rc-change")?.parse::<i64>().ok()
    };
    assert!(changed("proxy_monitor_200") < changed("proxy_last_failure_0"));
}

#[test]
fn failures_count_by_what_failed_and_by_what_is_configured() {
    let lenient = option("start-failure-is-fatal", "false");
    let old = option("compatibility", "heartbeat-2") + &lenient;
    let infinite = Score::INFINITY.value();
    for (options, action, interval, expected) in [
        ("", "monitor", 10_000, 1),
        ("", "monitor", 0, 0),
        ("", "start", 0, infinite),
        ("", "stop", 0, infinite),
        ("", "promote", 0, 1),
        (lenient.as_str(), "start", 0, 1),
        (lenient.as_str(), "stop", 0, infinite),
        (old.as_str(), "start", 0, 0),
        (old.as_str(), "monitor", 10_000, 1),
    ] {
        let mut cib = cib(options);
        begin(&mut cib, &order(action, interval));
        end(&mut cib, &ended(action, interval, 1));
        assert_eq!(count(&cib).value(), expected, "{options} {action} {interval}");
    }
}

#[test]
fn an_ignored_failure_is_dated_but_not_counted() {
    let mut cib = cib("");
    begin(&mut cib, &order("monitor", 10_000));
    end(&mut cib, &Ended { on_fail: "ignore".to_owned(), ..ended("monitor", 10_000, 1) });
    assert_eq!(count(&cib), Score::ZERO);
    let node = state::of(&cib, &NodeName::new("sip-a")).expect("it is there");
    assert_eq!(state::attribute(node, "last-failure-proxy#monitor_10000"), Some("1795333155"));
}

#[test]
fn two_hundred_failures_are_two_hundred() {
    let mut cib = cib("");
    begin(&mut cib, &order("monitor", 10_000));
    for _ in 0..200 {
        end(&mut cib, &ended("monitor", 10_000, 7));
    }
    assert_eq!(count(&cib).value(), 200);
}

fn cib(options: &str) -> Element {
    let text = format!(
        r#"<cib><configuration><crm_config><cluster_property_set id="o">{options}</cluster_property_set></crm_config>
        </configuration><status><node_state id="1" uname="sip-a"/></status></cib>"#
    );
    Arc::unwrap_or_clone(cib::parse(&text).expect("it is well-formed"))
}

fn option(name: &str, value: &str) -> String {
    format!(r#"<nvpair id="{name}" name="{name}" value="{value}"/>"#)
}

fn ids(cib: &Element) -> Vec<&str> {
    let node = state::of(cib, &NodeName::new("sip-a")).expect("it is there");
    state::resources(node).flat_map(Element::children).filter_map(|op| op.id()).collect()
}

fn count(cib: &Element) -> Score {
    let node = state::of(cib, &NodeName::new("sip-a")).expect("it is there");
    failcount::total(node, &ResourceId::new("proxy"))
}

fn name(action: &str, interval: u64) -> OperationName {
    let resource = ResourceId::new("proxy");
    OperationName { resource, action: action.to_owned(), interval: Duration::from_millis(interval) }
}

fn agent() -> AgentName {
    AgentName { class: "ocf".to_owned(), provider: None, kind: "Toy".to_owned() }
}

fn key() -> TransitionKey {
    TransitionKey { action: Some(1), transition: 1, expected: 0, planner: "p".to_owned() }
}

fn order(action: &str, interval: u64) -> Order {
    Order {
        target: NodeName::new("sip-a"),
        name: name(action, interval),
        agent: agent(),
        timeout: Duration::from_secs(1),
        start_delay: Duration::ZERO,
        parameters: BTreeMap::new(),
        key: key(),
        on_fail: String::new(),
        digest: String::new(),
        reason: String::new(),
        at: WallTime(0),
    }
}

fn ended(action: &str, interval: u64, code: u8) -> Ended {
    Ended {
        node: NodeName::new("sip-a"),
        name: name(action, interval),
        agent: agent(),
        key: key(),
        on_fail: "restart".to_owned(),
        call: 5,
        status: OperationStatus::Done,
        code: OcfCode(code),
        reason: String::new(),
        output: String::new(),
        changed: WallTime(1_795_333_155_000),
        run_time: Duration::ZERO,
        queue_time: Duration::ZERO,
        digest: String::new(),
    }
}
