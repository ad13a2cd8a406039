//! The laws of the order: no gap, no double, the same for all; and who goes on together has delivered the same.

use super::Delivered;
use messaging::contract::{Delivery, View};
use model::{Instant, NodeName};
use std::collections::BTreeMap;

/// Views of which is remembered what was delivered in them.
const VIEWS_MAX: usize = 64;

/// What was delivered where.
#[derive(Debug)]
pub(super) struct Order {
    views: BTreeMap<u64, Record>,
    places: Vec<Place>,
}

/// One view's messages, and how its members left it.
#[derive(Debug, Default)]
struct Record {
    messages: Vec<(NodeName, u64)>,
    /// How much those had delivered who went on to a certain view.
    ends: BTreeMap<u64, u64>,
    /// The least that somebody had delivered who went on anywhere.
    least: Option<u64>,
    /// The last message that was delivered as safe before the view ended.
    safe: u64,
}

/// How far one host is.
#[derive(Debug, Default)]
struct Place {
    view: u64,
    delivered: u64,
    /// The last safe message, and when: what was delivered in the moment in which a view ended need not have been safe.
    safe: Option<(u64, Instant)>,
    /// Broadcasts without an end, and whether they are to be safe.
    open: BTreeMap<u64, (i64, Delivery)>,
}

impl Order {
    pub(super) fn new(hosts: usize) -> Self {
        Self { views: BTreeMap::new(), places: (0..hosts).map(|_| Place::default()).collect() }
    }

    /// A view's number is used once more.
    pub(super) fn forget(&mut self, view: u64) {
        self.views.remove(&view);
    }

    pub(super) fn on_death(&mut self, now: Instant, host: usize) {
        self.settle_safe(now, host);
        self.places[host] = Place::default();
    }

    pub(super) fn on_view_lost(&mut self, host: usize) {
        let place = &mut self.places[host];
        (place.view, place.delivered, place.safe) = (0, 0, None);
    }

    pub(super) fn on_broadcast(&mut self, host: usize, delivery: Delivery, payload: &[u8]) {
        let open = self.places[host].open.entry(fingerprint(payload)).or_insert((0, delivery));
        open.0 += 1;
    }

    pub(super) fn on_undelivered(&mut self, host: usize, payload: &[u8]) {
        if let Some((count, _)) = self.places[host].open.get_mut(&fingerprint(payload)) {
            *count -= 1;
        }
    }

    pub(super) fn on_deliver(&mut self, now: Instant, host: usize, message: Delivered<'_>) -> Vec<String> {
        let Delivered { view, sequence, from, payload } = message;
        let mut broken: Vec<_> = self.settle_safe(now, host).into_iter().collect();
        let print = fingerprint(payload);
        let origin = number(from).filter(|origin| *origin < self.places.len());
        let known = origin.and_then(|origin| self.places[origin].open.get_mut(&print));
        let is_safe = known.as_ref().is_some_and(|(_, delivery)| *delivery == Delivery::Safe);
        if let Some((count, _)) = known.filter(|_| origin == Some(host)) {
            *count -= 1;
            if *count < 0 {
                broken.push(format!("n{host} gets message {sequence} of view {view} a second time"));
            }
        }
        let place = &mut self.places[host];
        place.delivered += 1;
        if place.view != view || place.delivered != sequence {
            broken.push(format!(
                "n{host} gets message {sequence} of view {view} as message {} of view {}",
                place.delivered, place.view
            ));
        }
        if is_safe {
            place.safe = Some((sequence, now));
        }
        broken.extend(self.is_another(view, sequence, (from.clone(), print)));
        broken
    }

    /// One place in the order is one message.
    fn is_another(&mut self, view: u64, sequence: u64, message: (NodeName, u64)) -> Option<String> {
        let messages = &mut self.views.entry(view).or_default().messages;
        let place = usize::try_from(sequence - 1).expect("a place in a list");
        match messages.get(place) {
            None => {
                messages.push(message);
                None
            }
            Some(known) if *known == message => None,
            Some(_) => Some(format!("message {sequence} of view {view} is not the same for all")),
        }
    }

    pub(super) fn on_view(&mut self, now: Instant, host: usize, view: &View) -> Vec<String> {
        let mut broken: Vec<_> = self.settle_safe(now, host).into_iter().collect();
        let place = &mut self.places[host];
        let (before, delivered) = (place.view, place.delivered);
        (place.view, place.delivered, place.safe) = (view.number, 0, None);
        if before != 0 {
            let record = self.views.entry(before).or_default();
            let end = *record.ends.entry(view.number).or_insert(delivered);
            record.least = Some(record.least.map_or(delivered, |least| least.min(delivered)));
            if end != delivered {
                broken.push(format!("n{host} leaves view {before} after {delivered} messages, others after {end}"));
            }
            broken.extend(record.unsafe_end(before));
        }
        while self.views.len() > VIEWS_MAX {
            self.views.pop_first();
        }
        broken
    }

    /// What was delivered as safe before this moment was held by everybody.
    fn settle_safe(&mut self, now: Instant, host: usize) -> Option<String> {
        let place = &mut self.places[host];
        let (sequence, _) = place.safe.take_if(|(_, at)| *at < now)?;
        let record = self.views.get_mut(&place.view)?;
        record.safe = record.safe.max(sequence);
        record.unsafe_end(place.view)
    }
}

impl Record {
    fn unsafe_end(&self, view: u64) -> Option<String> {
        let least = self.least.filter(|least| *least < self.safe)?;
        Some(format!("message {} of view {view} was safe, and who went on had only {least}", self.safe))
    }
}

fn number(name: &NodeName) -> Option<usize> {
    name.as_str().strip_prefix('n')?.parse().ok()
}

/// FNV-1a: quick, and good enough to tell messages apart.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
