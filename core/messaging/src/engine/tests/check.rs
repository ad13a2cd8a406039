//! The laws of the engine, checked over the record of a whole run from outside of every node.

use super::world::{Event, Life, World};
use crate::contract::View;
use model::{Instant, NodeName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who said what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    from: NodeName,
    payload: Arc<[u8]>,
}

/// What one life delivered in one view, and how the view ended for it.
#[derive(Clone, Debug)]
struct Stay {
    life: usize,
    own: NodeName,
    view: View,
    previous: u64,
    delivered: Vec<Message>,
    safe_before_end: BTreeSet<Arc<[u8]>>,
    next: Option<u64>,
}

pub(super) fn all_laws(world: &World) {
    let stays: Vec<Stay> = world
        .lives
        .iter()
        .enumerate()
        .flat_map(|(life, record)| stays(life, &world.names[record.node], record))
        .collect();
    same_number_same_view(&stays);
    views_grow_and_hold_ourselves(&stays);
    same_place_same_message(&stays);
    same_step_same_messages(&stays);
    safe_means_everybody(&stays);
    newcomers_are_those_with_another_past(&stays);
    world.lives.iter().for_each(|life| each_broadcast_has_one_end(world, life));
    what_is_confirmed_was_in_force(world);
}

/// No question is answered that was put after another view with quorum had begun.
fn what_is_confirmed_was_in_force(world: &World) {
    if !world.quorum.is_exclusive() {
        return;
    }
    let begun = |(at, event): &(Instant, Event)| {
        let Event::View(view) = event else { return None };
        view.quorate.then_some((view.number, *at))
    };
    let views: Vec<(u64, Instant)> = world.lives.iter().flat_map(|life| life.events.iter().filter_map(begun)).collect();
    for life in &world.lives {
        for (_, event) in &life.events {
            let Event::Confirmed { view, number } = event else { continue };
            let put = life.questions[usize::try_from(*number).unwrap() - 1];
            let later = views.iter().find(|(newer, at)| newer > view && *at < put);
            assert!(later.is_none(), "view {view} is confirmed for a question of {put:?}, and there was {later:?}");
        }
    }
}

fn stays(life: usize, own: &NodeName, record: &Life) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    let mut open = false;
    for (_, event) in &record.events {
        match event {
            Event::View(view) => {
                let previous = if open { stays.last().map_or(0, |stay| stay.view.number) } else { 0 };
                if let Some(last) = stays.last_mut().filter(|_| open) {
                    last.next = Some(view.number);
                }
                open = true;
                stays.push(Stay {
                    life,
                    own: own.clone(),
                    view: view.clone(),
                    previous,
                    delivered: Vec::new(),
                    safe_before_end: BTreeSet::new(),
                    next: None,
                });
            }
            Event::Deliver { view, sequence, from, payload, flushed } => {
                let stay = stays.last_mut().expect("a delivery comes after a view");
                assert!(open && stay.view.number == *view, "a delivery of view {view} in {}", stay.view.number);
                stay.delivered.push(Message { from: from.clone(), payload: payload.clone() });
                assert_eq!(u64::try_from(stay.delivered.len()).unwrap(), *sequence, "the order has no gap");
                if !flushed && payload.first() == Some(&b'S') {
                    stay.safe_before_end.insert(payload.clone());
                }
            }
            Event::ViewLost => open = false,
            Event::Undelivered(_) | Event::Confirmed { .. } | Event::Left | Event::Notice(_) => {}
        }
    }
    stays
}

fn same_number_same_view(stays: &[Stay]) {
    let mut known: BTreeMap<u64, &View> = BTreeMap::new();
    for stay in stays {
        let first = known.entry(stay.view.number).or_insert(&stay.view);
        assert_eq!(**first, stay.view, "two views with one number");
    }
}

fn views_grow_and_hold_ourselves(stays: &[Stay]) {
    for stay in stays {
        assert!(stay.view.members.iter().any(|member| member.name == stay.own));
        assert!(stay.next.is_none_or(|next| next > stay.view.number), "view numbers grow");
        assert_eq!(stay.view.members[0].name, stay.view.coordinator);
    }
}

fn same_place_same_message(stays: &[Stay]) {
    let mut known: BTreeMap<(u64, usize), &Message> = BTreeMap::new();
    for stay in stays {
        for (place, message) in stay.delivered.iter().enumerate() {
            let first = known.entry((stay.view.number, place)).or_insert(message);
            assert_eq!(*first, message, "view {} place {place}", stay.view.number);
        }
    }
}

/// Virtual synchrony: who goes from one view to the same next one has delivered the same.
fn same_step_same_messages(stays: &[Stay]) {
    let mut known: BTreeMap<(u64, u64), &Stay> = BTreeMap::new();
    for stay in stays {
        let Some(next) = stay.next else { continue };
        let first = known.entry((stay.view.number, next)).or_insert(stay);
        assert_eq!(
            first.delivered.len(),
            stay.delivered.len(),
            "lives {} and {} from {} to {next}",
            first.life,
            stay.life,
            stay.view.number
        );
    }
}

/// What was delivered as safe within a view is delivered by every member that comes out of this view at all.
fn safe_means_everybody(stays: &[Stay]) {
    for stay in stays {
        for other in stays.iter().filter(|other| other.view.number == stay.view.number && other.next.is_some()) {
            let has = |payload: &Arc<[u8]>| other.delivered.iter().any(|message| message.payload == *payload);
            assert!(stay.safe_before_end.iter().all(has), "safe in life {}, missing in {}", stay.life, other.life);
        }
    }
}

fn newcomers_are_those_with_another_past(stays: &[Stay]) {
    let mut past: BTreeMap<u64, u64> = BTreeMap::new();
    for stay in stays.iter().filter(|stay| !stay.view.newcomers.contains(&stay.own)) {
        let first = *past.entry(stay.view.number).or_insert(stay.previous);
        assert_eq!(
            first, stay.previous,
            "view {}: two members that are not new come from different views",
            stay.view.number
        );
    }
}

/// A broadcast is delivered at its origin or handed back, once; while the origin runs it may still be on its way.
fn each_broadcast_has_one_end(world: &World, life: &Life) {
    let own = &world.names[life.node];
    let mut ends: BTreeMap<&Arc<[u8]>, u32> = BTreeMap::new();
    for (_, event) in &life.events {
        match event {
            Event::Deliver { from, payload, .. } if from == own => *ends.entry(payload).or_default() += 1,
            Event::Undelivered(payload) => *ends.entry(payload).or_default() += 1,
            Event::Deliver { .. }
            | Event::View(_)
            | Event::ViewLost
            | Event::Confirmed { .. }
            | Event::Left
            | Event::Notice(_) => {}
        }
    }
    for payload in &life.broadcast {
        let count = ends.get(payload).copied().unwrap_or(0);
        assert!(count <= 1, "{} ended {count} times", String::from_utf8_lossy(payload));
    }
}

/// Last man standing: each view with quorum has all nodes, or more than half of the former one; or half of it, with its first.
pub(super) fn views_with_quorum_form_a_line(world: &World) {
    let mut line: BTreeMap<u64, &View> = BTreeMap::new();
    for life in &world.lives {
        let views = life.events.iter().filter_map(|(_, event)| match event {
            Event::View(view) => Some(view),
            Event::Deliver { .. }
            | Event::Undelivered(_)
            | Event::ViewLost
            | Event::Confirmed { .. }
            | Event::Left
            | Event::Notice(_) => None,
        });
        line.extend(views.filter(|view| view.quorate).map(|view| (view.number, view)));
    }
    let left: Vec<&NodeName> = departed(world);
    let mut views = line.into_values();
    let Some(mut before) = views.next() else { return };
    // Numbers follow each other within one set of lives only: a life that is over may have reached a higher one.
    for after in views {
        if has_an_older_life(after, before) {
            continue;
        }
        let kept = before.members.iter().filter(|member| after.members.contains(member)).count();
        let gone = before.members.iter().filter(|member| left.contains(&&member.name)).count();
        let most = 2 * kept + gone >= before.members.len() && kept > 0;
        assert!(most || after.members.len() == world.names.len(), "{before:?} is not carried on by {after:?}");
        before = after;
    }
}

fn has_an_older_life(view: &View, than: &View) -> bool {
    let mut pairs = view.members.iter().flat_map(|one| than.members.iter().map(move |other| (one, other)));
    pairs.any(|(one, other)| one.name == other.name && one.incarnation < other.incarnation)
}

/// Nodes of which a life has left in order, or was about to.
fn departed(world: &World) -> Vec<&NodeName> {
    let left = |life: &&Life| life.leaving;
    world.lives.iter().filter(left).map(|life| &world.names[life.node]).collect()
}

/// Under a witness: two disjoint halves are never in views with quorum at the same time.
pub(super) fn halves_never_act_together(world: &World) {
    let halves: Vec<(&View, Instant, Instant)> =
        world.lives.iter().flat_map(|life| acting_halves(world, life)).collect();
    for (place, (view, from, until)) in halves.iter().enumerate() {
        for (other, other_from, other_until) in &halves[place + 1..] {
            let together = other_from < until && from < other_until;
            let apart = view.members.iter().all(|one| other.members.iter().all(|two| one.name != two.name));
            assert!(!(together && apart), "{view:?} from {from:?} to {until:?}, {other:?} from {other_from:?}");
        }
    }
}

/// The views of one life that hold half of the nodes and have quorum, each with its time.
fn acting_halves<'a>(world: &'a World, life: &'a Life) -> Vec<(&'a View, Instant, Instant)> {
    let ends = |event: &Event| matches!(event, Event::View(_) | Event::ViewLost | Event::Left);
    let steps: Vec<&(Instant, Event)> = life.events.iter().filter(|(_, event)| ends(event)).collect();
    let last = life.until.unwrap_or(world.now);
    let mut found = Vec::new();
    for (place, (from, event)) in steps.iter().enumerate() {
        let until = steps.get(place + 1).map_or(last, |(at, _)| *at);
        if let Event::View(view) = event
            && view.quorate
            && 2 * view.members.len() == world.names.len()
        {
            found.push((view, *from, until));
        }
    }
    found
}
