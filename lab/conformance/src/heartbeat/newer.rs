//! An old case beside the one of that name that is played today: the same actions, or the fewest edits of the input that
//! make the difference.

use super::{Planned, actions};
use crate::compare;
use crate::heartbeat::causes::Causes;
use crate::heartbeat::edits::Edits;
use crate::heartbeat::minimal::minimal;
use crate::pacemaker::print_lines;

/// How the plan of an old case compares with that of the newer one.
pub enum Newer {
    /// The same actions.
    Same,
    /// The same actions, and nothing starts before everything was probed: Heartbeat 2's rule.
    Probed,
    /// It differs.
    Differs(Difference),
    /// The newer one cannot be planned.
    Unplanned(String),
}

/// A difference between two plans, and where it comes from.
pub struct Difference {
    /// Actions of the newer plan only.
    newer: Vec<String>,
    /// Actions of the older plan only.
    older: Vec<String>,
    /// The edits that make the difference, each with the number of places; none when even all edits leave one.
    edits: Option<Vec<(String, usize)>>,
}

/// The point that every start waits for.
const BARRIER: &str = "\"probe_complete\"";

/// Compares two plans of the same name.
pub fn compare(old: &Planned, newer: &Planned) -> Newer {
    if newer.actions == old.actions {
        return Newer::Same;
    }
    let expected = without_barrier(&newer.actions);
    if expected == without_barrier(&old.actions) {
        return Newer::Probed;
    }
    let edits = Edits::between(&old.cib, &newer.cib);
    let suffices = |wanted: &[&str]| {
        actions(&edits.applied(wanted)).is_ok_and(|(actions, _)| without_barrier(&actions) == expected)
    };
    let found = minimal(&edits.all(), suffices);
    let found = found.map(|found| found.iter().map(|edit| ((*edit).to_owned(), edits.places(edit))).collect());
    let (newer, older) = compare::balance(&newer.actions, &old.actions);
    Newer::Differs(Difference { newer, older, edits: found })
}

fn without_barrier(actions: &[String]) -> Vec<&str> {
    actions.iter().map(String::as_str).filter(|line| !line.starts_with(BARRIER)).collect()
}

/// Prints how the plans compare; the number of differences that nobody has explained, and of explanations without one.
pub fn report(compared: &[(&str, &Newer)], causes: Option<&Causes>, detail: bool) -> usize {
    let (mut same, mut probed, mut explained, mut open) = (0, 0, 0, Vec::new());
    for (name, newer) in compared {
        let cause = causes.and_then(|causes| causes.of(name));
        match (newer, cause) {
            (Newer::Same, None) => same += 1,
            (Newer::Probed, None) => probed += 1,
            (Newer::Same | Newer::Probed, Some(_)) => {
                open.push(format!("{name}: explained, though there is no difference"));
            }
            (Newer::Differs(difference), cause) => {
                if detail {
                    println!("\n==== {name}: {}", cause.unwrap_or("NOT EXPLAINED"));
                    difference.print();
                }
                match cause {
                    Some(_) => explained += 1,
                    None => open.push(format!("{name}: differs, and nobody has explained it")),
                }
            }
            (Newer::Unplanned(why), _) => open.push(format!("{name}: the newer one cannot be planned: {why}")),
        }
    }
    if !compared.is_empty() {
        println!(
            "{} are still played today: {same} come to the same plan, {probed} to the same actions behind the barrier of \
             Heartbeat 2, {explained} to another one for a cause that is written down",
            compared.len()
        );
    }
    if causes.is_none() {
        println!("{} differ (name the file of causes to have them checked)", open.len());
        return 0;
    }
    print_lines("", &open);
    open.len()
}

impl Difference {
    fn print(&self) {
        print_lines("  newer only: ", &self.newer);
        print_lines("  older only: ", &self.older);
        match &self.edits {
            None => println!("  even the whole newer configuration leaves a difference"),
            Some(edits) => edits.iter().for_each(|(edit, places)| println!("  edit ({places}x): {edit}")),
        }
    }
}
