//! The cases of Heartbeat 2 in 2007: each must load, be carried over and be planned, and what is wrong with one must be said.

mod causes;
mod facts;

use crate::arguments::Arguments;
use crate::case::{self, Loaded, in_parallel, load, play};
use crate::compare;
use crate::pacemaker::{self, print_lines};
use causes::{Part, causes};
use cib::Element;
use cli::simulate::Wishes;
use std::collections::BTreeMap;
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

/// How the plan of an old case compares with that of the newer one.
enum Newer {
    Same,
    /// It differs for these parts of the CIB.
    Explained(Vec<Part>),
    Unexplained,
}

/// A case's plan, and what is wrong with the case.
struct Planned {
    cib: Arc<Element>,
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
    let unexplained = compare_with_newer(&names, &verdicts);
    println!("{} passed, {wrong} failed", verdicts.len() - wrong);
    Ok(wrong == 0 && unexplained == 0)
}

/// Prints how the plans compare with those of the newer cases; the number of differences that nothing explains.
fn compare_with_newer(names: &[String], verdicts: &[Verdict]) -> usize {
    let (mut same, mut explained, mut unexplained) = (0, 0, Vec::new());
    let mut reasons: BTreeMap<Part, Vec<&str>> = BTreeMap::new();
    for (name, verdict) in names.iter().zip(verdicts) {
        let Verdict::Planned { newer: Some(newer), .. } = verdict else { continue };
        match newer {
            Newer::Same => same += 1,
            Newer::Unexplained => unexplained.push(name.as_str()),
            Newer::Explained(parts) => {
                explained += 1;
                parts.iter().for_each(|part| reasons.entry(*part).or_default().push(name));
            }
        }
    }
    if same + explained + unexplained.len() == 0 {
        return 0;
    }
    println!(
        "{same} come to the plan of the newer case of that name; {explained} differ for reasons (some for several):"
    );
    for (part, cases) in &reasons {
        println!("{:>4} {part}: {}", cases.len(), cases.join(" "));
    }
    println!("{:>4} unexplained: {}", unexplained.len(), unexplained.join(" "));
    unexplained.len()
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
            let newer = modern.map(|modern| compared(&planned, plan(modern, &newer_name(name))));
            Verdict::Planned { refusal: planned.refusal, newer }
        }
    }
}

fn compared(old: &Planned, newer: Result<Planned, String>) -> Newer {
    let Ok(newer) = newer else { return Newer::Unexplained };
    if newer.picture == old.picture {
        return Newer::Same;
    }
    let same_plan = |cib: &Arc<Element>| picture(cib).is_ok_and(|(picture, _)| picture == newer.picture);
    causes(&old.cib, &newer.cib, same_plan).map_or(Newer::Unexplained, Newer::Explained)
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
    let (picture, found) = picture(&cib)?;
    complaints.extend(found);
    Ok(Planned { cib, picture, refusal, complaints: complaints.len() })
}

/// What the picture of the plan shows as done, and what policy found wrong.
fn picture(cib: &Arc<Element>) -> Result<(Vec<String>, Vec<String>), String> {
    let wishes = Wishes { plan: true, quiet: true, ..Wishes::default() };
    let outcome = play(cib, &wishes)?;
    let found = outcome.decided.as_ref().map(|cluster| cluster.findings.as_slice()).unwrap_or_default();
    let found = found.iter().map(|finding| finding.text.clone()).collect();
    let mut picture = compare::set_of_lines(&outcome.dot(&wishes).unwrap_or_default());
    picture.retain(|line| line.contains("style=bold"));
    Ok((picture, found))
}

/// Prints how an old case and the newer one of that name differ: in their plans, and in the parts that cause it.
fn show(directory: &Path, modern: &Path, name: &str) -> Result<(), String> {
    let (newer, old) = (plan(modern, &newer_name(name))?, plan(directory, name)?);
    let (missing, extra) = compare::balance(&newer.picture, &old.picture);
    print_lines("newer only: ", &missing);
    print_lines("older only: ", &extra);
    let (old_cib, newer_cib) = (Arc::clone(&old.cib), Arc::clone(&newer.cib));
    if let Newer::Explained(parts) = compared(&old, Ok(newer)) {
        for part in parts {
            let (before, now) = (facts::of(&old_cib, part), facts::of(&newer_cib, part));
            println!("{part}");
            print_lines("  newer: ", &now.difference(&before).cloned().collect::<Vec<_>>());
            print_lines("  older: ", &before.difference(&now).cloned().collect::<Vec<_>>());
        }
    }
    Ok(())
}
