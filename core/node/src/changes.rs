//! Changes that clients ask for: applied to the tree alike on every replica, or refused with a reason.

use crate::attributes;
use crate::command::{AgentName, Ended, OperationName, TransitionKey};
use crate::contract::{Change, Refusal};
use crate::history::{self, entry, failcount};
use crate::{stamp, state};
use cib::{Element, Version};
use model::{NodeName, OcfCode, OperationStatus, ResourceId, WallTime};
use std::sync::Arc;
use std::time::Duration;

/// A change that was not made; nothing is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which kind of refusal.
    pub kind: Refusal,
    /// What is wrong.
    pub reason: String,
    /// What to do instead; may be empty.
    pub hint: String,
}

impl Refused {
    /// What was named does not exist.
    pub fn not_found(reason: String) -> Self {
        Self { kind: Refusal::NotFound, reason, hint: String::new() }
    }
}

impl From<cib::ChangeRefused> for Refused {
    fn from(refused: cib::ChangeRefused) -> Self {
        let kind = match refused.kind {
            cib::Refusal::NotFound => Refusal::NotFound,
            cib::Refusal::Exists => Refusal::Exists,
            cib::Refusal::Invalid => Refusal::Invalid,
            cib::Refusal::Old => Refusal::Old,
        };
        Self { kind, reason: refused.reason, hint: refused.hint }
    }
}

/// Who changes it, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// The node whose client it is.
    pub origin: &'a NodeName,
    /// `root via cibadmin`.
    pub client: &'a str,
    /// The origin's wall clock.
    pub at: WallTime,
}

/// The tree after the change, with its version raised; the same tree when nothing is different.
pub fn apply(before: &Arc<Element>, change: &Change, by: By<'_>) -> Result<Arc<Element>, Refused> {
    let mut after = edited(before, change)?;
    let is_other = after.child("configuration") != before.child("configuration");
    if is_other {
        stamp::write(Arc::make_mut(&mut after), by.origin, by.client, by.at);
    }
    Ok(after)
}

/// Without quorum the configuration stays as it is, for a majority elsewhere may be changing it. It can be changed where
/// the result says that quorum is of no importance.
pub fn allow_without_quorum(after: &Element) -> Result<(), Refused> {
    if failcount::option(after, "no-quorum-policy") == Some("ignore") {
        return Ok(());
    }
    Err(Refused {
        kind: Refusal::NoQuorum,
        reason: "this part of the cluster has no quorum: another part may be in charge".to_owned(),
        hint: "bring back a majority of the nodes, or, where the others are known to be down, set \
               no-quorum-policy=ignore first"
            .to_owned(),
    })
}

/// The result of a failure that nobody saw (`crm_resource -F`).
pub fn simulated_failure(
    cib: &Element,
    resource: &ResourceId,
    node: &NodeName,
    at: WallTime,
) -> Result<Ended, Refused> {
    let state = state::of(cib, node).ok_or_else(|| Refused::not_found(format!("there is no node {node}")))?;
    let record = entry::existing(state, resource)
        .ok_or_else(|| Refused::not_found(format!("{resource} has no history on {node}")))?;
    let text = |name: &str| record.attribute(name).unwrap_or_default().to_owned();
    Ok(Ended {
        node: node.clone(),
        name: OperationName { resource: resource.clone(), action: "asyncmon".to_owned(), interval: Duration::ZERO },
        agent: AgentName {
            class: text("class"),
            provider: record.attribute("provider").map(str::to_owned),
            kind: text("type"),
        },
        key: TransitionKey { action: None, transition: 0, expected: 0, planner: "simulated".to_owned() },
        on_fail: String::new(),
        call: history::next_call(cib, node, resource),
        status: OperationStatus::Done,
        code: OcfCode::ERROR,
        reason: "Simulated failure".to_owned(),
        output: String::new(),
        changed: at,
        run_time: Duration::ZERO,
        queue_time: Duration::ZERO,
        digest: String::new(),
    })
}

fn edited(before: &Arc<Element>, change: &Change) -> Result<Arc<Element>, Refused> {
    match change {
        Change::Edit { edit } => cib::apply(before, edit).map_err(Refused::from),
        Change::Attribute { node, name, value, permanent } => {
            attribute(before, &attributes::Wanted { node, name, value: value.as_deref(), permanent: *permanent })
        }
    }
}

fn attribute(before: &Arc<Element>, wanted: &attributes::Wanted<'_>) -> Result<Arc<Element>, Refused> {
    let mut after = Arc::clone(before);
    attributes::change(Arc::make_mut(&mut after), wanted).map_err(Refused::not_found)?;
    if after == *before {
        return Ok(after);
    }
    let version = Version::of(before);
    let raised = if wanted.permanent { version.configured() } else { version.updated() };
    raised.write(Arc::make_mut(&mut after));
    Ok(after)
}
