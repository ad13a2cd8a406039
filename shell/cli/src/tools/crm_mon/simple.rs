//! `-s`: one line for a monitoring system, with its exit codes: 0 fine, 1 warning, 2 critical.

use super::Format;
use super::view::{View, plural};
use crate::exit::Exit;
use crate::session::Session;

pub(super) fn run(session: &mut Session) -> Exit {
    let view = match View::gather(session, Format::Text) {
        Ok(view) => view,
        Err(failure) => {
            session.console.say(format!("CLUSTER CRIT: {}", failure.reason));
            return Exit::BAD_PARAMETER;
        }
    };
    let problems = problems(&view);
    if problems.is_empty() {
        session.console.say(format!("CLUSTER OK: {}", counts(&view)));
        return Exit::OK;
    }
    session.console.say(format!("CLUSTER WARN: {}", problems.join(", ")));
    Exit::ERROR
}

fn problems(view: &View) -> Vec<String> {
    let mut problems = Vec::new();
    if view.coordinator().is_none() {
        problems.push("No DC".to_owned());
    }
    let nodes = view.cluster.nodes.iter().map(|(_, node)| node);
    let lost = nodes.filter(|node| !node.online && !node.standby && !node.maintenance);
    problems.extend(lost.map(|node| format!("offline node: {}", node.name)));
    problems
}

fn counts(view: &View) -> String {
    let (mut online, mut standby, mut maintenance) = (0, 0, 0);
    for (_, node) in view.cluster.nodes.iter() {
        if node.standby {
            standby += 1;
        } else if node.maintenance {
            maintenance += 1;
        } else if node.online {
            online += 1;
        }
    }
    let mut parts = vec![format!("{} online", plural(online, "node"))];
    parts.extend(
        [(standby, "standby node"), (maintenance, "maintenance node")]
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| plural(*n, word)),
    );
    parts.push(format!("{} configured", plural(view.counts().resources, "resource instance")));
    parts.join(", ")
}
