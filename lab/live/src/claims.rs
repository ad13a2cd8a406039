//! Claims of a document, checked one by one on live clusters, and the account of them: `N of M`.
//!
//! Claims that need the same kind of cluster stand in one scene. Where a scene is shared, each claim leaves it as it found
//! it; elsewhere, and after a claim that failed, the next one gets a cluster of its own, so that no failure casts a shadow.

use crate::{Cluster, Failure};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

/// One sentence of the document and how it is checked.
pub struct Claim {
    /// Its number in the document's list.
    pub number: u32,
    /// What it says, in our words.
    pub says: &'static str,
    /// How it is checked.
    pub check: Check,
}

/// How a claim is checked.
pub enum Check {
    /// On the scene's cluster.
    Live(fn(&mut Cluster) -> Result<(), Failure>),
    /// Not at all, for this reason.
    Untestable(&'static str),
}

/// A cluster and what is claimed of it.
pub struct Scene {
    /// For the reader.
    pub name: &'static str,
    /// Makes the cluster.
    pub make: fn() -> Result<Cluster, Failure>,
    /// Whether one cluster serves all claims.
    pub is_shared: bool,
    /// What is claimed, in the order of checking.
    pub claims: &'static [Claim],
}

/// Checks the claims of all scenes, or only those whose numbers are on the command line.
pub fn main(scenes: &[Scene], of: u32) -> ExitCode {
    match demo::enter() {
        Ok(None) => {}
        Ok(Some(status)) => {
            return status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
        Err(error) => {
            println!("claims: SKIPPED, this user or machine cannot make namespaces: {error}");
            return ExitCode::SUCCESS;
        }
    }
    let mut account = Account::default();
    let (words, numbers) = chosen();
    // A word is meant for another suite of `./dev live`, unless it is this one's name.
    if words.is_empty() || words.iter().any(|word| word == "tutorial") {
        for scene in scenes {
            play(scene, &numbers, &mut account);
        }
    }
    account.close(of)
}

/// Words and numbers on the command line; no number means all claims.
fn chosen() -> (Vec<String>, Vec<u32>) {
    let mut arguments = std::env::args().skip(1);
    let (mut words, mut numbers) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.parse() {
            Ok(number) => numbers.push(number),
            // An option of cargo's test runner takes a number of its own with it.
            Err(_) if argument == "--test-threads" => drop(arguments.next()),
            Err(_) if argument.starts_with('-') => {}
            Err(_) => words.push(argument),
        }
    }
    (words, numbers)
}

fn play(scene: &Scene, chosen: &[u32], account: &mut Account) {
    let claims = || scene.claims.iter().filter(|claim| chosen.is_empty() || chosen.contains(&claim.number));
    if claims().next().is_none() {
        return;
    }
    println!("\n== {}", scene.name);
    let mut cluster = None;
    for claim in claims() {
        let start = Instant::now();
        let outcome = match claim.check {
            Check::Untestable(reason) => Err(Failure::Skip(reason.to_owned())),
            Check::Live(check) => checked(scene, check, &mut cluster),
        };
        account.book(claim, &outcome, start.elapsed().as_secs_f64());
    }
}

/// Runs one check on the scene's cluster, a new one where the last claim left none that is fit.
fn checked(
    scene: &Scene,
    check: fn(&mut Cluster) -> Result<(), Failure>,
    cluster: &mut Option<Cluster>,
) -> Result<(), Failure> {
    if cluster.is_none() || !scene.is_shared {
        // The old one first: both would want the same names.
        drop(cluster.take());
        *cluster = Some((scene.make)()?);
    }
    let Some(stage) = cluster.as_mut() else { return Err(Failure::broken("the scene was not made")) };
    let outcome = catch_unwind(AssertUnwindSafe(|| check(stage)))
        .unwrap_or_else(|_| Err(Failure::broken("it panicked, see above")))
        .map_err(|failure| stage.explain(failure));
    if outcome.is_err() {
        drop(cluster.take());
    }
    outcome
}

#[derive(Default)]
struct Account {
    hold: u32,
    broken: Vec<u32>,
    untested: Vec<(u32, String)>,
}

impl Account {
    fn book(&mut self, claim: &Claim, outcome: &Result<(), Failure>, seconds: f64) {
        let Claim { number, says, .. } = claim;
        match outcome {
            Ok(()) => {
                self.hold += 1;
                println!("claim {number:3} ok ({seconds:.1} s): {says}");
            }
            Err(Failure::Skip(reason)) => {
                self.untested.push((*number, reason.clone()));
                println!("claim {number:3} untestable: {says}: {reason}");
            }
            Err(Failure::Broken(reason)) => {
                self.broken.push(*number);
                println!("claim {number:3} FAILED ({seconds:.1} s): {says}\n{reason}");
            }
        }
    }

    fn close(&self, of: u32) -> ExitCode {
        println!("\n{} of {of} claims hold", self.hold);
        for (number, reason) in &self.untested {
            println!("  {number} cannot be tested: {reason}");
        }
        for number in &self.broken {
            println!("  {number} FAILED");
        }
        let word = if self.broken.is_empty() { "ok" } else { "FAILED" };
        let (failed, ignored) = (self.broken.len(), self.untested.len());
        println!(
            "\ntest result: {word}. {} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out",
            self.hold
        );
        if self.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
