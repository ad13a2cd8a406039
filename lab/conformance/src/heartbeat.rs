//! The cases of Heartbeat 2 in 2007: each must load, be carried over and be planned, and what is wrong with one must be said.

use crate::arguments::Arguments;
use crate::case::{self, Loaded, in_parallel, load, play};
use crate::compare;
use crate::pacemaker::{self, print_lines};
use cli::simulate::Wishes;
use std::path::Path;

/// What came of a case.
enum Verdict {
    /// It was planned.
    Planned {
        /// Why a cluster would not have accepted it.
        refusal: Option<String>,
        /// With the newer suite: whether the plan is the same.
        same: Option<bool>,
    },
    /// It is no XML, and was refused.
    Refused(String),
    /// It should have been planned, or something should have been said of it.
    Wrong(String),
}

/// A case's plan, and what is wrong with the case.
struct Planned {
    /// The lines of the picture that tell what is done.
    picture: Vec<String>,
    refusal: Option<String>,
    complaints: usize,
}

/// Runs the suite; true when each case came to what it should.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    case::keep_panics();
    let names = pacemaker::names(&arguments.directory)?;
    let names: Vec<String> = names.into_iter().filter(|name| arguments.wants(name)).collect();
    if let (Some(name), Some(modern)) = (&arguments.show, &arguments.modern) {
        show(&arguments.directory, modern, name)?;
    }
    let verdicts = in_parallel(&names, |name| judge(arguments, name));
    let (mut same, mut other, mut wrong) = (0, Vec::new(), 0);
    for (name, verdict) in names.iter().zip(&verdicts) {
        match verdict {
            Verdict::Planned { refusal, same: equal } => {
                if let Some(refusal) = refusal {
                    println!("{name}: planned, though {refusal}");
                }
                same += usize::from(*equal == Some(true));
                other.extend((*equal == Some(false)).then_some(name.as_str()));
            }
            Verdict::Refused(why) => println!("{name}: refused, {why}"),
            Verdict::Wrong(why) => {
                wrong += 1;
                println!("{name}: WRONG: {why}");
            }
        }
    }
    if arguments.modern.is_some() {
        println!("{same} come to the plan of the newer case of that name, {} do not: {}", other.len(), other.join(" "));
    }
    println!("{} passed, {wrong} failed", verdicts.len() - wrong);
    Ok(wrong == 0)
}

fn judge(arguments: &Arguments, name: &str) -> Verdict {
    match plan(&arguments.directory, name) {
        Err(why) if why.starts_with("not well-formed") => Verdict::Refused(why),
        Err(why) => Verdict::Wrong(why),
        Ok(planned) if name.starts_with("bad") && planned.complaints == 0 => {
            Verdict::Wrong("nothing was said, though it is broken".to_owned())
        }
        Ok(planned) => {
            let newer = arguments.modern.as_ref().filter(|modern| file(modern, name).exists());
            let same = newer.map(|modern| plan(modern, name).is_ok_and(|theirs| theirs.picture == planned.picture));
            Verdict::Planned { refusal: planned.refusal, same }
        }
    }
}

fn file(directory: &Path, name: &str) -> std::path::PathBuf {
    directory.join("xml").join(format!("{name}.xml"))
}

fn plan(directory: &Path, name: &str) -> Result<Planned, String> {
    let path = file(directory, name);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let Loaded { cib, refusal, mut complaints } = load(&text)?;
    let wishes = Wishes { plan: true, quiet: true, ..Wishes::default() };
    let outcome = play(&cib, &wishes)?;
    let found = outcome.decided.as_ref().map(|cluster| cluster.findings.as_slice()).unwrap_or_default();
    complaints.extend(found.iter().map(|finding| finding.text.clone()));
    let mut picture = compare::set_of_lines(&outcome.dot(&wishes).unwrap_or_default());
    picture.retain(|line| line.contains("style=bold"));
    Ok(Planned { picture, refusal, complaints: complaints.len() })
}

/// Prints how the plans of an old case and of the newer one of that name differ.
fn show(directory: &Path, modern: &Path, name: &str) -> Result<(), String> {
    let (missing, extra) = compare::balance(&plan(modern, name)?.picture, &plan(directory, name)?.picture);
    print_lines("newer only: ", &missing);
    print_lines("older only: ", &extra);
    Ok(())
}
