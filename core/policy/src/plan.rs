//! What policy answers: an immutable graph of actions, where everything goes, and why.

use cib::Element;
use model::{NodeName, ResourceId, Role, Score, WallTime};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// What a plan is made from: nothing else has any influence on it.
#[derive(Clone, Debug)]
pub struct PolicyInput {
    /// The whole CIB in the current schema, configuration and status.
    pub cib: Arc<Element>,
    /// The wall clock, for rules and failure timeouts.
    pub now: WallTime,
}

/// Why there is no plan: one element, one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{element}: {text}")]
pub struct PlanFailed {
    /// The id of the element that is at fault.
    pub element: String,
    /// What is wrong, and what to do.
    pub text: String,
}

impl PlanFailed {
    /// A failure that one element is to blame for.
    pub fn new(element: impl Into<String>, text: impl Into<String>) -> Self {
        Self { element: element.into(), text: text.into() }
    }
}

/// An action's place in [`Plan::actions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u32);

/// What is to be done, as the executor of the plan sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Nothing to run: done as soon as its inputs are (e.g. `group_start_0`).
    Pseudo,
    /// Run an agent on a node.
    Resource(ResourceAction),
    /// Stop a recurring operation on a node.
    Cancel(ResourceAction),
    /// Fence a node.
    Fence {
        /// `reboot`, `off` or `on`.
        action: String,
    },
    /// Let the node's cluster software stop.
    Shutdown,
    /// Forget the failures of a resource on a node.
    ClearFailcount(ResourceId),
    /// Forget the history of a resource on a node.
    ForgetHistory(ResourceId),
}

/// An agent's run, with everything needed to do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceAction {
    /// The id the agent is told (`OCF_RESOURCE_INSTANCE`); for an anonymous clone's instance the one in the history.
    pub resource: ResourceId,
    /// Class, provider and type, as in the CIB.
    pub class: String,
    /// For OCF.
    pub provider: Option<String>,
    /// The agent's name.
    pub kind: String,
    /// `start`, `monitor`, ...
    pub task: String,
    /// Zero for once.
    pub interval: Duration,
    /// When to give up.
    pub timeout: Duration,
    /// Before a recurring operation's first run.
    pub start_delay: Duration,
    /// Instance parameters after rules, then `CRM_meta_*`; without the `OCF_RESKEY_` prefix.
    pub parameters: BTreeMap<String, String>,
    /// The code that means that nothing is wrong (7 for a probe of something that should be stopped).
    pub expected: u8,
    /// The digest of its parameters, for the history (`op-digest`); empty for tasks that record none.
    pub digest: String,
    /// What a failure of it leads to, for the history: `restart`, `ignore`, `block`, `stop`, `fence`, `standby`, `demote`.
    pub on_fail: String,
}

/// A vertex of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its place.
    pub id: ActionId,
    /// `OpenSIPS_monitor_10000`, `stonith-sip-b-reboot`: the name people know.
    pub key: String,
    /// What to do.
    pub kind: ActionKind,
    /// Where; `None` for pseudo actions.
    pub node: Option<NodeName>,
    /// The actions that must have succeeded before.
    pub after: Vec<ActionId>,
    /// Higher first, and what an abort may not stop (Pacemaker's synapse priority).
    pub priority: i32,
    /// Why it is in the plan: one clause for people, e.g. "sip-b is now preferred by 20".
    pub reason: String,
}

/// A change that is wanted and cannot run: what `crm_simulate` calls blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// `billing_start_0`.
    pub key: String,
    /// Whose.
    pub resource: ResourceId,
    /// `start`, `stop`, `promote` or `demote`.
    pub task: String,
    /// Where it would be done.
    pub node: Option<NodeName>,
    /// What it waits for; empty when the reason lies in itself.
    pub waits_for: Vec<Obstacle>,
    /// Why it cannot run: one clause for people.
    pub reason: String,
}

/// What a withheld action waits for, and why that does not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// `database_start_0`.
    pub key: String,
    /// Where it would be done; `None`: no node can do it.
    pub node: Option<NodeName>,
    /// Why it cannot run: one clause for people.
    pub reason: String,
}

/// One term of a resource's score on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// How much.
    pub score: Score,
    /// The id of the configuration element it comes from, e.g. `rule_sip-a`; empty for built-in terms.
    pub source: Arc<str>,
    /// One clause for people: "location rule", "stickiness of 3 running members", "12 failures at -10 each".
    pub text: Arc<str>,
}

/// A node as every resource finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name.
    pub name: NodeName,
    /// What rules it out whatever the score: "standby", "offline", "unclean".
    pub veto: Option<&'static str>,
}

/// How one node stood for one resource.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Which node.
    pub host: &'a Host,
    /// The final score.
    pub score: Score,
    pub(crate) place: usize,
    candidates: &'a Candidates,
}

impl<'a> Candidate<'a> {
    /// The terms of its score, in the order they were added.
    pub fn contributions(self) -> impl Iterator<Item = &'a Contribution> {
        self.candidates.contributions.iter().filter(move |(place, _)| *place == self.place).map(|(_, term)| term)
    }
}

/// How the nodes stood for one resource: there are as many of these as there are resources, so they are dense, and what
/// all have in common is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates {
    hosts: Arc<[Host]>,
    /// By the place of the host; `None`: not looked at.
    scores: Box<[Option<Score>]>,
    /// By the place of the host, in the order they were added.
    contributions: Box<[(usize, Contribution)]>,
}

impl Candidates {
    pub(crate) fn new(
        hosts: &Arc<[Host]>,
        scores: Box<[Option<Score>]>,
        contributions: Box<[(usize, Contribution)]>,
    ) -> Self {
        Self { hosts: Arc::clone(hosts), scores, contributions }
    }

    /// Every node that was looked at.
    pub fn iter(&self) -> impl Iterator<Item = Candidate<'_>> {
        let scored = self.hosts.iter().zip(&self.scores).enumerate();
        scored.filter_map(|(place, (host, score))| Some(Candidate { host, score: (*score)?, place, candidates: self }))
    }
}

/// Where one primitive (or clone instance) is, where it goes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Which.
    pub resource: ResourceId,
    /// Where it is active now.
    pub current: Vec<NodeName>,
    /// Its role now.
    pub current_role: Role,
    /// Where it is to be; `None`: nowhere.
    pub next: Option<NodeName>,
    /// Its role then.
    pub next_role: Role,
    /// How the nodes stood for it.
    pub candidates: Candidates,
    /// One sentence: why there, or why nowhere.
    pub reason: String,
}

/// Something wrong in the configuration that did not stop the planning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// True: an error (`crm_verify` fails on it); false: a warning.
    pub is_error: bool,
    /// The id of the element.
    pub element: String,
    /// What, and what to do.
    pub text: String,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The graph; `actions[i].id == i`.
    pub actions: Vec<Action>,
    /// One for each primitive and instance.
    pub placements: Vec<Placement>,
    /// What should be done and cannot.
    pub withheld: Vec<Withheld>,
    /// In the order they were found.
    pub findings: Vec<Finding>,
    /// How many actions may be under way at once; 0: no limit.
    pub batch_limit: u32,
    /// How long an action may take beyond its own timeout.
    pub cluster_delay: Duration,
    /// When a rule or a failure timeout next changes the answer.
    pub recheck_at: Option<WallTime>,
}
