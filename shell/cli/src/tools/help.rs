//! `systole help`: what there is.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::tool::Tool;

/// The tool.
pub const TOOL: Tool = Tool { about: "says what there is", usage: "", options: &[], run };

/// What the binary does beside the tools of this crate.
const OTHERS: &[(&str, &str)] = &[
    ("demo", "makes two hosts, kills one, and shows what a client notices"),
    ("install", "links every tool and agent into the file system"),
    ("node", "runs a cluster node (as heartbeat does)"),
    ("ocf-tester", "tests a resource agent"),
    ("witness", "gives clusters of two halves the casting vote"),
];

#[allow(clippy::unnecessary_wraps, reason = "every tool has this shape")]
fn run(session: &mut Session) -> Result<Exit, Failure> {
    let (ours, theirs): (Vec<_>, Vec<_>) = crate::TOOLS.iter().partition(|(name, _)| is_a_word(name));
    let mut lines = vec![
        "usage: systole WORD [OPTIONS], or any tool by its own name; --help tells more of each, --version which it is"
            .to_owned(),
        String::new(),
    ];
    let mut words: Vec<(&str, &str)> =
        ours.iter().map(|(name, tool)| (*name, tool.about)).chain(OTHERS.iter().copied()).collect();
    words.sort_unstable();
    lines.extend(words.into_iter().map(|(name, about)| format!("  {name:<16}{about}")));
    lines.push(String::new());
    lines.extend(theirs.iter().map(|(name, tool)| format!("  {name:<16}{}", tool.about)));
    session.console.say(lines.join("\n"));
    Ok(Exit::OK)
}

/// Every word that can follow `systole`, as far as people type it.
pub fn words() -> impl Iterator<Item = &'static str> {
    crate::names().chain(OTHERS.iter().map(|(name, _)| *name))
}

/// Words of `systole` itself, beside the tools that have names of their own.
fn is_a_word(name: &str) -> bool {
    ["events", "explain", "help", "pause", "plan", "status", "verify"].contains(&name)
}
