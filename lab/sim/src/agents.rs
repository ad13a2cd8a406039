//! The services of a host and the agents that keep them: what an agent's run does, how long it takes, what it answers.

use crate::network::fraction;
use executor::contract::{Command, Exit};
use model::{ResourceId, Rng};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longest run of a healthy agent.
const RUN_MAX: Duration = Duration::from_millis(60);

/// How an agent misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It answers this and does nothing.
    Fails(u8),
    /// It never ends by itself.
    Hangs,
}

/// One host's services.
#[derive(Debug, Default)]
pub struct Services {
    /// What is alive: from the first moment of a start until a stop has ended.
    live: BTreeSet<ResourceId>,
    faults: BTreeMap<(ResourceId, String), Fault>,
}

/// A run that has begun.
#[derive(Clone, Debug)]
pub struct Run {
    /// On which service.
    pub resource: ResourceId,
    /// `start`, `stop`, `monitor`.
    pub action: String,
    /// When and how it ends by itself; `None`: never.
    pub end: Option<(Duration, u8)>,
}

impl Services {
    /// What is alive.
    pub fn live(&self) -> &BTreeSet<ResourceId> {
        &self.live
    }

    /// From now on this agent's action misbehaves.
    pub fn misbehave(&mut self, resource: &ResourceId, action: &str, fault: Fault) {
        self.faults.insert((resource.clone(), action.to_owned()), fault);
    }

    /// All agents behave again.
    pub fn mend(&mut self) {
        self.faults.clear();
    }

    /// A service ends by itself.
    pub fn die(&mut self, resource: &ResourceId) {
        self.live.remove(resource);
    }

    /// Whether this start would bring the service to life.
    fn works(&self, resource: &ResourceId, action: &str) -> bool {
        !self.faults.contains_key(&(resource.clone(), action.to_owned()))
    }

    /// An agent's process begins.
    pub fn begin(&mut self, command: &Command, rng: &mut Rng) -> Run {
        let action = command.arguments.first().cloned().unwrap_or_default();
        let resource = ResourceId::new(command.environment.get("OCF_RESOURCE_INSTANCE").map_or("", String::as_str));
        if action == "start" && self.works(&resource, "start") {
            self.live.insert(resource.clone());
        }
        let time = Duration::from_millis(2) + fraction(RUN_MAX, rng);
        let end = match self.faults.get(&(resource.clone(), action.clone())) {
            Some(Fault::Hangs) => None,
            Some(Fault::Fails(code)) => Some((time, *code)),
            None => Some((time, 0)),
        };
        Run { resource, action, end }
    }

    /// An agent's process has ended by itself: what it did, and what it answers.
    pub fn end(&mut self, run: &Run, code: u8) -> Exit {
        match run.action.as_str() {
            "stop" if code == 0 => {
                self.live.remove(&run.resource);
                Exit::Code(0)
            }
            "monitor" if code == 0 => Exit::Code(if self.live.contains(&run.resource) { 0 } else { 7 }),
            _ => Exit::Code(code),
        }
    }
}
