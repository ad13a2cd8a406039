//! The laws of services: started once, held once, and not held by those who may not act.

use super::views::Views;
use super::{Excuses, Sight, Since};
use crate::host::Host;
use crate::story::SERVICES;
use executor::contract::{Command, Operation};
use model::ResourceId;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long two members of one view may hold the same service after they met: what ran on both sides of a partition
/// is stopped by then, hanging agents and their timeouts included.
const TOGETHER_MAX: Duration = Duration::from_secs(30);
/// How long a service may live twice after a division: until the part that lost has noticed, and its agents have stopped.
const TWICE_MAX: Duration = Duration::from_secs(8);
/// The same where agents hang until their timeout.
const TWICE_LATE_MAX: Duration = Duration::from_secs(25);

/// What lives twice, and since when.
#[derive(Debug)]
pub(super) struct Holders {
    pub(super) excuses: Excuses,
    twice: [Since; SERVICES.len()],
    unlawful: Vec<Since>,
    /// Checks that were ordered while their host was stopping the service by itself.
    overtaken: BTreeSet<(usize, ResourceId)>,
    services: [ResourceId; SERVICES.len()],
}

impl Holders {
    pub(super) fn new(hosts: usize, excuses: Excuses) -> Self {
        Self {
            excuses,
            twice: [Since::default(); SERVICES.len()],
            unlawful: vec![Since::default(); hosts],
            overtaken: BTreeSet::new(),
            services: SERVICES.map(ResourceId::new),
        }
    }

    pub(super) fn look(&mut self, sight: Sight<'_>, views: &Views) -> Vec<String> {
        let mut broken = Vec::new();
        for place in 0..SERVICES.len() {
            let holders = holders(sight.hosts, &self.services[place]);
            if !self.excuses.unstopped {
                broken.extend(held_together(sight, views, &self.services[place], &holders));
            }
            broken.extend(self.held_twice(sight, views, place, &holders));
        }
        broken.extend(self.held_without_quorum(sight, views));
        broken
    }

    /// A host that gave up its services may still stop one when it gets, in a new view, the order to watch it: that check
    /// comes after the stop, and finds out.
    pub(super) fn on_order(&mut self, sight: Sight<'_>, host: usize, operation: &Operation) {
        let mut runs = sight.hosts[host].hands.iter().flat_map(|hands| hands.runs.values());
        let is_check = operation.action == "monitor" && !operation.interval.is_zero();
        if is_check && runs.any(|run| run.resource == operation.resource && run.action == "stop") {
            self.overtaken.insert((host, operation.resource.clone()));
        }
    }

    /// Nobody goes on watching what was stopped.
    pub(super) fn watched_in_vain(&mut self, sight: Sight<'_>, host: usize, command: &Command) -> Option<String> {
        let word = |name: &str| command.environment.get(name).map_or("", String::as_str);
        let resource = ResourceId::new(word("OCF_RESOURCE_INSTANCE"));
        let recurs = !matches!(word("OCF_RESKEY_CRM_meta_interval"), "" | "0");
        if !recurs || command.arguments.first().is_none_or(|action| action != "monitor") {
            return None;
        }
        let is_overtaken = self.overtaken.remove(&(host, resource.clone()));
        let this = &sight.hosts[host];
        (!is_overtaken && this.services.is_stopped(&resource))
            .then(|| format!("{resource} is still watched on {} after it was stopped", this.name))
    }

    fn limit(&self) -> Duration {
        if self.excuses.late { TWICE_LATE_MAX } else { TWICE_MAX }
    }

    /// Whoever is awake knows within a bound that it may not hold what others hold.
    fn held_twice(&mut self, sight: Sight<'_>, views: &Views, place: usize, holders: &[usize]) -> Option<String> {
        let Sight { now, hosts, .. } = sight;
        let awake = |host: &&usize| views.is_awake_for(now, **host, Duration::from_secs(1));
        let is_twice = holders.len() > 1 && holders.iter().filter(awake).count() > 1;
        self.twice[place].note(now, is_twice && !self.excuses.two_parts && !self.excuses.unstopped);
        let limit = self.limit();
        self.twice[place].lasts(now, limit).then(|| {
            self.twice[place] = Since::default();
            let names: Vec<_> = holders.iter().map(|host| &hosts[*host].name).collect();
            format!("{} lives twice for {} s: {names:?}", SERVICES[place], limit.as_secs())
        })
    }

    /// A part without quorum gives up what it holds.
    fn held_without_quorum(&mut self, sight: Sight<'_>, views: &Views) -> Option<String> {
        let Sight { now, hosts, .. } = sight;
        let limit = self.limit();
        for (host, this) in hosts.iter().enumerate() {
            let is_out = views.of(host).is_some_and(|view| !view.quorate);
            let holds = this.is_awake() && is_out && self.services.iter().any(|one| this.services.live().contains(one));
            self.unlawful[host].note(now, holds && !self.excuses.unstopped);
            if self.unlawful[host].lasts(now, limit) {
                self.unlawful[host] = Since::default();
                let secs = limit.as_secs();
                return Some(format!("{} holds {:?} without quorum for {secs} s", this.name, this.services.live()));
            }
        }
        None
    }
}

/// No start while another member of the same view holds the service.
pub(super) fn started_twice(hosts: &[Host], views: &Views, host: usize, operation: &Operation) -> Vec<String> {
    if operation.action != "start" {
        return Vec::new();
    }
    let resource = &operation.resource;
    let others = hosts.iter().enumerate().filter(|(other, _)| *other != host);
    let holders = others.filter(|(_, holder)| holder.services.live().contains(resource));
    holders
        .filter(|(other, _)| views.are_together(hosts, host, *other))
        .map(|(_, holder)| format!("{resource} is started on {} while {} holds it", hosts[host].name, holder.name))
        .collect()
}

/// Nothing is held twice for long by members of one view.
fn held_together(sight: Sight<'_>, views: &Views, service: &ResourceId, holders: &[usize]) -> Vec<String> {
    let Sight { now, hosts, .. } = sight;
    let mut broken = Vec::new();
    for (place, one) in holders.iter().enumerate() {
        for other in &holders[place + 1..] {
            let met = views.since(*one).max(views.since(*other));
            if now.since(met) > TOGETHER_MAX && views.are_together(hosts, *one, *other) {
                broken
                    .push(format!("{service} is held by {} and {} for too long", hosts[*one].name, hosts[*other].name));
            }
        }
    }
    broken
}

fn holders(hosts: &[Host], service: &ResourceId) -> Vec<usize> {
    (0..hosts.len()).filter(|host| hosts[*host].services.live().contains(service)).collect()
}
