//! Location constraints: which nodes a resource likes or shuns, by name, by rule, by health.

use super::Spoken;
use crate::cluster::{Cluster, Location, Which};
use crate::ids::{LocationIx, NodeIx, RscIx};
use crate::node::{ProbeMode, Standing};
use crate::options::Health;
use crate::pattern::{Matched, Pattern};
use crate::resource::Kind;
use crate::rules::{self, Facts};
use cib::Element;
use model::{Role, Score};
use std::sync::Arc;

/// What a location says beside its scores.
#[derive(Clone, Copy, Default)]
struct Extras<'a> {
    role: Option<&'a str>,
    score: Option<&'a str>,
    matched: Option<&'a Matched>,
}

/// The role that a location is limited to; `Err` for a word that is none.
fn role_filter(text: Option<&str>) -> Result<Option<Role>, ()> {
    match text.map(Role::parse) {
        None | Some(Some(Role::Started | Role::Unpromoted)) => Ok(None),
        Some(Some(role @ (Role::Stopped | Role::Promoted))) => Ok(Some(role)),
        Some(Some(Role::Unknown) | None) => Err(()),
    }
}

/// What a word of `resource-discovery` means.
fn probe_mode(word: &str) -> ProbeMode {
    let means = |known: &str| word.eq_ignore_ascii_case(known);
    if means("never") {
        ProbeMode::Never
    } else if means("exclusive") {
        ProbeMode::Exclusive
    } else {
        ProbeMode::Always
    }
}

impl Cluster {
    pub(super) fn unpack_location(&mut self, id: &str, element: &Arc<Element>) {
        let sets = match self.sets(element) {
            None => return,
            Some(sets) if sets.is_empty() => match element.attribute("rsc") {
                Some(name) if self.list(name).is_some() && self.constrained(name).is_none() => {
                    vec![self.set_for(name, ("role", element.attribute("role")))]
                }
                Some(_) | None => sets,
            },
            Some(sets) => sets,
        };
        if sets.is_empty() {
            self.unpack_simple_location(id, element);
            return;
        }
        for set in sets {
            for member in &set.members {
                let Some(rsc) = self.constrained(member) else {
                    self.missing(id, member);
                    return;
                };
                let extras =
                    Extras { role: set.xml.attribute("role"), score: set.xml.attribute("score"), matched: None };
                self.locate(id, element, rsc, extras);
            }
        }
    }

    fn unpack_simple_location(&mut self, id: &str, element: &Arc<Element>) {
        if let Some(name) = element.attribute("rsc") {
            match self.constrained(name) {
                Some(rsc) => self.locate(id, element, rsc, Extras::default()),
                None => self.missing(id, name),
            }
        }
        let Some(pattern) = element.attribute("rsc-pattern") else { return };
        let (pattern, inverted) = pattern.strip_prefix('!').map_or((pattern, false), |rest| (rest, true));
        let Some(compiled) = Pattern::new(pattern) else {
            self.complain(id, format!("constraint '{id}' is ignored: '{pattern}' is no valid regular expression"));
            return;
        };
        for rsc in self.top.clone() {
            let matched = compiled.find(&self.rscs[rsc].id);
            match (&matched, inverted) {
                (Some(_), false) => {
                    self.locate(id, element, rsc, Extras { matched: matched.as_ref(), ..Extras::default() });
                }
                (None, true) => self.locate(id, element, rsc, Extras::default()),
                (Some(_), true) | (None, false) => {}
            }
        }
    }

    fn locate(&mut self, id: &str, element: &Arc<Element>, rsc: RscIx, extras: Extras<'_>) {
        let probe = element.attribute("resource-discovery");
        let score = extras.score.or_else(|| element.attribute("score"));
        let (Some(node), Some(score)) = (element.attribute("node"), score) else {
            for rule in element.children_named("rule") {
                self.locate_by_rule(id, rule, rsc, (probe, extras.matched));
            }
            return;
        };
        let Some(node) = self.node_by_name(node) else { return };
        let Some(score) = self.options.score(score) else {
            self.complain(
                id,
                format!("constraint '{id}' is ignored: '{score}' is no score; use an integer or INFINITY"),
            );
            return;
        };
        match role_filter(extras.role.or_else(|| element.attribute("role"))) {
            Ok(role) => drop(self.add_location(id, rsc, role, probe, Spoken { nodes: vec![(node, score)] })),
            Err(()) => self.complain(id, format!("constraint '{id}' is ignored: its role is none")),
        }
    }

    fn locate_by_rule(
        &mut self,
        id: &str,
        rule: &Arc<Element>,
        rsc: RscIx,
        (probe, matched): (Option<&str>, Option<&Matched>),
    ) {
        let Some(rule) = self.document.resolve(rule).cloned() else { return };
        let (Some(rule_id), Ok(role)) = (rule.id().map(str::to_owned), role_filter(rule.attribute("role"))) else {
            self.complain(id, format!("constraint '{id}' is ignored: its rule has no id, or a role that is none"));
            return;
        };
        let attribute = rule.attribute("score-attribute");
        let attribute = attribute.map(|name| matched.and_then(|m| m.expand(name)).unwrap_or_else(|| name.to_owned()));
        let fixed = rule.attribute("score").and_then(|text| self.options.score(text));
        if attribute.is_none() && fixed.is_none() {
            self.complain(id, format!("rule '{rule_id}' is ignored: give it a score or a score-attribute"));
            return;
        }
        let has_source = mentions_parameters(&rule);
        let mut next = self.next_change;
        let mut nodes = Vec::new();
        for node in self.node_order.clone() {
            let parameters = has_source.then(|| self.parameters(rsc, Some(node)));
            let facts = Facts {
                now: self.now,
                node: Some(&self.nodes[node].attributes),
                meta: Some(&self.rscs[rsc].meta),
                parameters: parameters.as_ref(),
                matched,
                ..Facts::default()
            };
            if !rules::holds(&rule, &facts, &mut next) {
                continue;
            }
            let score = match &attribute {
                None => fixed,
                Some(name) => {
                    let target = self.rscs[rsc].meta.get("container-attribute-target");
                    let text = self.node_attribute(node, name, target, Which::Current).filter(|text| !text.is_empty());
                    text.and_then(|text| self.options.score(text))
                }
            };
            nodes.extend(score.map(|score| (node, score)));
        }
        self.next_change = next;
        self.add_location(&rule_id, rsc, role, probe, Spoken { nodes });
    }

    fn add_location(
        &mut self,
        id: &str,
        rsc: RscIx,
        role: Option<Role>,
        probe: Option<&str>,
        spoken: Spoken,
    ) -> LocationIx {
        let probe = probe.map_or(ProbeMode::Always, probe_mode);
        self.rscs[rsc].exclusive_probes |= probe == ProbeMode::Exclusive;
        let location = Location { id: id.to_owned(), rsc, role, probe, nodes: spoken.nodes };
        let location = self.locations.push(Arc::new(location));
        self.rscs[rsc].locations.push(location);
        location
    }

    /// Node health as locations.
    pub(super) fn add_health_locations(&mut self) {
        if self.options.health == Health::None {
            return;
        }
        let base = if self.options.health == Health::Progressive { self.options.health_base } else { Score::ZERO };
        for node in self.node_order.clone() {
            let health = self.nodes[node].attributes.iter().filter(|(name, _)| name.starts_with("#health"));
            let health = health.filter_map(|(_, value)| self.options.score(value)).fold(base, |sum, score| score + sum);
            if health == Score::ZERO {
                continue;
            }
            for rsc in self.top.clone() {
                if health > Score::ZERO || !self.rscs[rsc].meta.is_true("allow-unhealthy-nodes") {
                    self.add_location("node-health-strategy", rsc, None, None, Spoken { nodes: vec![(node, health)] });
                }
            }
        }
    }

    /// Applies every location, the last one first.
    pub(crate) fn apply_locations(&mut self) {
        for location in self.locations.ids().rev() {
            let rsc = self.locations[location].rsc;
            self.apply_location(rsc, location, false);
        }
    }

    /// Applies one location to a resource and to what follows it; `silent` keeps only how nodes are probed.
    pub(crate) fn apply_location(&mut self, rsc: RscIx, location: LocationIx, silent: bool) {
        self.apply_location_here(rsc, location, silent);
        let role = self.locations[location].role;
        match &self.rscs[rsc].kind {
            Kind::Primitive => {}
            Kind::Group { colocated, .. } => {
                let colocated = *colocated;
                for (at, member) in self.rscs[rsc].children.clone().into_iter().enumerate() {
                    self.apply_location(member, location, silent || (colocated && at > 0));
                }
            }
            Kind::Clone(_) => {
                for instance in self.rscs[rsc].children.clone() {
                    self.apply_location(instance, location, silent);
                }
            }
            Kind::Bundle(facts) => {
                let inside = facts.inside;
                let parts: Vec<RscIx> =
                    facts.replicas.iter().flat_map(|r| [Some(r.container), r.ip]).flatten().collect();
                for part in parts {
                    self.apply_location(part, location, silent);
                }
                if let (Some(inside), Some(Role::Promoted | Role::Unpromoted)) = (inside, role) {
                    self.apply_location(inside, location, silent);
                    self.rscs[inside].locations.push(location);
                }
            }
        }
    }

    fn apply_location_here(&mut self, rsc: RscIx, location: LocationIx, silent: bool) {
        let l = Arc::clone(&self.locations[location]);
        if l.role.is_some_and(|role| role != self.rscs[rsc].next_role) {
            return;
        }
        for (node, score) in l.nodes.iter().copied() {
            let score = if silent { Score::ZERO } else { score };
            let fresh = Standing::new(score, self.nodes[node].probe);
            let r = &mut self.rscs[rsc];
            match r.allowed.get_mut(node) {
                None => r.allowed.insert(node, fresh),
                Some(standing) => standing.score += score,
            }
            if let Some(standing) = r.allowed.get_mut(node).filter(|standing| standing.probe < l.probe) {
                standing.probe = l.probe;
                r.exclusive_probes |= l.probe == ProbeMode::Exclusive;
            }
            self.note_term(rsc, node, score, (&l.id, "location constraint"));
        }
    }

    /// The score that a location limited to the promoted role gives a node.
    pub(crate) fn promoted_location_score(&self, location: LocationIx, node: NodeIx) -> Option<Score> {
        let l = &self.locations[location];
        let spoken = l.nodes.iter().find(|(known, _)| *known == node).map(|(_, score)| *score);
        spoken.filter(|_| l.role == Some(Role::Promoted))
    }
}

/// Whether a rule looks at instance parameters: only then are they worked out for each node.
fn mentions_parameters(rule: &Element) -> bool {
    rule.attribute("value-source") == Some("param") || rule.children().iter().any(|child| mentions_parameters(child))
}
