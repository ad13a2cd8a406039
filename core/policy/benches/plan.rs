//! How long planning takes, and how it grows: a table, for people; nothing is asserted.
//!
//! `cargo bench -p policy` prints all of it, `cargo bench -p policy -- 32x1000` only rows that contain a word.
//! Each row runs in a process of its own, so that its memory is its own peak. Times are seconds of processor time, means of
//! as many runs as fit into a second. `replan` is what a kept planner takes after one more result was recorded.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads the clock and starts itself"
)]

use cib::{Change, Element};
use model::WallTime;
use policy::Planner;
use policy::plan::PolicyInput;
use shapes::{Shape, State, Workload};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const NOW: WallTime = WallTime(1_700_000_100_000);

/// What is measured: issue sizes first, then a series for the growth of each shape.
fn rows() -> Vec<Workload> {
    let mut rows = Vec::new();
    for state in State::ALL {
        rows.push(Workload::new(32, 1000, Shape::Primitives).in_state(state));
    }
    rows.push(Workload::new(64, 2000, Shape::Mixed).in_state(State::NodeLost));
    rows.push(Workload::new(100, 5000, Shape::Primitives));
    for shape in Shape::ALL {
        for state in [State::Fresh, State::Steady, State::NodeLost] {
            rows.extend([8, 16, 32].map(|n| Workload::new(n, n * 25, shape).in_state(state)));
        }
    }
    rows
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [flag, row] = arguments.as_slice()
        && flag == "--row"
    {
        let row: usize = row.parse().expect("this program wrote the number itself");
        return measure(&rows()[row]);
    }
    println!("{:<34}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}", "", "MiB", "parse", "plan", "replan", "actions", "peak MiB");
    for (number, row) in rows().iter().enumerate() {
        if arguments.iter().all(|word| row.to_string().contains(word.as_str())) {
            run_row(number);
        }
    }
}

/// One row in a process of its own.
fn run_row(number: usize) {
    let this = std::env::current_exe().expect("a running program has a path");
    let status = Command::new(this).args(["--row", &number.to_string()]).status();
    if !status.is_ok_and(|status| status.success()) {
        println!("row {number} could not be measured");
    }
}

fn measure(workload: &Workload) {
    let text = workload.document();
    let size = text.len();
    let (parse, tree) = timed(|| cib::parse_owned(text).expect("the generator writes well-formed text"));
    let cib = cib::upgrade(&tree).cib;
    drop(tree);
    let (plan, actions) = mean_of(|| planned(&cib));
    let replan = replan(&cib);
    println!(
        "{:<34}{:>9.1}{:>9.3}{:>9.3}{:>9.4}{:>9}{:>9}",
        workload.to_string(),
        u32::try_from(size / 1024).map_or(f64::MAX, |kib| f64::from(kib) / 1024.0),
        parse.as_secs_f64(),
        plan.as_secs_f64(),
        replan.as_secs_f64(),
        actions,
        peak_mib(),
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = processor_time();
    let result = work();
    (processor_time().saturating_sub(begin), result)
}

/// What this thread has used of a processor so far; zero where the system does not say.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// The mean of as many runs as fit into a second, at least one; and the result of the last one. The system counts in ticks
/// of some milliseconds: only a mean is exact.
fn mean_of<T>(mut run: impl FnMut() -> (Duration, T)) -> (Duration, T) {
    let begin = Instant::now();
    let (mut sum, mut result) = run();
    let mut runs = 1;
    while begin.elapsed() < Duration::from_secs(1) {
        let (took, newer) = run();
        sum += took;
        runs += 1;
        result = newer;
    }
    (sum / runs, result)
}

/// How long one plan takes, its release included, and how many actions it has.
fn planned(cib: &Arc<Element>) -> (Duration, usize) {
    let input = PolicyInput { cib: Arc::clone(cib), now: NOW };
    timed(|| policy::plan(&input).expect("the generator's clusters can be planned").actions.len())
}

/// How long a planner that made a plan before takes for the next one, after one result was recorded.
fn replan(cib: &Arc<Element>) -> Duration {
    let mut planner = Planner::default();
    let mut cib = Arc::clone(cib);
    let mut results = 0;
    let mut once = || {
        results += 1;
        cib = with_one_more_result(&cib, results);
        let input = PolicyInput { cib: Arc::clone(&cib), now: NOW };
        timed(|| planner.plan(&input).expect("the generator's clusters can be planned").actions.len())
    };
    once();
    mean_of(once).0
}

/// The same cluster after one more result of one resource came in.
fn with_one_more_result(cib: &Arc<Element>, number: u32) -> Arc<Element> {
    let entry = format!(
        "<node_state id=\"1\" uname=\"node1\"><lrm id=\"1\"><lrm_resources><lrm_resource id=\"fencing\" \
         type=\"fence_dummy\" class=\"stonith\"><lrm_rsc_op id=\"fencing_last_0\" exec-time=\"{number}\"/>\
         </lrm_resource></lrm_resources></lrm></node_state>"
    );
    cib::apply(cib, &Change::Modify { section: Some("status".to_owned()), xml: entry, may_create: true })
        .expect("a result can be recorded")
}

/// The most memory this process ever held, in MiB; 0 where the system does not say.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}
