//! `crm_mon`: the state of the cluster, once or as a live screen; as text of today or of Heartbeat 2, as XML or HTML.
//!
//! The live screen is the one-shot text, redrawn: plain terminal codes do that without a widget library in the binary.

mod background;
mod html;
mod legacy;
mod narrow;
mod screen;
mod sections;
mod simple;
mod text;
mod view;
mod wish;
mod xml;

use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Opt, Takes};
use crate::session::Session;
use crate::tool::Tool;
use crate::world::World;
use cib::Element;
use policy::state::{Cluster, RscIx};
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;
use view::View;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows the state of the cluster",
    usage: "[OPTIONS]",
    options: &[
        Opt::flag("one-shot", "1", "once, then end (the default where the output is no terminal)")
            .or(&["one-shot-mode"]),
        Opt::value("interval", "i", "TIME", "redraw so often (default 5s)"),
        Opt::value("include", "I", "SECTIONS", "with these sections, too; 'list' names all, 'all', 'none', 'default'"),
        Opt::value("exclude", "U", "SECTIONS", "without these sections"),
        Opt::value("node", "", "NODE", "only what is on this node, or on those with this tag"),
        Opt::value("resource", "", "RESOURCE", "only what is about this resource, or those with this tag"),
        Opt::flag("inactive", "r", "inactive resources, too"),
        Opt::flag("group-by-node", "n", "resources below their nodes"),
        Opt::flag("failcounts", "f", "failures on record"),
        Opt::flag("operations", "o", "the history of operations"),
        Opt::flag("timing-details", "t", "the history with times"),
        Opt::flag("show-node-attributes", "A", "attributes of nodes"),
        Opt::flag("tickets", "c", "tickets"),
        Opt::flag("neg-locations", "L", "constraints that keep resources off nodes").takes(Takes::Attached("PREFIX")),
        Opt::flag("show-detail", "R", "ids of nodes and each instance of clones"),
        Opt::flag("brief", "b", "how many resources of each agent are active, and where"),
        Opt::flag("hide-headers", "D", "without summary and titles"),
        Opt::flag("simple-status", "s", "one line for a monitoring system; exit code 0, 1 or 2"),
        Opt::value("output-as", "", "FORMAT", "text, console, xml, html, none, legacy (the layout of Heartbeat 2)"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::value("as-html", "h", "FILE", "write the state as HTML to this file, again and again without -1"),
        Opt::flag("web-cgi", "w", "as a CGI script: HTML with a header").or(&["html-cgi"]),
        Opt::flag("as-xml", "X", "as XML; with the name of a file, as it was once: read the CIB from it")
            .takes(Takes::Next("FILE", |word| Path::new(word).is_file())),
        Opt::value("xml-file", "x", "FILE", "read the CIB from this file"),
        Opt::value("html-title", "", "TEXT", "the title of the HTML page"),
        Opt::value("html-stylesheet", "", "URI", "a style sheet for the HTML page"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::flag("disable-ncurses", "N", "text instead of a live screen"),
        Opt::flag("as-console", "", "accepted"),
        Opt::flag("fence-history", "m", "accepted").takes(Takes::Attached("LEVEL")),
        Opt::flag("pending", "j", "accepted: pending operations are always shown"),
        Opt::flag("watch-fencing", "W", "refused, as -E"),
        Opt::flag("daemonize", "d", "in the background; with -h or --output-to"),
        Opt::value("pid-file", "p", "FILE", "with -d: where to write the number of the process"),
        Opt::value("external-agent", "E", "FILE", "refused: follow `systole events -f` instead"),
        Opt::value("external-recipient", "e", "WHOM", "refused, as -E"),
        Opt::flag("quiet", "Q", "accepted"),
        Opt::flag("verbose", "V", "accepted"),
    ],
    run,
};

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Legacy,
    Xml,
    /// As the deprecated `-X` printed it: another root, no status.
    OldXml,
    Html,
    /// For the exit code only.
    Nothing,
}

/// The nodes and resources of a state for other tools, with attributes and failures where they are wanted.
pub fn status_xml(cluster: &Cluster, world: &World, attributes: bool, failures: bool) -> Vec<Element> {
    let view = View::of(cluster, world);
    let mut parts = vec![xml::nodes(&view), xml::resources::all(&view)];
    parts.extend(xml::attributes(&view).filter(|_| attributes));
    if failures {
        parts.push(xml::histories(&view));
        parts.extend(xml::failures(&view));
    }
    parts
}

/// All resources as XML, with where they are.
pub fn resources_xml(cluster: &Cluster, world: &World) -> Element {
    xml::resources::all(&View::of(cluster, world))
}

/// One resource as XML, with what it is made of.
pub fn resource_xml(cluster: &Cluster, world: &World, rsc: RscIx) -> Element {
    xml::resources::resource(&View::of(cluster, world), rsc)
}

fn run(session: &mut Session) -> Result<Exit, Failure> {
    refuse(session)?;
    if let Some(file) = session.options.value("as-xml").or(session.options.value("xml-file")).map(str::to_owned) {
        if session.options.value("as-xml").is_some() {
            session
                .console
                .complain(format!("crm_mon: -X {file} is read as a CIB, as Heartbeat 2 did; write -x {file}"));
        }
        session.use_file(Path::new(&file));
    }
    if session.options.has("simple-status") {
        return Ok(simple::run(session));
    }
    if session.options.has("daemonize") && !background::is_here() {
        return background::start(session);
    }
    let format = format(session)?;
    let once = session.options.has("one-shot") || session.options.has("web-cgi") || !session.is_live();
    let destination = destination(session);
    if let (Some(path), false) = (&destination, once) {
        return repeat(session, format, path);
    }
    let screen = !once && destination.is_none() && matches!(format, Format::Text | Format::Legacy);
    if screen
        && !session.options.has("disable-ncurses")
        && std::io::stdout().is_terminal()
        && std::io::stdin().is_terminal()
    {
        return screen::run(session, interval(session)?, format);
    }
    let (exit, text) = match render(session, format) {
        Err(failure) if format == Format::Xml => (failure.exit, document::failed(session, &failure)),
        rendered => (Exit::OK, rendered?),
    };
    match destination {
        Some(path) => write_file(Path::new(&path), &text)?,
        None => session.console.print(text),
    }
    Ok(exit)
}

fn refuse(session: &Session) -> Result<(), Failure> {
    if ["external-agent", "external-recipient", "watch-fencing"].iter().any(|option| session.options.has(option)) {
        let reason = "crm_mon runs no program of yours";
        return Err(Failure::new(Exit::UNIMPLEMENTED, reason).hint("read events as they happen: systole events -f"));
    }
    Ok(())
}

fn format(session: &Session) -> Result<Format, Failure> {
    let options = &session.options;
    if options.has("as-html") || options.has("web-cgi") {
        return Ok(Format::Html);
    }
    if options.has("as-xml") && options.value("as-xml").is_none() {
        return Ok(Format::OldXml);
    }
    match options.value("output-as") {
        None | Some("text" | "console") => Ok(Format::Text),
        Some("xml") => Ok(Format::Xml),
        Some("html") => Ok(Format::Html),
        Some("none") => Ok(Format::Nothing),
        Some("legacy") => Ok(Format::Legacy),
        Some(other) => {
            let hint = crate::suggest::hint(other, "formats", ["text", "console", "xml", "html", "none", "legacy"]);
            Err(Failure::usage(format!("there is no format '{other}'")).hint(hint))
        }
    }
}

fn destination(session: &Session) -> Option<String> {
    let to = session.options.value("as-html").or(session.options.value("output-to"));
    to.filter(|path| *path != "-").map(str::to_owned)
}

fn interval(session: &Session) -> Result<Duration, Failure> {
    let ms = session.options.value("interval").map_or(Ok(5000), crate::time::milliseconds)?;
    Ok(Duration::from_millis(ms.max(100)))
}

/// The state as it is now.
fn render(session: &mut Session, format: Format) -> Result<String, Failure> {
    let view = View::gather(session, format)?;
    Ok(match format {
        Format::Text => text::render(&view),
        Format::Legacy => legacy::render(&view),
        Format::Nothing => String::new(),
        Format::Xml | Format::OldXml => xml::render(&view, format == Format::OldXml),
        Format::Html => {
            let header = if session.options.has("web-cgi") { "Content-Type: text/html\n\n" } else { "" };
            let title = session.options.value("html-title").unwrap_or("Cluster Status");
            format!("{header}{}", html::render(&view, title, session.options.value("html-stylesheet")))
        }
    })
}

/// Writes the file again and again; a cluster that is away for a while is shown as such.
fn repeat(session: &mut Session, format: Format, path: &str) -> Result<Exit, Failure> {
    let pause = interval(session)?;
    loop {
        session.refresh();
        let text = match render(session, format) {
            Ok(text) => text,
            Err(failure) if failure.exit == Exit::DISCONNECTED => format!("{failure}\n"),
            Err(failure) => return Err(failure),
        };
        write_file(Path::new(path), &text)?;
        std::thread::sleep(pause);
    }
}

/// Readers see the old file or the new one, never half of one.
fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let written = std::fs::write(&name, text).and_then(|()| std::fs::rename(&name, path));
    written.map_err(|error| Failure::new(Exit::CANNOT_CREATE, format!("cannot write {}: {error}", path.display())))
}
