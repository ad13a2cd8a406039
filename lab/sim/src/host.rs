//! One simulated host: a brain, a pair of hands, services, a disk and a clock, each with its own death.

use crate::agents::{Run, Services};
use crate::network::Recording;
use cib::Element;
use executor::Executor;
use executor::contract::RunId;
use messaging::Engine;
use messaging::contract::Incarnation;
use model::{Instant, Machine, NodeName, ResourceId};
use node::Node;
use policy::Planner;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long a write takes at most where nothing is wrong.
const LATENCY: Duration = Duration::from_millis(5);

/// The host.
#[derive(Debug)]
pub struct Host {
    /// Its name.
    pub name: NodeName,
    /// The brain while it runs.
    pub brain: Option<Brain>,
    /// The hands while they run.
    pub hands: Option<Hands>,
    /// What the hands keep; it lives and dies with the host, not with them.
    pub services: Services,
    /// What a crash leaves.
    pub disk: Disk,
    /// It is not the disk that the host began with.
    pub has_new_disk: bool,
    /// How many brains there have been.
    pub boots: u64,
    /// How many hands there have been.
    pub lives: u64,
    /// The brain is stopped (SIGSTOP) until then.
    pub paused: Option<Instant>,
    /// The node's loop stands still until then.
    pub stalled: Option<Instant>,
    /// The brain has left in order, and is not to be started by anybody but the schedule.
    pub has_left: bool,
    /// The power goes after so many more outputs of the brain.
    pub fuse: Option<u32>,
    /// How far the wall clock is off, in milliseconds.
    pub skew: i64,
    /// What a stranger has recorded of its packets.
    pub recording: Recording,
}

/// The two loops of a brain, and what the one has for the other.
#[derive(Debug)]
pub struct Brain {
    /// Which life this is.
    pub incarnation: Incarnation,
    /// The cluster engine.
    pub engine: Engine,
    /// The node.
    pub node: Node,
    /// The policy worker, with what it remembers.
    pub planner: Planner,
    /// Facts that the node's loop has not taken yet.
    pub backlog: VecDeque<node::contract::Input>,
}

/// The hands' process.
#[derive(Debug)]
pub struct Hands {
    /// Their machine.
    pub executor: Executor,
    /// The agents that are running.
    pub runs: BTreeMap<RunId, Run>,
    /// Resources and actions of which a run was to be ended by a signal.
    pub signalled: BTreeSet<(ResourceId, String)>,
}

/// What is written survives; what is on its way may.
#[derive(Debug)]
pub struct Disk {
    /// The last complete file.
    pub cib: Arc<Element>,
    /// The file that is being written. Who crashes now has the former one or this one: a torn one is recognised by its
    /// digest, and the former one is taken.
    pub writing: Option<Arc<Element>>,
    /// The generation of the last life.
    pub generation: u64,
    /// How long a write takes at most.
    pub latency: Duration,
    /// No write ends any more.
    pub full: bool,
}

impl Disk {
    /// A new disk, with the file that everybody begins with.
    pub fn new(cib: Arc<Element>) -> Self {
        Self { cib, writing: None, generation: 0, latency: LATENCY, full: false }
    }

    /// Nothing is wrong with it any more.
    pub fn mend(&mut self) {
        (self.full, self.latency) = (false, LATENCY);
    }
}

impl Host {
    /// Switched off, with this file on its disk.
    pub fn new(name: NodeName, cib: Arc<Element>) -> Self {
        Self {
            name,
            brain: None,
            hands: None,
            services: Services::default(),
            disk: Disk::new(cib),
            has_new_disk: false,
            boots: 0,
            lives: 0,
            paused: None,
            stalled: None,
            has_left: false,
            fuse: None,
            skew: 0,
            recording: Recording::default(),
        }
    }

    /// When one of its machines wants to be woken.
    pub fn deadline(&self) -> Option<Instant> {
        let brain = self.brain.as_ref().and_then(|brain| self.brain_deadline(brain));
        let hands = self.hands.as_ref().and_then(|hands| hands.executor.deadline());
        earliest(brain, hands)
    }

    fn brain_deadline(&self, brain: &Brain) -> Option<Instant> {
        let node = match self.stalled {
            Some(end) if !brain.backlog.is_empty() => Some(end),
            Some(end) => brain.node.deadline().map(|at| at.max(end)),
            None => brain.node.deadline(),
        };
        let at = earliest(brain.engine.deadline(), node)?;
        Some(self.paused.map_or(at, |end| at.max(end)))
    }

    /// Whether its brain runs and is neither stopped nor half stopped.
    pub fn is_awake(&self) -> bool {
        self.brain.is_some() && self.paused.is_none() && self.stalled.is_none()
    }

    /// Whether its brain runs and has joined a view.
    pub fn has_joined(&self) -> bool {
        self.brain.as_ref().is_some_and(|brain| brain.node.is_joined())
    }
}

fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
