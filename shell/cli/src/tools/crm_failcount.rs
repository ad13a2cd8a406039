//! `crm_failcount`: how often a resource failed on a node, and forgetting it.

use super::crm_attribute::say_value;
use crate::attribute::{self, Scope};
use crate::configuration::resources;
use crate::exit::Exit;
use crate::failcounts::{self, Counter};
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use api::{Change, Request};
use model::Score;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows, sets and forgets the failures of a resource on a node",
    usage: "-r RESOURCE [-G | -v COUNT | -D] [-N NODE] [OPTIONS]",
    options: &[
        Opt::flag("query", "G", "show the count (the default)").or(&["get-value"]),
        Opt::value("update", "v", "COUNT", "set the count, e.g. 0").or(&["attr-value"]),
        Opt::flag("delete", "D", "forget the failures, as crm_resource -C does").or(&["delete-attr"]),
        Opt::value("resource", "r", "ID", "of this resource").or(&["resource-id"]),
        Opt::value("node", "NU", "NODE", "on this node instead of this host").or(&["uname", "node-uname"]),
        Opt::value("node-uuid", "u", "ID", "on the node of this id"),
        Opt::value("operation", "n", "NAME", "only failures of this operation"),
        Opt::value("interval", "I", "TIME", "only of the operation with this interval"),
        Opt::flag("quiet", "qQ", "the count only"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::value("lifetime", "l", "LIFETIME", "accepted: failures are kept until a restart"),
        Opt::value("id", "i", "ID", "accepted").or(&["attr-id"]),
        Opt::flag("inhibit-policy-engine", "!", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let resource = session.options.require("resource", 'r')?.to_owned();
    let node = attribute::wanted_node(session)?;
    let command = session.options.last_of(&["query", "update", "delete"]);
    match command {
        Some(("update", Some(count))) => set(session, &resource, &node.name, &count)?,
        Some(("delete", _)) => forget(session, &resource, &node.name)?,
        _ => {
            let counters = chosen(session, &resource, &node.name)?;
            let name = format!("fail-count-{resource}");
            say_value(session, &Scope::Transient(node), &name, &failcounts::sum(&counters).to_string());
        }
    }
    Ok(Exit::OK)
}

/// The counters that are asked about. A resource that is gone may still have some; one that never was is an error.
fn chosen(session: &mut Session, resource: &str, node: &str) -> Result<Vec<Counter>, Failure> {
    let cib = session.cib()?;
    let all = failcounts::counters(&cib, node, resource);
    if all.is_empty() {
        resources::named(&cib, resource)?;
    }
    let Some(operation) = session.options.value("operation") else { return Ok(all) };
    let interval = session.options.value("interval").map(crate::time::milliseconds).transpose()?;
    let wanted = |counter: &Counter| match (counter.operation.rsplit_once('_'), interval) {
        (Some((name, ms)), Some(interval)) => name == operation && ms == interval.to_string(),
        (Some((name, _)), None) => name == operation,
        (None, _) => false,
    };
    Ok(all.into_iter().filter(wanted).collect())
}

/// Leaves one counter of that value, or none for 0.
fn set(session: &mut Session, resource: &str, node: &str, count: &str) -> Result<(), Failure> {
    let cib = session.cib()?;
    let id = resources::named(&cib, resource)?.element.id().unwrap_or(resource).to_owned();
    let counts = count.contains("++") || count.contains("+=");
    let value = Score::parse(count).filter(|score| *score >= Score::ZERO);
    if value.is_none() && !counts {
        return Err(Failure::usage(format!("'{count}' is no count")).hint("use a number from 0, or INFINITY"));
    }
    let kept = failcounts::attribute(&cib, node, &id);
    if !counts {
        let old = failcounts::counters(&cib, node, &id);
        for counter in old.iter().filter(|counter| value == Some(Score::ZERO) || counter.attribute != kept) {
            write(session, node, &counter.attribute, None)?;
        }
    }
    match value {
        Some(Score::ZERO) => Ok(()),
        _ => write(session, node, &kept, Some(count)),
    }
}

fn write(session: &mut Session, node: &str, name: &str, value: Option<&str>) -> Result<(), Failure> {
    let value = value.map(str::to_owned);
    session.change(Change::Attribute { node: node.to_owned(), name: name.to_owned(), value, permanent: false })
}

fn forget(session: &mut Session, resource: &str, node: &str) -> Result<(), Failure> {
    let cib = session.cib()?;
    for id in resources::cleaned_with(&cib, resource, false)? {
        let (resource, node) = (Some(id.clone()), Some(node.to_owned()));
        session.request(&Request::Cleanup { resource, node: node.clone(), whole_history: false })?;
        session.console.say(format!("Cleaned up {id} on {}", node.unwrap_or_default()));
    }
    super::crm_resource::cleanup::settle(session)
}
