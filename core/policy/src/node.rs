//! Nodes as the planner sees them: configured, and with what the status section says of them.

use crate::ids::{Id, NodeIx, RscIx};
use crate::params::Params;
use model::Score;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether the node runs the cluster itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A member of the cluster.
    Member,
    /// Reached through a connection resource; a guest when that resource lives in another one.
    Remote,
}

/// Whether resources are looked for on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeMode {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Only on nodes that say so.
    Exclusive,
}

/// One node.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
pub struct Node {
    /// As in the CIB.
    pub id: Arc<str>,
    /// `uname`.
    pub name: Arc<str>,
    /// Member or remote.
    pub kind: NodeKind,
    /// Permanent and transient attributes, and the built-in ones that begin with `#`.
    pub attributes: Params,
    /// Capacity left.
    pub capacity: Capacity,
    /// The score every resource begins with here.
    pub base: Score,
    /// How resources are looked for.
    pub probe: ProbeMode,
    /// In the membership and running.
    pub online: bool,
    /// Going down cleanly.
    pub shutdown: bool,
    /// Not known to be safe.
    pub unclean: bool,
    /// On its way in.
    pub pending: bool,
    /// Hosts nothing.
    pub standby: bool,
    /// In standby because an operation failed with `on-fail=standby`.
    pub fail_standby: bool,
    /// Nobody touches anything here.
    pub maintenance: bool,
    /// Has a node state.
    pub seen: bool,
    /// Was last expected to be up.
    pub expected_up: bool,
    /// Its history was read.
    pub unpacked: bool,
    /// Its connection is to be reset.
    pub remote_reset: bool,
    /// Was fenced since it was last connected.
    pub remote_fenced: bool,
    /// Was last told to be in maintenance.
    pub remote_maintenance: bool,
    /// Whether probes may run here.
    pub probes_allowed: bool,
    /// Its connection resource.
    pub remote: Option<RscIx>,
    /// Primitives active here.
    pub running: Vec<RscIx>,
    /// Primitives placed here so far.
    pub placed: u32,
    /// Sum of the priorities of what runs here.
    pub priority: i32,
}

impl Node {
    /// A node of which nothing is known.
    pub(crate) fn new(id: &str, name: &str, kind: NodeKind, base: Score) -> Self {
        let mut attributes = Params::default();
        attributes.set("#kind", if kind == NodeKind::Remote { "remote" } else { "cluster" });
        Self {
            id: Arc::from(id),
            name: Arc::from(name),
            kind,
            attributes,
            capacity: Capacity::default(),
            base,
            probe: ProbeMode::Always,
            online: false,
            shutdown: false,
            unclean: false,
            pending: false,
            standby: false,
            fail_standby: false,
            maintenance: false,
            seen: false,
            expected_up: false,
            unpacked: false,
            remote_reset: false,
            remote_fenced: false,
            remote_maintenance: false,
            probes_allowed: true,
            remote: None,
            running: Vec::new(),
            placed: 0,
            priority: 0,
        }
    }

    /// Whether resources can be put here at all.
    pub fn can_host(&self) -> bool {
        self.online && !self.shutdown && !self.unclean && !self.standby && !self.maintenance
    }

    /// Whether anything is known to have failed here.
    pub(crate) fn counts_failures(&self) -> bool {
        self.attributes.any_from("fail-count-")
    }

    /// Why resources cannot be put here, for people.
    pub fn veto(&self) -> Option<&'static str> {
        [
            (self.unclean, "unclean"),
            (!self.online, "offline"),
            (self.shutdown, "shutting down"),
            (self.pending, "pending"),
            (self.standby, "standby"),
            (self.maintenance, "maintenance"),
        ]
        .into_iter()
        .find_map(|(holds, word)| holds.then_some(word))
    }
}

/// Amounts by name: what a node has or a resource needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capacity(BTreeMap<String, i64>);

impl Capacity {
    /// Reads amounts; what is no number counts as zero.
    pub(crate) fn read(params: &Params) -> Self {
        let amount = |text: &str| {
            crate::values::leading_integer(text).unwrap_or(0).clamp(i64::from(i32::MIN), i64::from(i32::MAX))
        };
        Self(params.iter().map(|(name, value)| (name.to_owned(), amount(value))).collect())
    }

    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The amount of a name.
    pub fn amount(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// All amounts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, amount)| (name.as_str(), *amount))
    }

    /// Adds `times` another.
    pub(crate) fn add(&mut self, other: &Self, times: i64) {
        for (name, amount) in &other.0 {
            let sum = self.amount(name).saturating_add(amount.saturating_mul(times));
            self.0.insert(name.clone(), sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)));
        }
    }

    /// Forgets a name.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Whether all that is needed is there.
    pub(crate) fn suffices(&self, needed: &Self) -> bool {
        needed.0.iter().all(|(name, amount)| *amount <= self.amount(name))
    }

    /// In how many names the other has more, minus in how many this one has.
    pub(crate) fn compare(&self, other: &Self) -> i32 {
        let mut names: Vec<&String> = self.0.keys().chain(other.0.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .map(|name| {
                if self.amount(name) > other.amount(name) {
                    -1
                } else {
                    i32::from(self.amount(name) < other.amount(name))
                }
            })
            .sum()
    }
}

/// A set of nodes, dense, by node id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeSet(Vec<u64>);

impl NodeSet {
    fn slot(node: NodeIx) -> (usize, u64) {
        (node.place() / 64, 1 << (node.place() % 64))
    }

    /// Whether there is none in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a node is in it.
    pub fn contains(&self, node: NodeIx) -> bool {
        let (word, bit) = Self::slot(node);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// The nodes in it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NodeIx> + '_ {
        (0..self.0.len() * 64).map(NodeIx::of).filter(|node| self.contains(*node))
    }

    /// Puts a node in.
    pub(crate) fn insert(&mut self, node: NodeIx) {
        let (word, bit) = Self::slot(node);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }
}

/// How one node stands for one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// So far.
    pub score: Score,
    /// Instances put here so far (in the table of a collective).
    pub count: u32,
    /// Whether the resource is looked for here.
    pub probe: ProbeMode,
    /// A positive score that a negative term has used up; counts as one in the end.
    pub(crate) spoiled: bool,
}

impl Standing {
    /// A fresh one.
    pub fn new(score: Score, probe: ProbeMode) -> Self {
        Self { score, count: 0, probe, spoiled: false }
    }
}

/// The nodes that a resource may consider, each with its standing: dense, by node id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table(Vec<Option<Standing>>);

impl Table {
    /// A node's standing.
    pub fn get(&self, node: NodeIx) -> Option<&Standing> {
        self.0.get(node.place()).and_then(Option::as_ref)
    }

    /// A node's standing, to change.
    pub(crate) fn get_mut(&mut self, node: NodeIx) -> Option<&mut Standing> {
        self.0.get_mut(node.place()).and_then(Option::as_mut)
    }

    /// A node's score.
    pub fn score(&self, node: NodeIx) -> Option<Score> {
        self.get(node).map(|standing| standing.score)
    }

    /// Puts a node in, or replaces it.
    pub(crate) fn insert(&mut self, node: NodeIx, standing: Standing) {
        if self.0.len() <= node.place() {
            self.0.resize(node.place() + 1, None);
        }
        self.0[node.place()] = Some(standing);
    }

    /// Takes a node out.
    pub(crate) fn remove(&mut self, node: NodeIx) {
        if let Some(slot) = self.0.get_mut(node.place()) {
            *slot = None;
        }
    }

    /// The nodes that are in.
    pub fn nodes(&self) -> impl Iterator<Item = NodeIx> + '_ {
        self.0.iter().enumerate().filter(|(_, standing)| standing.is_some()).map(|(place, _)| NodeIx::of(place))
    }

    /// The nodes that are in, with their standings.
    pub fn iter(&self) -> impl Iterator<Item = (NodeIx, &Standing)> {
        self.0.iter().enumerate().filter_map(|(place, standing)| standing.as_ref().map(|s| (NodeIx::of(place), s)))
    }

    /// The nodes that are in, with their standings to change.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (NodeIx, &mut Standing)> {
        self.0.iter_mut().enumerate().filter_map(|(place, standing)| standing.as_mut().map(|s| (NodeIx::of(place), s)))
    }

    /// Sets the score of every node that is in.
    pub(crate) fn set_all(&mut self, score: Score) {
        for (_, standing) in self.iter_mut() {
            standing.score = score;
        }
    }
}
