//! What an operator reads of what happened: one sentence per fact, from the delivered commands.
//!
//! Every member tells the same story, because every member heard the same commands; so each host's events are whole.

use crate::command::{Ended, Order};
use crate::context::Context;
use crate::history::failcount;
use crate::state;
use cib::{Element, Version};
use messaging::contract::View;
use model::{NodeName, OperationStatus, Severity};
use std::collections::BTreeSet;

/// A view has begun and its members agree.
pub fn joined(before: Option<&View>, view: &View, version: Version, ctx: &mut Context) {
    let text = format!("the members of view {} agree on the CIB {version}", view.number);
    ctx.notice("cib-agreed", Severity::Debug, text);
    let names = |view: &View| view.members.iter().map(|member| member.name.clone()).collect::<BTreeSet<_>>();
    let now = names(view);
    let then = before.map(names).unwrap_or_default();
    for name in now.difference(&then) {
        ctx.notice("node-joined", Severity::Notice, format!("{name} is a member of the cluster"));
    }
    if before.is_none_or(|before| before.coordinator != view.coordinator) {
        ctx.notice("coordinator-chosen", Severity::Info, format!("{} is the coordinator", view.coordinator));
    }
    if before.is_some_and(|before| before.quorate) != view.quorate {
        quorum(view, ctx);
    }
}

/// Members of the last view are not in the new one.
pub fn departed(before: &View, view: &View, cib: &Element, ctx: &mut Context) {
    let gone = before.members.iter().filter(|old| view.members.iter().all(|member| member.name != old.name));
    for member in gone {
        let name = &member.name;
        let in_order = state::of(cib, name).and_then(|state| state.attribute("expected")) == Some("down");
        if in_order {
            ctx.notice("node-left", Severity::Notice, format!("{name} has left the cluster"));
        } else {
            ctx.notice("node-lost", Severity::Warning, format!("{name} is lost: it has not been heard for deadtime"));
        }
    }
}

fn quorum(view: &View, ctx: &mut Context) {
    let (members, all) = (view.members.len(), view.members.len() + view.absent.len());
    if view.quorate {
        ctx.notice(
            "quorum-gained",
            Severity::Notice,
            format!("this part of the cluster has quorum ({members} of {all} nodes)"),
        );
    } else {
        let text =
            format!("this part of the cluster has no quorum ({members} of {all} nodes): no-quorum-policy decides");
        ctx.notice("quorum-lost", Severity::Error, text);
    }
}

/// An operation begins.
pub fn begun(order: &Order, ctx: &mut Context) {
    let Order { name, target, reason, .. } = order;
    let severity = if name.action == "monitor" { Severity::Debug } else { Severity::Info };
    let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    ctx.notice(
        "operation-begun",
        severity,
        format!("{} of {} on {target} begins{because}", spoken(name), name.resource),
    );
}

/// An operation has ended.
pub fn ended(ended: &Ended, cib: &Element, ctx: &mut Context) {
    if ended.failed() {
        failed(ended, cib, ctx);
        return;
    }
    let (id, word) = match ended.name.action.as_str() {
        "start" => ("resource-started", "started"),
        "stop" => ("resource-stopped", "stopped"),
        "promote" => ("resource-promoted", "promoted"),
        "demote" => ("resource-demoted", "demoted"),
        _ => return,
    };
    let (resource, node, ms) = (&ended.name.resource, &ended.node, ended.run_time.as_millis());
    ctx.notice(id, Severity::Notice, format!("{resource} {word} on {node} in {ms} ms"));
}

fn failed(ended: &Ended, cib: &Element, ctx: &mut Context) {
    let (resource, node) = (&ended.name.resource, &ended.node);
    if ended.name.is_probe() {
        let text = format!("{resource} was found on {node}: its probe returned '{}'", ended.code);
        ctx.notice("resource-found", Severity::Notice, text);
        return;
    }
    let why = if ended.reason.is_empty() { String::new() } else { format!(" ({})", ended.reason) };
    let count = state::of(cib, node).map(|state| failcount::total(state, resource)).unwrap_or_default();
    let text = format!(
        "{} of {resource} on {node} {}{why}; failures counted there: {count}",
        spoken(&ended.name),
        outcome(ended)
    );
    ctx.notice("operation-failed", Severity::Error, text);
}

fn outcome(ended: &Ended) -> String {
    match ended.status {
        OperationStatus::Timeout => format!("took longer than its timeout ({} ms)", ended.run_time.as_millis()),
        OperationStatus::NotInstalled => "could not run: the agent is not installed".to_owned(),
        OperationStatus::NotConnected => "could not run: the node's hands are not there".to_owned(),
        OperationStatus::Pending
        | OperationStatus::Done
        | OperationStatus::Cancelled
        | OperationStatus::NotSupported
        | OperationStatus::Error
        | OperationStatus::ErrorHard
        | OperationStatus::ErrorFatal
        | OperationStatus::Invalid => format!("returned '{}' ({})", ended.code, ended.code.0),
    }
}

fn spoken(name: &crate::command::OperationName) -> String {
    match (name.is_probe(), name.is_once()) {
        (true, _) => "probe".to_owned(),
        (false, true) => name.action.clone(),
        (false, false) => format!("{} every {} ms", name.action, name.interval.as_millis()),
    }
}

/// The file on this host's disk was older than what the cluster has.
pub fn replaced(winner: &NodeName, ctx: &mut Context) {
    let text =
        format!("the configuration of {winner} is in force here, too; the older one of this host is kept in a file");
    ctx.notice("configuration-replaced", Severity::Info, text);
}

/// What this part of a divided cluster had changed is kept in a file.
pub fn overruled(winner: &NodeName, ctx: &mut Context) {
    let text = format!(
        "the cluster was divided: the configuration of {winner} is in force; what was changed here meanwhile is kept in a \
         file of its own, to be compared and applied again where it is still wanted"
    );
    ctx.notice("changes-kept-aside", Severity::Critical, text);
}
