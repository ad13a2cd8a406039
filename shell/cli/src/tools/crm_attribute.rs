//! `crm_attribute`: cluster options, defaults and node attributes.

use crate::attribute::{self, Attribute, Scope};
use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Opt, Takes};
use crate::session::Session;
use crate::suggest;
use crate::tool::Tool;
use cib::Element;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "reads and changes cluster options and node attributes",
    usage: "-n NAME [-G | -v VALUE | -D] [-t TYPE | -N NODE] [OPTIONS]",
    options: &[
        Opt::flag("query", "G", "show the value (the default)").or(&["get-value"]),
        Opt::value("update", "v", "VALUE", "set it; value++ and value+=N count").or(&["attr-value"]),
        Opt::flag("delete", "D", "delete it").or(&["delete-attr"]),
        Opt::value("name", "n", "NAME", "which").or(&["attr-name"]),
        Opt::value("type", "t", "TYPE", "crm_config, nodes, status, rsc_defaults, op_defaults"),
        Opt::value("node", "NU", "NODE", "of this node").or(&["uname", "node-uname"]),
        Opt::value("node-uuid", "u", "ID", "of the node of this id"),
        Opt::value("lifetime", "l", "LIFETIME", "forever or reboot"),
        Opt::value("default", "d", "VALUE", "with -G: show this where nothing is set").or(&["default-value"]),
        Opt::flag("promotion", "p", "the promotion score of a resource").takes(Takes::Attached("RESOURCE")),
        Opt::value("set-name", "s", "SET", "only in the set of this id"),
        Opt::value("id", "i", "ID", "only the pair of this id").or(&["attr-id"]),
        Opt::flag("utilization", "z", "a utilization attribute of a node"),
        Opt::flag("quiet", "qQ", "the value only"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::refused("pattern", "P", "name each attribute with -n"),
        Opt::flag("verbose", "V", "accepted"),
        Opt::flag("inhibit-policy-engine", "!", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    document::around(session, command)
}

fn command(session: &mut Session) -> Result<Exit, Failure> {
    let mut wanted = today(&*session.cib()?, Attribute::new(scope(session)?, name(session)?));
    wanted.set = session.options.value("set-name").map(str::to_owned);
    wanted.id = session.options.value("id").map(str::to_owned);
    wanted.utilization = session.options.has("utilization");
    let command = session.options.last_of(&["query", "update", "delete"]);
    match command {
        Some(("update", Some(value))) => wanted.write(session, &value)?,
        Some(("delete", _)) => delete(session, &wanted)?,
        _ => query(session, &wanted)?,
    }
    Ok(Exit::OK)
}

/// Options of Heartbeat 2 that are defaults of resources or operations today, by their names of then.
const MOVED: &[(&str, Scope, &str)] = &[
    ("default-resource-stickiness", Scope::ResourceDefaults, "resource-stickiness"),
    ("default-resource-failure-stickiness", Scope::ResourceDefaults, "resource-failure-stickiness"),
    ("is-managed-default", Scope::ResourceDefaults, "is-managed"),
    ("default-action-timeout", Scope::OperationDefaults, "timeout"),
];

/// The same attribute where it is kept today, unless it is set where it was kept once.
fn today(cib: &cib::Element, wanted: Attribute) -> Attribute {
    let moved = MOVED.iter().find(|(old, _, _)| *old == wanted.name.replace('_', "-"));
    match moved {
        Some((_, scope, name)) if wanted.scope == Scope::Cluster && wanted.value(cib).is_none() => {
            Attribute::new(scope.clone(), *name)
        }
        Some(_) | None => wanted,
    }
}

fn name(session: &Session) -> Result<String, Failure> {
    if !session.options.has("promotion") {
        return session.options.require("name", 'n').map(str::to_owned);
    }
    let resource = session.options.value("promotion").or(session.world.instance.as_deref());
    let resource =
        resource.ok_or_else(|| Failure::usage("outside of an agent, --promotion needs the resource: -pRESOURCE"))?;
    Ok(promotion_score(resource))
}

/// The attribute that keeps an agent's wish to be promoted.
pub fn promotion_score(resource: &str) -> String {
    format!("master-{}", resource.split(':').next().unwrap_or(resource))
}

fn scope(session: &mut Session) -> Result<Scope, Failure> {
    let options = &session.options;
    let has_node = options.has("node") || options.has("node-uuid");
    let transient = match options.value("lifetime") {
        None => options.has("promotion"),
        Some("reboot") => true,
        Some("forever") => false,
        Some(other) => return Err(Failure::usage(format!("'{other}' is no lifetime")).hint("forever or reboot")),
    };
    let default = if has_node || transient || options.has("utilization") { "nodes" } else { "crm_config" };
    let scope = match options.value("type").unwrap_or(default).to_owned().as_str() {
        "crm_config" => Scope::Cluster,
        "rsc_defaults" => Scope::ResourceDefaults,
        "op_defaults" => Scope::OperationDefaults,
        "status" => Scope::Transient(attribute::wanted_node(session)?),
        "nodes" if transient => Scope::Transient(attribute::wanted_node(session)?),
        "nodes" => Scope::Node(attribute::wanted_node(session)?),
        other => {
            let types = ["crm_config", "nodes", "status", "rsc_defaults", "op_defaults"];
            return Err(Failure::usage(format!("'{other}' is no type")).hint(suggest::hint(other, "types", types)));
        }
    };
    Ok(scope)
}

fn query(session: &mut Session, wanted: &Attribute) -> Result<(), Failure> {
    let value = wanted.value(&*session.cib()?).or_else(|| session.options.value("default").map(str::to_owned));
    let Some(value) = value else {
        let place = match &wanted.scope {
            Scope::Node(node) | Scope::Transient(node) => format!(" for {}", node.name),
            Scope::Cluster | Scope::ResourceDefaults | Scope::OperationDefaults => String::new(),
        };
        return Err(Failure::no_such(format!("'{}' is not set in {}{place}", wanted.name, wanted.scope.word())));
    };
    let (scope, name) = (scope(session)?, name(session)?);
    say_value(session, &scope, &name, &value);
    Ok(())
}

/// The line that scripts read.
pub fn say_value(session: &mut Session, scope: &Scope, name: &str, value: &str) {
    let element = Element::new("attribute").with("name", name).with("value", value).with("scope", scope.word());
    session.present(element);
    let line = if session.options.has("quiet") {
        value.to_owned()
    } else {
        format!("scope={}  name={name} value={value}", scope.word())
    };
    session.console.say(line);
}

fn delete(session: &mut Session, wanted: &Attribute) -> Result<(), Failure> {
    if let Some(id) = wanted.delete(session)? {
        say_deleted(session, &wanted.scope, &id, &wanted.name);
    }
    Ok(())
}

/// What was deleted, where it was configuration.
pub fn say_deleted(session: &mut Session, scope: &Scope, id: &str, name: &str) {
    let what = match scope {
        Scope::Cluster | Scope::ResourceDefaults | Scope::OperationDefaults => "option",
        Scope::Node(_) => "attribute",
        Scope::Transient(_) => return,
    };
    if !session.options.has("quiet") {
        session.console.say(format!("Deleted {} {what}: id={id} name={name}", scope.word()));
    }
}
