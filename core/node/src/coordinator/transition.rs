//! A plan under way: from actions to orders, from results to what may begin next.

use super::Scene;
use crate::command::{AgentName, Command, Ended, Forgotten, OperationName, Order, TransitionKey};
use crate::context::{Context, Timer};
use crate::history;
use cib::Element;
use model::planted::{Bug, planted};
use model::{NodeName, OcfCode, OperationStatus, Severity};
use policy::plan::{Action, ActionId, ActionKind, Plan, ResourceAction};
use policy::walk::Walker;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// One plan's execution.
#[derive(Debug)]
pub struct Transition {
    number: u64,
    planner: String,
    walk: Walker,
    orders: BTreeMap<ActionId, Order>,
    own_leave: Option<ActionId>,
    troubles: Vec<String>,
}

impl Transition {
    /// Before its first action.
    pub fn new(number: u64, planner: String, plan: Plan) -> Self {
        let walk = Walker::new(Arc::new(plan));
        Self { number, planner, walk, orders: BTreeMap::new(), own_leave: None, troubles: Vec::new() }
    }

    /// Begins nothing more. Recurring operations are not awaited: their first result may take minutes.
    pub fn abort(&mut self) {
        self.walk.abort();
        if let Some(id) = self.own_leave.take() {
            self.walk.failed(id);
        }
        let recurring = self.orders.extract_if(.., |_, order| !order.name.is_once());
        for (id, _) in recurring {
            self.walk.succeeded(id);
        }
    }

    /// Begins all that can be begun.
    pub fn advance(&mut self, scene: Scene<'_>, ctx: &mut Context) {
        while let Some(action) = self.walk.begin().cloned() {
            self.begin(&action, scene, ctx);
            if planted(Bug::StartBeforeStop) {
                self.walk.succeeded(action.id);
            }
        }
        self.leave_last(ctx);
    }

    /// The coordinator leaves when nothing else is left to do: what it hands over is running elsewhere by then.
    fn leave_last(&mut self, ctx: &mut Context) {
        let Some(id) = self.own_leave.filter(|_| self.orders.values().all(|order| !order.name.is_once())) else {
            return;
        };
        self.own_leave = None;
        ctx.say(&Command::MayLeave { node: ctx.name.clone() });
        self.walk.succeeded(id);
    }

    /// Whether nothing is under way and nothing can begin.
    pub fn is_over(&self) -> bool {
        self.walk.is_over()
    }

    /// What went wrong beyond the results in the history, which speak for themselves.
    pub fn trouble(&self) -> Option<String> {
        (!self.troubles.is_empty()).then(|| self.troubles.join("; "))
    }

    /// An action ended; false when the key is not of one that is awaited.
    pub fn on_ended(&mut self, key: &TransitionKey, well: bool, ctx: &mut Context) -> bool {
        let ours = key.transition == self.number && key.planner == self.planner;
        let Some(id) = key.action.map(ActionId).filter(|id| ours && self.walk.is_under_way(*id)) else { return false };
        self.orders.remove(&id);
        ctx.timers.cancel(&Timer::Action(self.number, id));
        if well {
            self.walk.succeeded(id);
        } else {
            self.walk.failed(id);
        }
        true
    }

    /// Orders of that node are under way no more, and nothing came of them; `None`: any order.
    pub fn on_dropped(&mut self, node: &NodeName, name: Option<&OperationName>, ctx: &mut Context) {
        let meant = |order: &Order| order.target == *node && name.is_none_or(|name| order.name == *name);
        let dropped: Vec<_> = self.orders.extract_if(.., |_, order| meant(order)).collect();
        for (id, _) in dropped {
            ctx.timers.cancel(&Timer::Action(self.number, id));
            self.walk.failed(id);
        }
    }

    /// An action has taken longer than it may: its node is spoken for.
    pub fn on_timeout(&mut self, (number, id): (u64, ActionId), cib: &Element, ctx: &mut Context) {
        if number != self.number {
            return;
        }
        if let Some(order) = self.orders.get(&id) {
            let result = Box::new(given_up(order, cib, ctx));
            ctx.say(&Command::Ended { result });
        }
    }

    /// No action is awaited any more.
    pub fn cancel_timers(&self, ctx: &mut Context) {
        for action in &self.walk.plan().actions {
            ctx.timers.cancel(&Timer::Action(self.number, action.id));
        }
    }

    fn begin(&mut self, action: &Action, scene: Scene<'_>, ctx: &mut Context) {
        let key = self.key(action);
        match (&action.kind, &action.node) {
            (ActionKind::Pseudo, _) => self.walk.succeeded(action.id),
            (ActionKind::Fence { action: how }, node) => {
                let node = node.as_ref().map_or("a node", NodeName::as_str);
                self.refuse(action.id, format!("{node} would have to be fenced ({how}), and no device can do it"));
            }
            (_, Some(node)) if !scene.has_member(node) => {
                self.refuse(action.id, format!("{} is for {node}, which is no member", action.key));
            }
            (ActionKind::Resource(operation), Some(node)) => {
                self.order(action, operation, order(node, operation, key, &action.reason, ctx), ctx);
            }
            (ActionKind::Cancel(operation), Some(target)) => {
                let target = target.clone();
                let OperationName { resource, action, interval } = name_of(operation);
                ctx.say(&Command::Cancel { target, resource, action, interval, key });
            }
            (ActionKind::ClearFailcount(resource), Some(node)) => {
                let (node, resource, what) = (node.clone(), resource.clone(), Forgotten::Failures);
                ctx.say(&Command::Forget { node, resource, what, key });
            }
            (ActionKind::ForgetHistory(resource), Some(node)) => {
                let (node, resource, what) = (node.clone(), resource.clone(), Forgotten::History);
                ctx.say(&Command::Forget { node, resource, what, key });
            }
            (ActionKind::Shutdown, Some(node)) if *node == ctx.name => self.own_leave = Some(action.id),
            (ActionKind::Shutdown, Some(node)) => {
                ctx.say(&Command::MayLeave { node: node.clone() });
                self.walk.succeeded(action.id);
            }
            (
                ActionKind::Resource(_)
                | ActionKind::Cancel(_)
                | ActionKind::Shutdown
                | ActionKind::ClearFailcount(_)
                | ActionKind::ForgetHistory(_),
                None,
            ) => self.refuse(action.id, format!("{} is for no node", action.key)),
        }
    }

    fn order(&mut self, action: &Action, operation: &ResourceAction, order: Order, ctx: &mut Context) {
        ctx.say(&Command::Execute { order: Box::new(order.clone()) });
        if !operation.start_delay.is_zero() {
            self.walk.succeeded(action.id);
            return;
        }
        let patience = operation.timeout + self.walk.plan().cluster_delay.max(DELAY_MIN);
        ctx.timers.set(Timer::Action(self.number, action.id), ctx.now + patience);
        self.orders.insert(action.id, order);
    }

    fn refuse(&mut self, id: ActionId, reason: String) {
        self.walk.failed(id);
        self.troubles.push(reason);
    }

    fn key(&self, action: &Action) -> TransitionKey {
        let expected = match &action.kind {
            ActionKind::Resource(operation) | ActionKind::Cancel(operation) => operation.expected,
            ActionKind::Pseudo
            | ActionKind::Fence { .. }
            | ActionKind::Shutdown
            | ActionKind::ClearFailcount(_)
            | ActionKind::ForgetHistory(_) => 0,
        };
        TransitionKey { action: Some(action.id.0), transition: self.number, expected, planner: self.planner.clone() }
    }
}

/// Shortest time beyond an action's own timeout: a killed agent's result still has to travel.
const DELAY_MIN: Duration = Duration::from_secs(5);

fn name_of(operation: &ResourceAction) -> OperationName {
    OperationName { resource: operation.resource.clone(), action: operation.task.clone(), interval: operation.interval }
}

fn order(target: &NodeName, operation: &ResourceAction, key: TransitionKey, reason: &str, ctx: &Context) -> Order {
    Order {
        target: target.clone(),
        name: name_of(operation),
        agent: AgentName {
            class: operation.class.clone(),
            provider: operation.provider.clone(),
            kind: operation.kind.clone(),
        },
        timeout: operation.timeout,
        start_delay: operation.start_delay,
        digest: operation.digest.clone(),
        parameters: operation.parameters.clone(),
        key,
        on_fail: operation.on_fail.clone(),
        reason: reason.to_owned(),
        at: ctx.wall,
    }
}

fn given_up(order: &Order, cib: &Element, ctx: &Context) -> Ended {
    Ended {
        node: order.target.clone(),
        name: order.name.clone(),
        agent: order.agent.clone(),
        key: order.key.clone(),
        on_fail: order.on_fail.clone(),
        call: history::next_call(cib, &order.target, &order.name.resource),
        status: OperationStatus::Timeout,
        code: OcfCode::ERROR,
        reason: "the node did not say how it ended".to_owned(),
        output: String::new(),
        changed: ctx.wall,
        run_time: order.timeout,
        queue_time: Duration::ZERO,
        digest: order.digest.clone(),
    }
}

/// What people should know of a plan beside its actions: what cannot run anywhere, and what is configured wrongly.
pub fn complaints(plan: &Plan) -> Vec<(&'static str, Severity, String)> {
    let stopped = plan.placements.iter().filter(|place| place.next.is_none() && !place.reason.is_empty());
    let stopped = stopped.map(|place| {
        ("resource-not-placed", Severity::Warning, format!("{} runs nowhere: {}", place.resource, place.reason))
    });
    let findings = plan.findings.iter().map(|finding| {
        let severity = if finding.is_error { Severity::Error } else { Severity::Warning };
        ("configuration-finding", severity, format!("{}: {}", finding.element, finding.text))
    });
    stopped.chain(findings).collect()
}
