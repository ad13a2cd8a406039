//! `crm_diff`: what differs between two configurations, as the XML that describes a change.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::options::Opt;
use crate::session::Session;
use crate::source;
use crate::tool::Tool;
use cib::{Element, Version};
use std::path::Path;
use std::sync::Arc;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows what differs between two configurations; exit code 1 where something does",
    usage: "-o FILE -n FILE [-c]",
    options: &[
        Opt::value("original", "o", "FILE", "the old one"),
        Opt::value("new", "n", "FILE", "the new one"),
        Opt::value("original-string", "O", "XML", "the old one, given here"),
        Opt::value("new-string", "N", "XML", "the new one, given here"),
        Opt::flag("cib", "c", "accepted: versions are always told where there are some"),
        Opt::flag("no-version", "u", "without versions"),
        Opt::refused("patch", "p", "apply a change with cibadmin --patch, to a file with CIB_file=FILE"),
        Opt::refused("stdin", "s", "give the XML with -O and -N"),
        Opt::flag("verbose", "V", "accepted"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let old = given(session, "original", "original-string", 'o')?;
    let new = given(session, "new", "new-string", 'n')?;
    let mut changes = Vec::new();
    compare(&old, &new, &format!("/{}", old.name()), &mut changes);
    if changes.is_empty() {
        return Ok(Exit::OK);
    }
    changes.sort_by_key(|change| change.attribute("operation") != Some("delete"));
    let mut diff = Element::new("diff").with("format", "2");
    if old.name() == "cib" && !session.options.has("no-version") {
        diff = diff.with_child(versions(&old, &new));
    }
    session.console.print(changes.into_iter().fold(diff, Element::with_child).to_xml());
    Ok(Exit::ERROR)
}

fn given(session: &Session, file: &str, text: &str, letter: char) -> Result<Arc<Element>, Failure> {
    match session.options.last_of(&[file, text]) {
        Some((key, Some(path))) if key == file => input::tree(&path, source::read_file(Path::new(&path))?),
        Some((_, Some(xml))) => input::tree("the XML given", xml),
        Some(_) | None => Err(Failure::usage(format!("--{file} is missing")).hint(format!("add -{letter} FILE"))),
    }
}

fn versions(old: &Element, new: &Element) -> Element {
    let version = |tag: &str, cib: &Element| {
        let mut element = Element::new(tag);
        Version::of(cib).write(&mut element);
        element
    };
    Element::new("version").with_child(version("source", old)).with_child(version("target", new))
}

/// The changes that lead from one element to the other; positions are those of the new one, once all deletions are done.
fn compare(old: &Arc<Element>, new: &Arc<Element>, path: &str, changes: &mut Vec<Element>) {
    if Arc::ptr_eq(old, new) || old == new {
        return;
    }
    changes.extend(attributes(old, new, path));
    for (place, child) in old.children().iter().enumerate() {
        if partner(child, new).is_none() {
            let gone = Element::new("change").with("operation", "delete").with("path", &step(path, child));
            changes.push(if child.id().is_none() { gone.with("position", &place.to_string()) } else { gone });
        }
    }
    for (place, child) in new.children().iter().enumerate() {
        match partner(child, old) {
            Some(before) => compare(before, child, &step(path, child), changes),
            None => changes.push(
                Element::new("change")
                    .with("operation", "create")
                    .with("path", path)
                    .with("position", &place.to_string())
                    .with_child(Arc::clone(child)),
            ),
        }
    }
    changes.extend(moves(old, new, path));
}

/// The child of that tag and id in another element.
fn partner<'a>(child: &Element, other: &'a Element) -> Option<&'a Arc<Element>> {
    other.children().iter().find(|candidate| candidate.name() == child.name() && candidate.id() == child.id())
}

fn step(path: &str, child: &Element) -> String {
    match child.id() {
        Some(id) => format!("{path}/{}[@id='{id}']", child.name()),
        None => format!("{path}/{}", child.name()),
    }
}

/// Attributes that were set to another value, or that are gone.
fn attributes(old: &Element, new: &Element, path: &str) -> Option<Element> {
    let set = new.attributes().filter(|(name, value)| old.attribute(name) != Some(value));
    let set = set.map(|(name, value)| {
        Element::new("change-attr").with("name", name).with("operation", "set").with("value", value)
    });
    let unset = old.attributes().filter(|(name, _)| new.attribute(name).is_none());
    let unset = unset.map(|(name, _)| Element::new("change-attr").with("name", name).with("operation", "unset"));
    let list = set.chain(unset).fold(Element::new("change-list"), Element::with_child);
    if list.children().is_empty() {
        return None;
    }
    let bare = new.attributes().fold(Element::new(new.name()), |bare, (name, value)| bare.with(name, value));
    let result = Element::new("change-result").with_child(bare);
    let change = Element::new("change").with("operation", "modify").with("path", path);
    Some(change.with_child(list).with_child(result))
}

/// Children that both have, in another order: each is moved that does not follow the one it followed.
fn moves(old: &Element, new: &Element, path: &str) -> Vec<Element> {
    let kept: Vec<&Arc<Element>> = old.children().iter().filter(|child| partner(child, new).is_some()).collect();
    let mut order: Vec<(&str, Option<&str>)> = kept.iter().map(|child| (child.name(), child.id())).collect();
    let mut found = Vec::new();
    let wanted = new.children().iter().enumerate().filter(|(_, child)| partner(child, old).is_some());
    for (rank, (place, child)) in wanted.enumerate() {
        let key = (child.name(), child.id());
        if order.get(rank) == Some(&key) {
            continue;
        }
        let Some(from) = order.iter().position(|known| *known == key) else { continue };
        let moved = order.remove(from);
        order.insert(rank.min(order.len()), moved);
        let change = Element::new("change").with("operation", "move").with("path", &step(path, child));
        found.push(change.with("position", &place.to_string()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::compare;

    fn changes(old: &str, new: &str) -> Vec<String> {
        let (old, new) = (cib::parse(old).unwrap(), cib::parse(new).unwrap());
        let mut changes = Vec::new();
        compare(&old, &new, "/a", &mut changes);
        let text = |name: &str, change: &cib::Element| change.attribute(name).unwrap_or("-").to_owned();
        changes
            .iter()
            .map(|change| ["operation", "path", "position"].map(|name| text(name, change)).join(" "))
            .collect()
    }

    #[test]
    fn each_kind_of_change_is_told_once_with_its_path() {
        for (old, new, expected) in [
            ("<a x='1'/>", "<a x='1'/>", vec![]),
            ("<a x='1'/>", "<a x='2'/>", vec!["modify /a -"]),
            ("<a x='1'/>", "<a/>", vec!["modify /a -"]),
            ("<a><b id='1'/></a>", "<a/>", vec!["delete /a/b[@id='1'] -"]),
            ("<a><b/></a>", "<a/>", vec!["delete /a/b 0"]),
            ("<a/>", "<a><b id='1'/></a>", vec!["create /a 0"]),
            ("<a><b id='1'/><b id='2'/></a>", "<a><b id='2'/><b id='1'/></a>", vec!["move /a/b[@id='2'] 0"]),
            ("<a><b id='1'><c/></b></a>", "<a><b id='1'><c x='1'/></b></a>", vec!["modify /a/b[@id='1']/c -"]),
        ] {
            assert_eq!(changes(old, new), expected, "{old} {new}");
        }
    }
}
