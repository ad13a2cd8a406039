//! The command line.

use std::path::PathBuf;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Version,
    Test(Options),
}

/// How an agent is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub agent: PathBuf,
    pub name: String,
    pub parameters: Vec<(String, String)>,
    pub speech: Speech,
    pub debug: Debug,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speech {
    Quiet,
    Usual,
    Verbose,
}

/// How much the agent is asked to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debug {
    Off,
    Messages,
    Trace,
}

/// Reads the command line.
pub fn parse(args: &[String]) -> Result<Command, String> {
    let (mut name, mut parameters, mut speech, mut debug) = (None, Vec::new(), Speech::Usual, Debug::Off);
    let mut words = args.iter();
    let mut agent = None;
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("option {word} needs a value"));
        match word.as_str() {
            "-n" => name = Some(value()?.clone()),
            "-o" => parameters.push(pair(value()?)?),
            "-v" => speech = Speech::Verbose,
            "-q" => speech = Speech::Quiet,
            "-d" => debug = Debug::Messages,
            "-X" => (debug, speech) = (Debug::Trace, Speech::Verbose),
            "-L" => {}
            "-h" | "-?" | "--help" => return Ok(Command::Help),
            "--version" => return Ok(Command::Version),
            option if option.starts_with('-') => return Err(format!("unknown option: {option}")),
            path => {
                agent = Some(PathBuf::from(path));
                break;
            }
        }
    }
    let agent = agent.ok_or("You must provide the full path to your resource agent")?;
    let name = name.or_else(|| std::env::var("OCF_RESOURCE_INSTANCE").ok()).filter(|name| !name.is_empty());
    let own_name = || agent.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Command::Test(Options { name: name.unwrap_or_else(own_name), agent, parameters, speech, debug }))
}

/// Cut at the first `=`: values may hold more of them.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("-o {text} is not of the form name=value"))?;
    Ok((name.to_owned(), value.to_owned()))
}
