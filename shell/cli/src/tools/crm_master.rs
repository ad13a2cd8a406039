//! `crm_master`: an agent's wish to be promoted, as a score. Called by agents.

use super::crm_attribute::{promotion_score, say_value};
use crate::attribute::{self, Attribute, Scope};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "reads and sets the promotion score of the resource whose agent calls it",
    usage: "[-G | -v SCORE | -D] [-l reboot|forever]",
    options: &[
        Opt::flag("query", "G", "show it (the default)").or(&["get-value"]),
        Opt::value("update", "v", "SCORE", "set it").or(&["attr-value"]),
        Opt::flag("delete", "D", "delete it").or(&["delete-attr"]),
        Opt::value("resource", "r", "ID", "of this resource instead of the agent's").or(&["resource-id"]),
        Opt::value("node", "NU", "NODE", "on this node instead of the agent's").or(&["uname", "node-uname"]),
        Opt::value("node-uuid", "u", "ID", "on the node of this id"),
        Opt::value("lifetime", "l", "LIFETIME", "reboot (the default) or forever"),
        Opt::value("id", "i", "ID", "accepted").or(&["attr-id"]),
        Opt::flag("quiet", "qQ", "the value only"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::flag("inhibit-policy-engine", "!", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let resource = session.options.value("resource").map(str::to_owned).or_else(|| session.world.instance.clone());
    let resource = resource.ok_or_else(|| {
        Failure::new(
            Exit::ERROR,
            "this is for resource agents: no resource is given and OCF_RESOURCE_INSTANCE is not set",
        )
        .hint("by hand, name the resource: -r RESOURCE")
    })?;
    let node = attribute::wanted_node(session)?;
    let scope =
        if session.options.value("lifetime") == Some("forever") { Scope::Node(node) } else { Scope::Transient(node) };
    let wanted = Attribute::new(scope, promotion_score(&resource));
    let command = session.options.last_of(&["query", "update", "delete"]);
    match command {
        Some(("update", Some(value))) => wanted.write(session, &value)?,
        Some(("delete", _)) => drop(wanted.delete(session)?),
        _ => {
            let value = wanted.value(&*session.cib()?);
            let value = value.ok_or_else(|| Failure::no_such(format!("'{}' is not set", wanted.name)))?;
            say_value(session, &wanted.scope, &wanted.name, &value);
        }
    }
    Ok(Exit::OK)
}
