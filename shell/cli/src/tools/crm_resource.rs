//! `crm_resource`: where resources are, moving them, forgetting their failures, changing their parameters.
//!
//! One table for the spelling of Heartbeat 2 and of today; each command lives in a file of its own below.

mod agents;
mod by_hand;
pub(in crate::tools) mod cleanup;
mod operations;
mod parameters;
pub(crate) mod placement;
mod query;

use crate::configuration::resources;
use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Opt, Takes};
use crate::session::Session;
use crate::tool::Tool;
use api::Request;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows, moves, cleans up and changes resources",
    usage: "[COMMAND] [-r RESOURCE] [OPTIONS]",
    options: &[
        Opt::flag("list", "L", "all resources with their state (the default)"),
        Opt::flag("list-raw", "l", "the ids of all primitives"),
        Opt::flag("locate", "W", "where a resource is running"),
        Opt::flag("why", "Y", "why a resource is where it is, or why each that is not running is not"),
        Opt::flag("query-xml", "qx", "state and configuration of a resource"),
        Opt::flag("query-xml-raw", "w", "the same, templates not merged in"),
        Opt::flag("list-operations", "O", "the operations on record that say how resources are"),
        Opt::flag("list-all-operations", "o", "all operations on record"),
        Opt::flag("constraints", "a", "the constraints about a resource"),
        Opt::flag("stack", "A", "the same"),
        Opt::flag("move", "M", "away from its node, or with -N to that node, by a constraint").or(&["migrate"]),
        Opt::flag("ban", "B", "keep it off its node, or off -N, by a constraint"),
        Opt::flag("clear", "U", "remove the constraints of -M and -B").or(&["un-move", "un-migrate"]),
        Opt::flag("expired", "e", "with -U: only those whose lifetime is over"),
        Opt::value("lifetime", "u", "DURATION", "with -M, -B: for so long, e.g. PT2H"),
        Opt::flag("promoted", "", "with -M, -B, -U: the promoted role only").or(&["master"]),
        Opt::flag("cleanup", "C", "forget failures and look again"),
        Opt::flag("refresh", "R", "forget the whole history and look again"),
        Opt::flag("reprobe", "P", "the same for all resources"),
        Opt::flag("fail", "F", "record a failure, as if a monitor had found it"),
        Opt::flag("restart", "", "stop and start a resource and what depends on it"),
        Opt::flag("wait", "", "wait until nothing is under way"),
        Opt::flag("validate", "", "let the agent check its parameters on this host"),
        Opt::flag("force-check", "", "run the agent's monitor on this host, beside the cluster"),
        Opt::flag("force-start", "", "the same with start; the cluster does not know of it"),
        Opt::flag("force-stop", "", "the same with stop"),
        Opt::flag("force-promote", "", "the same with promote"),
        Opt::flag("force-demote", "", "the same with demote"),
        Opt::value("set-parameter", "p", "NAME", "set a parameter (with -v)"),
        Opt::value("get-parameter", "g", "NAME", "show a parameter"),
        Opt::value("delete-parameter", "d", "NAME", "delete a parameter"),
        Opt::value("set-property", "S", "NAME", "set an attribute of the element (with -v)"),
        Opt::value("get-property", "G", "NAME", "show an attribute of the element"),
        Opt::flag("meta", "m", "with -p, -g, -d: a meta attribute"),
        Opt::flag("utilization", "z", "with -p, -g, -d: a utilization attribute"),
        Opt::value("set-name", "s", "ID", "with -p, -d: in the set of this id"),
        Opt::value("nvpair", "i", "ID", "with -p, -d: the pair of this id"),
        Opt::value("parameter-value", "v", "VALUE", "the value for -p and -S").or(&["property-value"]),
        Opt::flag("delete", "D", "delete a resource from the configuration (with -t)"),
        Opt::value("resource-type", "t", "TAG", "with -D: primitive, group, clone, ..."),
        Opt::value("resource", "r", "ID", "the resource").or(&["resource-id"]),
        Opt::value("node", "NH", "NODE", "the node").or(&["host-uname"]),
        Opt::value("operation", "n", "NAME", "with -C: only if this operation failed"),
        Opt::value("interval", "I", "TIME", "with -C -n: of the operation with this interval"),
        Opt::flag("list-standards", "", "the classes of agents"),
        Opt::flag("list-ocf-providers", "", "the providers of OCF agents"),
        Opt::value("list-agents", "", "CLASS:PROVIDER", "the agents installed here"),
        Opt::value("list-ocf-alternatives", "", "TYPE", "the providers of an OCF agent"),
        Opt::value("show-metadata", "", "AGENT", "what an agent says of itself, e.g. ocf:heartbeat:IPaddr2"),
        Opt::value("timeout", "T", "TIME", "with --wait, --restart, --force-...: give up after so long"),
        Opt::value("xml-file", "X", "FILE", "work on this file instead of the cluster"),
        Opt::flag("force", "f", "do it although something speaks against it"),
        Opt::flag("quiet", "Q", "say less"),
        Opt::flag("recursive", "", "accepted"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::refused(
            "digests",
            "",
            "the cluster compares parameters by itself; `systole plan` shows what would come of it",
        ),
        Opt::refused("class", "", "only configured resources can be looked at; name one with -r"),
        Opt::refused("agent", "", "only configured resources can be looked at; name one with -r"),
        Opt::refused("provider", "", "only configured resources can be looked at; name one with -r"),
        Opt::refused("option", "", "set parameters with -p, or try them in a file: CIB_file=FILE"),
        Opt::flag("pending", "j", "accepted: pending operations are always shown").takes(Takes::Nothing),
    ],
    run,
};

const COMMANDS: &[&str] = &[
    "list",
    "list-raw",
    "locate",
    "why",
    "query-xml",
    "query-xml-raw",
    "list-operations",
    "list-all-operations",
    "constraints",
    "stack",
    "move",
    "ban",
    "clear",
    "cleanup",
    "refresh",
    "reprobe",
    "fail",
    "restart",
    "wait",
    "validate",
    "force-check",
    "force-start",
    "force-stop",
    "force-promote",
    "force-demote",
    "set-parameter",
    "get-parameter",
    "delete-parameter",
    "set-property",
    "get-property",
    "delete",
    "list-standards",
    "list-ocf-providers",
    "list-agents",
    "list-ocf-alternatives",
    "show-metadata",
];

fn run(session: &mut Session) -> Result<Exit, Failure> {
    document::around(session, command)
}

fn command(session: &mut Session) -> Result<Exit, Failure> {
    if let Some(path) = session.options.value("xml-file").map(str::to_owned) {
        session.use_file(std::path::Path::new(&path));
    }
    let (command, value) = session.options.last_of(COMMANDS).unwrap_or(("list", None));
    let value = value.unwrap_or_default();
    match command {
        "list-raw" => query::ids(session)?,
        "locate" => query::locate(session)?,
        "why" => return crate::explain::why(session),
        "query-xml" => query::xml(session, false)?,
        "query-xml-raw" => query::xml(session, true)?,
        "list-operations" => operations::list(session, false)?,
        "list-all-operations" => operations::list(session, true)?,
        "constraints" | "stack" => query::constraints(session)?,
        "move" => placement::relocate(session)?,
        "ban" => placement::ban(session)?,
        "clear" => placement::clear(session)?,
        "cleanup" => cleanup::forget(session, false)?,
        "refresh" | "reprobe" => cleanup::forget(session, true)?,
        "fail" => cleanup::fail(session)?,
        "restart" => cleanup::restart(session)?,
        "wait" => cleanup::wait(session)?,
        "validate" | "force-check" | "force-start" | "force-stop" | "force-promote" | "force-demote" => {
            return by_hand::run(session, command);
        }
        "set-parameter" => parameters::set(session, &value)?,
        "get-parameter" => parameters::show(session, &value)?,
        "delete-parameter" => parameters::delete(session, &value)?,
        "set-property" => parameters::set_property(session, &value)?,
        "get-property" => parameters::show_property(session, &value)?,
        "delete" => delete(session)?,
        "list-standards" => agents::standards(session),
        "list-ocf-providers" => agents::providers(session)?,
        "list-agents" => agents::list(session, &value)?,
        "list-ocf-alternatives" => agents::alternatives(session, &value)?,
        "show-metadata" => agents::metadata(session, &value)?,
        _ => query::list(session)?,
    }
    Ok(Exit::OK)
}

/// The resource that the command is about.
fn wanted(session: &Session) -> Result<String, Failure> {
    session.options.require("resource", 'r').map(str::to_owned)
}

/// The node that `-N` names, checked.
fn wanted_node(session: &mut Session) -> Result<Option<String>, Failure> {
    let Some(name) = session.options.value("node").map(str::to_owned) else { return Ok(None) };
    let cib = session.cib()?;
    crate::configuration::nodes::named(&cib, &name).map(|node| Some(node.name))
}

fn delete(session: &mut Session) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    let tag = session.options.require("resource-type", 't')?;
    if found.element.name() != tag {
        let reason = format!("'{id}' is a {}, not a {tag}", found.element.name());
        return Err(Failure::usage(reason).hint(format!("use -t {}", found.element.name())));
    }
    let xml = cib::Element::new(tag).with("id", found.element.id().unwrap_or_default()).to_xml();
    session.request(&Request::Change(api::Change::Delete { section: Some("resources".to_owned()), xml }))
}
