//! `sim`: plays seeds, says which of them broke a law and how to play that one again, and makes it shorter.

use sim::minimise::minimise;
use sim::run;
use sim::story::Story;
use std::process::ExitCode;
use std::time::Instant;

/// Seeds played when nothing else is asked for.
const SEEDS: u64 = 200;
/// After so many seeds it is said how far it is.
const MILESTONE: u64 = 10_000;
const USAGE: &str =
    "usage: sim [--seeds N] [--from N] [--jobs N] | sim --seed N [--keep PLACES] | sim --minimise N | sim --play FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(code) => code,
        Err(mistake) => {
            eprintln!("{mistake}; {USAGE}");
            ExitCode::from(2)
        }
    }
}

fn command(arguments: &[String]) -> Result<ExitCode, String> {
    let number = |option: &str| value(arguments, option)?.map(|text| parsed(&text)).transpose();
    if let Some(file) = value(arguments, "--play")? {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        return Ok(tell(&Story::parse(&text)?));
    }
    if let Some(seed) = number("--minimise")? {
        return Ok(shorten(seed));
    }
    if let Some(seed) = number("--seed")? {
        let story = Story::drawn(seed);
        return Ok(match value(arguments, "--keep")? {
            Some(list) => tell(&story.keeping(&places(&list)?)),
            None => tell(&story),
        });
    }
    let seeds = number("--seeds")?.unwrap_or(SEEDS);
    let jobs = usize::try_from(number("--jobs")?.unwrap_or(1)).map_err(|error| error.to_string())?;
    Ok(many(number("--from")?.unwrap_or(0), seeds, jobs.max(1)))
}

/// Plays one story and tells all of it.
fn tell(story: &Story) -> ExitCode {
    let outcome = run::play(story, true);
    outcome.transcript.iter().for_each(|line| println!("{line}"));
    println!("{} hosts, {}, {:?}, {} changes acknowledged", story.hosts, story.rule, story.kinds, outcome.acknowledged);
    outcome.violations.iter().for_each(|violation| println!("VIOLATION {violation}"));
    ExitCode::from(u8::from(!outcome.violations.is_empty()))
}

/// Shortens a seed's story: prints what is left as a scenario, and the command that plays it.
fn shorten(seed: u64) -> ExitCode {
    let story = Story::drawn(seed);
    if run::play(&story, false).violations.is_empty() {
        println!("seed {seed} breaks no law");
        return ExitCode::SUCCESS;
    }
    let kept = minimise(&story);
    let short = story.keeping(&kept);
    print!("{short}");
    println!("# {} of {} verbs are left", kept.len(), story.verbs.len());
    for violation in run::play(&short, false).violations {
        println!("# {violation}");
    }
    let list: Vec<_> = kept.iter().map(usize::to_string).collect();
    println!("# again: cargo run --release -p sim -- --seed {seed} --keep {}", list.join(","));
    ExitCode::from(1)
}

fn many(first: u64, seeds: u64, jobs: usize) -> ExitCode {
    let begun = Instant::now();
    let (mut played, mut broken, mut acknowledged) = (0_u64, 0_u64, 0);
    run::seeds(first, seeds, jobs, |seed, outcome| {
        played += 1;
        if played.is_multiple_of(MILESTONE) && played < seeds {
            println!("{played} seeds so far, {:.0} s", begun.elapsed().as_secs_f64());
        }
        acknowledged += outcome.acknowledged;
        if let Some(violation) = outcome.violations.first() {
            broken += 1;
            let story = Story::drawn(seed);
            println!("seed {seed} ({} hosts, {}, {:?}): {violation}", story.hosts, story.rule, story.kinds);
            println!("  again: cargo run --release -p sim -- --seed {seed}");
        }
        true
    });
    let time = begun.elapsed().as_secs_f64();
    println!("{seeds} seeds, {broken} with violations, {acknowledged} changes acknowledged, {time:.1} s");
    ExitCode::from(u8::from(broken > 0))
}

fn value(arguments: &[String], option: &str) -> Result<Option<String>, String> {
    let Some(place) = arguments.iter().position(|argument| argument == option) else { return Ok(None) };
    arguments.get(place + 1).cloned().map(Some).ok_or_else(|| format!("{option} needs a value"))
}

fn parsed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is no number"))
}

fn places(list: &str) -> Result<Vec<usize>, String> {
    list.split(',').map(|word| word.parse().map_err(|_| format!("{word:?} is no place"))).collect()
}
