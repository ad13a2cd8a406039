//! This node's hands, as its brain knows them: whether they are there, which life it is, and what they have in hand.

use crate::command::{AgentName, Ended, OperationName, Order, TransitionKey};
use executor::contract::{Agent, Operation, Report};
use model::{NodeName, OperationStatus, ResourceId};
use std::collections::{BTreeMap, VecDeque};

/// Most orders kept for hands that are away; a transition has no more under way on a node.
const WAITING_MAX: usize = 256;

/// The hands.
#[derive(Debug, Default)]
pub struct Hands {
    life: u64,
    connected: bool,
    waiting: VecDeque<Operation>,
    started: BTreeMap<ResourceId, Order>,
    news: Option<BTreeMap<OperationName, Report>>,
}

impl Hands {
    /// The number of their life; 0 until they were seen.
    pub fn life(&self) -> u64 {
        self.life
    }

    /// They are there, with this under way or recurring; true when they are others than before.
    pub fn arrived(&mut self, life: u64, reports: Vec<Report>) -> bool {
        let other = self.life != life;
        if other {
            self.waiting.clear();
        }
        self.life = life;
        self.connected = true;
        self.news = Some(reports.into_iter().map(|report| (name_of(&report.operation), report)).collect());
        other
    }

    /// They are away; orders wait for them.
    pub fn lost(&mut self) {
        self.connected = false;
    }

    /// What they said to have in hand when they last arrived; once, because it grows old.
    pub fn take_news(&mut self) -> Option<BTreeMap<OperationName, Report>> {
        self.news.take()
    }

    /// Whether they are known to have nothing in hand.
    pub fn are_empty(&self) -> bool {
        self.news.as_ref().is_none_or(BTreeMap::is_empty)
    }

    /// How what may be running here was started.
    pub fn started(&self) -> impl Iterator<Item = &Order> {
        self.started.values()
    }

    /// An order for them: given back when it can go to them at once.
    pub fn take(&mut self, order: &Order) -> Option<Operation> {
        self.remember(order);
        let operation = operation(order);
        if self.connected {
            return Some(operation);
        }
        if self.waiting.len() < WAITING_MAX {
            self.waiting.push_back(operation);
        }
        None
    }

    fn remember(&mut self, order: &Order) {
        match order.name.action.as_str() {
            "start" => {
                self.started.insert(order.name.resource.clone(), order.clone());
            }
            "stop" => {
                self.started.remove(&order.name.resource);
            }
            _ => {}
        }
    }

    /// The next order that has waited for them.
    pub fn next(&mut self) -> Option<Operation> {
        if self.connected { self.waiting.pop_front() } else { None }
    }

    /// Whether an order waits for them.
    pub fn holds(&self, name: &OperationName) -> bool {
        self.waiting.iter().any(|operation| name_of(operation) == *name)
    }
}

/// What the hands are told.
fn operation(order: &Order) -> Operation {
    let AgentName { class, provider, kind } = order.agent.clone();
    Operation {
        resource: order.name.resource.clone(),
        agent: Agent { class, provider, kind },
        action: order.name.action.clone(),
        interval: order.name.interval,
        timeout: order.timeout,
        start_delay: order.start_delay,
        parameters: order.parameters.clone(),
        tag: tag(order),
    }
}

/// What comes back with each report: the key, the digest and what a failure leads to.
fn tag(order: &Order) -> String {
    format!("{} {} {}", order.key, order.digest, order.on_fail)
}

/// Which operation this is.
pub fn name_of(operation: &Operation) -> OperationName {
    OperationName {
        resource: operation.resource.clone(),
        action: operation.action.clone(),
        interval: operation.interval,
    }
}

/// A report as the others are told; `None` for one that is no result, or whose tag is not ours.
pub fn ended(node: &NodeName, report: &Report) -> Option<Ended> {
    if report.status == OperationStatus::Pending {
        return None;
    }
    let mut parts = report.operation.tag.splitn(3, ' ');
    let key = TransitionKey::parse(parts.next()?)?;
    let digest = parts.next()?.to_owned();
    let Agent { class, provider, kind } = report.operation.agent.clone();
    Some(Ended {
        node: node.clone(),
        name: name_of(&report.operation),
        agent: AgentName { class, provider, kind },
        key,
        on_fail: parts.next().unwrap_or_default().to_owned(),
        call: report.call.0,
        status: report.status,
        code: report.code,
        reason: report.reason.clone(),
        output: report.output.clone(),
        changed: report.changed,
        run_time: report.run_time,
        queue_time: report.queue_time,
        digest,
    })
}
