//! `crm_simulate`, once `ptest`: what would the cluster do, and what would come of it?

use super::{Injection, Injections, Outcome, Spec, Wishes, moment, profile, simulate, unchecked, xml};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::options::{Opt, Parsed};
use crate::session::Session;
use crate::tool::Tool;
use cib::Element;
use std::path::Path;
use std::sync::Arc;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows what the cluster would do, and what would come of it",
    usage: "-L | -x FILE | -p [-S] [changes before: -u -d -f -q -i ...] [-s] [-D FILE] [-G FILE]",
    options: &[
        Opt::flag("run", "R", "show which actions would be taken"),
        Opt::flag("simulate", "S", "take them on paper, and show the status afterwards"),
        Opt::flag("in-place", "X", "as --simulate, and write the result to the input file"),
        Opt::flag("show-attrs", "A", "node attributes, too"),
        Opt::flag("show-failcounts", "c", "failures and their counts, too"),
        Opt::flag("show-scores", "s", "how much each resource wants each node"),
        Opt::flag("show-utilization", "U", "capacities, and what is taken of them"),
        Opt::value("profile", "P", "DIRECTORY", "how long planning takes for each CIB in it"),
        Opt::value("repeat", "N", "TIMES", "with --profile: plan each so often"),
        Opt::value("node-up", "u", "NODE", "a node comes"),
        Opt::value("node-down", "d", "NODE", "a node goes down cleanly"),
        Opt::value("node-fail", "f", "NODE", "a node is lost"),
        Opt::value("op-inject", "i", "OPERATION", "an operation ended so: RESOURCE_TASK_INTERVAL@NODE=CODE"),
        Opt::value("op-fail", "F", "OPERATION", "this one will fail if it is in the plan"),
        Opt::value("set-datetime", "t", "DATE", "pretend this moment"),
        Opt::value("quorum", "q", "BOOLEAN", "whether there is quorum"),
        Opt::value("watchdog", "w", "BOOLEAN", "whether there is a watchdog"),
        Opt::value("ticket-grant", "g", "TICKET", "a ticket is granted"),
        Opt::value("ticket-revoke", "r", "TICKET", "a ticket is revoked"),
        Opt::value("ticket-standby", "b", "TICKET", "a ticket is about to be given away"),
        Opt::value("ticket-activate", "e", "TICKET", "a ticket is no longer about to be given away"),
        Opt::value("save-input", "I", "FILE", "write what the plan is made from"),
        Opt::value("save-output", "O", "FILE", "write the CIB afterwards"),
        Opt::value("save-graph", "G", "FILE", "write the transition graph"),
        Opt::value("save-dotfile", "D", "FILE", "write a picture of it, for Graphviz"),
        Opt::flag("all-actions", "a", "the picture shows what need not happen, too"),
        Opt::flag("live-check", "L", "the running cluster's CIB"),
        Opt::value("xml-file", "x", "FILE", "the CIB in this file"),
        Opt::flag("xml-pipe", "p", "the CIB on standard input"),
        Opt::value("xml-text", "", "XML", "the CIB given here"),
        Opt::flag("pending", "j", "accepted: operations under way are always shown"),
        Opt::value("output-as", "", "FORMAT", "text or xml"),
        Opt::flag("quiet", "Q", "only what was asked for"),
        Opt::flag("verbose", "V", "what is wrong or doubtful in the configuration, too"),
    ],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    if let Some(format) = session.options.value("output-as").filter(|format| !["text", "xml"].contains(format)) {
        return Err(Failure::usage(format!("there is no format '{format}'")).hint("--output-as text or xml"));
    }
    let wishes = wishes(session)?;
    if let Some(directory) = session.options.value("profile") {
        let lines = profile::profile(Path::new(directory), repeat(&session.options)?, &wishes, session.world.now)?;
        lines.iter().for_each(|line| session.console.say(line));
        return Ok(Exit::OK);
    }
    let cib = cib(session)?;
    let outcome = simulate(&cib, &wishes, session.world.now)?;
    if session.options.value("output-as") == Some("xml") {
        let words = std::iter::once(&session.name).chain(&session.arguments);
        let request = words.map(String::as_str).collect::<Vec<_>>().join(" ");
        session.console.print(xml::document(&outcome, &wishes, &session.world, &request));
    } else {
        session.console.print(outcome.text.as_str());
    }
    save(&session.options, &wishes, &outcome)?;
    if session.options.has("verbose") {
        complaints(&outcome).iter().for_each(|line| session.console.complain(line));
    }
    if outcome.complete {
        return Ok(Exit::OK);
    }
    session.console.complain("Transition failed: some actions wait for others that never come");
    Ok(Exit::SOFTWARE)
}

/// What the planner finds wrong or doubtful.
fn complaints(outcome: &Outcome) -> Vec<String> {
    let findings = &outcome.decided.as_ref().unwrap_or(&outcome.before).findings;
    let word = |is_error| if is_error { "error" } else { "warning" };
    findings.iter().map(|finding| format!("{}: {}", word(finding.is_error), finding.text)).collect()
}

/// The CIB that is named, in today's schema; without a name, the one on standard input.
fn cib(session: &mut Session) -> Result<Arc<Element>, Failure> {
    let given = input::given(session, "xml-text", "xml-file", "xml-pipe")?;
    let tree = match given {
        Some(given) => given.tree,
        None if session.options.has("live-check") || session.world.cib_file.is_some() => session.cib()?,
        None => {
            let hint = "give -L for the running cluster, -x FILE, or -p for standard input";
            return Err(Failure::usage("no CIB is named").hint(hint));
        }
    };
    unchecked(&tree).into_iter().for_each(|warning| session.console.complain(warning));
    let report = cib::validate(&tree);
    if !report.is_accepted() {
        let mistakes: Vec<String> = report.refusals().map(ToString::to_string).collect();
        return Err(Failure::new(Exit::CONFIG, mistakes.join("\n")).hint("crm_verify tells all about it"));
    }
    Ok(cib::upgrade(&tree).cib)
}

fn wishes(session: &Session) -> Result<Wishes, Failure> {
    let options = &session.options;
    let any = |keys: &[&'static str]| keys.iter().any(|key| options.has(key));
    let date = match options.value("set-datetime") {
        Some(text) => Some((text.to_owned(), moment(text, &session.world.zone)?)),
        None => None,
    };
    Ok(Wishes {
        plan: any(&["run", "show-scores", "show-utilization", "save-graph", "save-dotfile"]),
        execute: any(&["simulate", "in-place", "op-fail"]),
        scores: options.has("show-scores"),
        utilization: options.has("show-utilization"),
        attributes: options.has("show-attrs"),
        failcounts: options.has("show-failcounts"),
        quiet: options.has("quiet"),
        all_actions: options.has("all-actions"),
        date,
        zone: Some(session.world.zone.clone()),
        injections: injections(options)?,
        failures: options.values("op-fail").map(Spec::parse).collect::<Result<_, _>>()?,
    })
}

fn injections(options: &Parsed) -> Result<Injections, Failure> {
    let mut others = Vec::new();
    let mut add = |key: &str, make: fn(String) -> Injection| {
        others.extend(options.values(key).map(|name| make(name.to_owned())));
    };
    add("node-up", Injection::Up);
    add("node-down", Injection::Down);
    add("node-fail", Injection::Fail);
    add("ticket-grant", Injection::Grant);
    add("ticket-revoke", Injection::Revoke);
    add("ticket-standby", Injection::Standby);
    add("ticket-activate", Injection::Activate);
    for spec in options.values("op-inject") {
        others.push(Injection::Operation(Spec::parse(spec)?));
    }
    let text = |key: &str| options.value(key).map(str::to_owned);
    Ok(Injections { quorum: text("quorum"), watchdog: text("watchdog"), others })
}

fn repeat(options: &Parsed) -> Result<u32, Failure> {
    let Some(text) = options.value("repeat") else { return Ok(1) };
    let wrong = |_| Failure::usage(format!("--repeat needs a number, not '{text}'"));
    text.parse().map_err(wrong)
}

fn save(options: &Parsed, wishes: &Wishes, outcome: &Outcome) -> Result<(), Failure> {
    let in_place = options.value("xml-file").filter(|_| options.has("in-place"));
    write(options.value("save-input"), || Some(outcome.input.to_xml()))?;
    write(options.value("save-output"), || Some(outcome.output.to_xml()))?;
    write(in_place, || Some(outcome.output.to_xml()))?;
    write(options.value("save-graph"), || outcome.graph().map(|graph| graph.to_xml()))?;
    write(options.value("save-dotfile"), || outcome.dot(wishes))
}

/// Writes a text, made only where a file is named for it.
fn write(path: Option<&str>, text: impl FnOnce() -> Option<String>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let Some(text) = text() else { return Ok(()) };
    std::fs::write(path, text)
        .map_err(|error| Failure::new(Exit::CANNOT_CREATE, format!("cannot write {path}: {error}")))
}
