//! `--output-as=xml` of the tools that speak text otherwise: one document with what was found, how it ended and what was complained of.
//!
//! What a tool has no element for stands in it as the text that it is.

use crate::console::{Console, Stream};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::suggest;
use cib::Element;

/// The version of the format, as programs ask for it.
pub const FORMAT: &str = "2.25";

/// Runs a tool; where XML is wished for, its answer is a document, and where a file is, it goes there.
///
/// # Errors
/// As the tool, where text is wished for; in a document a failure is a part of it. When the file cannot be written.
pub fn around(session: &mut Session, run: fn(&mut Session) -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    let run: &dyn Fn(&mut Session) -> Result<Exit, Failure> = match session.options.value("output-as") {
        None | Some("text") => &run,
        Some("xml") => &|session| Ok(document(session, run)),
        Some(other) => {
            let hint = suggest::hint(other, "formats", ["text", "xml"]);
            return Err(Failure::usage(format!("there is no format '{other}'")).hint(hint));
        }
    };
    match session.options.value("output-to").filter(|path| *path != "-").map(str::to_owned) {
        Some(path) => to_file(session, &path, run),
        None => run(session),
    }
}

fn to_file(
    session: &mut Session,
    path: &str,
    run: &dyn Fn(&mut Session) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let (result, said) = overheard(session, run);
    for complaint in heard(&said, Stream::Err) {
        session.console.complain(complaint.trim_end());
    }
    let written = std::fs::write(path, heard(&said, Stream::Out).concat());
    written.map_err(|error| Failure::new(Exit::CANNOT_CREATE, format!("cannot write {path}: {error}")))?;
    result
}

/// Runs a tool and keeps what it says.
fn overheard(
    session: &mut Session,
    run: impl Fn(&mut Session) -> Result<Exit, Failure>,
) -> (Result<Exit, Failure>, Console) {
    let console = std::mem::replace(&mut session.console, Console::Kept(Vec::new()));
    let result = run(session);
    (result, std::mem::replace(&mut session.console, console))
}

fn document(session: &mut Session, run: impl Fn(&mut Session) -> Result<Exit, Failure>) -> Exit {
    session.parts = Some(Vec::new());
    let (result, said) = overheard(session, run);
    let parts = session.parts.take().unwrap_or_default();
    let (exit, failure) = match result {
        Ok(exit) => (exit, None),
        Err(failure) => (failure.exit, Some(format!("{}: {failure}", session.name))),
    };
    let complaints: Vec<String> = heard(&said, Stream::Err).into_iter().chain(failure).collect();
    let text = heard(&said, Stream::Out).concat();
    let output = Some(text).filter(|text| parts.is_empty() && !text.is_empty());
    let output = output.map(|text| Element::new("output").with("source", "stdout").with_text(&text));
    let root = parts.into_iter().chain(output).fold(root(session), Element::with_child);
    session.console.print(root.with_child(status(exit, &complaints)).to_xml());
    exit
}

/// The document of a tool that draws its own, where nothing is to be drawn: it failed.
pub fn failed(session: &Session, failure: &Failure) -> String {
    let complaint = format!("{}: {failure}", session.name);
    root(session).with_child(status(failure.exit, &[complaint])).to_xml()
}

fn root(session: &Session) -> Element {
    let words: Vec<&str> = std::iter::once(&session.name).chain(&session.arguments).map(String::as_str).collect();
    Element::new("pacemaker-result").with("api-version", FORMAT).with("request", &words.join(" "))
}

fn status(exit: Exit, complaints: &[String]) -> Element {
    let message = if exit == Exit::OK { "OK" } else { exit.text() };
    let status = Element::new("status").with("code", &exit.code().to_string()).with("message", message);
    if complaints.is_empty() {
        return status;
    }
    let error = |complaint: &String| Element::new("error").with_text(complaint.trim_end());
    status.with_child(complaints.iter().map(error).fold(Element::new("errors"), Element::with_child))
}

fn heard(console: &Console, wanted: Stream) -> Vec<String> {
    match console {
        Console::Kept(said) => {
            said.iter().filter(|(stream, _)| *stream == wanted).map(|(_, text)| text.clone()).collect()
        }
        Console::Process => Vec::new(),
    }
}
