//! Reads: what they promise at the coordinator, and that nobody waits for ever.

use crate::cluster::{Cluster, name};
use messaging::contract::View;
use node::contract::{Input, Refusal, Reply, Request, RequestId};
use std::time::Duration;

const NAMES: [&str; 3] = ["sip-a", "sip-b", "sip-c"];

/// Three members; `sip-a` coordinates, and nobody confirms that it still does.
fn unconfirmed() -> Cluster {
    let mut cluster = Cluster::running(&NAMES);
    cluster.confirms = false;
    cluster
}

fn read(cluster: &mut Cluster, at: &str) -> RequestId {
    let id = cluster.ask(at, Request::Cib);
    cluster.settle();
    id
}

fn view(cluster: &Cluster) -> View {
    cluster.hosts[&name("sip-a")].brain.as_ref().unwrap().status().view.unwrap()
}

fn shows(cluster: &Cluster, id: RequestId, text: &str) -> bool {
    let Reply::Cib(cib) = &cluster.replies[&id] else { panic!("{:?}", cluster.replies[&id]) };
    cib.to_xml().contains(text)
}

#[test]
fn a_read_at_the_coordinator_waits_until_its_view_is_confirmed() {
    let mut cluster = unconfirmed();
    let (first, second) = (read(&mut cluster, "sip-a"), read(&mut cluster, "sip-a"));
    assert!(!cluster.replies.contains_key(&first));
    let number = view(&cluster).number;
    cluster.input("sip-a", Input::Confirmed { view: number - 1, number: 2 });
    cluster.settle();
    assert!(!cluster.replies.contains_key(&first), "that was about another view");
    cluster.input("sip-a", Input::Confirmed { view: number, number: 1 });
    cluster.settle();
    assert!(cluster.replies.contains_key(&first) && !cluster.replies.contains_key(&second));
    cluster.input("sip-a", Input::Confirmed { view: number, number: 2 });
    cluster.settle();
    assert!(shows(&cluster, second, "telephony"));
}

#[test]
fn a_read_elsewhere_is_answered_at_once() {
    let mut cluster = unconfirmed();
    let id = read(&mut cluster, "sip-b");
    assert!(shows(&cluster, id, "telephony"));
}

#[test]
fn a_coordinator_that_was_left_answers_when_it_knows_it() {
    let mut cluster = unconfirmed();
    let id = read(&mut cluster, "sip-a");
    cluster.partition(&[&["sip-a"], &["sip-b", "sip-c"]]);
    assert!(shows(&cluster, id, "have-quorum"));
    assert!(!view(&cluster).quorate, "and says that it has no quorum");
}

#[test]
fn a_read_that_was_asked_before_all_have_the_same_cib_shows_what_the_others_bring() {
    let mut cluster = Cluster::running(&NAMES);
    cluster.power_off("sip-a");
    cluster.partition(&[&["sip-b", "sip-c"]]);
    cluster.configure("sip-b", "zone", "north");
    cluster.settle();
    for text in ["sip-b", "sip-c"] {
        cluster.power_off(text);
    }
    NAMES.iter().for_each(|text| cluster.boot(text));
    cluster.install(&[&NAMES]);
    let id = cluster.ask("sip-a", Request::Cib);
    cluster.settle();
    assert_eq!(view(&cluster).coordinator, name("sip-a"));
    assert!(shows(&cluster, id, "north"));
}

#[test]
fn a_read_that_nobody_confirms_is_refused_after_a_while() {
    let mut cluster = unconfirmed();
    let first = read(&mut cluster, "sip-a");
    cluster.pass(Duration::from_millis(1_500));
    let second = read(&mut cluster, "sip-a");
    cluster.pass(Duration::from_millis(600));
    let refused = |id| matches!(cluster.replies.get(id), Some(Reply::Rejected { kind: Refusal::Unavailable, .. }));
    assert!(refused(&first) && !cluster.replies.contains_key(&second));
    cluster.pass(Duration::from_millis(1_500));
    assert!(matches!(cluster.replies.get(&second), Some(Reply::Rejected { .. })));
}

#[test]
fn who_loses_its_view_keeps_no_reader_waiting() {
    let mut cluster = unconfirmed();
    let id = read(&mut cluster, "sip-a");
    cluster.input("sip-a", Input::ViewLost { paused: Duration::from_secs(3) });
    while cluster.step() {}
    assert!(cluster.replies.contains_key(&id));
}
