//! `systole status`: the cluster on one page, with what deserves attention and how to clear it.

use crate::exit::Exit;
use crate::explain::suspects;
use crate::failure::Failure;
use crate::options::Opt;
use crate::session::Session;
use crate::status_text::{self, Show, bullets};
use crate::tool::Tool;
use api::Status;
use serde::Serialize;
use std::path::Path;

/// The tool.
pub const TOOL: Tool = Tool {
    about: "shows the cluster on one page, and what deserves attention",
    usage: "[--json]",
    options: &[
        Opt::flag("json", "j", "for programs"),
        Opt::value("xml-file", "x", "FILE", "the CIB in this file instead of the cluster's"),
    ],
    run,
};

/// For programs.
#[derive(Serialize)]
struct Page {
    cluster: Status,
    resources: Vec<String>,
    attention: Vec<Attention>,
}

/// Something that deserves attention.
#[derive(Serialize)]
struct Attention {
    text: String,
    clear: String,
}

fn run(session: &mut Session) -> Result<Exit, Failure> {
    if let Some(file) = session.options.value("xml-file").map(str::to_owned) {
        session.use_file(Path::new(&file));
    }
    let (status, cib, cluster) = (session.status()?, session.cib()?, session.cluster()?);
    let resources = status_text::resources(&cluster, Show { inactive: true, ..Show::default() });
    let attention = suspects::noteworthy(&cib).into_iter().map(|(text, clear)| Attention { text, clear });
    let attention: Vec<Attention> = attention.collect();
    if session.options.has("json") {
        let resources =
            resources.iter().map(|line| format!("{:width$}{}", "", line.text, width = 2 * line.depth)).collect();
        let page = serde_json::to_string_pretty(&Page { cluster: status, resources, attention });
        session.console.say(page.map_err(|error| Failure::new(Exit::SOFTWARE, error.to_string()))?);
        return Ok(Exit::OK);
    }
    let nodes = bullets(&status_text::nodes(&cluster, false), 2);
    let mut text =
        format!("{}\n\nNodes:\n{nodes}{}\nResources:\n{}", headline(&status), links(&status), bullets(&resources, 2));
    text.push_str(&counters(&status));
    if !attention.is_empty() {
        text.push_str("\nAttention:\n");
    }
    for item in attention {
        text.push_str(&format!("  * {}\n", item.text));
        if !item.clear.is_empty() {
            text.push_str(&format!("    to clear: {}\n", item.clear));
        }
    }
    session.console.print(text);
    Ok(Exit::OK)
}

/// Who coordinates, whether there is quorum, what is under way.
fn headline(status: &Status) -> String {
    let coordinator =
        status.coordinator.as_ref().map_or("no coordinator yet".to_owned(), |name| format!("{name} coordinates"));
    let quorum = if status.quorate { "with quorum" } else { "WITHOUT quorum" };
    format!("{coordinator}, {quorum}, {}; this is {}, Systole {}", status.state, status.node, status.version)
}

/// What was counted on the network, where anything was.
fn counters(status: &Status) -> String {
    let counted = status.counters.iter().filter(|(_, count)| *count > 0);
    let counted: Vec<String> = counted.map(|(name, count)| format!("{name} {count}")).collect();
    if counted.is_empty() { String::new() } else { format!("\nPackets: {}\n", counted.join(", ")) }
}

/// Links that are down: silent failures of the second cable are found here.
fn links(status: &Status) -> String {
    let nodes = status.nodes.iter().filter(|node| node.member && node.name != status.node);
    let down = nodes.flat_map(|node| node.links.iter().filter(|(_, up)| !up).map(|(link, _)| (link, &node.name)));
    down.map(|(link, node)| format!("  * the link {link} to {node} is down\n")).collect()
}
