//! The cases of Heartbeat 2 in 2007: each must load, be carried over and be planned, and what is wrong with one must be said.
//!
//! Where a case of the same name is still played today, both must come to the same actions, or somebody has read what makes
//! the difference and written it down: see [`causes`].

mod causes;
mod edits;
mod minimal;
mod newer;

use crate::arguments::Arguments;
use crate::case::{self, Loaded, in_parallel, load, play};
use crate::compare;
use crate::pacemaker;
use causes::Causes;
use cib::Element;
use cli::simulate::Wishes;
use newer::Newer;
use std::path::Path;
use std::sync::Arc;

/// What came of a case.
enum Verdict {
    /// It was planned.
    Planned {
        /// Why a cluster would not have accepted it.
        refusal: Option<String>,
        /// How it compares with the newer case of that name, where there is one.
        newer: Option<Newer>,
    },
    /// It is no XML, and was refused.
    Refused(String),
    /// It should have been planned, or something should have been said of it.
    Wrong(String),
}

/// A case's plan, and what is wrong with the case.
struct Planned {
    cib: Arc<Element>,
    /// The actions of the plan, as lines of its picture.
    actions: Vec<String>,
    refusal: Option<String>,
    complaints: usize,
}

/// Runs the suite; true when each case came to what it should.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    case::keep_panics();
    let names = pacemaker::names(&arguments.directory)?;
    let names: Vec<String> = names.into_iter().filter(|name| arguments.wants(name)).collect();
    let causes = arguments.causes.as_deref().map(Causes::read).transpose()?;
    let verdicts = in_parallel(&names, |name| judge(arguments, name));
    let mut wrong = 0;
    for (name, verdict) in names.iter().zip(&verdicts) {
        match verdict {
            Verdict::Planned { refusal: Some(refusal), .. } => println!("{name}: planned, though {refusal}"),
            Verdict::Planned { refusal: None, .. } => {}
            Verdict::Refused(why) => println!("{name}: refused, {why}"),
            Verdict::Wrong(why) => {
                wrong += 1;
                println!("{name}: WRONG: {why}");
            }
        }
    }
    let compared = names.iter().zip(&verdicts).filter_map(|(name, verdict)| match verdict {
        Verdict::Planned { newer: Some(newer), .. } => Some((name.as_str(), newer)),
        Verdict::Planned { newer: None, .. } | Verdict::Refused(_) | Verdict::Wrong(_) => None,
    });
    let detail = arguments.all || arguments.show.is_some();
    let unexplained = newer::report(&compared.collect::<Vec<_>>(), causes.as_ref(), detail);
    println!("{} passed, {wrong} failed", verdicts.len() - wrong);
    Ok(wrong == 0 && unexplained == 0)
}

fn judge(arguments: &Arguments, name: &str) -> Verdict {
    match plan(&arguments.directory, name) {
        Err(why) if why.starts_with("not well-formed") => Verdict::Refused(why),
        Err(why) => Verdict::Wrong(why),
        Ok(planned) if name.starts_with("bad") && planned.complaints == 0 => {
            Verdict::Wrong("nothing was said, though it is broken".to_owned())
        }
        Ok(planned) => {
            let modern = arguments.modern.as_ref().filter(|modern| file(modern, &newer_name(name)).exists());
            let newer = modern.map(|modern| match plan(modern, &newer_name(name)) {
                Ok(newer) => newer::compare(&planned, &newer),
                Err(why) => Newer::Unplanned(why),
            });
            Verdict::Planned { refusal: planned.refusal, newer }
        }
    }
}

/// The name of a case today: masters are called promoted.
fn newer_name(name: &str) -> String {
    name.strip_prefix("master-").map_or_else(|| name.to_owned(), |rest| format!("promoted-{rest}"))
}

fn file(directory: &Path, name: &str) -> std::path::PathBuf {
    directory.join("xml").join(format!("{name}.xml"))
}

fn plan(directory: &Path, name: &str) -> Result<Planned, String> {
    let path = file(directory, name);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let Loaded { cib, refusal, mut complaints, .. } = load(&text)?;
    let (actions, found) = actions(&cib)?;
    complaints.extend(found);
    Ok(Planned { cib, actions, refusal, complaints: complaints.len() })
}

/// The actions of the plan, and what policy found wrong.
fn actions(cib: &Arc<Element>) -> Result<(Vec<String>, Vec<String>), String> {
    let wishes = Wishes { plan: true, quiet: true, ..Wishes::default() };
    let outcome = play(cib, &wishes)?;
    let found = outcome.decided.as_ref().map(|cluster| cluster.findings.as_slice()).unwrap_or_default();
    let found = found.iter().map(|finding| finding.text.clone()).collect();
    let mut actions = compare::set_of_lines(&outcome.dot(&wishes).unwrap_or_default());
    actions.retain(|line| line.contains("style=bold"));
    Ok((actions, found))
}
