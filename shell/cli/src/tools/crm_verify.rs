//! `crm_verify`: is a configuration valid? Silence when it is; else each mistake with its place and what to write instead.

use crate::document;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Given};
use crate::options::Opt;
use crate::session::Session;
use crate::tool::Tool;
use cib::{Consequence, Report};
use model::WallTime;
use policy::plan::{Finding, PolicyInput};

/// The tool.
pub const TOOL: Tool = Tool {
    about: "checks a configuration",
    usage: "-L | -x FILE | -X XML | -p [-V]",
    options: &[
        Opt::flag("live-check", "L", "the running cluster's"),
        Opt::value("xml-file", "x", "FILE", "the one in this file"),
        Opt::value("xml-text", "X", "XML", "the one given here").or(&["crm_xml"]),
        Opt::flag("xml-pipe", "p", "the one on standard input"),
        Opt::value("save-xml", "S", "FILE", "write what was checked to this file"),
        Opt::value("dtd-file", "D", "FILE", "accepted: the schemas are built in"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::value("output-to", "", "FILE", "write there instead of to standard output"),
        Opt::flag("text-fancy", "", "accepted: the text is as it is"),
        Opt::flag("quiet", "qQ", "only the exit code"),
        Opt::flag("verbose", "V", "say what is doubtful or without effect, too"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    document::around(session, command)
}

fn command(session: &mut Session) -> Result<Exit, Failure> {
    let given = match input::given(session, "xml-text", "xml-file", "xml-pipe")? {
        Some(given) => given,
        None if session.options.has("live-check") || session.name == "verify" || session.world.cib_file.is_some() => {
            live(session)?
        }
        None => {
            let hint = "give -L for the running cluster, -x FILE, -X XML, or -p for standard input";
            return Err(Failure::usage("no configuration to check is named").hint(hint));
        }
    };
    if let Some(path) = session.options.value("save-xml") {
        let text = given.tree.source().map_or_else(|| given.tree.to_xml(), str::to_owned);
        let saved = std::fs::write(path, text);
        saved.map_err(|error| Failure::new(Exit::CANNOT_CREATE, format!("cannot write {path}: {error}")))?;
    }
    Ok(check(session, &given))
}

fn live(session: &mut Session) -> Result<Given, Failure> {
    let tree = session.cib()?;
    Ok(Given { origin: "the running cluster's CIB".to_owned(), tree })
}

/// First the document, then, if it can be used, what the planner thinks of it.
fn check(session: &mut Session, given: &Given) -> Exit {
    let report = cib::validate(&given.tree);
    let mut complaints = document_complaints(session, given, &report);
    let mut verdict = if report.is_accepted() { Verdict::of(report.mistakes.is_empty()) } else { Verdict::Errors };
    if report.is_accepted() {
        let findings = findings(given, session.world.now);
        if findings.iter().any(|finding| finding.is_error) {
            verdict = Verdict::Errors;
        }
        complaints.extend(planner_complaints(session, given, &findings));
    }
    complaints.extend(verdict.sentence().map(str::to_owned));
    if !session.options.has("quiet") {
        for complaint in complaints {
            session.console.complain(complaint);
        }
    }
    if verdict == Verdict::Good { Exit::OK } else { Exit::CONFIG }
}

/// What the check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing is wrong.
    Good,
    /// It can be used, and parts of it do not do what they say.
    Warnings,
    /// It cannot be used as it is.
    Errors,
}

impl Verdict {
    fn of(flawless: bool) -> Self {
        if flawless { Self::Good } else { Self::Warnings }
    }

    fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Good => None,
            Self::Warnings => Some("Warnings found during check: config may not be valid"),
            Self::Errors => Some("Errors found during check: config not valid"),
        }
    }
}

/// Every mistake; with `-V`, the notes, too.
fn document_complaints(session: &Session, given: &Given, report: &Report) -> Vec<String> {
    let (origin, verbose) = (&given.origin, session.options.has("verbose"));
    let mut complaints = Vec::new();
    for mistake in &report.mistakes {
        let word = match mistake.consequence {
            Consequence::Refused => "error",
            Consequence::Ignored | Consequence::Repaired => "warning",
        };
        let at = mistake.position;
        complaints.push(format!("{origin}:{}:{}: {word}: {}; {}", at.line, at.column, mistake.what, mistake.hint));
    }
    if verbose {
        complaints.extend(report.notes.iter().map(|note| match note.position.line {
            0 => format!("{origin}: note: {}", note.text),
            line => format!("{origin}:{line}: note: {}", note.text),
        }));
    }
    complaints
}

/// What the planner finds; a document that it cannot plan at all is a finding, too.
fn findings(given: &Given, now: WallTime) -> Vec<Finding> {
    let upgraded = cib::upgrade(&given.tree).cib;
    match policy::plan(&PolicyInput { cib: upgraded, now }) {
        Ok(plan) => plan.findings,
        Err(error) => vec![Finding { is_error: true, element: String::new(), text: error.to_string() }],
    }
}

fn planner_complaints(session: &Session, given: &Given, findings: &[Finding]) -> Vec<String> {
    let shown = findings.iter().filter(|finding| finding.is_error || session.options.has("verbose"));
    let line = |finding: &Finding| {
        let word = if finding.is_error { "error" } else { "warning" };
        let place = line_of(&given.tree, &finding.element).map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{place}: {word}: {}", given.origin, finding.text)
    };
    shown.map(line).collect()
}

/// The line of the element of that id.
fn line_of(element: &cib::Element, id: &str) -> Option<u32> {
    if !id.is_empty() && element.id() == Some(id) {
        return Some(element.position().line).filter(|line| *line > 0);
    }
    element.children().iter().find_map(|child| line_of(child, id))
}
