//! One simulated host: a brain, a pair of hands, services and a disk, each with its own death.

use crate::agents::{Run, Services};
use cib::Element;
use executor::Executor;
use executor::contract::RunId;
use messaging::Engine;
use model::{Instant, Machine, NodeName};
use node::Node;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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
    /// How many brains there have been: the incarnation.
    pub boots: u64,
    /// How many hands there have been.
    pub lives: u64,
    /// The brain is stopped (SIGSTOP) until then.
    pub paused: Option<Instant>,
    /// The brain has left in order, and is not to be started by anybody but the schedule.
    pub has_left: bool,
}

/// The two loops of a brain.
#[derive(Debug)]
pub struct Brain {
    /// The cluster engine.
    pub engine: Engine,
    /// The node.
    pub node: Node,
}

/// The hands' process.
#[derive(Debug)]
pub struct Hands {
    /// Their machine.
    pub executor: Executor,
    /// The agents that are running.
    pub runs: BTreeMap<RunId, Run>,
}

/// What is written survives; what is on its way does not.
#[derive(Debug)]
pub struct Disk {
    /// The last complete file.
    pub cib: Arc<Element>,
    /// How long a write takes at most.
    pub latency: Duration,
    /// No write ends any more.
    pub full: bool,
}

impl Host {
    /// Switched off, with this file on its disk.
    pub fn new(name: NodeName, cib: Arc<Element>) -> Self {
        Self {
            name,
            brain: None,
            hands: None,
            services: Services::default(),
            disk: Disk { cib, latency: Duration::from_millis(5), full: false },
            boots: 0,
            lives: 0,
            paused: None,
            has_left: false,
        }
    }

    /// When one of its machines wants to be woken.
    pub fn deadline(&self) -> Option<Instant> {
        let brain = self.brain.as_ref().and_then(Brain::deadline).map(|at| self.paused.map_or(at, |end| at.max(end)));
        let hands = self.hands.as_ref().and_then(|hands| hands.executor.deadline());
        brain.into_iter().chain(hands).min()
    }

    /// Whether its brain runs and has joined a view.
    pub fn has_joined(&self) -> bool {
        self.brain.as_ref().is_some_and(|brain| !matches!(brain.node.status().state, "joining"))
    }
}

impl Brain {
    fn deadline(&self) -> Option<Instant> {
        self.engine.deadline().into_iter().chain(self.node.deadline()).min()
    }
}
