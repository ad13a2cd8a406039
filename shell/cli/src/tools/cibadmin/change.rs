//! The changing half of `cibadmin`: what is asked of the cluster for each command.

use super::{nothing_found, read_xpath, scope};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::session::Session;
use crate::xpath;
use api::Change;
use cib::Element;
use std::sync::Arc;

pub(super) fn run(session: &mut Session, command: &str) -> Result<(), Failure> {
    let change = match command {
        "erase" => erase(session)?,
        "bump" => Change::Bump,
        "delete" | "delete-all" if session.options.has("xpath") => {
            return delete_found(session, command == "delete-all");
        }
        "create" => Change::Create { section: scope(session), xml: given(session)?.to_xml() },
        "replace" => Change::Replace { section: scope(session), xml: given(session)?.to_xml() },
        "delete" | "delete-all" => Change::Delete { section: scope(session), xml: given(session)?.to_xml() },
        "patch" => {
            let reason = "applying a diff is not offered yet";
            return Err(Failure::new(Exit::UNIMPLEMENTED, reason).hint("use -R with the new configuration"));
        }
        "modify" => modify(session, session.options.has("allow-create"))?,
        _ => modify(session, true)?,
    };
    session.change(change)
}

fn modify(session: &mut Session, may_create: bool) -> Result<Change, Failure> {
    Ok(Change::Modify { section: scope(session), xml: given(session)?.to_xml(), may_create })
}

fn erase(session: &Session) -> Result<Change, Failure> {
    if session.options.has("force") {
        return Ok(Change::Erase);
    }
    let reason = "this would delete the whole configuration, with every resource";
    Err(Failure::new(Exit::UNSAFE, reason).hint("add --force to do it"))
}

/// The element on the command line, in a file or on standard input.
fn given(session: &mut Session) -> Result<Arc<Element>, Failure> {
    let missing = || Failure::usage("the XML is missing").hint("give it with -X XML, -x FILE or -p (standard input)");
    input::given(session, "xml-text", "xml-file", "xml-pipe")?.map(|given| given.tree).ok_or_else(missing)
}

/// Deletes what an XPath finds: the first, or all.
fn delete_found(session: &mut Session, all: bool) -> Result<(), Failure> {
    let expression = session.options.value("xpath").unwrap_or_default().to_owned();
    let cib = session.cib()?;
    let found = read_xpath(&expression)?.matches(&cib);
    if found.is_empty() {
        return Err(nothing_found(&expression));
    }
    let count = if all { found.len() } else { 1 };
    for found in &found[..count] {
        session.change(Change::Delete { section: section_of(found), xml: tag_only(found.element()).to_xml() })?;
    }
    Ok(())
}

/// The element without what is inside: a deletion matches tag and attributes.
fn tag_only(element: &Element) -> Element {
    element.attributes().fold(Element::new(element.name()), |copy, (name, value)| copy.with(name, value))
}

fn section_of(found: &xpath::Match<'_>) -> Option<String> {
    let path = found.path();
    let mut steps = path.split('/').skip(2);
    match steps.next() {
        Some("status") => Some("status".to_owned()),
        Some("configuration") => steps.next().map(str::to_owned),
        _ => None,
    }
}

/// The cluster keeps its CIB in the current schema; a file is written back as it was carried over.
pub(super) fn upgrade(session: &mut Session) -> Result<(), Failure> {
    if session.is_live() {
        session.console.say("the cluster keeps its CIB in the current schema; nothing to do");
        return Ok(());
    }
    let cib = session.cib()?;
    session.change(Change::Replace { section: None, xml: cib.to_xml() })
}

pub(super) fn digest(session: &mut Session) -> Result<(), Failure> {
    let given = given(session)?;
    session.console.say(cib::Digest::of_tree(&given));
    Ok(())
}
