//! The services of a host and the agents that keep them: what an agent's run does, how long it takes, what it answers.

use crate::network::fraction;
use executor::contract::{Command, Exit, Signal};
use model::{ResourceId, Rng};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longest run of a healthy agent.
const RUN_MAX: Duration = Duration::from_millis(60);
/// How long an agent takes that outlives every timeout of `cluster.xml`.
const LONG: Duration = Duration::from_secs(8);

/// How an agent misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It answers 1 and does nothing.
    Fails,
    /// It never ends by itself.
    Hangs,
    /// It says that all is well: started and is not, alive and is dead.
    Lies,
    /// It takes longer than its timeout, and does not heed SIGTERM.
    Outlives,
}

/// One host's services.
#[derive(Debug, Default)]
pub struct Services {
    /// What is alive: from the first moment of a start until a stop has ended.
    live: BTreeSet<ResourceId>,
    /// What was stopped, not started since, and of which no agent has said since then that it runs.
    stopped: BTreeSet<ResourceId>,
    faults: BTreeMap<(ResourceId, String), Fault>,
}

/// A run that has begun.
#[derive(Clone, Debug)]
pub struct Run {
    /// On which service.
    pub resource: ResourceId,
    /// `start`, `stop`, `monitor`.
    pub action: String,
    /// When it ends by itself; `None`: never.
    pub end: Option<Duration>,
    fault: Option<Fault>,
}

impl Run {
    /// Whether this signal ends it; healthy agents do not catch SIGTERM.
    pub fn heeds(&self, signal: Signal) -> bool {
        signal == Signal::Kill || self.fault != Some(Fault::Outlives)
    }
}

impl Services {
    /// What is alive.
    pub fn live(&self) -> &BTreeSet<ResourceId> {
        &self.live
    }

    /// Whether all that its agent has told since the last stop is that it does not run.
    pub fn is_stopped(&self, resource: &ResourceId) -> bool {
        self.stopped.contains(resource)
    }

    /// From now on this agent's action misbehaves.
    pub fn misbehave(&mut self, resource: &ResourceId, action: &str, fault: Fault) {
        self.faults.insert((resource.clone(), action.to_owned()), fault);
    }

    /// All agents behave again; those that hang go on hanging.
    pub fn mend(&mut self) {
        self.faults.clear();
    }

    /// Somebody starts a service by hand.
    pub fn arise(&mut self, resource: &ResourceId) {
        self.live.insert(resource.clone());
    }

    /// A service ends by itself.
    pub fn die(&mut self, resource: &ResourceId) {
        self.live.remove(resource);
    }

    /// An agent's process begins.
    pub fn begin(&mut self, command: &Command, rng: &mut Rng) -> Run {
        let action = command.arguments.first().cloned().unwrap_or_default();
        let resource = ResourceId::new(command.environment.get("OCF_RESOURCE_INSTANCE").map_or("", String::as_str));
        let fault = self.faults.get(&(resource.clone(), action.clone())).copied();
        if action == "start" && matches!(fault, None | Some(Fault::Outlives)) {
            self.live.insert(resource.clone());
        }
        if action == "start" {
            self.stopped.remove(&resource);
        }
        let time = Duration::from_millis(2) + fraction(RUN_MAX, rng);
        let end = match fault {
            Some(Fault::Hangs) => None,
            Some(Fault::Outlives) => Some(LONG + time),
            Some(Fault::Fails | Fault::Lies) | None => Some(time),
        };
        Run { resource, action, end, fault }
    }

    /// An agent's process has ended by itself: what it did, and what it answers.
    pub fn end(&mut self, run: &Run) -> Exit {
        let lives = self.live.contains(&run.resource);
        let code = match (run.action.as_str(), run.fault) {
            (_, Some(Fault::Fails)) => 1,
            ("monitor", None | Some(Fault::Outlives)) if !lives => 7,
            ("stop", None | Some(Fault::Outlives)) => {
                self.live.remove(&run.resource);
                self.stopped.insert(run.resource.clone());
                0
            }
            _ => 0,
        };
        if run.action == "monitor" && code == 0 {
            self.stopped.remove(&run.resource);
        }
        Exit::Code(code)
    }
}
