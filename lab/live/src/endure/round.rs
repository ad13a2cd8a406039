//! One round: faults come and go while clients act, then all is healed, and the judges have their say.

use crate::Failure;
use crate::endure::client::Caller;
use crate::endure::fault::{self, Fault, Kind};
use crate::endure::history::{Act, Entry, Told, Verdict};
use crate::endure::keys::{Book, Key};
use crate::endure::ownership::{Window, uncovered};
use crate::endure::run::Run;
use crate::endure::world::DEADTIME;
use crate::endure::{converge, counter, evidence, register};
use cib::Element;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a side that has lost quorum, or a host that wakes, may take to stop what it holds: agreement on the view, one
/// plan, and agents that need 50 ms each.
const STOP: Duration = Duration::from_secs(1);
/// A killed node that is started again has to find the others, to join and to look at its resources before it can stop them.
const REJOIN: Duration = Duration::from_secs(4);
/// Replicas must be equal so soon after the heal.
const CONVERGENCE_MAX: Duration = Duration::from_secs(10);
/// And every resource must run, once, so soon.
const SERVICE_MAX: Duration = Duration::from_secs(30);
/// How long either is waited for, to know how late it was.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// Clients go on for so long after the heal.
const AFTERWARDS: Duration = Duration::from_millis(300);

/// What one round leaves behind for the record.
struct Story {
    number: u64,
    diary: Vec<String>,
    wrong: Vec<String>,
}

/// Plays one round.
///
/// # Errors
/// When the lab itself fails; what the product does wrong is in the tally.
pub fn play(run: &mut Run) -> Result<(), Failure> {
    let number = run.tally.rounds;
    let mut story = Story { number, diary: Vec::new(), wrong: Vec::new() };
    let faults = fault::draw(&mut run.rng, run.world.count());
    let names: Vec<String> = faults
        .iter()
        .map(|fault| format!("{} {:.1} s", fault.kind, fault.ends.saturating_sub(fault.begins).as_secs_f64()))
        .collect();
    harm(run, &faults, &mut story)?;
    run.world.heal()?;
    let healed = run.epoch.elapsed();
    close_windows(run, healed);
    story.diary.push(format!("{:.3} healed", healed.as_secs_f64()));
    std::thread::sleep(AFTERWARDS);
    judge(run, healed, &mut story)?;
    println!("round {number} at {:.0} s: {}: {}", healed.as_secs_f64(), names.join(", "), story.summary(run));
    run.tally.rounds += 1;
    Ok(())
}

impl Story {
    fn summary(&self, run: &Run) -> String {
        let last = |times: &[Duration]| times.last().map_or(0.0, Duration::as_secs_f64);
        match self.wrong.len() {
            0 => format!(
                "equal after {:.1} s, each runs once after {:.1} s",
                last(&run.tally.converged),
                last(&run.tally.serving)
            ),
            _ => format!("VIOLATED: {}", self.wrong.join("; ")),
        }
    }
}

fn harm(run: &mut Run, faults: &[Fault], story: &mut Story) -> Result<(), Failure> {
    let mut events: Vec<(Duration, bool, &Kind)> = Vec::new();
    for fault in faults {
        run.tally.fault(&fault.kind);
        events.push((fault.begins, true, &fault.kind));
        events.push((fault.ends, false, &fault.kind));
    }
    events.sort_by_key(|(at, ..)| *at);
    let begin = Instant::now();
    for (at, begins, kind) in events {
        std::thread::sleep(at.saturating_sub(begin.elapsed()));
        let now = run.epoch.elapsed();
        if begins {
            open_window(run, now, kind);
            run.world.begin(kind)?;
        } else {
            run.world.end(kind)?;
            shut_window(run, kind);
        }
        let word = if begins { "begins" } else { "ends" };
        story.diary.push(format!("{:.3}..{:.3} {kind} {word}", now.as_secs_f64(), run.epoch.elapsed().as_secs_f64()));
    }
    Ok(())
}

fn open_window(run: &mut Run, now: Duration, kind: &Kind) {
    note_change(run, now, kind);
    if kind.leaves_orphans() {
        run.windows.push(Window { from: now, to: None, why: kind.to_string(), is_cut: false });
    }
}

fn shut_window(run: &mut Run, kind: &Kind) {
    let now = run.epoch.elapsed();
    note_change(run, now, kind);
    let why = kind.to_string();
    let open = run.windows.iter_mut().filter(|window| window.to.is_none() && window.why == why);
    open.for_each(|window| window.to = Some(now + patience(kind)));
}

/// The network has another shape, or somebody comes or goes while it is cut: either may take a side's majority away, and
/// that side needs `deadtime` to know and a moment to stop.
fn note_change(run: &mut Run, now: Duration, kind: &Kind) {
    if kind.is_network() || run.world.is_cut() {
        run.windows.push(Window { from: now, to: Some(now + DEADTIME + STOP), why: kind.to_string(), is_cut: true });
    }
}

fn patience(kind: &Kind) -> Duration {
    if matches!(kind, Kind::KillNode(_) | Kind::KillSupervisor(_)) { REJOIN } else { STOP }
}

fn close_windows(run: &mut Run, now: Duration) {
    run.windows.iter_mut().filter(|window| window.to.is_none()).for_each(|window| window.to = Some(now + REJOIN));
}

fn judge(run: &mut Run, healed: Duration, story: &mut Story) -> Result<(), Failure> {
    let book = Arc::new(Book::of_round(story.number + 1));
    let workload = std::mem::take(&mut run.workload);
    if let Some(workload) = &workload {
        let mut gate = workload.pause();
        let histories = gate.histories();
        let cib = wait_for_equality(run, healed, story)?;
        wait_for_service(run, healed, story);
        let histories = match &cib {
            Some(cib) => with_last_reads(run, histories, cib),
            None => histories,
        };
        judge_histories(run, &histories, story);
        judge_keepsakes(run, cib.as_deref(), story);
        judge_ownership(run, story);
        if !story.wrong.is_empty() {
            keep_evidence(run, &histories, story);
        }
        clear(run, &histories, cib.as_deref(), story);
        run.tally.violations.extend(story.wrong.iter().map(|what| format!("round {}: {what}", story.number)));
        *gate = book;
    }
    run.workload = workload;
    Ok(())
}

/// Asks again until all replicas are equal; starts what has ended meanwhile, as an init system would.
fn wait_for_equality(run: &mut Run, healed: Duration, story: &mut Story) -> Result<Option<Arc<Element>>, Failure> {
    let mut why = String::new();
    while run.epoch.elapsed() < healed + WAIT_MAX {
        match converge::look(&run.world.doors) {
            Ok(xml) => {
                let after = run.epoch.elapsed().saturating_sub(healed);
                run.tally.converged.push(after);
                if after > CONVERGENCE_MAX {
                    story.wrong.push(format!("replicas equal only {:.1} s after the heal: {why}", after.as_secs_f64()));
                }
                return Ok(Some(cib::parse(&xml).expect("the product's own CIB is XML")));
            }
            Err(difference) => why = difference,
        }
        (0..run.world.count()).try_for_each(|host| run.world.revive(host))?;
        std::thread::sleep(Duration::from_millis(100));
    }
    story.wrong.push(format!("replicas not equal a minute after the heal: {why}"));
    Ok(None)
}

fn wait_for_service(run: &mut Run, healed: Duration, story: &mut Story) {
    while run.epoch.elapsed() < healed + WAIT_MAX {
        if run.watcher.each_runs_once() {
            let after = run.epoch.elapsed().saturating_sub(healed);
            run.tally.serving.push(after);
            if after > SERVICE_MAX {
                story.wrong.push(format!("each runs once only {:.1} s after the heal", after.as_secs_f64()));
            }
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    story.wrong.push(format!("not each runs once a minute after the heal: {}", run.watcher.describe()));
}

/// The common replica as a read of every key, after everything.
fn with_last_reads(run: &Run, mut histories: BTreeMap<Key, Vec<Entry>>, cib: &Element) -> BTreeMap<Key, Vec<Entry>> {
    let now = run.epoch.elapsed();
    for (key, history) in &mut histories {
        let told = Told::Saw(key.value(cib));
        let returned = now + Duration::from_micros(1);
        history.push(Entry { client: usize::MAX, act: Act::Read, invoked: now, returned, told });
    }
    histories
}

fn judge_histories(run: &mut Run, histories: &BTreeMap<Key, Vec<Entry>>, story: &mut Story) {
    for (key, history) in histories {
        run.tally.history(history);
        let verdict = match key {
            Key::Register(_) => register::judge(history),
            Key::Counter(_) => counter::judge(history),
        };
        run.tally.keys[0] += 1;
        match verdict {
            Verdict::Holds => {}
            Verdict::Undecided(_) => run.tally.keys[1] += 1,
            Verdict::Violated(why) => story.wrong.push(format!("{}: {why}", key.name())),
        }
    }
}

/// What earlier rounds left must still be there, whatever has happened since.
fn judge_keepsakes(run: &Run, cib: Option<&Element>, story: &mut Story) {
    let Some(cib) = cib else { return };
    for (key, value) in &run.keepsakes {
        let now = key.value(cib);
        if now != *value {
            story.wrong.push(format!("{} of an earlier round was {value:?} and is {now:?}", key.name()));
        }
    }
}

fn judge_ownership(run: &mut Run, story: &mut Story) {
    for double in run.watcher.doubles() {
        match uncovered(&double, &run.windows) {
            None => {
                story.diary.push(format!("allowed: {}", double.line()));
                let lasted = double.to.saturating_sub(double.from);
                let cuts: Vec<Window> = run.windows.iter().filter(|window| window.is_cut).cloned().collect();
                match uncovered(&double, &cuts) {
                    None => run.tally.cut.push(lasted),
                    Some(_) => run.tally.orphaned.push(lasted),
                }
            }
            Some(at) => {
                story.wrong.push(format!("double holder, not allowed at {:.3} s: {}", at.as_secs_f64(), double.line()));
            }
        }
    }
    // A look may end after this; a window that could cover it ended long ago only if it is older than a round.
    let oldest = run.epoch.elapsed().saturating_sub(WAIT_MAX);
    run.windows.retain(|window| window.to.is_none_or(|to| to > oldest));
}

fn keep_evidence(run: &Run, histories: &BTreeMap<Key, Vec<Entry>>, story: &Story) {
    let directory = run.keep.join(format!("round-{}", story.number));
    let diary: Vec<String> = story.diary.iter().chain(&story.wrong).cloned().collect();
    match evidence::keep(&directory, &run.world.doors, &diary, histories) {
        Ok(()) => println!("evidence is in {}", directory.display()),
        Err(error) => println!("evidence could not be kept in {}: {error}", directory.display()),
    }
}

/// Removes the round's keys but for one register and one counter, which all later rounds look at.
fn clear(run: &mut Run, histories: &BTreeMap<Key, Vec<Entry>>, cib: Option<&Element>, story: &mut Story) {
    let Some(cib) = cib else { return };
    let mut caller = Caller::new(Arc::clone(&run.world.doors));
    let is_register = |key: &Key| matches!(key, Key::Register(_));
    let kept = [histories.keys().find(|key| is_register(key)), histories.keys().find(|key| !is_register(key))];
    for key in histories.keys() {
        if kept.contains(&Some(key)) {
            run.keepsakes.insert(key.clone(), key.value(cib));
        } else if caller.change(0, key, Act::Delete) != Told::Done {
            story.wrong.push(format!("a healed cluster does not remove {}", key.name()));
            return;
        }
    }
}
