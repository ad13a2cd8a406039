//! Random clusters to both schedulers; where they disagree, the cluster is reduced to what the disagreement needs.

mod decisions;
mod known;
mod shrink;

use crate::random;
use crate::{Options, PEER};
use cib::Element;
use decisions::{Decisions, Difference};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Compares; true when every disagreement has a known reason.
pub fn run(options: &Options) -> Result<bool, String> {
    if !Path::new(PEER).exists() {
        println!("skipped: {PEER} is not installed, so there is nothing to compare with");
        return Ok(true);
    }
    let directory = tempfile::tempdir().map_err(|error| format!("no room for the inputs: {error}"))?;
    let judge = Judge { file: directory.path().join("cib.xml"), seconds: options.seconds };
    let (mut agreed, mut refused, mut reasons) = (0_u64, 0_u64, BTreeMap::<&str, u64>::new());
    let mut open = 0_u64;
    for seed in options.from..options.from.saturating_add(options.seeds) {
        match judge.judge(&random::cluster(seed)) {
            Verdict::Agree => agreed += 1,
            Verdict::Refused => {
                refused += 1;
                keep(options, &format!("refused-{seed}"), &random::cluster(seed))?;
            }
            Verdict::Differ(difference) => {
                let small = shrink::shrink(&random::cluster(seed), &|cib| judge.still(cib, &difference));
                match known::reason(&small, &difference) {
                    Some(reason) => *reasons.entry(reason).or_default() += 1,
                    None => {
                        open += 1;
                        println!("seed {seed}: {}", judge.difference(&small).unwrap_or(difference));
                        keep(options, &seed.to_string(), &small)?;
                    }
                }
            }
        }
    }
    println!("{agreed} agree, {open} disagree, {refused} are refused by the installed one");
    for (reason, count) in &reasons {
        println!("{count} differ for a known reason: {reason}");
    }
    Ok(open == 0)
}

/// Writes a cluster where it was asked for.
fn keep(options: &Options, name: &str, cib: &Element) -> Result<(), String> {
    let Some(directory) = &options.keep else { return Ok(()) };
    std::fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let file = directory.join(format!("{name}.xml"));
    std::fs::write(&file, cib.to_xml()).map_err(|error| format!("{}: {error}", file.display()))
}

enum Verdict {
    Agree,
    /// The installed one does not take the input, or takes too long.
    Refused,
    Differ(Difference),
}

/// Asks both.
struct Judge {
    file: PathBuf,
    seconds: u64,
}

impl Judge {
    fn judge(&self, cib: &Arc<Element>) -> Verdict {
        let Some(theirs) = self.theirs(cib) else { return Verdict::Refused };
        let ours = Decisions::ours(cib);
        match Difference::between(&ours, &theirs) {
            None => Verdict::Agree,
            Some(difference) => Verdict::Differ(difference),
        }
    }

    fn theirs(&self, cib: &Element) -> Option<Decisions> {
        std::fs::write(&self.file, cib.to_xml()).ok()?;
        Decisions::theirs(&self.file, self.seconds)
    }

    fn difference(&self, cib: &Arc<Element>) -> Option<Difference> {
        match self.judge(cib) {
            Verdict::Differ(difference) => Some(difference),
            Verdict::Agree | Verdict::Refused => None,
        }
    }

    /// Whether a smaller cluster still shows a disagreement of the same kind.
    fn still(&self, cib: &Arc<Element>, difference: &Difference) -> bool {
        self.difference(cib).is_some_and(|other| other.is_like(difference))
    }
}
