//! Ours beside the `crm_simulate` that is installed, on the same inputs in the same run.
//!
//! `speed` measures, `differential` compares decisions about random clusters, `endure` feeds damaged configurations to
//! ours alone. Without an installed peer its columns stay empty, and `differential` says that it has nothing to compare.

mod cost;
mod differential;
mod endure;
mod random;
mod speed;
mod sys;

use std::process::ExitCode;

const USAGE: &str = "usage: beside speed [--seconds N] [FILE...]
       beside differential [--seeds N] [--from SEED] [--keep DIRECTORY]
       beside endure [--seeds N] [--from SEED]

  speed         cost of xmllint --noout, of our crm_simulate and of the installed one; without files, our own shapes
  differential  random small clusters: actions and scores of both; each disagreement is reduced to what it needs
  endure        random clusters with damage done to them: no panic, no endless loop

  --seconds N   how long one run of the installed crm_simulate may take (60)
  --seeds N     how many clusters (200)
  --from SEED   the first one (1)
  --keep DIR    write each reduced disagreement there";

/// The installed crm_simulate.
const PEER: &str = "/usr/sbin/crm_simulate";
/// By this word the program is our crm_simulate, so that it can be measured as a process.
const AS_OURS: &str = "crm_simulate";

/// What the command line says.
struct Options {
    seconds: u64,
    seeds: u64,
    from: u64,
    keep: Option<std::path::PathBuf>,
    files: Vec<std::path::PathBuf>,
}

impl Options {
    fn parse(words: &[String]) -> Result<Self, String> {
        let mut options = Self { seconds: 60, seeds: 200, from: 1, keep: None, files: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            let number = |text: &String| text.parse().map_err(|_| format!("'{text}' is no number"));
            match word.as_str() {
                "--seconds" => options.seconds = number(value()?)?,
                "--seeds" => options.seeds = number(value()?)?,
                "--from" => options.from = number(value()?)?,
                "--keep" => options.keep = Some(value()?.into()),
                other if other.starts_with('-') => return Err(format!("unknown option {other}")),
                file => options.files.push(file.into()),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = words.split_first().map_or(("", &words[..]), |(verb, rest)| (verb.as_str(), rest));
    if verb == AS_OURS {
        return ExitCode::from(cli::run(AS_OURS, rest));
    }
    let options = match Options::parse(rest) {
        Ok(options) => options,
        Err(mistake) => return refuse(&mistake),
    };
    let well = match verb {
        "speed" => speed::run(&options),
        "differential" => differential::run(&options),
        "endure" => endure::run(&options),
        _ => return refuse("say what to do"),
    };
    match well {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("beside: {problem}");
            ExitCode::from(66)
        }
    }
}

fn refuse(mistake: &str) -> ExitCode {
    eprintln!("beside: {mistake}\n\n{USAGE}");
    ExitCode::from(64)
}
