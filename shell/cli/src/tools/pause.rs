//! `systole pause`: tells the other nodes that this host will stand still on purpose, so that they wait for it.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::time::{milliseconds, readable};
use crate::tool::Tool;
use api::Request;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "announces that this host will stand still for a while: a snapshot, a migration",
    usage: "TIME|over      (30s, 2min; at most 5min)",
    options: &[],
    run,
};

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let [word] = session.options.words() else {
        return Err(Failure::usage("for how long?").hint("examples: systole pause 30s, systole pause over"));
    };
    let millis = if word == "over" { 0 } else { milliseconds(word)? };
    session.request(&Request::Pause { millis })?;
    session.console.say(match millis {
        0 => "The other nodes have been told that the pause is over.".to_owned(),
        _ => format!(
            "Every member waits: this host may stand still for {} from now on, and keeps its resources.\n\
             Meanwhile no other node can fail over and nothing can be configured. The end is announced by itself.",
            readable(millis)
        ),
    });
    Ok(Exit::OK)
}
