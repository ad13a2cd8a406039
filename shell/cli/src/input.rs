//! XML that a user hands to a tool: on the command line, in a file or on standard input.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::source;
use cib::Element;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Longest input accepted, so that a wrong pipe cannot exhaust the memory: far beyond any CIB.
const LENGTH_MAX: u64 = 256 << 20;

/// A document and the name it goes by in messages.
#[derive(Clone, Debug)]
pub struct Given {
    /// `cib.xml`, `standard input`.
    pub origin: String,
    /// What it holds.
    pub tree: Arc<Element>,
}

/// The document that one of the three options names; `None` where none was given.
///
/// # Errors
/// When it cannot be read, or is not well-formed, with the place of the mistake.
pub fn given(session: &Session, text: &str, file: &str, pipe: &str) -> Result<Option<Given>, Failure> {
    let (origin, text) = match session.options.last_of(&[text, file, pipe]) {
        None => return Ok(None),
        Some((key, Some(path))) if key == file && path != "-" => (path.clone(), read_file(&path)?),
        Some((key, Some(given))) if key == text => ("the XML given".to_owned(), given),
        Some(_) => ("standard input".to_owned(), read_stdin()?),
    };
    let tree = tree(&origin, text)?;
    Ok(Some(Given { origin, tree }))
}

/// The tree of a document.
///
/// # Errors
/// When it is not well-formed, with the place of the mistake.
pub fn tree(origin: &str, text: String) -> Result<Arc<Element>, Failure> {
    cib::parse_owned(text).map_err(|error| {
        let at = error.position;
        Failure::new(Exit::DATA, format!("{origin}:{}:{}: {}", at.line, at.column, error.reason))
    })
}

fn read_file(path: &str) -> Result<String, Failure> {
    source::read_file(Path::new(path))
}

fn read_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LENGTH_MAX).read_to_string(&mut text);
    read.map_err(|error| Failure::new(Exit::IO, format!("cannot read standard input: {error}")))?;
    Ok(text)
}
