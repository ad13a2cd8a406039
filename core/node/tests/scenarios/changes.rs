//! Changes of clients: answered when they are safe, refused with a reason, never lost.

use crate::cluster::{Cluster, name};
use node::contract::{Change, Refusal, Reply, Request};

#[test]
fn a_change_is_answered_when_it_is_on_every_disk() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-b")).unwrap().disk_works = false;
    let id = cluster.configure("sip-a", "standby", "off");
    cluster.settle();
    assert!(!cluster.replies.contains_key(&id), "sip-b does not have it on disk");
    cluster.hosts.get_mut(&name("sip-b")).unwrap().disk_works = true;
    cluster.write(&name("sip-b"));
    cluster.settle();
    assert_eq!(cluster.replies[&id], Reply::Done);
}

#[test]
fn a_member_that_is_lost_is_waited_for_no_more() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-b")).unwrap().disk_works = false;
    let id = cluster.configure("sip-a", "standby", "off");
    cluster.settle();
    cluster.power_off("sip-b");
    cluster.partition(&[&["sip-a"]]);
    assert_eq!(cluster.replies[&id], Reply::Done);
}

#[test]
fn many_changes_share_writes() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    cluster.hosts.get_mut(&name("sip-a")).unwrap().disk_works = false;
    let ids: Vec<_> = (0..50).map(|n| cluster.configure("sip-a", "zone", &n.to_string())).collect();
    cluster.settle();
    cluster.hosts.get_mut(&name("sip-a")).unwrap().disk_works = true;
    cluster.write(&name("sip-a"));
    cluster.settle();
    assert!(ids.iter().all(|id| cluster.replies[id] == Reply::Done));
    assert!(cluster.hosts[&name("sip-a")].disk.to_xml().contains(r#"name="zone" value="49""#));
}

#[test]
fn a_change_made_before_joining_waits_for_it() {
    let mut cluster = Cluster::of(&["sip-a", "sip-b"]);
    cluster.boot("sip-a");
    let id = cluster.ask("sip-a", transient("sip-a", "pingd", "100"));
    cluster.settle();
    assert!(!cluster.replies.contains_key(&id));
    cluster.partition(&[&["sip-a"]]);
    assert_eq!(cluster.replies[&id], Reply::Done);
}

#[test]
fn a_change_that_a_view_change_overtakes_is_made_in_the_next_view() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    let id = cluster.configure("sip-b", "zone", "north");
    cluster.step();
    cluster.power_off("sip-a");
    cluster.partition(&[&["sip-b"]]);
    assert_eq!(cluster.replies[&id], Reply::Done);
    assert!(cluster.cib("sip-b").to_xml().contains(r#"value="north""#));
}

#[test]
fn attributes_count() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    for _ in 0..3 {
        assert_eq!(cluster.request("sip-b", transient("sip-a", "beats", "value++")), Reply::Done);
    }
    assert!(cluster.cib("sip-b").to_xml().contains(r#"name="beats" value="3""#));
}

#[test]
fn what_does_not_exist_is_said_so() {
    let mut cluster = Cluster::running(&["sip-a", "sip-b"]);
    let cleanup = |resource: Option<&str>, node: Option<&str>| Request::Cleanup {
        resource: resource.map(str::to_owned),
        node: node.map(name),
        whole_history: true,
    };
    let requests = [
        transient("aip-a", "pingd", "1"),
        cleanup(Some("nothing"), None),
        cleanup(None, Some("nowhere")),
        Request::Fail { resource: "nothing".to_owned(), node: name("sip-a") },
    ];
    for request in requests {
        let reply = cluster.request("sip-a", request.clone());
        assert!(matches!(reply, Reply::Rejected { kind: Refusal::NotFound, .. }), "{request:?}: {reply:?}");
    }
}

#[test]
fn without_quorum_the_configuration_stays_and_attributes_do_not() {
    let mut cluster = Cluster::running(&["n1", "n2", "n3"]);
    cluster.partition(&[&["n1"], &["n2", "n3"]]);
    let id = cluster.configure("n1", "zone", "north");
    cluster.settle();
    assert!(matches!(cluster.replies[&id], Reply::Rejected { kind: Refusal::NoQuorum, .. }));
    assert_eq!(cluster.request("n1", transient("n1", "pingd", "1")), Reply::Done);
}

#[test]
fn without_quorum_no_answer_speaks_of_a_configuration_that_may_be_old() {
    let mut cluster = Cluster::running(&["n1", "n2", "n3"]);
    let set = |cluster: &mut Cluster| cluster.request("n1", create_set("fresh"));
    assert_eq!(set(&mut cluster), Reply::Done);
    cluster.partition(&[&["n1"], &["n2", "n3"]]);
    let removal = cib::Change::Delete { section: None, xml: r#"<cluster_property_set id="fresh"/>"#.to_owned() };
    assert_eq!(cluster.request("n2", Request::Change(Change::Edit { edit: removal })), Reply::Done);
    let reply = set(&mut cluster);
    assert!(matches!(reply, Reply::Rejected { kind: Refusal::NoQuorum, .. }), "it exists only here: {reply:?}");
}

fn create_set(id: &str) -> Request {
    let edit = cib::Change::Create {
        section: Some("crm_config".to_owned()),
        xml: format!(r#"<cluster_property_set id="{id}"/>"#),
    };
    Request::Change(Change::Edit { edit })
}

fn transient(node: &str, attribute: &str, value: &str) -> Request {
    Request::Change(Change::Attribute {
        node: name(node),
        name: attribute.to_owned(),
        value: Some(value.to_owned()),
        permanent: false,
    })
}
