//! `crmadmin`: the coordinator, the nodes and what the cluster software on one of them is doing.

use crate::configuration::nodes;
use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use api::{Request, Status};
use cib::Element;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "asks the cluster software on the nodes what it is doing",
    usage: "COMMAND [OPTIONS]",
    options: &[
        Opt::flag("dc_lookup", "D", "which node coordinates").or(&["dc-lookup"]),
        Opt::value("status", "S", "NODE", "what the cluster software on a node is doing"),
        Opt::flag("nodes", "N", "all nodes").takes(crate::options::Takes::Attached("TYPES")),
        Opt::flag("pacemakerd", "P", "whether the cluster software on this host runs"),
        Opt::flag("health", "H", "the same for the coordinator").or(&["crm_health"]),
        Opt::value("kill", "K", "NODE", "stop the cluster software, on this host only").or(&["kill_node"]),
        Opt::flag("bash-export", "B", "nodes as export NAME=ID"),
        Opt::value("timeout", "t", "MS", "accepted"),
        Opt::flag("quiet", "qQ", "say less"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::value("ipc-name", "i", "NAME", "accepted"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::flag("which", "v", "the version of the product"),
    ],
    run,
};

const COMMANDS: &[&str] = &["dc_lookup", "status", "nodes", "pacemakerd", "health", "kill", "which"];

fn run(session: &mut Session) -> Result<Exit, Failure> {
    document::around(session, command)
}

fn command(session: &mut Session) -> Result<Exit, Failure> {
    let command = session.options.last_of(COMMANDS);
    let line = match command {
        Some(("dc_lookup", _)) => coordinator(session)?,
        Some(("status", Some(node))) => state(session, &node)?,
        Some(("health", _)) => {
            let name = coordinator_name(&session.status()?)?;
            state(session, &name)?
        }
        Some(("nodes", _)) => list(session)?,
        Some(("pacemakerd", _)) => running(session)?,
        Some(("which", _)) => format!("Systole {}", session.status()?.version),
        Some(("kill", Some(node))) => return kill(session, &node),
        _ => return Err(Failure::usage("no command is given").hint("example: crmadmin -D; more: crmadmin --help")),
    };
    session.console.say(line);
    Ok(Exit::OK)
}

fn coordinator(session: &mut Session) -> Result<String, Failure> {
    let name = coordinator_name(&session.status()?)?;
    session.present(Element::new("dc").with("node_name", &name));
    Ok(if session.options.has("quiet") { name } else { format!("Designated Controller is: {name}") })
}

fn coordinator_name(status: &Status) -> Result<String, Failure> {
    let missing =
        || Failure::no_such("there is no coordinator yet").hint("the cluster is forming; ask again in a moment");
    status.coordinator.clone().ok_or_else(missing)
}

fn state(session: &mut Session, wanted: &str) -> Result<String, Failure> {
    let status = session.status()?;
    let name = nodes::named(&*session.cib()?, wanted)?.name;
    if !status.nodes.iter().any(|node| node.name == name && node.member) {
        return Err(Failure::new(Exit::UNAVAILABLE, format!("{name} is not in the cluster now")));
    }
    let word = if status.coordinator.as_deref() == Some(&name) { coordinator_state(&status.state) } else { "S_NOT_DC" };
    Ok(if session.options.has("quiet") { word.to_owned() } else { format!("Controller on {name} in state {word}: ok") })
}

/// The word that scripts wait for.
fn coordinator_state(state: &str) -> &'static str {
    match state {
        "idle" => "S_IDLE",
        "planning" => "S_POLICY_ENGINE",
        "transition" => "S_TRANSITION_ENGINE",
        "stopping" => "S_STOPPING",
        _ => "S_INTEGRATION",
    }
}

fn list(session: &mut Session) -> Result<String, Failure> {
    let known = nodes::all(&*session.cib()?);
    let element =
        |node: &nodes::Node| Element::new("node").with("type", "cluster").with("name", &node.name).with("id", &node.id);
    session.present(known.iter().map(element).fold(Element::new("nodes"), Element::with_child));
    if known.is_empty() {
        return Ok("NO nodes configured".to_owned());
    }
    let export = session.options.has("bash-export");
    let line = |node: &nodes::Node| {
        if export {
            format!("export {}={}", node.name, node.id)
        } else {
            format!("cluster node: {} ({})", node.name, node.id)
        }
    };
    Ok(known.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn running(session: &mut Session) -> Result<String, Failure> {
    session.status()?;
    let at = session.world.sortable_date(session.world.now);
    let element = Element::new("pacemakerd").with("sys_from", "pacemakerd").with("state", "running");
    session.present(element.with("last_updated", &at));
    Ok(format!("Status of pacemakerd: 'Pacemaker is running' (last updated {at})"))
}

fn kill(session: &mut Session, node: &str) -> Result<Exit, Failure> {
    let here = session.status()?.node;
    if node != here {
        let reason = format!("the cluster software on {node} can be stopped there only; this is {here}");
        return Err(Failure::usage(reason).hint(format!("on {node}: crmadmin -K {node}")));
    }
    session.request(&Request::Shutdown)?;
    Ok(Exit::OK)
}
