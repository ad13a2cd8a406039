//! `systole events`: what happened on this host's cluster, why, and since when.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::source;
use crate::tool::Tool;
use crate::world::World;
use api::Event;
use model::WallTime;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows what happened and why",
    usage: "[-n COUNT] [-f] [--json]",
    options: &[
        Opt::flag("follow", "f", "go on with each new event as it happens"),
        Opt::value("last", "n", "COUNT", "so many of the past (default 50)"),
        Opt::value("severity", "s", "SEVERITY", "only these and worse: debug, info, notice, warning, error, critical"),
        Opt::flag("json", "j", "one object a line, for programs"),
    ],
    run,
};

/// From the least urgent.
const SEVERITIES: &[&str] = &["debug", "info", "notice", "warning", "error", "critical"];

fn run(session: &mut Session) -> Result<Exit, Failure> {
    let last = session.options.value("last").unwrap_or("50");
    let last = last.parse().map_err(|_| Failure::usage(format!("'{last}' is no count")))?;
    let threshold = severity(session.options.value("severity").unwrap_or("debug"))?;
    let client = source::connect(&session.world.socket, &session.name)?;
    let events = client.events(last, session.options.has("follow")).map_err(|error| source::client_failure(&error))?;
    for event in events {
        let event = event.map_err(|error| source::client_failure(&error))?;
        if severity(&event.severity).unwrap_or(SEVERITIES.len()) >= threshold {
            let line = if session.options.has("json") { json(&event)? } else { line(&session.world, &event) };
            session.console.say(line);
        }
    }
    Ok(Exit::OK)
}

fn severity(word: &str) -> Result<usize, Failure> {
    let place = SEVERITIES.iter().position(|known| *known == word);
    place.ok_or_else(|| {
        let hint = crate::suggest::hint(word, "severities", SEVERITIES.iter().copied());
        Failure::usage(format!("'{word}' is no severity")).hint(hint)
    })
}

/// `2026-11-22 12:00:00.123 sip-a warning  sip-b is lost [peer-lost]`
fn line(world: &World, event: &Event) -> String {
    let at = world.precise_date(WallTime(event.at_ms));
    format!("{at} {} {:<8} {} [{}]", event.node, event.severity, event.text, event.id)
}

fn json(event: &Event) -> Result<String, Failure> {
    serde_json::to_string(event)
        .map_err(|error| Failure::new(Exit::SOFTWARE, format!("an event cannot be written as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::severity;

    #[test]
    fn severities_are_ordered_and_a_wrong_one_is_refused() {
        assert!(severity("warning").unwrap() < severity("error").unwrap());
        assert_eq!(severity("warnin").unwrap_err().hint, "did you mean warning?");
    }
}
