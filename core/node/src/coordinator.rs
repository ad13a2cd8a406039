//! What the coordinator does beyond a member: it asks for plans and executes them.
//!
//! ```text
//!            due, nothing under way             plan has actions
//!     Idle ────────────────────────► Planning ──────────────────► Executing
//!      ▲ ▲                            │  │ ▲                          │
//!      │ └──── nothing to do ─────────┘  │ └── over, and due again ───┤
//!      │                                 └─► Held (no plan) ─ change ─┘
//!      └───────────────── over ───────────────────────────────────────┘
//! ```
//! Nothing waits for a quantum: a plan is asked for as soon as a change that matters was delivered and no one-shot
//! operation is under way. A change during an execution ends it: what runs is awaited, nothing more is begun.

pub mod transition;

use crate::command::{Command, OperationName, TransitionKey};
use crate::context::{Context, Timer};
use crate::contract::Output;
use crate::{history, state};
use cib::Element;
use messaging::contract::View;
use model::{NodeName, Severity};
use policy::plan::{Plan, PolicyInput};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use transition::Transition;

/// The coordinator's part of a member. It sleeps in members that are not the coordinator.
#[derive(Debug)]
pub struct Coordinator {
    phase: Phase,
    due: bool,
    plans: u64,
    transition: u64,
    planner: String,
    patient: bool,
    askers: BTreeSet<(NodeName, u64)>,
    said: BTreeSet<String>,
}

#[derive(Debug)]
enum Phase {
    Idle,
    Planning { number: u64 },
    Executing(Box<Transition>),
    Held { reason: String },
}

/// What the coordinator looks at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The replica.
    pub cib: &'a Arc<Element>,
    /// The view.
    pub view: &'a View,
}

impl Scene<'_> {
    fn has_member(&self, name: &NodeName) -> bool {
        self.view.members.iter().any(|member| member.name == *name)
    }

    /// Whether a member runs something that must end before a plan can be right.
    fn is_busy(&self) -> bool {
        history::under_way(self.cib).any(|(node, name)| name.is_once() && self.has_member(&node))
    }

    /// Whether a member has not said what its hands do: they are being reached, or they are not there.
    fn lacks_hands(&self) -> bool {
        state::all(self.cib).any(|state| state.attribute("join") == Some("pending"))
    }
}

impl Coordinator {
    /// `planner` names this life of this node in transition keys.
    pub fn new(planner: String) -> Self {
        Self {
            phase: Phase::Idle,
            due: false,
            plans: 0,
            transition: 0,
            planner,
            patient: false,
            askers: BTreeSet::new(),
            said: BTreeSet::new(),
        }
    }

    /// A view begins: whatever was going on here belongs to the last one.
    pub fn enter_view(&mut self, ctx: &mut Context) {
        self.stop_waiting(ctx);
        self.phase = Phase::Idle;
        self.askers.clear();
        self.due = true;
        self.patient = true;
        ctx.timers.set(Timer::Patience, ctx.now + PATIENCE);
    }

    /// A member without hands has been waited for long enough: the plan is made without it.
    pub fn lose_patience(&mut self) {
        self.patient = false;
    }

    /// Number of the last transition that this member knows of.
    pub fn transition(&self) -> u64 {
        self.transition
    }

    /// Learns of a transition, from whoever drives it.
    pub fn learn(&mut self, transition: u64) {
        self.transition = self.transition.max(transition);
    }

    /// The phase, as `NodeStatus` calls it.
    pub fn state(&self) -> &'static str {
        match self.phase {
            Phase::Idle | Phase::Held { .. } => "idle",
            Phase::Planning { .. } => "planning",
            Phase::Executing(_) => "transition",
        }
    }

    /// The CIB has changed in a way that may change the plan.
    pub fn touch(&mut self) {
        self.due = true;
        if let Phase::Executing(transition) = &mut self.phase {
            transition.abort();
        }
    }

    /// A member wants to know when all is done.
    pub fn ask_idle(&mut self, from: &NodeName, request: u64) {
        self.askers.insert((from.clone(), request));
    }

    /// An action of the running transition ended; false when the key is of no action that is awaited.
    pub fn on_ended(&mut self, key: &TransitionKey, well: bool, ctx: &mut Context) -> bool {
        match &mut self.phase {
            Phase::Executing(transition) => transition.on_ended(key, well, ctx),
            Phase::Idle | Phase::Planning { .. } | Phase::Held { .. } => false,
        }
    }

    /// Orders of that node are under way no more, and nothing came of them; `None`: any order.
    pub fn on_dropped(&mut self, node: &NodeName, name: Option<&OperationName>, ctx: &mut Context) {
        if let Phase::Executing(transition) = &mut self.phase {
            transition.on_dropped(node, name, ctx);
        }
        self.touch();
    }

    /// An action has taken longer than it may.
    pub fn on_action_timeout(&mut self, timer: (u64, policy::plan::ActionId), scene: Scene<'_>, ctx: &mut Context) {
        if let Phase::Executing(transition) = &mut self.phase {
            transition.on_timeout(timer, scene.cib, ctx);
        }
    }

    /// The worker's answer; one that was overtaken is dropped.
    pub fn on_plan(&mut self, number: u64, plan: Result<Box<Plan>, String>, ctx: &mut Context) {
        if !matches!(self.phase, Phase::Planning { number: awaited } if awaited == number) {
            return;
        }
        match plan {
            Ok(plan) => self.start(*plan, ctx),
            Err(reason) => self.hold(reason, ctx),
        }
    }

    /// Does all that can be done now.
    pub fn settle(&mut self, scene: Scene<'_>, ctx: &mut Context) {
        if let Phase::Executing(transition) = &mut self.phase {
            transition.advance(scene, ctx);
            if transition.is_over() {
                self.finish(ctx);
            }
        }
        if self.due && self.can_plan(scene) {
            self.plan(scene, ctx);
        }
        self.answer_askers(scene, ctx);
    }

    fn can_plan(&self, scene: Scene<'_>) -> bool {
        let waits = self.patient && scene.lacks_hands();
        !waits && !scene.is_busy() && !matches!(self.phase, Phase::Executing(_))
    }

    fn plan(&mut self, scene: Scene<'_>, ctx: &mut Context) {
        self.due = false;
        self.plans += 1;
        self.phase = Phase::Planning { number: self.plans };
        ctx.timers.cancel(&Timer::Recheck);
        let input = PolicyInput { cib: Arc::clone(scene.cib), now: ctx.wall };
        ctx.put(Output::Plan { number: self.plans, input });
    }

    fn start(&mut self, plan: Plan, ctx: &mut Context) {
        self.say_what_is_new(&plan, ctx);
        Self::set_recheck(&plan, ctx);
        if plan.actions.is_empty() {
            self.phase = Phase::Idle;
            return;
        }
        self.transition += 1;
        ctx.say(&Command::Progress { transition: self.transition, under_way: true });
        self.phase = Phase::Executing(Box::new(Transition::new(self.transition, self.planner.clone(), plan)));
    }

    fn finish(&mut self, ctx: &mut Context) {
        let Phase::Executing(transition) = std::mem::replace(&mut self.phase, Phase::Idle) else { return };
        transition.cancel_timers(ctx);
        ctx.say(&Command::Progress { transition: self.transition, under_way: false });
        if let Some(reason) = transition.trouble().filter(|_| !self.due) {
            self.hold(reason, ctx);
        }
    }

    fn hold(&mut self, reason: String, ctx: &mut Context) {
        ctx.notice("plan-failed", Severity::Error, format!("nothing is done until the CIB changes: {reason}"));
        ctx.timers.set(Timer::Recheck, ctx.now + RETRY);
        self.phase = Phase::Held { reason };
    }

    fn stop_waiting(&mut self, ctx: &mut Context) {
        ctx.timers.cancel(&Timer::Recheck);
        if let Phase::Executing(transition) = &self.phase {
            transition.cancel_timers(ctx);
        }
    }

    /// Rules and failure timeouts say themselves when they change the answer; the interval is for what they forget.
    fn set_recheck(plan: &Plan, ctx: &mut Context) {
        let due = plan.recheck_at.map(|at| u64::try_from(at.0.saturating_sub(ctx.wall.0)).unwrap_or(0));
        let after = due.map_or(RECHECK, |ms| Duration::from_millis(ms).min(RECHECK));
        ctx.timers.set(Timer::Recheck, ctx.now + after);
    }

    /// Each complaint is said when it first appears, and again when it has been away.
    fn say_what_is_new(&mut self, plan: &Plan, ctx: &mut Context) {
        let mut said = BTreeSet::new();
        for (id, severity, text) in transition::complaints(plan) {
            if !self.said.contains(&text) {
                ctx.notice(id, severity, text.clone());
            }
            said.insert(text);
        }
        self.said = said;
    }

    fn answer_askers(&mut self, scene: Scene<'_>, ctx: &mut Context) {
        let trouble = match &self.phase {
            Phase::Idle if !self.due && !scene.is_busy() => None,
            Phase::Held { reason } if !self.due => Some(reason.clone()),
            Phase::Idle | Phase::Planning { .. } | Phase::Executing(_) | Phase::Held { .. } => return,
        };
        for (node, request) in std::mem::take(&mut self.askers) {
            ctx.say(&Command::Idle { node, request, trouble: trouble.clone() });
        }
    }
}

/// Longest time without a new plan, as `cluster-recheck-interval` has been for decades.
const RECHECK: Duration = Duration::from_mins(15);
/// How long a member's brain may take to reach its hands, which are on the same host.
const PATIENCE: Duration = Duration::from_secs(5);
/// When to try again what could not be planned or done.
const RETRY: Duration = Duration::from_mins(1);
