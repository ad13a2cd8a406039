//! Pacemaker's scheduler cases: a configuration each, with the summary, picture, scores and graph that it comes to.

use crate::arguments::Arguments;
use crate::case::{self, Loaded, in_parallel, load, play};
use crate::compare::{self, Difference};
use crate::ratchet::Ratchet;
use crate::{canonical, report};
use cli::simulate::{Wishes, moment};
use jiff::tz::TimeZone;
use std::path::Path;

/// What a case expects: four things, the last of them in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expectation {
    /// Status before, what changes, what is done, status after.
    Summary,
    /// The picture.
    Dot,
    /// The scores.
    Scores,
    /// The transition graph, whatever numbers its actions have and in whatever order it lists them.
    Graph,
    /// The transition graph as it stands.
    Literal,
}

impl Expectation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Summary, Self::Dot, Self::Scores, Self::Graph, Self::Literal];

    /// Its name in reports and in the ratchet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Dot => "dot",
            Self::Scores => "scores",
            Self::Graph => "graph",
            Self::Literal => "literal",
        }
    }

    fn file(self, directory: &Path, case: &str) -> std::path::PathBuf {
        let (folder, extension) = match self {
            Self::Graph | Self::Literal => ("exp", "exp"),
            Self::Summary | Self::Dot | Self::Scores => (self.name(), self.name()),
        };
        directory.join(folder).join(format!("{case}.{extension}"))
    }
}

/// Cases that are played at another moment than the recorded one.
const MOMENTS: [(&str, &str); 4] = [
    ("date-1", "2005-020"),
    ("date-2", "2005-020T12:30"),
    ("date-3", "2005-020T11:30"),
    ("origin", "2014-05-07 00:28:00"),
];

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Its name.
    pub case: String,
    /// Each expectation, with the first difference.
    pub answers: Vec<(Expectation, Option<Difference>)>,
    /// Set when it could not be played through at all.
    pub trouble: Option<String>,
}

impl Verdict {
    /// Whether one expectation is met.
    pub fn agrees(&self, expectation: Expectation) -> bool {
        self.answers.iter().any(|(known, difference)| *known == expectation && difference.is_none())
    }
}

/// Runs the suite; true unless a case that agreed before no longer does.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    case::keep_panics();
    let names: Vec<String> = names(&arguments.directory)?.into_iter().filter(|name| arguments.wants(name)).collect();
    if let Some(case) = &arguments.show {
        show(&arguments.directory, case)?;
    }
    let verdicts = in_parallel(&names, |name| judge(&arguments.directory, name));
    report::print(&verdicts, arguments.all);
    let Some(file) = &arguments.ratchet else {
        return Ok(true);
    };
    if arguments.update {
        Ratchet::of(&verdicts).write(file)?;
    }
    let kept = Ratchet::read(file)?;
    let broken = kept.broken(&verdicts);
    for name in &broken {
        println!("no longer agrees: {name}");
    }
    println!("{} passed, {} failed", kept.len() - broken.len(), broken.len());
    Ok(broken.is_empty())
}

/// The names of all cases, sorted.
pub fn names(directory: &Path) -> Result<Vec<String>, String> {
    let folder = directory.join("xml");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let stems = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "xml"));
    let mut names: Vec<String> = stems.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// What a case comes to: the lines of each expectation, as they are compared.
fn answers(directory: &Path, name: &str) -> Result<Vec<(Expectation, Vec<String>)>, String> {
    let path = directory.join("xml").join(format!("{name}.xml"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let Loaded { cib, warning, .. } = load(&text)?;
    let date = MOMENTS
        .iter()
        .find(|(case, _)| *case == name)
        .and_then(|(_, text)| moment(text, &TimeZone::UTC).ok().map(|at| ((*text).to_owned(), at)));
    let told = play(&cib, &Wishes { execute: true, date: date.clone(), ..Wishes::default() })?;
    let wishes = Wishes { plan: true, scores: true, quiet: true, date, ..Wishes::default() };
    let scored = play(&cib, &wishes)?;
    let graph = told.graph();
    let graph_as = |form: fn(&cib::Element) -> Vec<String>| graph.as_ref().map(form).unwrap_or_default();
    Ok(vec![
        (Expectation::Summary, compare::lines(&format!("{}\n{}", warning.unwrap_or_default(), told.text))),
        (Expectation::Dot, compare::set_of_lines(&told.dot(&wishes).unwrap_or_default())),
        (Expectation::Scores, sorted(compare::lines(&scored.text))),
        (Expectation::Graph, graph_as(canonical::graph)),
        (Expectation::Literal, graph_as(canonical::literal)),
    ])
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// What a case should come to.
fn expected(directory: &Path, name: &str, expectation: Expectation) -> Vec<String> {
    let text = std::fs::read_to_string(expectation.file(directory, name)).unwrap_or_default();
    match expectation {
        Expectation::Summary => compare::lines(&text),
        Expectation::Dot => compare::set_of_lines(&text),
        Expectation::Scores => sorted(compare::lines(&text)),
        Expectation::Graph => cib::parse(&text).map(|graph| canonical::graph(&graph)).unwrap_or_default(),
        Expectation::Literal => cib::parse(&text).map(|graph| canonical::literal(&graph)).unwrap_or_default(),
    }
}

fn judge(directory: &Path, name: &str) -> Verdict {
    match answers(directory, name) {
        Err(trouble) => Verdict { case: name.to_owned(), answers: Vec::new(), trouble: Some(trouble) },
        Ok(answers) => {
            let judged = answers.into_iter().map(|(expectation, ours)| {
                let theirs = expected(directory, name, expectation);
                let difference = match expectation {
                    Expectation::Summary | Expectation::Literal => compare::in_order(&theirs, &ours),
                    Expectation::Dot | Expectation::Scores | Expectation::Graph => compare::as_bag(&theirs, &ours),
                };
                (expectation, difference)
            });
            Verdict { case: name.to_owned(), answers: judged.collect(), trouble: None }
        }
    }
}

/// Prints every difference of one case.
fn show(directory: &Path, name: &str) -> Result<(), String> {
    for (expectation, ours) in answers(directory, name)? {
        println!("==== {name}: {}", expectation.name());
        let theirs = expected(directory, name, expectation);
        if matches!(expectation, Expectation::Summary | Expectation::Literal) {
            print_lines("", &compare::merged(&theirs, &ours));
        } else {
            let (missing, extra) = compare::balance(&theirs, &ours);
            print_lines("- ", &missing);
            print_lines("+ ", &extra);
        }
    }
    Ok(())
}

/// Prints lines, each after a mark.
pub fn print_lines(mark: &str, lines: &[String]) {
    for line in lines {
        println!("{mark}{line}");
    }
}
