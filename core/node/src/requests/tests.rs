//! When a change counts as safe.

use super::Requests;
use crate::contract::RequestId;
use messaging::contract::{Incarnation, Member, View};
use model::NodeName;

#[test]
fn a_change_is_safe_when_the_slowest_disk_has_it() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    for (id, changes) in [(1, 1), (2, 2)] {
        requests.sent(RequestId(id));
        requests.applied(RequestId(id), changes);
    }
    requests.stored(&a, 2);
    assert_eq!(requests.safe(), [], "nothing is known of b");
    requests.stored(&b, 1);
    assert_eq!(requests.safe(), [RequestId(1)]);
    requests.stored(&b, 2);
    assert_eq!(requests.safe(), [RequestId(2)]);
}

#[test]
fn a_disk_never_forgets_and_strangers_do_not_count() {
    let a = NodeName::new("a");
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 3);
    requests.stored(&a, 3);
    requests.stored(&a, 2);
    requests.stored(&NodeName::new("stranger"), 1);
    assert_eq!(requests.safe(), [RequestId(1)]);
}

#[test]
fn what_was_applied_before_a_view_is_part_of_its_beginning() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 5);
    requests.enter_view(&view(&[&a], true));
    assert_eq!(requests.safe(), []);
    requests.stored(&a, 0);
    assert_eq!(requests.safe(), [RequestId(1)]);
}

#[test]
fn what_another_cib_undid_is_refused() {
    let mut requests = Requests::default();
    for id in [1, 2] {
        requests.sent(RequestId(id));
    }
    requests.applied(RequestId(1), 1);
    let refused: Vec<_> = requests.overruled().into_iter().map(|(id, _)| id).collect();
    assert_eq!(refused, [RequestId(1)], "the other was not applied yet");
}

#[test]
fn what_a_lost_quorum_left_open_is_answered_when_it_is_back() {
    let (a, b) = (NodeName::new("a"), NodeName::new("b"));
    let mut requests = Requests::default();
    requests.enter_view(&view(&[&a, &b], true));
    requests.sent(RequestId(1));
    requests.applied(RequestId(1), 1);
    requests.enter_view(&view(&[&a], false));
    requests.stored(&a, 0);
    assert_eq!(requests.safe(), []);
    requests.enter_view(&view(&[&a, &b], true));
    requests.stored(&a, 0);
    requests.stored(&b, 0);
    assert_eq!(requests.safe(), [RequestId(1)]);
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
