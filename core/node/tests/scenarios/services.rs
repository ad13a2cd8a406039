//! Services: started, kept, moved, and left alone by everything that is not about them.

use crate::cluster::{Cluster, name};
use model::OcfCode;
use node::contract::{Input, Reply, Request};
use std::time::Duration;

const ALL: [&str; 3] = ["ip4", "ip5", "proxy"];

#[test]
fn two_fresh_nodes_start_the_group_in_its_order() {
    let cluster = Cluster::running(&["sip-a", "sip-b"]);
    for resource in ALL {
        assert_eq!(cluster.location(resource), ["sip-a"], "{resource}");
    }
    let starts: Vec<_> = cluster.log("sip-a").iter().filter(|line| line.starts_with("start")).collect();
    assert_eq!(starts, ["start ip4", "start ip5", "start proxy"]);
}

#[test]
fn a_failed_monitor_is_recorded_and_counted_in_one_change_and_the_service_restarted() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-a")).unwrap().hands.running.remove(&"proxy".into());
    cluster.monitor();
    let xml = cluster.cib("sip-b").to_xml();
    assert!(xml.contains(r#"name="fail-count-proxy#monitor_10000" value="1""#), "{xml}");
    assert!(xml.contains(r#"id="proxy_last_failure_0""#), "{xml}");
    assert_eq!(cluster.location("proxy"), ["sip-a"]);
    assert_eq!(cluster.said("operation-failed"), 2, "both members tell of it");
}

#[test]
fn a_failed_start_moves_the_group() {
    let mut cluster = Cluster::of(&["sip-a", "sip-b"]);
    cluster.boot("sip-a");
    cluster.boot("sip-b");
    cluster.hosts.get_mut(&name("sip-a")).unwrap().hands.fail("proxy", "start", OcfCode::ERROR);
    cluster.partition(&[&["sip-a", "sip-b"]]);
    for resource in ALL {
        assert_eq!(cluster.location(resource), ["sip-b"], "{resource}");
    }
}

#[test]
fn the_survivor_takes_over_when_a_host_dies() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.power_off("sip-a");
    cluster.partition(&[&["sip-b"]]);
    for resource in ALL {
        assert_eq!(cluster.location(resource), ["sip-b"], "{resource}");
    }
    assert_eq!(cluster.said("node-lost"), 1);
}

#[test]
fn a_brain_that_comes_back_touches_nothing() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    let before = (cluster.log("sip-a").len(), cluster.log("sip-b").len());
    cluster.kill_brain("sip-a");
    cluster.boot("sip-a");
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert_eq!((cluster.log("sip-a").len(), cluster.log("sip-b").len()), before, "nothing was run");
    assert_eq!(cluster.location("proxy"), ["sip-a"]);
}

#[test]
fn all_brains_may_restart_at_once_and_services_are_found_again() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    for host in ["sip-a", "sip-b"] {
        cluster.kill_brain(host);
        cluster.boot(host);
    }
    let before = cluster.log("sip-a").len();
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert_eq!(cluster.location("proxy"), ["sip-a"]);
    let touched = cluster.log("sip-a")[before..].iter().any(|line| line.starts_with("st"));
    assert!(!touched, "only probes and monitors: {:?}", &cluster.log("sip-a")[before..]);
}

#[test]
fn new_hands_are_probed() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.restart_hands("sip-a");
    let log = cluster.log("sip-a");
    assert_eq!(log.iter().filter(|line| line.starts_with("monitor")).count(), 3, "{log:?}");
    assert!(!log.iter().any(|line| line.starts_with("st")), "{log:?}");
    assert_eq!(cluster.location("proxy"), ["sip-a"]);
}

#[test]
fn what_ran_twice_after_a_partition_is_stopped_and_started_once() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.partition(&[&["sip-a"], &["sip-b"]]);
    assert_eq!(cluster.location("proxy"), ["sip-a", "sip-b"], "without fencing both sides run it");
    cluster.partition(&[&["sip-a", "sip-b"]]);
    for resource in ALL {
        assert_eq!(cluster.location(resource).len(), 1, "{resource}");
    }
    assert!(cluster.log("sip-b").iter().any(|line| line == "stop proxy"));
}

#[test]
fn a_node_that_leaves_hands_its_services_over_first() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    let id = cluster.ask("sip-a", Request::Shutdown);
    cluster.settle();
    assert_eq!(cluster.replies[&id], Reply::Done);
    assert_eq!(cluster.location("proxy"), ["sip-b"]);
    assert!(cluster.hosts[&name("sip-a")].brain.is_none());
    cluster.partition(&[&["sip-b"]]);
    assert_eq!((cluster.said("node-left"), cluster.said("node-lost")), (1, 0));
}

#[test]
fn the_last_node_stops_its_services_before_it_leaves() {
    let mut cluster = Cluster::running(&["sip-a"]);
    let id = cluster.ask("sip-a", Request::Shutdown);
    cluster.settle();
    assert_eq!(cluster.replies[&id], Reply::Done);
    assert_eq!(cluster.location("proxy"), Vec::<&str>::new());
}

#[test]
fn leaving_is_forced_when_an_operation_never_ends() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-a")).unwrap().hands.hang = true;
    let id = cluster.ask("sip-a", Request::Shutdown);
    cluster.settle();
    assert!(!cluster.replies.contains_key(&id), "the stop is still awaited");
    cluster.pass(Duration::from_mins(20));
    assert_eq!(cluster.replies[&id], Reply::Done);
    assert_eq!(cluster.said("leaving-escalated"), 1);
}

#[test]
fn an_operation_without_an_answer_is_given_up() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-a")).unwrap().hands.hang = true;
    cluster.hosts.get_mut(&name("sip-a")).unwrap().hands.running.remove(&"proxy".into());
    cluster.monitor();
    cluster.pass(Duration::from_secs(81));
    let xml = cluster.cib("sip-b").to_xml();
    assert!(xml.contains(r#"name="fail-count-proxy#stop_0" value="INFINITY""#), "{xml}");
}

#[test]
fn idleness_is_known_on_every_node() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-a")).unwrap().hands.running.remove(&"proxy".into());
    for host in ["sip-a", "sip-b"] {
        assert_eq!(cluster.request(host, Request::WaitIdle), Reply::Done, "{host}");
    }
}

#[test]
fn a_cleanup_forgets_failures_and_finds_the_service_where_it_is() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    let failed = Request::Fail { resource: "proxy".to_owned(), node: name("sip-a") };
    assert_eq!(cluster.request("sip-b", failed), Reply::Done);
    assert!(cluster.cib("sip-a").to_xml().contains("fail-count-proxy#asyncmon_0"));
    let cleanup = Request::Cleanup { resource: Some("telephony".to_owned()), node: None, whole_history: false };
    assert_eq!(cluster.request("sip-b", cleanup), Reply::Done);
    let xml = cluster.cib("sip-a").to_xml();
    assert!(!xml.contains("fail-count") && !xml.contains("asyncmon"), "{xml}");
    assert_eq!(cluster.location("proxy"), ["sip-a"]);
}

#[test]
fn a_host_that_was_stopped_for_long_gives_up_what_others_run_now() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.partition(&[&["sip-b"]]);
    assert_eq!(cluster.location("proxy"), ["sip-a", "sip-b"]);
    cluster.input("sip-a", Input::ViewLost { paused: Duration::from_secs(12) });
    cluster.settle();
    for resource in ALL {
        assert_eq!(cluster.location(resource), ["sip-b"], "{resource}");
    }
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert_eq!(cluster.location("proxy"), ["sip-b"]);
    assert!(!cluster.log("sip-b").iter().any(|line| line.starts_with("stop")), "the survivor is not touched");
    assert_eq!(cluster.said("given-up"), 1);
}
