//! The cluster on the planner's desk: configuration, status and, as the stages go on, what is decided about it.
//!
//! Not for deciding: each stage adds its own `impl Cluster` in the module that is named for it.

use crate::action::Action;
use crate::document::Document;
use crate::ids::{ActIx, Arena, ColocationIx, LocationIx, NodeIx, RscIx};
use crate::node::{Node, NodeKind, Standing, Table};
use crate::options::Options;
use crate::plan::Finding;
use crate::relation::Ordering;
use crate::resource::Rsc;
use crate::rules::NextChange;
use crate::unpack::Remembered;
use cib::Element;
use model::{Role, Score, WallTime};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that a plan is made from and of.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
pub struct Cluster {
    /// The CIB.
    pub cib: Arc<Element>,
    pub(crate) document: Document,
    /// Seconds since 1970.
    pub now: i64,
    /// The cluster's options.
    pub options: Options,
    pub(crate) rsc_defaults: Option<Arc<Element>>,
    pub(crate) op_defaults: Option<Arc<Element>>,
    /// All nodes.
    pub nodes: Arena<NodeIx, Node>,
    /// The nodes by name: the order in which they are considered and shown.
    pub node_order: Vec<NodeIx>,
    /// The coordinator.
    pub coordinator: Option<NodeIx>,
    /// All resources, instances included.
    pub rscs: Arena<RscIx, Rsc>,
    /// Those that are part of no other, highest priority first.
    pub top: Vec<RscIx>,
    pub(crate) ids: BTreeMap<Arc<str>, RscIx>,
    pub(crate) history_ids: BTreeMap<Arc<str>, Vec<RscIx>>,
    pub(crate) lists: BTreeMap<String, Vec<String>>,
    /// Tickets by name.
    pub tickets: BTreeMap<String, Ticket>,
    /// Operations that failed, in the order of the history.
    pub failures: Vec<Failure>,
    /// All actions, oldest first.
    pub actions: Arena<ActIx, Action>,
    /// The actions in the graph, in the order in which they got there.
    pub graph: Vec<ActIx>,
    pub(crate) singletons: BTreeMap<Arc<str>, ActIx>,
    pub(crate) other_tasks: Vec<String>,
    pub(crate) locations: Arena<LocationIx, Arc<Location>>,
    pub(crate) colocations: Arena<ColocationIx, Colocation>,
    pub(crate) orderings: Vec<Ordering>,
    /// Whether anybody will ask for the scores that were looked at: there are many.
    pub(crate) keeps_scores: bool,
    /// Every score that was looked at when something was placed, in that order, unless nobody asks.
    pub scores: Vec<ScoreLine>,
    /// What is wrong with the configuration.
    pub findings: Vec<Finding>,
    pub(crate) terms: Vec<Term>,
    /// Where failures count against a resource (by what it is part of) without banning it.
    pub(crate) worn: Vec<Worn>,
    pub(crate) next_change: NextChange,
    pub(crate) have_fencing: bool,
    pub(crate) enable_unfencing: bool,
    pub(crate) have_remote: bool,
    pub(crate) stops_needed: Vec<RscIx>,
    pub(crate) late_checks: Vec<LateCheck>,
    /// Recurring operations whose failure expired, by node and history entry: they restart.
    pub(crate) rescheduled: Vec<(NodeIx, String)>,
    /// The histories that were read, by node.
    pub(crate) histories: Vec<History>,
    /// What earlier plans understood of histories.
    pub(crate) memory: Vec<Arc<Remembered>>,
    /// How many resources the configuration alone makes.
    pub(crate) configured: usize,
    pub(crate) mark: u32,
    pub(crate) steps: u64,
    pub(crate) depth: u32,
    pub(crate) deferred: Vec<ActIx>,
}

/// A ticket as booth or an operator left it.
#[derive(Clone, Debug, Default)]
pub struct Ticket {
    /// Held here.
    pub granted: bool,
    /// About to be given away.
    pub standby: bool,
    /// When it was last granted, in seconds since 1970.
    pub last_granted: Option<i64>,
    /// All of its attributes.
    pub state: crate::params::Params,
}

/// An operation that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The resource as it is known inside.
    pub rsc: RscIx,
    /// Where.
    pub node: NodeIx,
    /// `rsc_monitor_10000`.
    pub key: String,
    /// Its history entry.
    pub operation: Arc<Element>,
}

/// A score that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreLine {
    /// When a resource was placed.
    Assignment {
        /// `primitive`, `group`, `clone` or `bundle`: what was being placed.
        stage: &'static str,
        /// Which resource's table this is from.
        rsc: RscIx,
        /// Which node.
        node: NodeIx,
        /// How much.
        score: Score,
    },
    /// When instances were told who is promoted.
    Promotion {
        /// Which instance.
        rsc: RscIx,
        /// Where it is to be.
        node: Option<NodeIx>,
        /// How much.
        score: Score,
    },
}

/// A term of a score, for the reasons.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub rsc: RscIx,
    pub node: NodeIx,
    pub score: Score,
    pub source: Arc<str>,
    pub text: Arc<str>,
}

/// Where failures weigh on something, as Heartbeat 2 counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worn {
    pub top: RscIx,
    /// The group, or the resource on its own.
    pub whole: RscIx,
    pub node: NodeIx,
    /// Of all members, before anything else is looked at.
    pub total: Score,
    /// Whether people were told that it stays nevertheless.
    pub told: bool,
}

/// A location constraint, resolved: the nodes it speaks about and how.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub id: String,
    pub rsc: RscIx,
    pub role: Option<Role>,
    pub probe: crate::node::ProbeMode,
    pub nodes: Vec<(NodeIx, Score)>,
}

/// A colocation: the dependent goes where the primary is.
#[derive(Clone, Debug)]
pub(crate) struct Colocation {
    pub id: String,
    pub attribute: String,
    pub score: Score,
    pub dependent: RscIx,
    pub primary: RscIx,
    pub dependent_role: Option<Role>,
    pub primary_role: Option<Role>,
    pub influence: bool,
    pub explicit: bool,
}

/// The histories of one node, as they were read.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub node: NodeIx,
    pub memory: Arc<Remembered>,
    /// The entries that belong to no resource, by place.
    pub unknown: Vec<usize>,
}

/// A check of parameters that has to wait until containers are placed.
#[derive(Clone, Debug)]
pub(crate) struct LateCheck {
    pub rsc: RscIx,
    pub node: NodeIx,
    pub operation: Arc<Element>,
    pub last_failure: bool,
}

impl Cluster {
    /// The moment up to which the answer holds, if it is known to change.
    pub(crate) fn recheck_at(&self) -> Option<WallTime> {
        self.next_change.0.filter(|at| *at > self.now).map(|at| WallTime(at.saturating_mul(1000)))
    }

    /// Notes that the answer changes at a moment.
    pub(crate) fn recheck(&mut self, at: i64) {
        if at > self.now && self.next_change.0.is_none_or(|old| old <= self.now || at < old) {
            self.next_change.0 = Some(at);
        }
    }

    /// Says that something in the configuration is wrong.
    pub(crate) fn complain(&mut self, element: &str, text: impl Into<String>) {
        self.findings.push(Finding { is_error: true, element: element.to_owned(), text: text.into() });
    }

    /// Says that something in the configuration is doubtful.
    pub(crate) fn warn(&mut self, element: &str, text: impl Into<String>) {
        self.findings.push(Finding { is_error: false, element: element.to_owned(), text: text.into() });
    }

    /// The node of a name, in any case.
    pub fn node_by_name(&self, name: &str) -> Option<NodeIx> {
        self.node_order.iter().copied().find(|node| self.nodes[*node].name.eq_ignore_ascii_case(name))
    }

    /// The node of an id, else of a name.
    pub(crate) fn node_by_id_or_name(&self, id: &str, name: Option<&str>) -> Option<NodeIx> {
        let by_id = self.node_order.iter().copied().find(|node| self.nodes[*node].id.eq_ignore_ascii_case(id));
        by_id.or_else(|| name.and_then(|name| self.node_by_name(name)))
    }

    /// Adds a node, in its place by name.
    pub(crate) fn add_node(&mut self, id: &str, name: &str, kind: NodeKind, base: Score) -> NodeIx {
        self.have_remote |= kind == NodeKind::Remote;
        let node = self.nodes.push(Node::new(id, name, kind, base));
        let place =
            self.node_order.iter().position(|other| crate::values::by_name(name, &self.nodes[*other].name).is_le());
        self.node_order.insert(place.unwrap_or(self.node_order.len()), node);
        node
    }

    /// Whether the node is remote in whatever way.
    pub fn is_any_remote(&self, node: NodeIx) -> bool {
        self.nodes[node].kind == NodeKind::Remote
    }

    /// The resource that a guest node runs inside of.
    pub fn guest_launcher(&self, node: NodeIx) -> Option<RscIx> {
        self.nodes[node].remote.and_then(|remote| self.rscs[remote].launcher).filter(|_| self.is_any_remote(node))
    }

    /// Whether the node runs inside of a resource.
    pub fn is_guest(&self, node: NodeIx) -> bool {
        self.guest_launcher(node).is_some()
    }

    /// Whether the node is remote, but no guest.
    pub fn is_remote(&self, node: NodeIx) -> bool {
        self.is_any_remote(node) && !self.is_guest(node)
    }

    /// Whether the node is a bundle's container.
    pub fn is_bundle_node(&self, node: NodeIx) -> bool {
        self.guest_launcher(node).is_some_and(|_| self.nodes[node].remote.is_some_and(|remote| self.in_bundle(remote)))
    }

    /// Whether a resource is part of a bundle.
    pub fn in_bundle(&self, rsc: RscIx) -> bool {
        self.rscs[self.top_of(rsc, true)].is_bundle()
    }

    /// What a resource is part of in the end; a bundle counts only when asked for.
    pub fn top_of(&self, rsc: RscIx, include_bundle: bool) -> RscIx {
        let mut at = rsc;
        while let Some(parent) = self.rscs[at].parent {
            if !include_bundle && self.rscs[parent].is_bundle() {
                break;
            }
            at = parent;
        }
        at
    }

    /// Whether `ancestor` is above a resource.
    pub(crate) fn is_above(&self, ancestor: RscIx, rsc: RscIx) -> bool {
        let mut at = self.rscs[rsc].parent;
        while let Some(parent) = at {
            if parent == ancestor {
                return true;
            }
            at = self.rscs[parent].parent;
        }
        false
    }

    /// The resource of an id; also of an id that the history uses.
    pub fn rsc_by_id(&self, id: &str) -> Option<RscIx> {
        self.ids.get(id).copied().or_else(|| self.history_ids.get(id).and_then(|all| all.first().copied()))
    }

    /// The clone of what runs in a bundle.
    pub fn bundled(&self, rsc: RscIx) -> Option<RscIx> {
        self.rscs[self.top_of(rsc, true)].bundle_facts().and_then(|facts| facts.inside)
    }

    /// A bundle's containers, or a clone's instances.
    pub(crate) fn instances(&self, rsc: RscIx) -> Vec<RscIx> {
        match self.rscs[rsc].bundle_facts() {
            Some(facts) => facts.replicas.iter().map(|replica| replica.container).collect(),
            None => self.rscs[rsc].children.clone(),
        }
    }

    /// How many instances of a collective one node takes.
    pub(crate) fn max_per_node(&self, rsc: RscIx) -> u32 {
        let r = &self.rscs[rsc];
        r.clone_facts()
            .map(|facts| facts.node_max)
            .or_else(|| r.bundle_facts().map(|facts| facts.per_host))
            .unwrap_or(1)
    }

    /// The role of a resource; of a collective, the highest of its parts'.
    pub fn role(&self, rsc: RscIx, current: bool) -> Role {
        let r = &self.rscs[rsc];
        match r.kind {
            crate::resource::Kind::Primitive => {
                if current {
                    r.role
                } else {
                    r.next_role
                }
            }
            crate::resource::Kind::Bundle(_) => Role::Unknown,
            crate::resource::Kind::Group { .. } | crate::resource::Kind::Clone(_) => {
                r.children.iter().map(|child| self.role(*child, current)).max().unwrap_or(Role::Unknown)
            }
        }
    }

    /// Whether a resource is active: all of its parts, or any.
    pub fn is_active(&self, rsc: RscIx, all: bool) -> bool {
        let r = &self.rscs[rsc];
        match &r.kind {
            crate::resource::Kind::Primitive => {
                r.active.iter().any(|node| self.nodes[*node].unclean || self.nodes[*node].online || !r.managed)
            }
            crate::resource::Kind::Group { .. } => {
                let any = r.children.iter().any(|child| self.is_active(*child, all));
                any && (!all || r.children.iter().all(|child| self.is_active(*child, all)))
            }
            crate::resource::Kind::Clone(_) if all => r.children.iter().all(|child| self.is_active(*child, true)),
            crate::resource::Kind::Clone(_) => r.children.iter().any(|child| self.is_active(*child, false)),
            crate::resource::Kind::Bundle(facts) => {
                let mut parts =
                    facts.replicas.iter().flat_map(|p| [p.ip, p.child, Some(p.container), p.remote]).flatten();
                parts.find(|part| self.is_active(*part, all) != all).map_or(all, |_| !all)
            }
        }
    }

    /// Every place that a resource's primitives have, in order, without repetition.
    pub fn places(&self, rsc: RscIx, which: Which) -> Vec<NodeIx> {
        let mut all = Vec::new();
        self.collect_places(rsc, which, &mut all);
        let mut seen = Vec::with_capacity(all.len());
        all.retain(|node| {
            !seen.contains(node) && {
                seen.push(*node);
                true
            }
        });
        all
    }

    /// The first of [`Cluster::places`].
    pub(crate) fn first_place(&self, rsc: RscIx, which: Which) -> Option<NodeIx> {
        let r = &self.rscs[rsc];
        if !r.children.is_empty() {
            return r.children.iter().find_map(|child| self.first_place(*child, which));
        }
        match which {
            Which::Assigned => r.node(),
            Which::Current => r.active.first().copied(),
            Which::CurrentOrPending => r.active.first().copied().or(r.pending.map(|(_, node)| node)),
        }
    }

    fn collect_places(&self, rsc: RscIx, which: Which, all: &mut Vec<NodeIx>) {
        let r = &self.rscs[rsc];
        if r.children.is_empty() {
            match which {
                Which::Assigned => all.extend(r.node()),
                Which::Current => all.extend_from_slice(&r.active),
                Which::CurrentOrPending => {
                    all.extend_from_slice(&r.active);
                    all.extend(r.pending.map(|(_, node)| node));
                }
            }
        }
        for child in &r.children {
            self.collect_places(*child, which, all);
        }
    }

    /// The only place of a resource; `None` when its parts are in several, or nowhere.
    pub(crate) fn location(&self, rsc: RscIx, which: Which) -> Option<NodeIx> {
        match self.places(rsc, which).as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Where a resource counts as active, and on how many nodes: all, and clean ones.
    pub fn active_on(&self, rsc: RscIx) -> (Option<NodeIx>, usize, usize) {
        let r = &self.rscs[rsc];
        let hosts: Vec<NodeIx>;
        let nodes: &[NodeIx] = match r.bundle_facts() {
            Some(facts) => {
                let mut all: Vec<NodeIx> =
                    facts.replicas.iter().flat_map(|p| self.rscs[p.container].active.clone()).collect();
                let mut seen = Vec::new();
                all.retain(|node| {
                    !seen.contains(node) && {
                        seen.push(*node);
                        true
                    }
                });
                hosts = all;
                &hosts
            }
            None => &r.active,
        };
        let happy = |node: NodeIx| self.nodes[node].online && !self.nodes[node].unclean;
        let mut active = None;
        for node in nodes.iter().copied() {
            if let Some((source, _)) = r.partial_migration {
                if node == source {
                    active = Some(node);
                }
            } else if !r.needs_fencing && happy(node) && active.is_none_or(|known| !happy(known)) {
                active = Some(node);
            }
            active = active.or(Some(node));
        }
        (active, nodes.len(), nodes.iter().filter(|node| happy(**node)).count())
    }

    /// Where a resource counts as active.
    pub fn current_node(&self, rsc: RscIx) -> Option<NodeIx> {
        self.active_on(rsc).0
    }

    /// Whether any part of a resource, or all, have a property.
    pub(crate) fn any_part(&self, rsc: RscIx, has: fn(&Rsc) -> bool) -> bool {
        has(&self.rscs[rsc]) || self.rscs[rsc].children.iter().any(|child| self.any_part(*child, has))
    }

    /// The primitives of a resource, depth first.
    pub fn primitives(&self, rsc: RscIx) -> Vec<RscIx> {
        let r = &self.rscs[rsc];
        if r.children.is_empty() {
            return if r.is_primitive() { vec![rsc] } else { Vec::new() };
        }
        r.children.iter().flat_map(|child| self.primitives(*child)).collect()
    }

    /// Applies a change to a resource and all its parts.
    pub(crate) fn each_part(&mut self, rsc: RscIx, change: fn(&mut Rsc)) {
        change(&mut self.rscs[rsc]);
        for child in self.rscs[rsc].children.clone() {
            self.each_part(child, change);
        }
    }

    /// A node attribute; `host` asks the container's host instead of a guest.
    pub(crate) fn node_attribute(&self, node: NodeIx, name: &str, target: Option<&str>, which: Which) -> Option<&str> {
        let host = match self.guest_launcher(node) {
            Some(launcher) if target.is_some_and(|target| target.eq_ignore_ascii_case("host")) => match which {
                Which::Assigned => self.rscs[launcher].node()?,
                Which::Current | Which::CurrentOrPending => *self.rscs[launcher].active.first()?,
            },
            Some(_) | None => node,
        };
        self.nodes[host].attributes.get(name)
    }

    /// Whether a node can be fenced.
    pub(crate) fn can_fence(&self, node: Option<NodeIx>) -> bool {
        if let Some(launcher) = node.and_then(|node| self.guest_launcher(node)) {
            return self.rscs[launcher]
                .active
                .iter()
                .all(|host| self.nodes[*host].online || self.can_fence(Some(*host)));
        }
        if !self.options.fencing || !self.have_fencing {
            return false;
        }
        if self.options.quorate || self.options.no_quorum == crate::options::NoQuorum::Ignore {
            return true;
        }
        let Some(node) = node.filter(|node| self.nodes[*node].online) else { return false };
        if !self.is_any_remote(node) || self.options.fence_remote_without_quorum {
            return true;
        }
        self.nodes[node].remote.is_none_or(|remote| self.rscs[remote].allowed.nodes().all(|n| self.nodes[n].online))
    }

    /// Whether something can be put on a node, by its standing.
    pub(crate) fn is_available(&self, node: NodeIx, score: Score) -> bool {
        self.nodes[node].can_host() && score >= Score::ZERO
    }

    /// Whether a table has a node that something can be put on.
    pub(crate) fn any_available(&self, table: &Table) -> bool {
        table.iter().any(|(node, standing)| !standing.spoiled && self.is_available(node, standing.score))
    }

    /// The standing that a node lends to a table it was not in.
    pub(crate) fn fresh_standing(&self, node: NodeIx) -> Standing {
        Standing::new(self.nodes[node].base, self.nodes[node].probe)
    }

    /// Adds to a resource's score on a node, and to its parts'; a node that was not considered is then.
    pub(crate) fn add_score(&mut self, rsc: RscIx, node: NodeIx, score: Score, why: (&str, &str)) {
        for child in self.rscs[rsc].children.clone() {
            self.add_score(child, node, score, why);
        }
        let fresh = self.fresh_standing(node);
        let table = &mut self.rscs[rsc].allowed;
        if table.get(node).is_none() {
            table.insert(node, fresh);
        }
        if let Some(standing) = table.get_mut(node) {
            standing.score += score;
        }
        self.note_term(rsc, node, score, why);
    }

    /// As [`Cluster::add_score`], on every node.
    pub(crate) fn add_score_everywhere(&mut self, rsc: RscIx, score: Score, why: (&str, &str)) {
        for node in self.node_order.clone() {
            self.add_score(rsc, node, score, why);
        }
        if score == Score::MINUS_INFINITY {
            self.rscs[rsc].assigned = None;
        }
    }

    /// Remembers a term of a score, for the reasons.
    pub(crate) fn note_term(&mut self, rsc: RscIx, node: NodeIx, score: Score, (source, text): (&str, &str)) {
        if score != Score::ZERO && self.rscs[rsc].is_primitive() {
            // Terms of one kind come one after the other: they share their words.
            let last = self.terms.last();
            let shared = |words: &str, old: Option<&Arc<str>>| match old.filter(|old| ***old == *words) {
                Some(old) => Arc::clone(old),
                None => Arc::from(words),
            };
            let (source, text) =
                (shared(source, last.map(|term| &term.source)), shared(text, last.map(|term| &term.text)));
            self.terms.push(Term { rsc, node, score, source, text });
        }
    }
}

/// Which of a resource's places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Where it is to be.
    Assigned,
    /// Where it is active.
    Current,
    /// Where it is active or becoming so.
    CurrentOrPending,
}
