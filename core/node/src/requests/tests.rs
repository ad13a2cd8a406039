//! When a change counts as safe.

use super::Requests;
use crate::contract::{Refusal, Reply, RequestId};
use messaging::contract::{Incarnation, Member, View};
use model::NodeName;

#[test]
fn a_change_is_safe_when_the_slowest_disk_has_it() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    for (id, changes) in [(1, 1), (2, 2)] {
        requests.sent(RequestId(id));
        requests.applied(RequestId(id), changes, Reply::Done);
    }
    requests.stored(&a, 2);
    assert_eq!(safe(&mut requests), [], "nothing is known of b");
    requests.stored(&b, 1);
    assert_eq!(safe(&mut requests), [RequestId(1)]);
    requests.stored(&b, 2);
    assert_eq!(safe(&mut requests), [RequestId(2)]);
}

#[test]
fn a_disk_never_forgets_and_strangers_do_not_count() {
    let a = NodeName::new("a");
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 3, Reply::Done);
    requests.stored(&a, 3);
    requests.stored(&a, 2);
    requests.stored(&NodeName::new("stranger"), 1);
    assert_eq!(safe(&mut requests), [RequestId(1)]);
}

#[test]
fn what_was_applied_before_a_view_is_part_of_its_beginning() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 5, Reply::Done);
    requests.enter_view(&view(&[&a], true));
    assert_eq!(safe(&mut requests), []);
    requests.stored(&a, 0);
    assert_eq!(safe(&mut requests), [RequestId(1)]);
}

#[test]
fn what_another_cib_undid_is_refused() {
    let mut requests = Requests::default();
    for id in [1, 2] {
        requests.sent(RequestId(id));
    }
    requests.applied(RequestId(1), 1, Reply::Done);
    let refused: Vec<_> = requests.overruled().into_iter().map(|(id, _)| id).collect();
    assert_eq!(refused, [RequestId(1)], "the other was not applied yet");
}

#[test]
fn what_a_lost_quorum_left_open_is_answered_when_it_is_back() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 1, Reply::Done);
    requests.enter_view(&view(&[&a], false));
    requests.stored(&a, 0);
    assert_eq!(safe(&mut requests), []);
    requests.enter_view(&view(&[&a, &b], true));
    requests.stored(&a, 0);
    requests.stored(&b, 0);
    assert_eq!(safe(&mut requests), [RequestId(1)]);
}

#[test]
fn a_refusal_waits_for_what_it_speaks_of() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 1, exists());
    requests.stored(&a, 1);
    assert_eq!(requests.safe(), [], "what exists may be gone with a");
    requests.stored(&b, 1);
    assert_eq!(requests.safe(), [(RequestId(1), exists())]);
}

#[test]
fn nobody_knows_what_became_of_what_only_others_may_have_heard() {
    let a = NodeName::new("a");
    let mut requests = Requests::default();
    requests.sent(RequestId(1));
    requests.sent(RequestId(2));
    requests.undelivered(RequestId(1));
    requests.enter_view(&view(&[&a], false));
    let answers = requests.uncertain();
    assert!(matches!(answers[..], [(RequestId(1), Reply::Rejected { kind: Refusal::Unknown, .. })]), "{answers:?}");
    assert_eq!(requests.uncertain(), []);
    assert!(requests.answer(RequestId(2)), "the other one still waits");
}

#[test]
fn what_was_done_here_may_have_been_done_in_the_part_that_wins() {
    let a = NodeName::new("a");
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a], true));
    for (id, answer) in [(1, Reply::Done), (2, exists())] {
        requests.sent(RequestId(id));
        requests.applied(RequestId(id), 1, answer);
    }
    let kind = |reply| if let Reply::Rejected { kind, .. } = reply { Some(kind) } else { None };
    let kinds: Vec<_> = requests.overruled().into_iter().map(|(_, reply)| kind(reply)).collect();
    assert_eq!(kinds, [Some(Refusal::Unknown), Some(Refusal::Unavailable)]);
}

fn exists() -> Reply {
    Reply::Rejected { kind: Refusal::Exists, reason: String::new(), hint: String::new() }
}

fn safe(requests: &mut Requests) -> Vec<RequestId> {
    requests.safe().into_iter().map(|(id, _)| id).collect()
}

fn view(members: &[&NodeName], quorate: bool) -> View {
    let member = |name: &&NodeName| Member { name: (*name).clone(), incarnation: Incarnation(1) };
    View {
        number: 1,
        members: members.iter().map(member).collect(),
        coordinator: members[0].clone(),
        quorate,
        absent: Vec::new(),
        newcomers: Vec::new(),
    }
}
