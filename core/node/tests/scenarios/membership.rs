//! Membership: what members agree on when a view begins, and whose CIB wins.

use crate::cluster::{CONFIGURATION, Cluster, name};
use cib::Version;
use node::contract::{Reply, Request};

#[test]
fn nodes_are_added_to_the_configuration_and_marked_as_members() {
    let cluster = Cluster::running(&["sip-a", "sip-b"]);
    let xml = cluster.cib("sip-b").to_xml();
    for expected in [
        r#"<node id="1" uname="sip-a"/>"#,
        r#"<node id="2" uname="sip-b"/>"#,
        r#"uname="sip-a" in_ccm="true" crmd="online""#,
        r#"have-quorum="1""#,
        r#"dc-uuid="1""#,
    ] {
        assert!(xml.contains(expected), "{expected} in {xml}");
    }
}

#[test]
fn a_higher_admin_epoch_on_a_disk_wins_over_a_running_cluster() {
    let mut cluster = Cluster::running(&["sip-a"]);
    let mut later = Cluster::of(&["sip-a", "sip-b"]);
    std::mem::swap(&mut cluster, &mut later);
    cluster.boot("sip-a");
    cluster.partition(&[&["sip-a"]]);
    let edited = CONFIGURATION.replace(r#"admin_epoch="0""#, r#"admin_epoch="2""#).replace("<crm_config/>", EDIT);
    cluster.hosts.get_mut(&name("sip-b")).unwrap().disk = cib::parse(&edited).unwrap();
    cluster.boot("sip-b");
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert_eq!(Version::of(cluster.cib("sip-a")).admin_epoch, 2);
    assert!(cluster.cib("sip-a").to_xml().contains("enable-acl"));
    assert_eq!(cluster.location("proxy"), ["sip-a"]);
    let starts = cluster.log("sip-a").iter().filter(|line| line.starts_with("start")).count();
    assert_eq!(starts, 3, "what runs is not restarted");
}

const EDIT: &str = r#"<crm_config><cluster_property_set id="o"><nvpair id="o1" name="enable-acl" value="false"/></cluster_property_set></crm_config>"#;

#[test]
fn a_node_with_an_older_file_takes_the_newer_without_a_word() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.power_off("sip-b");
    cluster.partition(&[&["sip-a"]]);
    cluster.configure("sip-a", "zone", "north");
    cluster.settle();
    cluster.boot("sip-b");
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert!(cluster.cib("sip-b").to_xml().contains("north"));
    assert!(cluster.hosts[&name("sip-b")].disk.to_xml().contains("north"));
    assert_eq!(cluster.said("changes-kept-aside"), 0);
}

#[test]
fn changes_of_the_losing_side_are_kept_aside_and_said() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.partition(&[&["sip-a"], &["sip-b"]]);
    cluster.configure("sip-a", "zone", "north");
    cluster.configure("sip-a", "zone", "east");
    cluster.configure("sip-b", "zone", "south");
    cluster.settle();
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert!(cluster.cib("sip-b").to_xml().contains("east"), "two changes beat one");
    assert_eq!(cluster.hosts[&name("sip-b")].aside.len(), 1);
    assert_eq!(cluster.hosts[&name("sip-a")].aside.len(), 0);
    assert_eq!(cluster.said("changes-kept-aside"), 1);
}

#[test]
fn the_part_with_quorum_wins_whatever_the_other_counted() {
    let mut cluster = Cluster::running(&["n1", "n2", "n3"]);
    cluster.partition(&[&["n1"], &["n2", "n3"]]);
    let id = cluster.configure("n2", "zone", "north");
    cluster.settle();
    assert_eq!(cluster.replies[&id], Reply::Done);
    cluster.partition(&[&["n1", "n2", "n3"]]);
    assert!(cluster.cib("n1").to_xml().contains("north"));
}

#[test]
fn a_view_that_ends_before_its_members_agreed_is_made_up_for_by_the_next() {
    let mut cluster = Cluster::of(&["n1", "n2", "n3"]);
    for host in ["n1", "n2", "n3"] {
        cluster.boot(host);
    }
    for steps in 0..40 {
        cluster.install(&[&["n1", "n2", "n3"]]);
        for _ in 0..steps {
            cluster.step();
        }
        cluster.install(&[&["n1", "n2"], &["n3"]]);
        for _ in 0..steps {
            cluster.step();
        }
    }
    cluster.partition(&[&["n1", "n2", "n3"]]);
    assert_eq!(cluster.location("proxy").len(), 1);
    assert_eq!(cluster.request("n3", Request::WaitIdle), Reply::Done);
}

#[test]
fn every_acknowledged_change_survives_the_crash_of_all_hosts() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    let id = cluster.configure("sip-b", "zone", "north");
    while !cluster.replies.contains_key(&id) {
        assert!(cluster.step(), "the change is answered");
    }
    for host in ["sip-a", "sip-b"] {
        cluster.power_off(host);
        cluster.boot(host);
    }
    cluster.partition(&[&["sip-a", "sip-b"]]);
    assert!(cluster.cib("sip-a").to_xml().contains("north"));
    assert_eq!(cluster.location("proxy").len(), 1);
}
