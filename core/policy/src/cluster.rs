//! The cluster on the planner's desk: configuration, status and, as the stages go on, what is decided about it.
//!
//! Not for deciding: each stage adds its own `impl Cluster` in the module that is named for it.

mod hosts;
mod parts;
mod places;
mod scores;

pub use places::Which;

use crate::action::Action;
use crate::document::Document;
use crate::ids::{ActIx, Arena, ColocationIx, LocationIx, NodeIx, RscIx};
use crate::node::Node;
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

    /// The resource of an id; also of an id that the history uses.
    pub fn rsc_by_id(&self, id: &str) -> Option<RscIx> {
        self.ids.get(id).copied().or_else(|| self.history_ids.get(id).and_then(|all| all.first().copied()))
    }
}
