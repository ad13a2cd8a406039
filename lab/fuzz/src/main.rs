//! `cargo run --release -p fuzz -- [TARGET|all] [--seconds N] [--seed N] [--cases N] [--say] [--file FILE]`.

use fuzz::Target;
use fuzz::run::{Finding, Limits, run, survives};
use fuzz::targets::TARGETS;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: fuzz [TARGET|all] [--seconds N] [--seed N] [--cases N] [--say] [--file FILE]

  --seconds N   for each target (10)
  --seed N      the number of the first case; without it, one that is new each second
  --cases N     at most so many cases
  --say         print each number before its case runs: for those that end the process
  --file FILE   one case from a file

targets:";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wish) = Wish::parse(&arguments) else {
        eprintln!("{USAGE}");
        TARGETS.iter().for_each(|target| eprintln!("  {:<10} {}", target.name, target.about));
        return ExitCode::from(2);
    };
    let good = wish.targets.iter().filter(|target| wish.follow(target)).count();
    if good == wish.targets.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Wish {
    targets: Vec<Target>,
    limits: Limits,
    says: bool,
    file: Option<String>,
}

impl Wish {
    fn parse(arguments: &[String]) -> Option<Self> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let limits = Limits { seed: now << 24, cases: u64::MAX, time: Duration::from_secs(10) };
        let mut wish = Self { targets: Vec::new(), limits, says: false, file: None };
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--seconds" => wish.limits.time = Duration::from_secs(rest.next()?.parse().ok()?),
                "--seed" => wish.limits.seed = rest.next()?.parse().ok()?,
                "--cases" => wish.limits.cases = rest.next()?.parse().ok()?,
                "--say" => wish.says = true,
                "--file" => wish.file = Some(rest.next()?.clone()),
                "all" => wish.targets.extend(TARGETS),
                name => wish.targets.push(*TARGETS.iter().find(|target| target.name == name)?),
            }
        }
        if wish.targets.is_empty() {
            wish.targets.extend(TARGETS);
        }
        Some(wish)
    }

    /// True when nothing was found.
    fn follow(&self, target: &Target) -> bool {
        let outcome = match &self.file {
            Some(file) => one_file(target, file),
            None => self.many(target),
        };
        if let Err(finding) = &outcome {
            println!("{}: FOUND: {}", target.name, finding.what);
            println!("  again: cargo run --release -p fuzz -- {} --seed {} --cases 1", target.name, finding.seed);
            println!("  input: {:?}", String::from_utf8_lossy(&finding.input).chars().take(2000).collect::<String>());
        }
        outcome.is_ok()
    }

    fn many(&self, target: &Target) -> Result<(), Finding> {
        let start = Instant::now();
        let says = self.says;
        let cases = run(target, self.limits, |seed| {
            if says {
                eprintln!("{seed}");
            }
        })?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:<10} {cases:>9} cases in {seconds:>4.0} s from seed {}: nothing found",
            target.name, self.limits.seed
        );
        Ok(())
    }
}

fn one_file(target: &Target, file: &str) -> Result<(), Finding> {
    let input = std::fs::read(file).unwrap_or_else(|e| {
        eprintln!("{file}: {e}");
        std::process::exit(2)
    });
    survives(target, &input).map_err(|what| Finding { seed: 0, what, input })
}
