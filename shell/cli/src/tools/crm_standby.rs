//! `crm_standby`: whether a node may host resources.

use super::crm_attribute::{say_deleted, say_value};
use crate::attribute::{self, Attribute, Scope};
use crate::configuration::nodes::{Node, truth};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows and sets whether a node may host resources",
    usage: "[-G | -v on|off | -D] [-N NODE] [-l forever|reboot]",
    options: &[
        Opt::flag("query", "G", "show it (the default)").or(&["get-value"]),
        Opt::value("update", "v", "on|off", "set it").or(&["attr-value"]),
        Opt::flag("delete", "D", "let the node host resources again").or(&["delete-attr"]),
        Opt::value("node", "NU", "NODE", "of this node instead of this host").or(&["uname", "node-uname"]),
        Opt::value("node-uuid", "u", "ID", "of the node of this id"),
        Opt::value("lifetime", "l", "LIFETIME", "forever (the default for -v) or reboot"),
        Opt::value("id", "i", "ID", "accepted").or(&["attr-id"]),
        Opt::flag("quiet", "qQ", "the value only"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::flag("inhibit-policy-engine", "!", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let node = attribute::wanted_node(session)?;
    let scopes = scopes(session, &node)?;
    let command = session.options.last_of(&["query", "update", "delete"]);
    match command {
        Some(("update", Some(value))) => {
            let value = word(&value)?;
            Attribute::new(scopes[0].clone(), "standby").write(session, value)?;
        }
        Some(("delete", _)) => delete(session, scopes)?,
        _ => query(session, &scopes)?,
    }
    Ok(Exit::OK)
}

/// Where to look, first the place that wins and that is written to.
fn scopes(session: &Session, node: &Node) -> Result<Vec<Scope>, Failure> {
    match session.options.value("lifetime") {
        None => Ok(vec![Scope::Node(node.clone()), Scope::Transient(node.clone())]),
        Some("forever") => Ok(vec![Scope::Node(node.clone())]),
        Some("reboot") => Ok(vec![Scope::Transient(node.clone())]),
        Some(other) => Err(Failure::usage(format!("'{other}' is no lifetime")).hint("forever or reboot")),
    }
}

fn word(value: &str) -> Result<&'static str, Failure> {
    let off = ["0", "false", "no", "off", "n"].iter().any(|word| value.eq_ignore_ascii_case(word));
    match (truth(value), off) {
        (true, _) => Ok("on"),
        (_, true) => Ok("off"),
        _ => Err(Failure::usage(format!("'{value}' is neither on nor off")).hint("use -v on or -v off")),
    }
}

fn query(session: &mut Session, scopes: &[Scope]) -> Result<(), Failure> {
    let cib = session.cib()?;
    let found = scopes.iter().find_map(|scope| {
        let value = Attribute::new(scope.clone(), "standby").value(&cib)?;
        Some((scope, value))
    });
    let (scope, value) = found.unwrap_or((&scopes[scopes.len() - 1], "off".to_owned()));
    say_value(session, scope, "standby", &value);
    Ok(())
}

fn delete(session: &mut Session, scopes: Vec<Scope>) -> Result<(), Failure> {
    for scope in scopes {
        let standby = Attribute::new(scope, "standby");
        if let Some(id) = standby.delete(session)? {
            say_deleted(session, &standby.scope, &id, "standby");
        }
    }
    Ok(())
}
