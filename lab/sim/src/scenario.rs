//! Scenarios as transcripts: a story as text, a line of dashes, and what the watched host says of it, with virtual time.
//!
//! Without `watch HOST` nothing is shown but broken laws: so a story that once broke one is kept.

use crate::story::{Story, watched};
use crate::world::World;

/// What divides verbs from transcript.
const RULE: &str = "----";
/// What a reader of a transcript does not want to see.
const QUIET: [&str; 5] = ["cib-agreed:", "operation-begun: probe", "operation-begun: monitor", "is asked", "> "];

/// Plays the verbs of a scenario, and gives back the file as it should be.
///
/// # Errors
/// The line that is not understood.
pub fn play(text: &str) -> Result<String, String> {
    let verbs = text.split_once(RULE).map_or(text, |(verbs, _)| verbs);
    let host = verbs.lines().find_map(watched);
    let story = Story::parse(&verbs.lines().filter(|line| watched(line).is_none()).collect::<Vec<_>>().join("\n"))?;
    let mut world = World::new(&story, host.is_some());
    story.verbs.iter().for_each(|verb| world.act(verb));
    let name = host.map(|host| format!("n{host}"));
    let is_shown = |line: &&String| {
        line.split_whitespace().nth(1) == name.as_deref() && !QUIET.iter().any(|word| line.contains(word))
    };
    let lines = world.transcript.iter().filter(is_shown).map(|line| line.trim_start().to_owned());
    let laws = world.checker.violations.iter().map(|violation| format!("VIOLATION {violation}"));
    let transcript: Vec<_> = lines.chain(laws).collect();
    Ok(format!("{}\n\n{RULE}\n{}\n", verbs.trim_end(), transcript.join("\n")))
}
