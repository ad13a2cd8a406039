//! Resources of every kind as one tree, each with what the status section says of it and what is decided about it.

use crate::ids::{ActIx, ColocationIx, LocationIx, NodeIx, RscIx};
use crate::learned::Learned;
use crate::node::{Capacity, NodeSet, Table};
use crate::operation::Configured;
use crate::params::Params;
use crate::task::Task;
use cib::Element;
use model::{Role, Score};
use std::sync::Arc;

/// What a resource is; ordered as Pacemaker ranks them where ranks matter.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Runs an agent.
    Primitive,
    /// Members that start in order on one node.
    Group {
        /// Whether members start one after the other.
        ordered: bool,
        /// Whether members stay together.
        colocated: bool,
    },
    /// Several instances of one resource.
    Clone(Box<CloneFacts>),
    /// Containers, each with its address, connection and instance.
    Bundle(Box<BundleFacts>),
}

impl Kind {
    /// The rank among kinds.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Primitive => 0,
            Self::Group { .. } => 1,
            Self::Clone(_) => 2,
            Self::Bundle(_) => 3,
        }
    }
}

/// What is particular about a clone.
#[derive(Clone, Debug)]
pub struct CloneFacts {
    /// Instances in all.
    pub max: u32,
    /// Instances on one node.
    pub node_max: u32,
    /// Promoted instances in all.
    pub promoted_max: u32,
    /// Promoted instances on one node.
    pub promoted_node_max: u32,
    /// Whether instances start one after the other.
    pub ordered: bool,
    /// What is cloned.
    pub child: Arc<Element>,
    /// Instances made so far, those that the history alone knows included.
    pub made: u32,
    /// For each node, the instance that is looked for there, once that was asked.
    pub(crate) lookouts: Option<Arc<[RscIx]>>,
    pub(crate) promotion_scores_added: bool,
    pub(crate) promotion_sorted: bool,
    pub(crate) start_notice: Option<Notice>,
    pub(crate) stop_notice: Option<Notice>,
    pub(crate) promote_notice: Option<Notice>,
    pub(crate) demote_notice: Option<Notice>,
}

/// The pseudo actions around a notification.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub task: Task,
    pub pre: Option<ActIx>,
    pub pre_done: Option<ActIx>,
    pub post: Option<ActIx>,
    pub post_done: Option<ActIx>,
}

/// What is particular about a bundle.
#[derive(Clone, Debug)]
pub struct BundleFacts {
    /// `docker` or `podman`.
    pub agent: &'static str,
    /// The container's image.
    pub image: String,
    /// Replicas in all.
    pub replicas_max: u32,
    /// Replicas on one host.
    pub per_host: u32,
    /// Promoted replicas.
    pub promoted_max: u32,
    /// The clone of what runs inside, if anything does.
    pub inside: Option<RscIx>,
    /// One for each container.
    pub replicas: Vec<Replica>,
}

/// One container and what belongs to it.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Counted from zero.
    pub offset: u32,
    /// Its address.
    pub address: Option<String>,
    /// The container.
    pub container: RscIx,
    /// The address as a resource.
    pub ip: Option<RscIx>,
    /// The connection into the container.
    pub remote: Option<RscIx>,
    /// The instance inside.
    pub child: Option<RscIx>,
    /// The node that the container is.
    pub node: Option<NodeIx>,
}

/// What happens when a resource that should be active once is active more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipleActive {
    /// Stop all, start one.
    StopStart,
    /// Stop all.
    StopOnly,
    /// Touch none.
    Block,
    /// Stop those that are not wanted.
    StopUnexpected,
}

/// One resource.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
pub struct Rsc {
    /// Its id; an instance's ends in `:0`, `:1`, ...
    pub id: Arc<str>,
    /// The id in the configuration.
    pub base_id: Arc<str>,
    /// What it is.
    pub kind: Kind,
    /// What it is part of.
    pub parent: Option<RscIx>,
    /// Its parts, in the order in which they are considered.
    pub children: Vec<RscIx>,
    /// Its element, with its template merged in.
    pub xml: Arc<Element>,
    /// For an instance, the same part of the first one: configured alike.
    pub(crate) twin: Option<RscIx>,
    /// Its operations, as configured.
    pub ops: Arc<[Configured]>,
    /// Its meta attributes, with those of its parents and the defaults.
    pub meta: Arc<Params>,
    /// What it needs.
    pub utilization: Capacity,

    /// Whether the cluster may touch it.
    pub managed: bool,
    /// Whether it is in maintenance.
    pub maintenance: bool,
    /// Whether it cannot be recovered.
    pub blocked: bool,
    /// Whether it is no longer configured.
    pub removed: bool,
    /// Removed, and was launched by another resource.
    pub removed_launched: bool,
    /// Whether it failed.
    pub failed: bool,
    /// Whether the failure needs a stop.
    pub stop_if_failed: bool,
    /// A failure was ignored.
    pub ignore_failure: bool,
    /// A start is under way.
    pub start_pending: bool,
    /// Whether its instances are told apart (true outside clones).
    pub unique: bool,
    /// Whether it, or the clone it is part of, can be promoted.
    pub promotable: bool,
    /// Whether its instances are notified.
    pub notify: bool,
    /// Whether its colocations pull on what they depend on.
    pub critical: bool,
    /// A fence device.
    pub fence_device: bool,
    /// A connection to a remote or guest node.
    pub is_connection: bool,
    /// May be migrated live.
    pub migratable: bool,
    /// Needs quorum to start.
    pub needs_quorum: bool,
    /// Needs unclean nodes fenced to start.
    pub needs_fencing: bool,
    /// Needs its node unfenced to start.
    pub needs_unfencing: bool,
    /// Looked for only where a location constraint says so.
    pub exclusive_probes: bool,
    /// A bundle's container.
    pub is_container: bool,
    /// A connection whose host may itself be a remote node.
    pub nesting_allowed: bool,

    /// Its priority; for a promotable instance, its wish to be promoted while that is decided.
    pub priority: Score,
    /// An instance's wish to be promoted.
    pub promotion_priority: Score,
    /// The wish to stay.
    pub stickiness: Score,
    /// What each failure counts (Heartbeat 2).
    pub failure_stickiness: Score,
    /// Failures that ban a node.
    pub migration_threshold: Score,
    /// After how long failures are forgotten, in ms.
    pub failure_timeout_ms: u64,
    /// For a connection: wait before it is tried again, in ms.
    pub reconnect_ms: u64,
    /// When active more than once.
    pub multiple_active: MultipleActive,

    /// Its role now.
    pub role: Role,
    /// Its role to be.
    pub next_role: Role,
    /// What `target-role` asks for, where that is less than it could have.
    pub(crate) target: Option<Role>,
    /// Where it is active.
    pub active: Vec<NodeIx>,
    /// Where its state is known.
    pub probed: NodeSet,
    /// The id under which the history knows an anonymous instance.
    pub history_id: Option<Arc<str>>,
    /// What is under way, and where.
    pub pending: Option<(Task, NodeIx)>,
    /// What it runs inside of.
    pub launcher: Option<RscIx>,
    /// What runs inside of it.
    pub launched: Vec<RscIx>,
    /// Where leftovers of a live migration must be stopped.
    pub dangling: Vec<NodeIx>,
    /// The source and target of a migration under way.
    pub partial_migration: Option<(NodeIx, NodeIx)>,
    /// Where it was stopped last, and when; kept where failures weigh as in Heartbeat 2.
    pub(crate) halted: Option<(NodeIx, i64)>,
    /// Kept for a node that went down cleanly, since when.
    pub lock: Option<(NodeIx, i64)>,

    /// The nodes it may consider.
    pub allowed: Table,
    /// Where it is to be, and with which score it was put there.
    pub assigned: Option<(NodeIx, Score)>,
    /// Not decided yet.
    pub(crate) unassigned: bool,
    pub(crate) assigning: bool,
    pub(crate) updating: bool,
    pub(crate) restarting: bool,
    pub(crate) stop_unexpected: bool,
    pub(crate) reload: bool,

    /// Its actions, oldest first.
    pub actions: Vec<ActIx>,
    pub(crate) this_with: Vec<ColocationIx>,
    pub(crate) with_this: Vec<ColocationIx>,
    pub(crate) locations: Vec<LocationIx>,
    pub(crate) tickets: Vec<TicketUse>,
    pub(crate) learned: Learned,
}

/// A resource's dependence on a ticket.
#[derive(Clone, Debug)]
pub(crate) struct TicketUse {
    pub ticket: String,
    pub loss: LossPolicy,
    pub role: Role,
}

/// What happens when a ticket is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LossPolicy {
    Stop,
    Demote,
    Fence,
    Freeze,
}

impl Rsc {
    /// Whether it runs an agent itself.
    pub fn is_primitive(&self) -> bool {
        matches!(self.kind, Kind::Primitive)
    }
    /// Whether it is a group.
    pub fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Group { .. })
    }
    /// Whether it is a clone.
    pub fn is_clone(&self) -> bool {
        matches!(self.kind, Kind::Clone(_))
    }
    /// Whether it is a bundle.
    pub fn is_bundle(&self) -> bool {
        matches!(self.kind, Kind::Bundle(_))
    }
    /// Whether it is a clone or a bundle.
    pub fn is_collective(&self) -> bool {
        self.is_clone() || self.is_bundle()
    }
    /// Whether it is a clone whose instances are not told apart.
    pub fn is_anonymous_clone(&self) -> bool {
        self.is_clone() && !self.unique
    }
    /// The clone's facts.
    pub fn clone_facts(&self) -> Option<&CloneFacts> {
        match &self.kind {
            Kind::Clone(facts) => Some(facts),
            Kind::Primitive | Kind::Group { .. } | Kind::Bundle(_) => None,
        }
    }
    /// The clone's facts, to change.
    pub(crate) fn clone_facts_mut(&mut self) -> Option<&mut CloneFacts> {
        match &mut self.kind {
            Kind::Clone(facts) => Some(facts),
            Kind::Primitive | Kind::Group { .. } | Kind::Bundle(_) => None,
        }
    }
    /// The bundle's facts.
    pub fn bundle_facts(&self) -> Option<&BundleFacts> {
        match &self.kind {
            Kind::Bundle(facts) => Some(facts),
            Kind::Primitive | Kind::Group { .. } | Kind::Clone(_) => None,
        }
    }
    /// Whether it is a group whose members stay together.
    pub fn is_colocated_group(&self) -> bool {
        matches!(self.kind, Kind::Group { colocated: true, .. })
    }
    /// Whether it is a group whose members start in order.
    pub fn is_ordered_group(&self) -> bool {
        matches!(self.kind, Kind::Group { ordered: true, .. })
    }
    /// Where it is to be.
    pub fn node(&self) -> Option<NodeIx> {
        self.assigned.map(|(node, _)| node)
    }
    /// The id people know: an anonymous instance is called as in the configuration.
    pub fn printable_id(&self) -> &str {
        if self.unique { &self.id } else { &self.base_id }
    }
    /// Class, as in the CIB.
    pub fn class(&self) -> &str {
        self.xml.attribute("class").unwrap_or_default()
    }
    /// Whether the state on a node is known.
    pub fn is_known_on(&self, node: NodeIx) -> bool {
        self.probed.contains(node)
    }
}
