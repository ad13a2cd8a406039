//! Changes as `cibadmin` names them, applied to a tree: the same tree and change give the same result on every member.
//!
//! A change that would leave the document invalid is refused and changes nothing. The result shares every part that
//! the change did not touch. Node attributes are the node's own matter: it knows ids and counts failures.

mod edit;
mod section;
mod tree;

#[cfg(test)]
mod tests;

use crate::upgrade::fragment;
use crate::{Element, Mistake, Position, Syntax, Version, parse, upgrade, validate, version};
use std::sync::Arc;
use thiserror::Error;

/// One change. A section is `resources`, `constraints`, `nodes`, `crm_config`, `status`, ...; without one the element
/// of `xml` decides where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Add an element, or what is inside a section's element; refused where one of that tag and id exists.
    Create {
        /// Where.
        section: Option<String>,
        /// One element, as text.
        xml: String,
    },
    /// Merge into the element of that tag and id: attributes are set, children merged alike or added.
    Modify {
        /// Where to look.
        section: Option<String>,
        /// One element, as text. An attribute may count: `value="value++"`, `value="value+=5"`.
        xml: String,
        /// Create what is not there instead of refusing.
        may_create: bool,
    },
    /// Put an element in the place of the one of that tag and id, of a section, or of the whole CIB.
    Replace {
        /// Where to look.
        section: Option<String>,
        /// One element, as text.
        xml: String,
    },
    /// Remove the first element of that tag that has all these attributes; none there is no mistake.
    Delete {
        /// Where to look.
        section: Option<String>,
        /// One element, as text; its children do not matter.
        xml: String,
    },
    /// Empty every section of the configuration, as the newest version of all.
    Erase,
    /// Raise `epoch` without another change.
    Bump,
}

/// Why a change was refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct ChangeRefused {
    /// For exit codes.
    pub kind: Refusal,
    /// What is wrong, as a clause.
    pub reason: String,
    /// What to do instead, as a clause; may be empty.
    pub hint: String,
    /// Where in the given text; zero when the text itself is not to blame.
    pub position: Position,
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What should be changed is not there.
    NotFound,
    /// What should be created is there.
    Exists,
    /// The text, the section or the result is not valid.
    Invalid,
    /// A newer version is in place.
    Old,
}

impl ChangeRefused {
    fn new(kind: Refusal, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), hint: hint.into(), position: Position::default() }
    }

    fn at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }
}

/// Applies one change, and raises the version as it deserves; the very same tree comes back when nothing changed.
///
/// # Errors
/// When what it names is missing or exists, or when the result would not be valid.
pub fn apply(cib: &Arc<Element>, change: &Change) -> Result<Arc<Element>, ChangeRefused> {
    let changed = match change {
        Change::Create { section, xml } => edit::create(cib, section.as_deref(), &read(xml)?)?,
        Change::Modify { section, xml, may_create } => edit::modify(cib, section.as_deref(), &read(xml)?, *may_create)?,
        Change::Replace { section, xml } => edit::replace(cib, section.as_deref(), &read_document(xml)?)?,
        Change::Delete { section, xml } => edit::delete(cib, section.as_deref(), &read(xml)?)?,
        Change::Erase => return Ok(with_version(section::emptied(cib), Version::of(cib).raised())),
        Change::Bump => return Ok(with_version((**cib).clone(), Version::of(cib).configured())),
    };
    if Arc::ptr_eq(&changed, cib) || changed == *cib {
        return Ok(Arc::clone(cib));
    }
    if !same_configuration(cib, &changed) || !cib.attributes().eq(changed.attributes()) {
        check(cib, &changed)?;
    }
    versioned(cib, changed)
}

/// The element of a text, in today's syntax.
fn read(xml: &str) -> Result<Arc<Element>, ChangeRefused> {
    Ok(fragment(&well_formed(xml)?))
}

/// As [`read`], for what may be a whole document that says itself in which syntax it is written.
fn read_document(xml: &str) -> Result<Arc<Element>, ChangeRefused> {
    let given = well_formed(xml)?;
    let says_syntax = given.attribute("validate-with").is_some() || Syntax::has_old_signs(&given);
    if given.name() != "cib" || given.child("configuration").is_none() || !says_syntax {
        return Ok(fragment(&given));
    }
    let report = validate(&given);
    if let Some(mistake) = report.refusals().next() {
        return Err(invalid(mistake));
    }
    let mut cib = Arc::unwrap_or_clone(upgrade(&given).cib);
    for name in version::ATTRIBUTES.into_iter().filter(|name| given.attribute(name).is_none()) {
        cib.remove(name);
    }
    Ok(Arc::new(cib))
}

fn well_formed(xml: &str) -> Result<Arc<Element>, ChangeRefused> {
    parse(xml).map_err(|error| ChangeRefused::new(Refusal::Invalid, error.reason, "").at(error.position))
}

fn invalid(mistake: &Mistake) -> ChangeRefused {
    ChangeRefused::new(Refusal::Invalid, &*mistake.what, &*mistake.hint).at(mistake.position)
}

/// Whether only the status, or what `<cib>` says about the cluster's run, differs.
fn same_configuration(before: &Element, after: &Element) -> bool {
    fn configured(cib: &Element) -> impl Iterator<Item = &Arc<Element>> {
        cib.children().iter().filter(|child| child.name() != "status")
    }
    before.attribute("validate-with") == after.attribute("validate-with") && configured(before).eq(configured(after))
}

/// Refuses mistakes that were not there before.
fn check(before: &Element, after: &Element) -> Result<(), ChangeRefused> {
    let report = validate(after);
    if report.is_accepted() {
        return Ok(());
    }
    let known = validate(before);
    let was_there =
        |mistake: &Mistake| known.refusals().any(|old| old.path == mistake.path && old.what == mistake.what);
    match report.refusals().find(|mistake| !was_there(mistake)) {
        Some(mistake) => Err(invalid(mistake)),
        None => Ok(()),
    }
}

/// A version given with the change holds when it is higher; a lower one is refused.
fn versioned(before: &Element, after: Arc<Element>) -> Result<Arc<Element>, ChangeRefused> {
    let (old, given) = (Version::of(before), Version::of(&after));
    if given < old {
        let reason = format!("the version {given} is older than {old}, which is in place");
        return Err(ChangeRefused::new(Refusal::Old, reason, "leave the version out, or raise admin_epoch"));
    }
    let version = if given > old {
        given
    } else if same_configuration(before, &after) {
        old.updated()
    } else {
        old.configured()
    };
    Ok(with_version(Arc::unwrap_or_clone(after), version))
}

fn with_version(mut cib: Element, version: Version) -> Arc<Element> {
    version.write(&mut cib);
    Arc::new(cib)
}
