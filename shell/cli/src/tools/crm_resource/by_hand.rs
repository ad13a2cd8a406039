//! `--force-start` and its kin: the agent of a resource run on this host by hand, beside the cluster.
//!
//! With the environment that the cluster itself would give it, and with what it prints shown as it comes.

#[cfg(test)]
mod tests;

use super::wanted;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use executor::Settings;
use executor::command::{Invocation, invocations};
use executor::contract::{Agent, Exit as End, Operation};
use executor::outcome::{Outcome, judge};
use model::{OcfCode, OperationStatus, ResourceId};
use policy::state::{Cluster, RscIx};
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Without `-T`.
const TIMEOUT_DEFAULT_MS: u64 = 20_000;
/// How often a running agent is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Runs the agent; its own code is ours.
pub(super) fn run(session: &mut Session, command: &str) -> Result<Exit, Failure> {
    let (id, cluster) = (wanted(session)?, session.cluster()?);
    let rsc = primitive(&cluster, &id)?;
    let action = match command {
        "validate" => "validate-all",
        "force-check" => "monitor",
        other => other.trim_start_matches("force-"),
    };
    if !matches!(action, "validate-all" | "monitor") {
        guard(session, &cluster, rsc, action)?;
    }
    let timeout = session.options.value("timeout").map_or(Ok(TIMEOUT_DEFAULT_MS), crate::time::milliseconds)?;
    let operation = operation(session, &cluster, rsc, action, Duration::from_millis(timeout));
    let outcome = perform(&Settings::for_cores(1), &operation)?;
    let Agent { class, provider, kind } = &operation.agent;
    let provider = provider.as_ref().map(|provider| format!("{provider}:")).unwrap_or_default();
    let OcfCode(code) = outcome.code;
    session.console.say(format!("{action} of {id} ({class}:{provider}{kind}) returned '{}' ({code})", outcome.code));
    if !outcome.reason.is_empty() {
        session.console.complain(outcome.reason);
    }
    Ok(if outcome.status == OperationStatus::Timeout { Exit::TIMEOUT } else { Exit::from(code) })
}

/// The one primitive that is meant; any instance of a clone stands for all.
fn primitive(cluster: &Cluster, id: &str) -> Result<RscIx, Failure> {
    let found = cluster.rsc_by_id(id).ok_or_else(|| Failure::no_such(format!("resource '{id}' not found")))?;
    let parts = cluster.primitives(found);
    let first = *parts.first().ok_or_else(|| Failure::no_such(format!("'{id}' has no primitive")))?;
    if let Some(other) = parts.iter().find(|part| cluster.rscs[**part].base_id != cluster.rscs[first].base_id) {
        let hint = format!("name one of them, e.g. -r {} or -r {}", cluster.rscs[first].id, cluster.rscs[*other].id);
        return Err(Failure::usage(format!("'{id}' has several members, and each its own agent")).hint(hint));
    }
    Ok(first)
}

/// A second copy is never started by accident, and whoever works beside the cluster is told that it will interfere.
fn guard(session: &mut Session, cluster: &Cluster, rsc: RscIx, action: &str) -> Result<(), Failure> {
    let (rsc, here) = (&cluster.rscs[rsc], session.world.host.clone());
    let elsewhere = rsc.active.iter().map(|node| &*cluster.nodes[*node].name).find(|name| *name != here);
    if let (Some(node), "start" | "promote", false) = (elsewhere, action, session.options.has("force")) {
        let reason = format!("{} is active on {node}: {action} here may make a second copy", rsc.id);
        return Err(Failure::new(Exit::UNSAFE, reason).hint("stop it there first, or add --force"));
    }
    if rsc.managed && !session.options.has("quiet") {
        let command = format!("crm_resource -r {} --meta -p is-managed -v false", rsc.base_id);
        session.console.complain(format!(
            "the cluster manages {} and may undo this; to prevent that, first: {command}",
            rsc.base_id
        ));
    }
    Ok(())
}

fn operation(session: &Session, cluster: &Cluster, rsc: RscIx, action: &str, timeout: Duration) -> Operation {
    let text = |name: &str| cluster.rscs[rsc].xml.attribute(name).map(str::to_owned);
    let own = cluster.parameters(rsc, cluster.node_by_name(&session.world.host));
    let own = own.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Operation {
        resource: ResourceId::new(&*cluster.rscs[rsc].id),
        agent: Agent {
            class: cluster.rscs[rsc].class().to_owned(),
            provider: text("provider"),
            kind: text("type").unwrap_or_default(),
        },
        action: action.to_owned(),
        interval: Duration::ZERO,
        timeout,
        start_delay: Duration::ZERO,
        parameters: own.chain([meta(timeout)]).collect(),
        tag: String::new(),
    }
}

/// What agents read to keep their own waiting within bounds.
fn meta(timeout: Duration) -> (String, String) {
    ("CRM_meta_timeout".to_owned(), timeout.as_millis().to_string())
}

/// Runs it to its end, or to the end of its time.
fn perform(settings: &Settings, operation: &Operation) -> Result<Outcome, Failure> {
    if !["ocf", "lsb"].contains(&operation.agent.class.as_str()) {
        let reason = format!("agents of class '{}' are not run by hand here", operation.agent.class);
        return Err(Failure::new(Exit::UNIMPLEMENTED, reason).hint("for a systemd unit: systemctl"));
    }
    let ways = invocations(settings, &BTreeMap::new(), operation)
        .map_err(|error| Failure::new(Exit::CONFIG, error.to_string()))?;
    let Invocation { command, dialect } = &ways[0];
    let end = match start(command).and_then(|child| end_of(child, operation.timeout)) {
        Ok(Some(status)) => meaning(status),
        Ok(None) => {
            let reason = format!("no end after {} ms: killed", operation.timeout.as_millis());
            return Ok(Outcome::without_agent(OperationStatus::Timeout, OcfCode::ERROR, reason));
        }
        Err(error) => End::NotFound(format!("cannot run {}: {error}", command.program)),
    };
    Ok(judge(*dialect, &operation.action, &end, "", ""))
}

fn start(command: &executor::contract::Command) -> io::Result<Child> {
    let mut process = Command::new(&command.program);
    process.args(&command.arguments).env_clear().envs(&command.environment).stdin(Stdio::null());
    process.process_group(0).spawn()
}

/// How it ended; `None` when it was out of time and has been killed with all that it had started.
fn end_of(mut child: Child, timeout: Duration) -> io::Result<Option<ExitStatus>> {
    let begin = Instant::now();
    while begin.elapsed() < timeout {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    kill_process_group(Pid::from_child(&child), Signal::KILL)?;
    child.wait().map(|_| None)
}

fn meaning(status: ExitStatus) -> End {
    let byte = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Code(byte(code)),
        (None, signal) => End::Signal(byte(signal.unwrap_or_default())),
    }
}
