//! What stands between a cluster node's machine and whoever drives it.

use cib::Element;
use messaging::contract::{Delivery, View};
use model::{NodeName, Notice, WallTime};
use policy::plan::{Plan, PolicyInput};
use std::sync::Arc;
use std::time::Duration;

/// A client's request, to be answered once under the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A write to disk, to be confirmed under the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// One change of the CIB; every replica applies the same ones in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Of the tree, as `cibadmin` names them.
    Edit {
        /// What.
        edit: cib::Change,
    },
    /// Set or delete a node attribute.
    Attribute {
        /// Whose.
        node: NodeName,
        /// `fail-count-OpenSIPS#monitor_10000`, `standby`, ...
        name: String,
        /// `None`: delete. `value++` and `value+=N` count.
        value: Option<String>,
        /// True: in `nodes` (survives a restart of the cluster); false: in `status`.
        permanent: bool,
    },
}

impl Change {
    /// Whether it is about what is kept on disk; the status is not.
    pub fn is_kept(&self) -> bool {
        match self {
            Self::Edit { .. } => true,
            Self::Attribute { permanent, .. } => *permanent,
        }
    }
}

/// What a client may ask of a node. Reading is done on the replica of this node; what a read promises is in `reads.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The whole CIB as it is here.
    Cib,
    /// Change it. Answered when every member has it on disk.
    Change(Change),
    /// Forget failures and history, then probe again.
    Cleanup {
        /// `None`: every resource.
        resource: Option<String>,
        /// `None`: every node.
        node: Option<NodeName>,
        /// True: forget all history (`crm_resource -R`); false: only what failed (`-C`).
        whole_history: bool,
    },
    /// Record a failed monitor without running one (`crm_resource -F`).
    Fail {
        /// Which.
        resource: String,
        /// Where.
        node: NodeName,
    },
    /// Who is there: members, coordinator, quorum, transition state.
    Status,
    /// Answer when no transition is under way and none is due.
    WaitIdle,
    /// Stop this node's cluster software in order: move its resources away first.
    Shutdown,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// To `Cib`.
    Cib(Arc<Element>),
    /// Done, and safe.
    Done,
    /// Not done, and nothing has changed; unless the kind is [`Refusal::Unknown`].
    Rejected {
        /// Which kind of refusal, for the exit code.
        kind: Refusal,
        /// What is wrong.
        reason: String,
        /// What to do instead; may be empty.
        hint: String,
    },
    /// To `Status`.
    Status(NodeStatus),
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The element, node or resource does not exist.
    NotFound,
    /// It exists already.
    Exists,
    /// The request or its XML is not valid.
    Invalid,
    /// A newer version is in place.
    Old,
    /// Not possible without quorum.
    NoQuorum,
    /// Not now: joining, shutting down, too much to do.
    Unavailable,
    /// Nobody can say whether it was done: the cluster was divided meanwhile.
    Unknown,
}

/// What the machine knows of the cluster's run.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeStatus {
    /// Ourselves.
    pub name: NodeName,
    /// The current view, once there is one.
    pub view: Option<View>,
    /// `joining`, `idle`, `planning`, `transition`, `stopping`: of the coordinator as far as we know it.
    pub state: &'static str,
    /// Number of the last transition.
    pub transition: u64,
}

/// Facts for the node.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "an input lives for one step of a driver's loop")]
pub enum Input {
    /// From the cluster engine.
    View(View),
    /// From the cluster engine, in the total order.
    Delivered {
        /// Who sent it.
        from: NodeName,
        /// What.
        payload: Arc<[u8]>,
    },
    /// From the cluster engine: this node was stopped for so long that the others have gone on without it.
    ViewLost {
        /// How long nothing ran here.
        paused: Duration,
    },
    /// From the cluster engine: this message of ours was not delivered.
    Undelivered {
        /// Which.
        payload: Arc<[u8]>,
    },
    /// From the cluster engine: the answer to `Output::Confirm`, and to all with lower numbers.
    Confirmed {
        /// The view that is still in force.
        view: u64,
        /// As it was asked.
        number: u64,
    },
    /// A client asks.
    Request {
        /// To answer under.
        id: RequestId,
        /// What.
        request: Request,
        /// Who asks, for the record: `root via cibadmin`.
        client: String,
    },
    /// The worker's answer to `Output::Plan`; an error is a sentence.
    Planned {
        /// As in `Output::Plan`.
        number: u64,
        /// The plan, or why there is none.
        plan: Result<Box<Plan>, String>,
    },
    /// From the hands.
    Report(executor::contract::Report),
    /// From the hands, at each (re)connection: all that is under way or recurring there.
    Hands {
        /// New whenever the hands' process is new, the same after a mere reconnection; never 0.
        life: u64,
        /// Their `State`.
        reports: Vec<executor::contract::Report>,
    },
    /// The hands are gone; `Hands` follows when they are back.
    HandsLost,
    /// A write is on disk; everything up to that ticket, too.
    Persisted(Ticket),
    /// The disk refused; the driver goes on trying and says so.
    NotPersisted(Ticket, String),
    /// Wall-clock time: before the first input and at least every second.
    Clock(WallTime),
}

/// Intentions of the node.
#[derive(Debug)]
pub enum Output {
    /// To the cluster engine.
    Broadcast {
        /// When it may be delivered.
        delivery: Delivery,
        /// What.
        payload: Arc<[u8]>,
    },
    /// To the cluster engine: the state of this view is complete here.
    ViewAccepted {
        /// Of the view.
        number: u64,
    },
    /// To the cluster engine: the members of this view have the same CIB.
    Joined {
        /// Which.
        view: u64,
    },
    /// To the cluster engine: is this view, which we coordinate, still in force?
    Confirm {
        /// Which.
        view: u64,
        /// To answer under; grows.
        number: u64,
    },
    /// To the hands.
    Execute(executor::contract::Operation),
    /// To the hands: no more of this recurring operation.
    Cancel {
        /// On which resource.
        resource: model::ResourceId,
        /// Usually `monitor`.
        action: String,
        /// Which one.
        interval: Duration,
    },
    /// To the worker: plan this; a later one replaces an unanswered earlier one.
    Plan {
        /// To answer under.
        number: u64,
        /// What to plan.
        input: PolicyInput,
    },
    /// Write the configuration (status left out) crash-safely, then say `Persisted`.
    Persist {
        /// To confirm under.
        ticket: Ticket,
        /// The whole CIB.
        cib: Arc<Element>,
    },
    /// Keep the changes that a lost partition had made, in a file of its own, and say where.
    KeepAside {
        /// What the file is about, for its name.
        title: String,
        /// Its content.
        cib: Arc<Element>,
    },
    /// To a client.
    Reply {
        /// Of the request.
        id: RequestId,
        /// What.
        reply: Reply,
    },
    /// For the operator.
    Notice(Notice),
    /// To the cluster engine: this node's resources are stopped; leave.
    Leave,
}
