//! From the CIB's text to the CIB that the node starts from: adopted as it is, carried over from an older syntax, or refused with a reason.

use super::cib_file::{CibFile, ReadError};
use cib::{CURRENT_SCHEMA, Element, Syntax};
use model::{Notice, Severity};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Mistakes that are shown at once; the tool shows all.
const SHOWN_MAX: usize = 10;

/// Why the node does not start from this CIB. The file is as it was.
#[derive(Debug, Error)]
pub enum AdoptError {
    /// It cannot be read.
    #[error("{0}: {source}; nothing was changed", source = causes(.0))]
    Read(#[from] ReadError),
    /// It is not well-formed, or does not say what a CIB may say.
    #[error("{}", lines(.path, .mistakes))]
    Refused {
        /// The file.
        path: PathBuf,
        /// `LINE:COLUMN: what; what to do`, each.
        mistakes: Vec<String>,
    },
    /// The original of an older syntax cannot be kept, so it must not be replaced.
    #[error("cannot keep the original of {} beside it: {source}; make room, or make the directory writable", path.display())]
    Original {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What the node starts from.
#[derive(Debug)]
pub struct Adopted {
    /// Valid, in the current schema, without a status.
    pub cib: Arc<Element>,
    /// For the operator.
    pub notices: Vec<Notice>,
}

/// Reads the file and judges it.
///
/// # Errors
/// See [`AdoptError`].
pub fn adopt(file: &mut CibFile) -> Result<Adopted, AdoptError> {
    let found = file.read()?;
    let mut notices = found.notices;
    let Some(text) = found.text else { return Ok(Adopted { cib: Arc::new(empty()), notices }) };
    let cib = judge(file.path(), text, &mut notices)?;
    let syntax = Syntax::of(&cib);
    let upgraded = cib::upgrade(&cib);
    let about = |note: &cib::Note| notice("cib-upgrade", Severity::Info, file.path(), note);
    notices.extend(upgraded.notes.iter().map(about));
    if syntax == Syntax::Heartbeat2 {
        notices.push(keep_original(file)?);
    }
    Ok(Adopted { cib: without_status(&upgraded.cib), notices })
}

/// Judges what is there as a start would, and touches nothing.
///
/// # Errors
/// See [`AdoptError`].
pub fn check(path: &Path) -> Result<(), AdoptError> {
    match CibFile::new(path).peek()? {
        Some(text) => judge(path, text, &mut Vec::new()).map(drop),
        None => Ok(()),
    }
}

/// A configuration in which there is nothing yet.
pub fn empty() -> Element {
    let sections = ["crm_config", "nodes", "resources", "constraints"];
    let configuration =
        sections.iter().fold(Element::new("configuration"), |all, name| all.with_child(Element::new(name)));
    let versions =
        ["admin_epoch", "epoch", "num_updates"].iter().fold(Element::new("cib"), |cib, name| cib.with(name, "0"));
    versions.with("validate-with", CURRENT_SCHEMA).with_child(configuration).with_child(Element::new("status"))
}

fn judge(path: &Path, text: String, notices: &mut Vec<Notice>) -> Result<Arc<Element>, AdoptError> {
    let refused = |mistakes| AdoptError::Refused { path: path.to_path_buf(), mistakes };
    let cib = cib::parse_owned(text).map_err(|e| refused(vec![at(e.position, &e.reason)]))?;
    let report = cib::validate(&cib);
    let refusals: Vec<String> =
        report.refusals().map(|mistake| at(mistake.position, &format!("{}; {}", mistake.what, mistake.hint))).collect();
    if !refusals.is_empty() {
        return Err(refused(refusals));
    }
    notices.extend(report.mistakes.iter().map(|mistake| notice("cib-mistake", Severity::Warning, path, mistake)));
    Ok(cib)
}

fn keep_original(file: &CibFile) -> Result<Notice, AdoptError> {
    let kept = file.keep_original(".heartbeat-2");
    let kept = kept.map_err(|source| AdoptError::Original { path: file.path().to_path_buf(), source })?;
    let text = format!(
        "{} is in the syntax of Heartbeat 2: using it in today's, which is what will be written; the original stays in {}",
        file.path().display(),
        kept.display()
    );
    Ok(Notice::new("cib-upgraded", Severity::Notice, text))
}

/// The status belongs to a run of the cluster; one that a file brings along is of another run.
fn without_status(cib: &Element) -> Arc<Element> {
    let mut cib = cib.clone();
    cib.children_mut().retain(|child| child.name() != "status");
    Arc::new(cib.with_child(Element::new("status")))
}

fn notice(id: &'static str, severity: Severity, path: &Path, what: &impl std::fmt::Display) -> Notice {
    Notice::new(id, severity, format!("{}: {what}", path.display()))
}

fn at(position: cib::Position, what: &str) -> String {
    format!("{}:{}: {what}", position.line, position.column)
}

fn causes(error: &ReadError) -> String {
    use std::error::Error;
    error.source().map_or_else(|| "its content is of no use".to_owned(), ToString::to_string)
}

fn lines(path: &Path, mistakes: &[String]) -> String {
    let mut lines: Vec<String> =
        mistakes.iter().take(SHOWN_MAX).map(|mistake| format!("{}:{mistake}", path.display())).collect();
    if mistakes.len() > SHOWN_MAX {
        let more = mistakes.len() - SHOWN_MAX;
        lines.push(format!("{}: and {more} more; `crm_verify -x {}` shows all", path.display(), path.display()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
