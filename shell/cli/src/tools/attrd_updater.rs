//! `attrd_updater`: transient node attributes, in the way agents set them.

use crate::attribute::{self, Attribute, Scope};
use crate::configuration::nodes::{self, Node};
use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use cib::Element;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "reads and sets node attributes that last until the cluster software restarts there",
    usage: "-n NAME [-U VALUE | -Q | -D] [OPTIONS]",
    options: &[
        Opt::value("name", "n", "NAME", "which").or(&["attr-name"]),
        Opt::value("update", "Uv", "VALUE", "set it; value++ and value+=N count").or(&["attr-value"]),
        Opt::value("update-both", "B", "VALUE", "set it (its delay is accepted and not kept)"),
        Opt::flag("update-delay", "Y", "accepted: delays are not kept"),
        Opt::flag("query", "Q", "show it"),
        Opt::flag("all", "A", "with -Q: on all nodes"),
        Opt::flag("delete", "D", "delete it"),
        Opt::flag("refresh", "R", "accepted: attributes are always written"),
        Opt::value("node", "N", "NODE", "of this node instead of this host").or(&["uname"]),
        Opt::value("node-uuid", "u", "ID", "of the node of this id"),
        Opt::value("lifetime", "l", "LIFETIME", "reboot (the default) or forever"),
        Opt::value("delay", "d", "TIME", "accepted: a change is written at once").or(&["dampen"]),
        Opt::value("set", "s", "SET", "accepted"),
        Opt::value("section", "S", "SECTION", "accepted"),
        Opt::flag("private", "p", "accepted: it is kept like the others, in the CIB"),
        Opt::flag("wait", "W", "accepted: a change is always waited for").takes(crate::options::Takes::Attached("FOR")),
        Opt::flag("quiet", "q", "say nothing"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::flag("verbose", "V", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    document::around(session, command)
}

fn command(session: &mut Session) -> Result<Exit, Failure> {
    if session.options.has("refresh") {
        return Ok(Exit::OK);
    }
    let name = session.options.require("name", 'n')?.to_owned();
    let command = session.options.last_of(&["update", "update-both", "query", "delete", "update-delay"]);
    match command {
        Some(("query", _)) => query(session, &name),
        Some(("update-delay", _)) => Ok(Exit::OK),
        Some((_, Some(value))) => {
            attribute(session, name)?.write(session, &value)?;
            Ok(Exit::OK)
        }
        Some(_) | None => {
            attribute(session, name)?.delete(session)?;
            Ok(Exit::OK)
        }
    }
}

fn attribute(session: &mut Session, name: String) -> Result<Attribute, Failure> {
    let node = attribute::wanted_node(session)?;
    Ok(Attribute::new(scope(session, node), name))
}

fn scope(session: &Session, node: Node) -> Scope {
    if session.options.value("lifetime") == Some("forever") { Scope::Node(node) } else { Scope::Transient(node) }
}

fn query(session: &mut Session, name: &str) -> Result<Exit, Failure> {
    let cib = session.cib()?;
    let asked = if session.options.has("all") { nodes::all(&cib) } else { vec![attribute::wanted_node(session)?] };
    let mut found = false;
    for node in asked {
        let host = node.name.clone();
        if let Some(value) = Attribute::new(scope(session, node), name).value(&cib) {
            let element = Element::new("attribute").with("name", name).with("value", &value).with("host", &host);
            session.present(element);
            session.console.say(format!("name=\"{name}\" host=\"{host}\" value=\"{value}\""));
            found = true;
        }
    }
    if found { Ok(Exit::OK) } else { Err(Failure::no_such(format!("the attribute '{name}' is not set"))) }
}
