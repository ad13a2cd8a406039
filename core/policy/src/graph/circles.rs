//! Actions that wait for each other in a circle: no plan may hold any, for it would never end.

use crate::plan::{Action, ActionId, Finding};

/// Takes out what would never begin, and says what forms the circle.
pub(super) fn leave_out(actions: Vec<Action>) -> (Vec<Action>, Option<Finding>) {
    let before: Vec<Vec<usize>> =
        actions.iter().map(|action| action.after.iter().map(|id| place(*id)).collect()).collect();
    let stuck = unreached(&before, &vec![true; actions.len()]);
    if !stuck.contains(&true) {
        return (actions, None);
    }
    // Seen from the other end: what nothing stuck waits for is behind the circle, not in it.
    let mut behind = vec![Vec::new(); actions.len()];
    for (at, before) in before.iter().enumerate() {
        for first in before {
            behind[*first].push(at);
        }
    }
    let circle = unreached(&behind, &stuck);
    let finding = finding(&actions, &circle);
    (without(actions, &stuck), Some(finding))
}

/// Of those considered, the ones that wait for themselves through others, or for such.
fn unreached(before: &[Vec<usize>], considered: &[bool]) -> Vec<bool> {
    let mut left = vec![0_usize; before.len()];
    let mut wanted_by = vec![Vec::new(); before.len()];
    for (at, before) in before.iter().enumerate().filter(|(at, _)| considered[*at]) {
        for first in before.iter().filter(|first| considered[**first]) {
            left[at] += 1;
            wanted_by[*first].push(at);
        }
    }
    let mut open = considered.to_vec();
    let mut ready: Vec<usize> = (0..before.len()).filter(|at| considered[*at] && left[*at] == 0).collect();
    while let Some(done) = ready.pop() {
        open[done] = false;
        for at in &wanted_by[done] {
            left[*at] -= 1;
            if left[*at] == 0 {
                ready.push(*at);
            }
        }
    }
    open
}

fn finding(actions: &[Action], circle: &[bool]) -> Finding {
    let keys: Vec<&str> =
        actions.iter().filter(|action| circle[place(action.id)]).map(|action| action.key.as_str()).collect();
    let (keys, element) = (keys.join(", "), keys.first().copied().unwrap_or_default());
    let text = format!(
        "{keys} would wait for each other for ever and are left out, with all that waits for them: the orderings between \
         them form a circle; remove one"
    );
    Finding { is_error: true, element: element.to_owned(), text }
}

fn without(actions: Vec<Action>, stuck: &[bool]) -> Vec<Action> {
    let kept = actions.iter().filter(|action| !stuck[place(action.id)]);
    let mut new_ids = vec![ActionId(0); actions.len()];
    for (action, id) in kept.zip(0..) {
        new_ids[place(action.id)] = ActionId(id);
    }
    let kept = actions.into_iter().filter(|action| !stuck[place(action.id)]);
    let renumbered = kept.map(|action| Action {
        id: new_ids[place(action.id)],
        after: action.after.iter().map(|id| new_ids[place(*id)]).collect(),
        ..action
    });
    renumbered.collect()
}

fn place(id: ActionId) -> usize {
    usize::try_from(id.0).expect("an action's id is a place in memory")
}
