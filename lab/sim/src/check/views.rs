//! The laws of membership: one number is one view; who is not heard is no member, who is heard is; two parts never act.

use super::{Sight, Since, may_have_quorum};
use crate::host::Host;
use crate::story::Rule;
use messaging::contract::{Incarnation, View};
use model::{Instant, NodeName};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

/// How long a dead host may be a member: detection (a second), and an agreement over a bad wire.
const DEAD_MEMBER_MAX: Duration = Duration::from_secs(8);
/// Who is awake and reachable for so long is not left out of any view.
const HEALTHY: Duration = Duration::from_secs(5);
/// How long two parts may both believe that they act: until the one that lost has noticed.
const TWO_PARTS_MAX: Duration = Duration::from_secs(8);

/// How long a host was stopped that may have been taken for lost without knowing it: the others count from its last life
/// sign, a `keepalive` before; its own clock counts from when it wanted to be woken.
const NEARLY_LOST: RangeInclusive<Duration> = Duration::from_millis(800)..=Duration::from_millis(1100);
/// How soon after that it learns it.
const LEARNS: Duration = Duration::from_secs(1);

/// Who is in which view.
#[derive(Debug)]
pub(super) struct Views {
    rule: Rule,
    known: BTreeMap<u64, View>,
    seats: Vec<Seat>,
    lives: BTreeSet<(usize, Incarnation)>,
    disk_lost: bool,
    wire_whole: Since,
    two_parts: Since,
}

/// One host, as strangers see it.
#[derive(Clone, Debug, Default)]
struct Seat {
    view: Option<View>,
    since: Instant,
    awake: Since,
    /// Since when it stands still; how long it did the last time.
    still: Since,
    stood: Duration,
    dead: Since,
    leaves: bool,
}

impl Views {
    pub(super) fn new(hosts: usize, rule: Rule) -> Self {
        Self {
            rule,
            known: BTreeMap::new(),
            seats: vec![Seat::default(); hosts],
            lives: BTreeSet::new(),
            disk_lost: false,
            wire_whole: Since::default(),
            two_parts: Since::default(),
        }
    }

    /// The view of a host.
    pub(super) fn of(&self, host: usize) -> Option<&View> {
        self.seats[host].view.as_ref()
    }

    /// Since when a host is in its view.
    pub(super) fn since(&self, host: usize) -> Instant {
        self.seats[host].since
    }

    /// Whether a host runs undisturbed for so long.
    pub(super) fn is_awake_for(&self, now: Instant, host: usize, span: Duration) -> bool {
        self.seats[host].awake.lasts(now, span)
    }

    /// Whether two hosts have joined the same view.
    pub(super) fn are_together(&self, hosts: &[Host], one: usize, other: usize) -> bool {
        let view = |host: usize| self.of(host).filter(|_| hosts[host].has_joined()).map(|view| view.number);
        view(one).is_some() && view(one) == view(other)
    }

    pub(super) fn disk_lost(&mut self) {
        self.disk_lost = true;
    }

    /// A number of a former time, which nobody is in any more: a host that lost its disk and its clock cannot know that
    /// it was used.
    pub(super) fn is_forgotten(&mut self, number: u64) -> bool {
        let is_used = self.seats.iter().filter_map(|seat| seat.view.as_ref()).any(|view| view.number == number);
        let is_forgotten = self.disk_lost && !is_used;
        if is_forgotten {
            self.known.remove(&number);
        }
        is_forgotten
    }

    pub(super) fn on_leave(&mut self, host: usize) {
        self.seats[host].leaves = true;
    }

    pub(super) fn on_death(&mut self, now: Instant, host: usize) {
        self.seats[host] = Seat { dead: Since(Some(now)), ..Seat::default() };
    }

    pub(super) fn on_view_lost(&mut self, host: usize) {
        self.seats[host].view = None;
    }

    /// No two lives of a host are called alike. (Who has lost its disk and its clock cannot know better.)
    pub(super) fn on_boot(&mut self, now: Instant, host: usize, incarnation: Incarnation) -> Option<String> {
        self.seats[host] = Seat { since: now, ..Seat::default() };
        let is_new = self.lives.insert((host, incarnation));
        (!is_new && !self.disk_lost).then(|| format!("n{host} begins a second life of generation {}", incarnation.0))
    }

    pub(super) fn on_view(&mut self, sight: Sight<'_>, host: usize, view: &View) -> Vec<String> {
        self.note(sight);
        let Sight { now, hosts, .. } = sight;
        let before = self.of(host).map_or(0, |view| view.number);
        let seat = &mut self.seats[host];
        (seat.view, seat.since) = (Some(view.clone()), now);
        let name = &hosts[host].name;
        let mut broken = Vec::new();
        if view.number <= before {
            broken.push(format!("{name} goes from view {before} back to {}", view.number));
        }
        if !view.members.iter().any(|member| member.name == *name) {
            broken.push(format!("{name} is in view {} and not a member of it", view.number));
        }
        broken.extend(self.is_another(view));
        broken.extend(self.has_false_quorum(view));
        broken.extend(self.leaves_out_somebody(sight, host, view));
        broken
    }

    /// Views of one number are one view.
    fn is_another(&mut self, view: &View) -> Option<String> {
        let known = self.known.entry(view.number).or_insert_with(|| view.clone());
        let same = known.members == view.members
            && known.coordinator == view.coordinator
            && known.quorate == view.quorate
            && known.members.first().is_some_and(|first| first.name == known.coordinator);
        (!same).then(|| format!("view {} is {known:?} and {view:?}", view.number))
    }

    fn has_false_quorum(&self, view: &View) -> Option<String> {
        let members: Vec<&NodeName> = view.members.iter().map(|member| &member.name).collect();
        let may = may_have_quorum(self.rule, self.seats.len(), &members);
        let count = members.len();
        (view.quorate && !may)
            .then(|| format!("view {} claims quorum with {count} of {}", view.number, self.seats.len()))
    }

    /// Nobody is accused who did nothing, while nothing happened to others either.
    fn leaves_out_somebody(&self, sight: Sight<'_>, host: usize, view: &View) -> Option<String> {
        let Sight { now, hosts, .. } = sight;
        if !self.wire_whole.lasts(now, HEALTHY) || self.was_nearly_lost(now, host) {
            return None;
        }
        let is_out = |other: &usize| !view.members.iter().any(|member| member.name == hosts[*other].name);
        let is_well = |other: &usize| {
            let seat = &self.seats[*other];
            seat.awake.lasts(now, HEALTHY) && !seat.leaves && now.since(seat.since) >= HEALTHY
        };
        let is_calm = (0..hosts.len())
            .filter(|other| *other != host)
            .all(|other| is_well(&other) || self.is_long_dead(now, other));
        let innocent = (0..hosts.len()).filter(|_| is_calm).filter(is_out).find(is_well)?;
        let (by, left) = (&hosts[host].name, &hosts[innocent].name);
        Some(format!("{by} enters view {} without {left}, which is awake and reachable", view.number))
    }

    /// Whether it has just been stopped for about `deadtime`: then it may be alone until the others have heard of it again.
    fn was_nearly_lost(&self, now: Instant, host: usize) -> bool {
        let seat = &self.seats[host];
        NEARLY_LOST.contains(&seat.stood) && !seat.awake.lasts(now, LEARNS)
    }

    fn is_long_dead(&self, now: Instant, host: usize) -> bool {
        self.seats[host].dead.lasts(now, HEALTHY)
    }

    fn note(&mut self, sight: Sight<'_>) {
        self.wire_whole.note(sight.now, sight.network.is_whole());
        for (seat, host) in self.seats.iter_mut().zip(sight.hosts) {
            if let Some(since) = seat.still.0.filter(|_| host.is_awake()) {
                seat.stood = sight.now.since(since);
            }
            seat.awake.note(sight.now, host.is_awake());
            seat.still.note(sight.now, !host.is_awake());
        }
    }

    pub(super) fn look(&mut self, sight: Sight<'_>) -> Vec<String> {
        self.note(sight);
        let Sight { now, hosts, .. } = sight;
        let two_parts = !self.rule.allows_two_parts(hosts.len()) && self.has_two_parts(now);
        self.two_parts.note(now, two_parts);
        let mut broken: Vec<_> = self.dead_member(now, hosts).into_iter().collect();
        if self.two_parts.lasts(now, TWO_PARTS_MAX) {
            self.two_parts = Since::default();
            broken.push("two parts of the cluster act at the same time".to_owned());
        }
        broken
    }

    fn has_two_parts(&self, now: Instant) -> bool {
        let acts = |seat: &&Seat| seat.awake.lasts(now, Duration::from_secs(1));
        let views = self.seats.iter().filter(acts).filter_map(|seat| seat.view.as_ref()).filter(|view| view.quorate);
        let views: Vec<_> = views.collect();
        let apart = |one: &View, other: &View| {
            one.members.iter().all(|member| other.members.iter().all(|two| two.name != member.name))
        };
        views.iter().enumerate().any(|(place, one)| views[place + 1..].iter().any(|other| apart(one, other)))
    }

    /// Who is dead is no member for long, whatever strangers send in its name.
    fn dead_member(&mut self, now: Instant, hosts: &[Host]) -> Option<String> {
        let is_dead = |name: &NodeName| {
            let dead = hosts.iter().position(|host| host.name == *name);
            dead.is_some_and(|dead| self.seats[dead].dead.lasts(now, DEAD_MEMBER_MAX))
        };
        let accused = self.seats.iter().enumerate().find_map(|(host, seat)| {
            let view = seat.view.as_ref().filter(|_| seat.awake.lasts(now, DEAD_MEMBER_MAX))?;
            let dead = view.members.iter().find(|member| is_dead(&member.name))?;
            Some((host, format!("{} is in one view with {}, which is dead", hosts[host].name, dead.name)))
        });
        let (host, text) = accused?;
        self.seats[host].awake = Since::default();
        Some(text)
    }
}
