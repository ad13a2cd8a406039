//! `-p`, `-g`, `-d`: a resource's parameters; `-S`, `-G`: attributes of its element.

use super::wanted;
use crate::configuration::{pairs, resources};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use api::Change;
use cib::Element;

/// The tag of the sets that are meant.
fn tag(session: &Session) -> &'static str {
    if session.options.has("meta") {
        "meta_attributes"
    } else if session.options.has("utilization") {
        "utilization"
    } else {
        "instance_attributes"
    }
}

/// The pairs of that name that the options choose.
fn chosen<'a>(session: &'a Session, element: &'a Element, name: &'a str) -> Vec<pairs::Pair<'a>> {
    let (set, id) = (session.options.value("set-name"), session.options.value("nvpair"));
    let all = pairs::below(element, tag(session)).filter(|pair| pair.name == name);
    all.filter(|pair| set.is_none_or(|set| set == pair.set)).filter(|pair| id.is_none_or(|id| id == pair.id)).collect()
}

/// The one pair, if any: its set and its id.
fn place(session: &Session, element: &Element, name: &str) -> Result<Option<(String, String)>, Failure> {
    match chosen(session, element, name).as_slice() {
        [] => Ok(None),
        [pair] => Ok(Some((pair.set.to_owned(), pair.id.to_owned()))),
        several => {
            let ids: Vec<&str> = several.iter().map(|pair| pair.id).collect();
            let reason = format!("'{name}' is set more than once: {}", ids.join(", "));
            Err(Failure::new(Exit::MULTIPLE, reason).hint("choose one with -i ID"))
        }
    }
}

pub(super) fn set(session: &mut Session, name: &str) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let value = session.options.require("parameter-value", 'v')?.to_owned();
    let found = resources::named(&cib, &id)?;
    let tag = tag(session);
    let fresh = || {
        let set = session.options.value("set-name").map_or_else(|| format!("{id}-{tag}"), str::to_owned);
        let pair = session.options.value("nvpair").map_or_else(|| format!("{set}-{name}"), str::to_owned);
        (set, pair)
    };
    let (set, pair) = place(session, found.element, name)?.unwrap_or_else(fresh);
    let sets = pairs::element(tag, &set, &pair, name, Some(&value));
    modify(session, found.element, |element| element.with_child(sets))?;
    if !session.options.has("quiet") {
        session.console.say(format!("Set '{id}' option: id={pair} set={set} name={name} value={value}"));
    }
    Ok(())
}

pub(super) fn delete(session: &mut Session, name: &str) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    let Some((_, pair)) = place(session, found.element, name)? else { return Ok(()) };
    let xml = Element::new("nvpair").with("id", &pair).with("name", name).to_xml();
    session.change(Change::Delete { section: Some("resources".to_owned()), xml })?;
    if !session.options.has("quiet") {
        session.console.say(format!("Deleted '{id}' option: id={pair} name={name}"));
    }
    Ok(())
}

/// Shows a value; of a meta attribute the one that counts, with those of its parents and the defaults.
pub(super) fn show(session: &mut Session, name: &str) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    let own = chosen(session, found.element, name).first().map(|pair| pair.value.to_owned());
    let value = if session.options.has("meta") { own.or(session.meta(&id, name)?) } else { own };
    let value = value.ok_or_else(|| Failure::no_such(format!("'{name}' is not set for {id}")))?;
    session.present(super::query::items("attributes", [(name, value.as_str())].into_iter()));
    session.console.say(value);
    Ok(())
}

pub(super) fn set_property(session: &mut Session, name: &str) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let value = session.options.require("parameter-value", 'v')?.to_owned();
    let found = resources::named(&cib, &id)?;
    modify(session, found.element, |element| element.with(name, &value))
}

pub(super) fn show_property(session: &mut Session, name: &str) -> Result<(), Failure> {
    let (id, cib) = (wanted(session)?, session.cib()?);
    let found = resources::named(&cib, &id)?;
    let value =
        found.element.attribute(name).ok_or_else(|| Failure::no_such(format!("'{id}' has no attribute '{name}'")))?;
    session.console.say(value);
    Ok(())
}

/// Merges a change into a resource, which is found by tag and id.
fn modify(session: &mut Session, element: &Element, change: impl FnOnce(Element) -> Element) -> Result<(), Failure> {
    let bare = Element::new(element.name()).with("id", element.id().unwrap_or_default());
    let xml = change(bare).to_xml();
    session.change(Change::Modify { section: Some("resources".to_owned()), xml, may_create: false })
}
