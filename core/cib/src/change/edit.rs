//! The verbs: create, modify, replace, delete.

use super::section::{self, ensured, home, is_section, tags};
use super::tree::{self, Path};
use super::{ChangeRefused, Refusal};
use crate::{Element, value};
use std::sync::Arc;

type Result<T> = std::result::Result<T, ChangeRefused>;

/// Adds an element, or each child of a section's element.
pub(super) fn create(cib: &Arc<Element>, section: Option<&str>, given: &Arc<Element>) -> Result<Arc<Element>> {
    let name = section.or_else(|| home(given)).ok_or_else(|| homeless(given))?;
    let (cib, path) = ensured(cib, tags(name)?);
    let parent = tree::at(&cib, &path);
    let news = if given.name() == name { given.children() } else { std::slice::from_ref(given) };
    let mut copy = (**parent).clone();
    for new in news {
        if tree::find(parent, &|old| is_same(old, new)).is_some() {
            return Err(exists(new));
        }
        copy.children_mut().push(Arc::clone(new));
    }
    Ok(tree::put(&cib, &path, Some(Arc::new(copy))))
}

/// Merges an element into the one of the same tag and id.
pub(super) fn modify(
    cib: &Arc<Element>,
    section: Option<&str>,
    given: &Arc<Element>,
    may_create: bool,
) -> Result<Arc<Element>> {
    if let Some(path) = place_of(cib, section, given)? {
        let merged = merged(tree::at(cib, &path), given);
        return Ok(tree::put(cib, &path, Some(merged)));
    }
    if !may_create && !is_section(given) {
        return Err(not_found(given));
    }
    if is_section(given) {
        let (cib, path) = ensured(cib, tags(given.name())?);
        let merged = merged(tree::at(&cib, &path), given);
        return Ok(tree::put(&cib, &path, Some(merged)));
    }
    create(cib, section, given)
}

/// Puts an element in the place of the one of the same tag and id.
pub(super) fn replace(cib: &Arc<Element>, section: Option<&str>, given: &Arc<Element>) -> Result<Arc<Element>> {
    let wanted = match section {
        Some(name) if given.name() == "cib" && name != "cib" => part_of(given, name)?,
        Some(_) | None => given,
    };
    if wanted.name() == "cib" {
        return Ok(whole(cib, wanted));
    }
    if is_section(wanted) {
        let (cib, path) = ensured(cib, tags(wanted.name())?);
        return Ok(tree::put(&cib, &path, Some(Arc::clone(wanted))));
    }
    let path = place_of(cib, section, wanted)?.ok_or_else(|| not_found(wanted))?;
    Ok(tree::put(cib, &path, Some(Arc::clone(wanted))))
}

/// Removes the first element of that tag with all of the attributes.
pub(super) fn delete(cib: &Arc<Element>, section: Option<&str>, given: &Arc<Element>) -> Result<Arc<Element>> {
    let Some(start) = start_of(cib, section)? else { return Ok(Arc::clone(cib)) };
    let fits = |old: &Element| {
        old.name() == given.name() && given.attributes().all(|(name, value)| old.attribute(name) == Some(value))
    };
    let Some(found) = tree::find(tree::at(cib, &start), &fits) else { return Ok(Arc::clone(cib)) };
    let path: Path = start.into_iter().chain(found).collect();
    let target = tree::at(cib, &path);
    if is_section(target) {
        let mut empty = (**target).clone();
        empty.children_mut().clear();
        let reason = format!("<{}> cannot be deleted", target.name());
        return match target.name() {
            "cib" | "configuration" | "status" => {
                Err(ChangeRefused::new(Refusal::Invalid, reason, "erase the configuration instead")
                    .at(given.position()))
            }
            _ => Ok(tree::put(cib, &path, Some(Arc::new(empty)))),
        };
    }
    Ok(tree::put(cib, &path, None))
}

/// The whole document in place of another; what it does not say of version, schema and status stays as it is.
fn whole(cib: &Element, given: &Element) -> Arc<Element> {
    let mut new = given.clone();
    for name in crate::version::ATTRIBUTES.into_iter().chain(["validate-with"]) {
        if let (None, Some(value)) = (given.attribute(name), cib.attribute(name)) {
            new.set(name, value);
        }
    }
    if let (None, Some(status)) = (given.child("status"), cib.child("status")) {
        new.children_mut().push(Arc::clone(status));
    }
    Arc::new(new)
}

fn part_of<'a>(cib: &'a Arc<Element>, name: &str) -> Result<&'a Arc<Element>> {
    let path = section::path(cib, tags(name)?).ok_or_else(|| {
        ChangeRefused::new(Refusal::NotFound, format!("the given CIB has no <{name}>"), "").at(cib.position())
    })?;
    Ok(tree::at(cib, &path))
}

/// Where to look: in the section, or everywhere; `None` when the section is not there.
fn start_of(cib: &Element, section: Option<&str>) -> Result<Option<Path>> {
    match section {
        Some(name) => Ok(section::path(cib, tags(name)?)),
        None => Ok(Some(Path::new())),
    }
}

/// The element of the same tag and id as the given one.
fn place_of(cib: &Arc<Element>, section: Option<&str>, given: &Element) -> Result<Option<Path>> {
    let Some(start) = start_of(cib, section)? else { return Ok(None) };
    let found = tree::find(tree::at(cib, &start), &|old| is_same(old, given));
    Ok(found.map(|found| start.into_iter().chain(found).collect()))
}

fn is_same(old: &Element, new: &Element) -> bool {
    old.name() == new.name() && (new.id().is_none() || old.id() == new.id())
}

/// The old element with the attributes and children of the new one; the very same when it has them already.
fn merged(old: &Arc<Element>, new: &Element) -> Arc<Element> {
    let mut copy = (**old).clone();
    for (name, value) in new.attributes() {
        let value = counted(name, value, old.attribute(name));
        copy.set(name, &value);
    }
    for child in new.children() {
        match copy.children().iter().position(|known| is_same(known, child)) {
            Some(index) => {
                let known = &mut copy.children_mut()[index];
                *known = merged(known, child);
            }
            None => copy.children_mut().push(Arc::clone(child)),
        }
    }
    if copy == **old {
        return Arc::clone(old);
    }
    copy.set_position(new.position());
    Arc::new(copy)
}

/// A value, or what `value++` and `value+=5` make of the old one; what is no number counts as 0.
fn counted(name: &str, given: &str, old: Option<&str>) -> String {
    let Some(step) = given.strip_prefix(name) else { return given.to_owned() };
    let step = if step == "++" { Some("1") } else { step.strip_prefix("+=") };
    let Some(step) = step.and_then(value::score) else { return given.to_owned() };
    (old.and_then(value::score).unwrap_or_default() + step).to_string()
}

fn not_found(given: &Element) -> ChangeRefused {
    let reason = format!("there is no <{}>", crate::validate::step(given));
    ChangeRefused::new(Refusal::NotFound, reason, "create it, or name one that is there").at(given.position())
}

fn exists(given: &Element) -> ChangeRefused {
    let reason = format!("there is a <{}> already", crate::validate::step(given));
    ChangeRefused::new(Refusal::Exists, reason, "modify or replace it, or choose another id").at(given.position())
}

fn homeless(given: &Element) -> ChangeRefused {
    let reason = format!("where <{}> belongs is not clear", given.name());
    ChangeRefused::new(Refusal::Invalid, reason, "name the section (-o)").at(given.position())
}
