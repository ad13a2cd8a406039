//! `cibadmin`: the CIB as XML, whole or in part; reading here, changing in `change`.

mod change;

use crate::configuration::nodes;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Opt, Takes};
use crate::session::Session;
use crate::suggest;
use crate::tool::Tool;
use crate::xpath;
use cib::Element;
use std::sync::Arc;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "reads and changes the cluster's configuration as XML",
    usage: "COMMAND [OPTIONS]",
    options: &[
        Opt::flag("query", "Q", "show the CIB, a section (-o) or what an XPath finds (-A)").or(&["cib_query"]),
        Opt::flag("create", "C", "add an object; refused where it exists").or(&["cib_create"]),
        Opt::flag("modify", "M", "change an object that exists").or(&["cib_modify"]),
        Opt::flag("replace", "R", "replace an object, a section or everything").or(&["cib_replace"]),
        Opt::flag("delete", "D", "delete the object of that tag and these attributes").or(&["cib_delete"]),
        Opt::flag("delete-all", "d", "with -A: delete everything that is found").or(&["cib_delete_alt"]),
        Opt::flag("erase", "E", "empty the configuration (needs --force)").or(&["cib_erase"]),
        Opt::flag("bump", "B", "raise the epoch").or(&["cib_bump"]),
        Opt::flag("upgrade", "u", "carry the configuration over to the current schema").or(&["cib_upgrade"]),
        Opt::flag("empty", "a", "show an empty CIB"),
        Opt::flag("md5-sum", "5", "show the digest of the given XML as it is kept on disk"),
        Opt::flag("patch", "P", "apply the change that crm_diff made"),
        Opt::flag("sync", "S", "accepted: every member always has the same CIB").or(&["cib_sync"]),
        Opt::flag("ismaster", "m", "whether this host is the coordinator").or(&["cib_ismaster"]),
        Opt::value("xml-text", "X", "XML", "the object").or(&["crm_xml"]),
        Opt::value("xml-file", "x", "FILE", "the object, in a file"),
        Opt::flag("xml-pipe", "p", "the object, on standard input"),
        Opt::value("scope", "o", "SECTION", "only in this section").or(&["obj_type"]),
        Opt::value("xpath", "A", "XPATH", "with -Q, -D, -d: what to find"),
        Opt::flag("node-path", "e", "with -A: show where it is instead"),
        Opt::flag("no-children", "n", "with -Q: without what is inside"),
        Opt::flag("allow-create", "c", "with -M: create what does not exist"),
        Opt::flag("force", "f", "do what is dangerous"),
        Opt::flag("user", "U", "with a name: refused, nobody acts for others; alone: as -M -c, as it was once")
            .takes(Takes::Next("USER", |word| !word.starts_with('-')))
            .or(&["cib_update"]),
        Opt::value("timeout", "t", "SECONDS", "accepted"),
        Opt::value("node", "Nh", "NODE", "accepted: every member has the same CIB").or(&["host"]),
        Opt::flag("local", "l", "accepted: reading is always local"),
        Opt::flag("sync-call", "sb", "accepted: a change is always waited for").or(&["no-bcast"]),
        Opt::refused("show-access", "", "there are no access lists: root and the group haclient may change the CIB"),
        Opt::refused("md5-sum-versioned", "6", "members compare another digest; -5 shows that of the disk"),
        Opt::flag("verbose", "V", "accepted"),
    ],
    run,
};

const COMMANDS: &[&str] = &[
    "query",
    "create",
    "modify",
    "replace",
    "delete",
    "delete-all",
    "erase",
    "bump",
    "upgrade",
    "empty",
    "md5-sum",
    "patch",
    "sync",
    "ismaster",
    "user",
];

/// The sections that `-o` names, beside `all`.
const SECTIONS: &[&str] = &[
    "configuration",
    "nodes",
    "resources",
    "constraints",
    "crm_config",
    "rsc_defaults",
    "op_defaults",
    "acls",
    "fencing-topology",
    "tags",
    "alerts",
    "status",
];

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let command = session.options.last_of(COMMANDS);
    check_scope(session)?;
    match command {
        Some(("query", _)) => query(session)?,
        Some(("empty", _)) => session.console.print(empty().to_xml()),
        Some(("sync", _)) => {}
        Some(("upgrade", _)) => change::upgrade(session)?,
        Some(("md5-sum", _)) => change::digest(session)?,
        Some(("ismaster", _)) => return is_coordinator(session),
        Some(("user", Some(user))) => {
            let reason = format!("nothing is done on behalf of '{user}'");
            return Err(Failure::new(Exit::UNIMPLEMENTED, reason).hint("run the tool as that user"));
        }
        Some((command, _)) => change::run(session, command)?,
        None if session.options.has("xpath") => query(session)?,
        None => return Err(Failure::usage("no command is given").hint("example: cibadmin -Q; more: cibadmin --help")),
    }
    Ok(Exit::OK)
}

/// The section that is meant; `None` for everything.
fn scope(session: &Session) -> Option<String> {
    session.options.value("scope").filter(|scope| !["all", "cib"].contains(scope)).map(str::to_owned)
}

fn check_scope(session: &Session) -> Result<(), Failure> {
    match scope(session) {
        Some(scope) if !SECTIONS.contains(&scope.as_str()) => {
            let hint = suggest::hint(&scope, "sections", SECTIONS.iter().copied());
            Err(Failure::usage(format!("the CIB has no section '{scope}'")).hint(hint))
        }
        Some(_) | None => Ok(()),
    }
}

fn query(session: &mut Session) -> Result<(), Failure> {
    let cib = session.cib()?;
    if let Some(expression) = session.options.value("xpath").map(str::to_owned) {
        return query_xpath(session, &cib, &expression);
    }
    let found = match scope(session) {
        None => Some(&*cib),
        Some(scope) => nodes::section(&cib, &scope),
    };
    let found = found.ok_or_else(|| Failure::no_such("the CIB has no such section now"))?;
    let text = render(session, found);
    session.console.print(text);
    Ok(())
}

fn query_xpath(session: &mut Session, cib: &Arc<Element>, expression: &str) -> Result<(), Failure> {
    let found = read_xpath(expression)?.matches(cib);
    let text = match found.as_slice() {
        [] => return Err(nothing_found(expression)),
        paths if session.options.has("node-path") => paths.iter().map(|found| found.path() + "\n").collect(),
        [only] => render(session, only.element()),
        several => {
            let one = |found: &xpath::Match<'_>| {
                if session.options.has("no-children") { childless(found.element()) } else { found.element().clone() }
            };
            several.iter().fold(Element::new("xpath-query"), |all, found| all.with_child(one(found))).to_xml()
        }
    };
    session.console.print(text);
    Ok(())
}

fn render(session: &Session, element: &Element) -> String {
    if session.options.has("no-children") { childless(element).to_xml() } else { element.to_xml() }
}

fn childless(element: &Element) -> Arc<Element> {
    let mut copy = element.clone();
    copy.children_mut().clear();
    Arc::new(copy)
}

fn read_xpath(expression: &str) -> Result<xpath::Xpath, Failure> {
    xpath::read(expression).map_err(|reason| Failure::usage(format!("this XPath is not understood: {reason}")))
}

fn nothing_found(expression: &str) -> Failure {
    Failure::no_such(format!("nothing matches {expression}"))
}

/// What a new cluster begins with.
fn empty() -> Element {
    let sections = ["crm_config", "nodes", "resources", "constraints"];
    let configuration =
        sections.iter().fold(Element::new("configuration"), |all, name| all.with_child(Element::new(name)));
    let versions = ["epoch", "num_updates", "admin_epoch"];
    let root = Element::new("cib").with("crm_feature_set", "3.19.0").with("validate-with", "pacemaker-3.9");
    versions
        .iter()
        .fold(root, |root, name| root.with(name, "0"))
        .with_child(configuration)
        .with_child(Element::new("status"))
}

fn is_coordinator(session: &mut Session) -> Result<Exit, Failure> {
    let status = session.status()?;
    let (word, exit) =
        if status.coordinator.as_deref() == Some(&status.node) { ("is", Exit::OK) } else { ("is NOT", Exit::ERROR) };
    session.console.say(format!("CIB on localhost _{word}_ the master instance"));
    Ok(exit)
}
