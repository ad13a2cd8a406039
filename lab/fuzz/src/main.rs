//! `cargo run --release -p fuzz -- [TARGET|all] [--seconds N] [--seed N] [--cases N] [--say] [--file FILE]`.

use fuzz::guided::{self, Reached};
use fuzz::processor::Spent;
use fuzz::run::{Finding, Limits, run, survives};
use fuzz::targets::TARGETS;
use fuzz::{Target, sys};
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: fuzz [TARGET|all] [--seconds N] [--seed N] [--cases N] [--say] [--file FILE]

  --seconds N   of processor time for each target (10)
  --seed N      the number of the first case; without it, one that is new each second
  --cases N     at most so many cases
  --say         print each number before its case runs: for those that end the process
  --guided      keep what reaches new code, and go on from there: in a build by `./dev fuzz --guided`
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
    guided: bool,
    file: Option<String>,
}

impl Wish {
    fn parse(arguments: &[String]) -> Option<Self> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let limits = Limits { seed: now << 24, cases: u64::MAX, time: Duration::from_secs(10) };
        let mut wish = Self { targets: Vec::new(), limits, says: false, guided: false, file: None };
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--seconds" => wish.limits.time = Duration::from_secs(rest.next()?.parse().ok()?),
                "--seed" => wish.limits.seed = rest.next()?.parse().ok()?,
                "--cases" => wish.limits.cases = rest.next()?.parse().ok()?,
                "--say" => wish.says = true,
                "--guided" => wish.guided = true,
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
            None if self.guided => self.guided(target),
            None => self.many(target),
        };
        if let Err(finding) = &outcome {
            println!("{}: FOUND: {}", target.name, finding.what);
            println!("  again: cargo run --release -p fuzz -- {} {}", target.name, self.again(target, finding));
            println!("  input: {:?}", String::from_utf8_lossy(&finding.input).chars().take(2000).collect::<String>());
        }
        outcome.is_ok()
    }

    /// The arguments that show a finding again.
    fn again(&self, target: &Target, finding: &Finding) -> String {
        if !self.guided {
            return format!("--seed {} --cases 1", finding.seed);
        }
        let file = std::env::temp_dir().join(format!("fuzz-{}-{}", target.name, finding.seed));
        match std::fs::write(&file, &finding.input) {
            Ok(()) => format!("--file {}", file.display()),
            Err(e) => format!("--file FILE ({} cannot be written: {e})", file.display()),
        }
    }

    fn guided(&self, target: &Target) -> Result<(), Finding> {
        if sys::edges() == 0 {
            eprintln!("nothing is counted in this build; use ./dev fuzz --guided");
            std::process::exit(2);
        }
        let start = Spent::since_now();
        let Reached { cases, edges, kept } = guided::run(target, self.limits)?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:<10} {cases:>9} cases in {seconds:>4.0} s, {:>6} a second, {edges} edges, {kept} kept: nothing found",
            target.name,
            per_second(cases, start)
        );
        Ok(())
    }

    fn many(&self, target: &Target) -> Result<(), Finding> {
        let start = Spent::since_now();
        let says = self.says;
        let cases = run(target, self.limits, |seed| {
            if says {
                eprintln!("{seed}");
            }
        })?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:<10} {cases:>9} cases in {seconds:>4.0} s from seed {}, {:>6} a second: nothing found",
            target.name,
            self.limits.seed,
            per_second(cases, start),
        );
        Ok(())
    }
}

fn per_second(cases: u64, start: Spent) -> u128 {
    u128::from(cases) * 1_000_000 / start.elapsed().as_micros().max(1)
}

fn one_file(target: &Target, file: &str) -> Result<(), Finding> {
    let input = std::fs::read(file).unwrap_or_else(|e| {
        eprintln!("{file}: {e}");
        std::process::exit(2)
    });
    survives(target, &input).map_err(|what| Finding { seed: 0, what, input })
}
