//! Damage: random clusters in which references dangle, orderings loop, scores are absurd and elements are where they do
//! not belong. Whatever comes of it, it comes without a panic, and soon; and a planner that was kept comes to the same.

use crate::{Options, random};
use cib::Element;
use model::{Rng, WallTime};
use policy::Planner;
use policy::plan::PolicyInput;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A plan for so small a cluster that takes longer than this is told.
const SLOW: Duration = Duration::from_secs(2);

/// Values that no administrator would write.
const ABSURD: [&str; 14] = [
    "",
    "INFINITY",
    "-INFINITY",
    "+INFINITY",
    "99999999999999999999",
    "-99999999999999999999",
    "0",
    "-1",
    "nan",
    "true",
    "p0",
    "c1",
    "n1",
    "1:2:3",
];

/// Feeds damaged clusters to the planner; true when it endured all of them.
pub fn run(options: &Options) -> Result<bool, String> {
    let (mut planned, mut refused, mut bad) = (0_u64, 0_u64, 0_u64);
    let mut planner = Planner::default();
    for seed in options.from..options.from.saturating_add(options.seeds) {
        let cib = damaged(seed);
        let begin = Instant::now();
        let input = PolicyInput { cib: Arc::clone(&cib), now: WallTime(1_700_000_100_000) };
        match catch_unwind(AssertUnwindSafe(|| policy::plan(&input))) {
            Ok(Ok(_)) => planned += 1,
            Ok(Err(_)) => refused += 1,
            Err(_) => {
                println!("seed {seed}: panic");
                bad += 1;
            }
        }
        if !replans_alike(&mut planner, &cib, seed) {
            println!("seed {seed}: the kept planner comes to another plan");
            bad += 1;
        }
        if begin.elapsed() > SLOW {
            println!("seed {seed}: {:.1} s", begin.elapsed().as_secs_f64());
            bad += 1;
        }
        if let Some(directory) = &options.keep {
            let file = directory.join(format!("{seed}.xml"));
            std::fs::write(&file, cib.to_xml()).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    println!("{planned} planned, {refused} refused with a reason, {bad} not endured");
    Ok(bad == 0)
}

/// Whether a planner that knows other clusters, and then this one, plans each further damage as a fresh one does.
fn replans_alike(planner: &mut Planner, cib: &Arc<Element>, seed: u64) -> bool {
    let mut rng = Rng::from_seed(seed);
    let mut cib = Arc::clone(cib);
    (0..8).all(|step| {
        let now = WallTime(1_700_000_100_000 + step * 400_000);
        let input = PolicyInput { cib: Arc::clone(&cib), now };
        let mut next = (*cib).clone();
        damage(&mut next, &mut rng);
        cib = Arc::new(next);
        let alike = || policy::plan(&input) == planner.plan(&input);
        catch_unwind(AssertUnwindSafe(alike)).is_ok_and(|alike| alike)
    })
}

fn damaged(seed: u64) -> Arc<Element> {
    let mut rng = Rng::from_seed(seed ^ 0x5eed_dead_beef);
    let mut cib = (*random::cluster(seed)).clone();
    for _ in 0..=rng.below(6) {
        damage(&mut cib, &mut rng);
    }
    loop_of_orderings(&mut cib, &mut rng);
    Arc::new(cib)
}

fn index(rng: &mut Rng, length: usize) -> usize {
    usize::try_from(rng.below(u64::try_from(length).unwrap_or(1).max(1))).unwrap_or(0)
}

/// Walks down to some element and does one bad thing there.
fn damage(element: &mut Element, rng: &mut Rng) {
    let children = element.children().len();
    if children > 0 && rng.chance(850) {
        let at = index(rng, children);
        let mut child = (*element.children()[at]).clone();
        damage(&mut child, rng);
        element.children_mut()[at] = Arc::new(child);
        return;
    }
    let names: Vec<String> = element.attributes().map(|(name, _)| name.to_owned()).collect();
    match rng.below(5) {
        0 if children > 0 => drop(element.children_mut().remove(index(rng, children))),
        1 if children > 0 => {
            let twin = Arc::clone(&element.children()[index(rng, children)]);
            element.children_mut().push(twin);
        }
        2 if !names.is_empty() => drop(element.remove(&names[index(rng, names.len())])),
        _ if !names.is_empty() => element.set(&names[index(rng, names.len())], ABSURD[index(rng, ABSURD.len())]),
        _ => {}
    }
}

/// Each resource after the one before it, and the first after the last.
fn loop_of_orderings(cib: &mut Element, rng: &mut Rng) {
    if !rng.chance(400) {
        return;
    }
    let Some(at) = cib.children().iter().position(|child| child.name() == "configuration") else { return };
    let mut configuration = (*cib.children()[at]).clone();
    let ids: Vec<String> = configuration
        .child("resources")
        .map(|section| section.children().iter().filter_map(|rsc| rsc.id().map(str::to_owned)).collect())
        .unwrap_or_default();
    let Some(section) = configuration.children().iter().position(|child| child.name() == "constraints") else { return };
    let mut constraints = (*configuration.children()[section]).clone();
    for (n, (first, then)) in ids.iter().zip(ids.iter().cycle().skip(1)).enumerate() {
        let ordering = Element::new("rsc_order")
            .with("id", &format!("loop-{n}"))
            .with("first", first)
            .with("then", then)
            .with("kind", "Mandatory");
        let colocation = Element::new("rsc_colocation")
            .with("id", &format!("circle-{n}"))
            .with("rsc", first)
            .with("with-rsc", then)
            .with("score", "INFINITY");
        constraints = constraints.with_child(ordering).with_child(colocation);
    }
    configuration.children_mut()[section] = Arc::new(constraints);
    cib.children_mut()[at] = Arc::new(configuration);
}
