//! `-C`, `-R`, `-F`, `--restart`, `--wait`: what the brain does with a resource's history and state.

use super::{wanted, wanted_node};
use crate::configuration::{nodes, pairs, resources};
use crate::exit::Exit;
use crate::failcounts;
use crate::failure::Failure;
use crate::session::Session;
use api::{Change, Request};
use cib::Element;

/// How long to wait for the cluster to come to rest unless told otherwise: longer than any sane chain of agents.
const WAIT_DEFAULT_MS: u64 = 3_600_000;

/// How long a cleanup waits for what it sets off.
const SETTLE_MS: u64 = 60_000;

/// Forgets failures (or all history) of a resource and its collective, on one node or all.
pub(super) fn forget(session: &mut Session, whole_history: bool) -> Result<(), Failure> {
    let node = wanted_node(session)?;
    let Some(id) = session.options.value("resource").map(str::to_owned) else {
        session.request(&Request::Cleanup { resource: None, node: node.clone(), whole_history })?;
        let place = node.map_or("all nodes".to_owned(), |node| node);
        session.console.say(format!("Cleaned up all resources on {place}"));
        return settle(session);
    };
    let cib = session.cib()?;
    if !is_asked_for(session, &cib, &id) {
        return Ok(());
    }
    let hosts: Vec<String> = match &node {
        Some(node) => vec![node.clone()],
        None => nodes::all(&cib).into_iter().map(|node| node.name).collect(),
    };
    for primitive in resources::cleaned_with(&cib, &id, session.options.has("force"))? {
        let resource = Some(primitive.clone());
        session.request(&Request::Cleanup { resource, node: node.clone(), whole_history })?;
        for host in &hosts {
            session.console.say(format!("Cleaned up {primitive} on {host}"));
        }
    }
    settle(session)
}

/// Waits until the cluster has looked again and acted on it, so that the next command sees how things are.
pub(in crate::tools) fn settle(session: &mut Session) -> Result<(), Failure> {
    if !session.is_live() {
        return Ok(());
    }
    match session.request(&Request::WaitIdle { timeout_ms: SETTLE_MS }) {
        Err(failure) if failure.exit == Exit::TIMEOUT => {
            session.console.complain("the cluster is still at work; see crm_mon");
            Ok(())
        }
        other => other,
    }
}

/// With `-n OPERATION`, only a resource whose operation failed is cleaned up.
fn is_asked_for(session: &Session, cib: &Element, id: &str) -> bool {
    let Some(operation) = session.options.value("operation") else { return true };
    nodes::all(cib).iter().any(|node| {
        let counters = failcounts::counters(cib, &node.name, id);
        counters.iter().any(|counter| counter.operation.split('_').next() == Some(operation))
    })
}

pub(super) fn fail(session: &mut Session) -> Result<(), Failure> {
    let id = wanted(session)?;
    let resource = {
        let cib = session.cib()?;
        let found = resources::named(&cib, &id)?;
        if found.element.name() != "primitive" {
            let reason = format!("'{id}' is a {}; only a primitive can fail", found.element.name());
            return Err(Failure::usage(reason).hint("name one of its members"));
        }
        id
    };
    let node = match wanted_node(session)? {
        Some(node) => node,
        None => match session.places(&resource)?.as_slice() {
            [one] => one.clone(),
            _ => return Err(Failure::usage("it is not clear on which node it is to fail").hint("add -N NODE")),
        },
    };
    session.request(&Request::Fail { resource, node })
}

pub(super) fn wait(session: &mut Session) -> Result<(), Failure> {
    let timeout_ms = match session.options.value("timeout") {
        Some(text) => crate::time::milliseconds(text)?,
        None => WAIT_DEFAULT_MS,
    };
    session.request(&Request::WaitIdle { timeout_ms })
}

/// Stops by `target-role`, waits, and puts back what was set before.
pub(super) fn restart(session: &mut Session) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    if session.places(&id)?.is_empty() {
        return Err(Failure::new(Exit::NOT_RUNNING, format!("{id} is not running, so it cannot be restarted")));
    }
    let mut sets = pairs::below(found.element, "meta_attributes");
    let before = sets.find(|pair| pair.name == "target-role");
    let own_set = format!("{id}-meta_attributes");
    let own_pair = format!("{own_set}-target-role");
    let (set, pair) = before.map_or((&*own_set, &*own_pair), |before| (before.set, before.id));
    let role = |value: &str| {
        let sets = pairs::element("meta_attributes", set, pair, "target-role", Some(value));
        let xml = Element::new(found.element.name()).with("id", &id).with_child(sets).to_xml();
        Change::Modify { section: Some("resources".to_owned()), xml, may_create: true }
    };
    let nothing = Element::new("nvpair").with("id", pair).with("name", "target-role").to_xml();
    let put_back = match before {
        Some(before) => role(before.value),
        None => Change::Delete { section: Some("resources".to_owned()), xml: nothing },
    };
    session.change(role("Stopped"))?;
    let stopped = wait(session);
    session.change(put_back)?;
    stopped?;
    wait(session)
}
