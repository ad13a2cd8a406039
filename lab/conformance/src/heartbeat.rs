//! The cases of Heartbeat 2 in 2007: each must load, be carried over and be planned; what is broken must be refused.

use crate::arguments::Arguments;
use crate::case::{self, in_parallel, load, play};
use crate::{compare, pacemaker};
use cli::simulate::Wishes;
use std::collections::BTreeSet;
use std::path::Path;

/// What came of a case.
enum Verdict {
    /// It was planned; with the newer suite, whether the plan is the same.
    Planned { case: String, same: Option<bool> },
    /// It is broken and was refused.
    Refused(String),
    /// It should have been planned, or refused.
    Wrong { case: String, why: String },
}

/// Runs the suite; true when each case came to what it should.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    case::keep_panics();
    let names = pacemaker::names(&arguments.directory)?;
    let names: Vec<String> = names.into_iter().filter(|name| arguments.wants(name)).collect();
    let verdicts = in_parallel(&names, |name| judge(arguments, name));
    let (mut planned, mut refused, mut wrong, mut same, mut other) = (0, 0, 0, 0, Vec::new());
    for verdict in verdicts {
        match verdict {
            Verdict::Planned { case, same: equal } => {
                planned += 1;
                same += usize::from(equal == Some(true));
                other.extend((equal == Some(false)).then_some(case));
            }
            Verdict::Refused(case) => {
                refused += 1;
                println!("{case}: refused, as it should be");
            }
            Verdict::Wrong { case, why } => {
                wrong += 1;
                println!("{case}: {why}");
            }
        }
    }
    println!("{planned} planned, {refused} refused, {wrong} wrong");
    if arguments.modern.is_some() {
        println!("{same} come to the plan of the newer case of that name, {} do not: {}", other.len(), other.join(" "));
    }
    println!("{} passed, {wrong} failed", planned + refused);
    Ok(wrong == 0)
}

fn judge(arguments: &Arguments, name: &str) -> Verdict {
    let plan = picture(&arguments.directory, name);
    let wrong = |why: String| Verdict::Wrong { case: name.to_owned(), why };
    match (plan, name.starts_with("bad")) {
        (Err(why), true) if !why.starts_with("panic") => Verdict::Refused(name.to_owned()),
        (Err(why), _) => wrong(why),
        (Ok(_), true) => wrong("was planned, though it is broken".to_owned()),
        (Ok(ours), false) => {
            let newer =
                arguments.modern.as_ref().filter(|modern| modern.join("xml").join(format!("{name}.xml")).exists());
            let same = newer.map(|modern| picture(modern, name).is_ok_and(|theirs| theirs == ours));
            Verdict::Planned { case: name.to_owned(), same }
        }
    }
}

/// The plan of a case as the lines of its picture that tell what is done.
fn picture(directory: &Path, name: &str) -> Result<BTreeSet<String>, String> {
    let path = directory.join("xml").join(format!("{name}.xml"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let wishes = Wishes { plan: true, quiet: true, ..Wishes::default() };
    let outcome = play(&load(&text)?, &wishes)?;
    let lines = compare::lines(&outcome.dot(&wishes).unwrap_or_default());
    Ok(lines.into_iter().filter(|line| line.contains("style=bold")).collect())
}
