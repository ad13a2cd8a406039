//! `crm_node`: who is configured, who is here, and what this host is called.

use crate::configuration::nodes;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use api::{Change, NodeStatus, Status};
use cib::Element;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows the nodes of the cluster",
    usage: "COMMAND [OPTIONS]",
    options: &[
        Opt::flag("list", "l", "all known nodes, with their state"),
        Opt::flag("partition", "p", "the members of this partition"),
        Opt::flag("quorum", "q", "1 if this partition has quorum, else 0"),
        Opt::flag("name", "n", "this host's name in the cluster"),
        Opt::flag("cluster-id", "i", "this host's id in the cluster"),
        Opt::value("name-for-id", "N", "ID", "the name of the node of that id"),
        Opt::value("remove", "R", "NAME", "forget a node that has left for good (needs --force)"),
        Opt::flag("force", "f", "do it"),
        Opt::flag("quiet", "Q", "say less"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::flag("corosync", "C", "accepted"),
        Opt::flag("heartbeat", "H", "accepted"),
    ],
    run,
};

const COMMANDS: &[&str] = &["list", "partition", "quorum", "name", "cluster-id", "name-for-id", "remove"];

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let command = session.options.last_of(COMMANDS);
    match command {
        Some(("remove", Some(name))) => return remove(session, &name),
        Some(("name", _)) if session.world.on_node.is_some() => {
            let name = session.local_node()?;
            session.console.say(name);
            return Ok(Exit::OK);
        }
        _ => {}
    }
    let status = session.status()?;
    let line = match command {
        Some(("list", _)) => list(&status),
        Some(("partition", _)) => partition(&status),
        Some(("quorum", _)) => u8::from(status.quorate).to_string(),
        Some(("name", _)) => status.node,
        Some(("cluster-id", _)) => local(&status)?.id.to_string(),
        Some(("name-for-id", Some(id))) => name_of(&status, &id)?,
        _ => return Err(Failure::usage("no command is given").hint("example: crm_node -l; more: crm_node --help")),
    };
    session.console.say(line);
    Ok(Exit::OK)
}

fn list(status: &Status) -> String {
    let line = |node: &NodeStatus| format!("{} {} {}", node.id, node.name, if node.member { "member" } else { "lost" });
    normal(status).map(line).collect::<Vec<_>>().join("\n")
}

/// The names with a blank after each, as scripts know it.
fn partition(status: &Status) -> String {
    normal(status).filter(|node| node.member).map(|node| format!("{} ", node.name)).collect()
}

fn normal(status: &Status) -> impl Iterator<Item = &NodeStatus> {
    status.nodes.iter().filter(|node| node.kind != "ping")
}

fn local(status: &Status) -> Result<&NodeStatus, Failure> {
    let mut nodes = status.nodes.iter();
    nodes
        .find(|node| node.name == status.node)
        .ok_or_else(|| Failure::no_such("this host is not a node of the cluster"))
}

fn name_of(status: &Status, id: &str) -> Result<String, Failure> {
    let found = normal(status).find(|node| node.id.to_string() == id);
    found.map(|node| node.name.clone()).ok_or_else(|| Failure::no_such(format!("no node has the id '{id}'")))
}

/// Removes a node that is gone from the configuration and the status.
fn remove(session: &mut Session, name: &str) -> Result<Exit, Failure> {
    let node = nodes::named(&*session.cib()?, name)?;
    if node.member {
        let reason = format!("{} is a member of the cluster", node.name);
        return Err(Failure::new(Exit::UNSAFE, reason).hint("stop the cluster software there first"));
    }
    if !session.options.has("force") {
        let reason = format!("{} would be forgotten with its attributes and history", node.name);
        return Err(Failure::new(Exit::USAGE, reason).hint("add --force to do it"));
    }
    for (section, tag) in [("nodes", "node"), ("status", "node_state")] {
        let xml = Element::new(tag).with("id", &node.id).with("uname", &node.name).to_xml();
        session.change(Change::Delete { section: Some(section.to_owned()), xml })?;
    }
    Ok(Exit::OK)
}
