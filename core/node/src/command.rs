//! The commands: what the members say to each other in the total order, and every replica acts on alike.
//!
//! A change of the CIB travels as a command, never as its result: all members apply the same commands in the same
//! order with the same functions, so that equal versions mean equal digests.

use crate::contract::{Change, RequestId};
use model::{NodeName, OcfCode, OperationStatus, ResourceId, WallTime};
use std::collections::BTreeMap;
use std::time::Duration;

/// One message of the total order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The view it was said in; a command that makes sense only there is dropped in any other.
    pub view: u64,
    /// What is said.
    pub command: Command,
}

/// What a member says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// First word of each member in a new view.
    Hello {
        /// What it brings.
        hello: Box<Hello>,
    },
    /// The CIB that the members of this view start from, by the member that had the best one.
    Snapshot {
        /// The whole document.
        cib: String,
    },
    /// The sender has the configuration on disk as it was after the n-th configuration change of this view.
    Stored {
        /// Which; 0 is the one the view began with.
        changes: u64,
    },
    /// A client of the sender changes the CIB.
    Change {
        /// The sender's number for the request.
        request: u64,
        /// Who asked: `root via cibadmin`.
        client: String,
        /// The sender's wall clock.
        at: WallTime,
        /// What.
        change: Change,
    },
    /// A client of the sender wants failures forgotten.
    Cleanup {
        /// The sender's number for the request.
        request: u64,
        /// `None`: every resource.
        resource: Option<ResourceId>,
        /// `None`: every node.
        node: Option<NodeName>,
        /// Forget what went well, too.
        whole_history: bool,
    },
    /// A client of the sender wants a failure recorded that nobody saw.
    Fail {
        /// The sender's number for the request.
        request: u64,
        /// Which resource.
        resource: ResourceId,
        /// On which node.
        node: NodeName,
        /// The sender's wall clock.
        at: WallTime,
    },
    /// From the coordinator: `target` is to run this; all others note that it is under way.
    Execute {
        /// What.
        order: Box<Order>,
    },
    /// From the coordinator: `target` is to run this recurring operation no more.
    Cancel {
        /// Who.
        target: NodeName,
        /// On which resource.
        resource: ResourceId,
        /// Usually `monitor`.
        action: String,
        /// Which one.
        interval: Duration,
        /// Of the plan's action.
        key: TransitionKey,
    },
    /// From the coordinator: the plan forgets something about a resource on a node.
    Forget {
        /// Where.
        node: NodeName,
        /// Which.
        resource: ResourceId,
        /// What of it.
        what: Forgotten,
        /// Of the plan's action.
        key: TransitionKey,
    },
    /// How an operation ended.
    Ended {
        /// Where, what and how.
        result: Box<Ended>,
    },
    /// These orders never reached the sender's hands: they are under way no more, and nothing is counted.
    Dropped {
        /// Which.
        orders: Vec<OperationName>,
    },
    /// The sender has met its hands.
    HandsMet {
        /// The hands' number.
        life: u64,
        /// Whether the record has all that these hands did; else what the sender runs is unknown.
        is_whole: bool,
        /// Whether the sender's brain has just been started.
        is_first: bool,
    },
    /// The sender wants to leave once its resources are gone.
    WantsToLeave {
        /// The sender's wall clock.
        at: WallTime,
    },
    /// From the coordinator: that node's resources are gone; it may leave.
    MayLeave {
        /// Who.
        node: NodeName,
    },
    /// From the coordinator: where its work stands.
    Progress {
        /// Of the last transition.
        transition: u64,
        /// Whether it is being executed.
        under_way: bool,
    },
    /// A client of the sender waits for the coordinator to be idle.
    AskIdle {
        /// The sender's number for the request.
        request: u64,
    },
    /// From the coordinator, in answer: nothing is under way and nothing is due.
    Idle {
        /// Who asked.
        node: NodeName,
        /// Its number for the request.
        request: u64,
        /// Why the coordinator does nothing although it should.
        trouble: Option<String>,
    },
}

/// What a member brings into a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Of its CIB.
    pub admin_epoch: u64,
    /// Of its CIB.
    pub epoch: u64,
    /// Of its CIB.
    pub num_updates: u64,
    /// Of its whole CIB.
    pub digest: String,
    /// The last view with quorum in which its configuration was changed; 0 where that decides nothing.
    pub quorate_view: u64,
    /// The last view with quorum that it has taken part in.
    pub promised_view: u64,
    /// Whether its CIB has been part of a view since its brain started (else it is what was on disk).
    pub has_run: bool,
    /// What it understands.
    pub feature_set: String,
    /// What it runs.
    pub version: String,
    /// Its wall clock.
    pub at: WallTime,
    /// Its hands' number; 0 until it has met them and compared notes.
    pub hands: u64,
    /// Its own `node_state`, when it has one that it vouches for.
    pub own_state: Option<String>,
    /// Number of the last transition it knows of.
    pub transition: u64,
}

/// Names an action of a plan in the history: `action:transition:expected:coordinator's life`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TransitionKey {
    /// Place in the plan; `None` for what no plan asked for.
    pub action: Option<u32>,
    /// Number of the transition.
    pub transition: u64,
    /// The code that means that nothing is wrong.
    pub expected: u8,
    /// Which life of which coordinator, in the form of a UUID.
    pub planner: String,
}

/// Names an operation on the node where it runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationName {
    /// On which resource.
    pub resource: ResourceId,
    /// What.
    pub action: String,
    /// Zero for once.
    pub interval: Duration,
}

/// An operation that the coordinator orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Who is to run it.
    pub target: NodeName,
    /// What.
    pub name: OperationName,
    /// By which agent.
    pub agent: AgentName,
    /// When its process group is killed.
    pub timeout: Duration,
    /// Before the first run.
    pub start_delay: Duration,
    /// Instance parameters and `CRM_meta_*`.
    pub parameters: BTreeMap<String, String>,
    /// Of the plan's action.
    pub key: TransitionKey,
    /// What a failure leads to.
    pub on_fail: String,
    /// Of the parameters.
    pub digest: String,
    /// One clause for people.
    pub reason: String,
    /// The coordinator's wall clock.
    pub at: WallTime,
}

/// Class, provider and type, as in the CIB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentName {
    /// `ocf`, `lsb`, ...
    pub class: String,
    /// For `ocf`.
    pub provider: Option<String>,
    /// The agent's name.
    pub kind: String,
}

/// An operation's result, as it goes into the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Where it ran (the sender, or a node that the coordinator has given up on).
    pub node: NodeName,
    /// What.
    pub name: OperationName,
    /// By which agent.
    pub agent: AgentName,
    /// Of the plan's action.
    pub key: TransitionKey,
    /// What a failure leads to.
    pub on_fail: String,
    /// The hands' call number.
    pub call: u64,
    /// How it ended.
    pub status: OperationStatus,
    /// What the agent answered.
    pub code: OcfCode,
    /// Why, in the agent's words.
    pub reason: String,
    /// What it printed last.
    pub output: String,
    /// When the code last changed.
    pub changed: WallTime,
    /// How long it ran.
    pub run_time: Duration,
    /// How long it waited for its turn.
    pub queue_time: Duration,
    /// Of its parameters.
    pub digest: String,
}

/// What a plan forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// The failures that were counted.
    Failures,
    /// All that was recorded, so that a probe follows.
    History,
}

impl Command {
    /// The request of a client that changes something; asking for idleness does not.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::Change { request, .. } | Self::Cleanup { request, .. } | Self::Fail { request, .. } => {
                Some(RequestId(*request))
            }
            Self::Hello { .. }
            | Self::Snapshot { .. }
            | Self::Stored { .. }
            | Self::Execute { .. }
            | Self::Cancel { .. }
            | Self::Forget { .. }
            | Self::Ended { .. }
            | Self::Dropped { .. }
            | Self::HandsMet { .. }
            | Self::WantsToLeave { .. }
            | Self::MayLeave { .. }
            | Self::Progress { .. }
            | Self::AskIdle { .. }
            | Self::Idle { .. } => None,
        }
    }

    /// Whether the command makes sense only in the view it was said in.
    pub fn is_bound_to_view(&self) -> bool {
        match self {
            Self::Hello { .. }
            | Self::Snapshot { .. }
            | Self::Stored { .. }
            | Self::Execute { .. }
            | Self::Cancel { .. }
            | Self::Forget { .. }
            | Self::MayLeave { .. }
            | Self::Progress { .. }
            | Self::AskIdle { .. }
            | Self::Idle { .. } => true,
            Self::Change { .. }
            | Self::Cleanup { .. }
            | Self::Fail { .. }
            | Self::Ended { .. }
            | Self::Dropped { .. }
            | Self::HandsMet { .. }
            | Self::WantsToLeave { .. } => false,
        }
    }
}

impl std::fmt::Display for TransitionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.action {
            Some(action) => write!(f, "{action}:{}:{}:{}", self.transition, self.expected, self.planner),
            None => write!(f, "-1:{}:{}:{}", self.transition, self.expected, self.planner),
        }
    }
}

impl TransitionKey {
    /// Reads the form that `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        let action = parts.next()?.parse().ok();
        let transition = parts.next()?.parse().ok()?;
        let expected = parts.next()?.parse().ok()?;
        Some(Self { action, transition, expected, planner: parts.next()?.to_owned() })
    }
}

impl OperationName {
    /// `OpenSIPS_monitor_10000`, as people know it.
    pub fn key(&self) -> String {
        format!("{}_{}_{}", self.resource, self.action, self.interval.as_millis())
    }

    /// Whether it runs once and is waited for.
    pub fn is_once(&self) -> bool {
        self.interval.is_zero()
    }

    /// Whether it is a one-shot monitor.
    pub fn is_probe(&self) -> bool {
        self.is_once() && self.action == "monitor"
    }
}

impl Ended {
    /// Whether this is what the plan did not want.
    pub fn failed(&self) -> bool {
        match self.status {
            OperationStatus::Pending | OperationStatus::Cancelled | OperationStatus::Invalid => false,
            OperationStatus::Done => self.code.0 != self.key.expected,
            OperationStatus::Timeout
            | OperationStatus::NotSupported
            | OperationStatus::Error
            | OperationStatus::ErrorHard
            | OperationStatus::ErrorFatal
            | OperationStatus::NotInstalled
            | OperationStatus::NotConnected => true,
        }
    }
}
