//! What the same inputs cost: parsing alone (`xmllint --noout`), our whole command, and the installed one.

use crate::cost::{self, Cost, Run};
use crate::{AS_OURS, Options, PEER};
use shapes::{Shape, State, Workload};
use std::path::{Path, PathBuf};

/// How often the quick ones run; the best counts.
const REPEATS: usize = 3;

/// The shapes and sizes that are compared when no file is named.
fn workloads() -> Vec<Workload> {
    let mut all: Vec<Workload> =
        Shape::ALL.iter().map(|shape| Workload::new(16, 200, *shape).in_state(State::NodeLost)).collect();
    for state in [State::Fresh, State::Steady, State::NodeLost] {
        all.push(Workload::new(32, 1000, Shape::Primitives).in_state(state));
    }
    all.push(Workload::new(64, 2000, Shape::Mixed).in_state(State::NodeLost));
    all.push(Workload::new(100, 5000, Shape::Primitives));
    all
}

/// Measures and prints; true unless ours failed.
pub fn run(options: &Options) -> Result<bool, String> {
    println!("processor seconds and peak MiB of each; the last columns are ratios of processor time\n");
    println!(
        "{:<34}{:>8}{:>16}{:>16}{:>16}{:>13}{:>13}",
        "", "MiB", "xmllint", "ours", "installed", "ours/xmllint", "installed/ours"
    );
    let mut well = true;
    for file in &options.files {
        well &= row(&file.display().to_string(), file, options.seconds);
    }
    if options.files.is_empty() {
        let directory = tempfile::tempdir().map_err(|error| format!("no room for the inputs: {error}"))?;
        for workload in workloads() {
            let file = directory.path().join("cib.xml");
            std::fs::write(&file, workload.document()).map_err(|error| format!("{}: {error}", file.display()))?;
            well &= row(&workload.to_string(), &file, options.seconds);
        }
    }
    Ok(well)
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn row(name: &str, file: &Path, seconds: u64) -> bool {
    let path = file.to_string_lossy();
    let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let best = |program: &Path, arguments: &[&str]| {
        (0..REPEATS).map(|_| cost::of(program, arguments, seconds)).reduce(better).unwrap_or(Run::Failed)
    };
    let parse = best(Path::new("xmllint"), &["--noout", "--huge", &path]);
    let ours = best(&this, &[AS_OURS, "-x", &path, "-S"]);
    let theirs = cost::of(Path::new(PEER), &["-x", &path, "-S"], seconds);
    let size = std::fs::metadata(file).map_or(0.0, |data| data.len() as f64 / f64::from(1 << 20));
    println!(
        "{name:<34}{size:>8.1}{:>16}{:>16}{:>16}{:>13}{:>13}",
        text(parse),
        text(ours),
        text(theirs),
        ratio(ours, parse),
        ratio(theirs, ours)
    );
    matches!(ours, Run::Done(_))
}

fn better(a: Run, b: Run) -> Run {
    match (a, b) {
        (Run::Done(x), Run::Done(y)) => {
            Run::Done(Cost { seconds: x.seconds.min(y.seconds), mebibytes: x.mebibytes.min(y.mebibytes) })
        }
        (Run::Done(_), Run::TooLong | Run::Failed) => a,
        (Run::TooLong | Run::Failed, _) => b,
    }
}

fn text(run: Run) -> String {
    match run {
        Run::Done(cost) => format!("{:.2} s {:.0}", cost.seconds, cost.mebibytes),
        Run::TooLong => "too long".to_owned(),
        Run::Failed => "-".to_owned(),
    }
}

fn ratio(a: Run, b: Run) -> String {
    match (a, b) {
        (Run::Done(a), Run::Done(b)) if b.seconds > 0.0 => format!("{:.1}", a.seconds / b.seconds),
        (Run::Done(_) | Run::TooLong | Run::Failed, _) => String::new(),
    }
}
