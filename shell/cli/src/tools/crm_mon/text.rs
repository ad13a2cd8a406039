//! The layout of today's Pacemaker: a summary, then titled lists.

use super::sections;
use super::view::{Counts, View, plural};
use super::wish::Section;
use crate::status_text::{self, Line, Show, bullets};

pub(super) fn render(view: &View) -> String {
    let nodes = status_text::nodes(&view.cluster, view.wish.detail);
    let mut parts = Vec::new();
    let summary = summary_lines(view);
    if !summary.is_empty() {
        parts.push(format!("{}{}", running(view), text(&Block::new("Cluster Summary", summary))));
    }
    parts.extend(hint(view).filter(|_| view.wish.has(Section::Maintenance)));
    parts.extend(blocks(view, nodes).iter().map(text));
    parts.join("\n")
}

/// A titled list.
pub(super) struct Block {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

impl Block {
    pub fn new(title: &'static str, lines: Vec<Line>) -> Self {
        Self { title, lines }
    }
}

fn text(block: &Block) -> String {
    format!("{}:\n{}", block.title, bullets(&block.lines, 2))
}

/// The lists below the summary, as far as they are wished for; the nodes as the caller likes them.
pub(super) fn blocks(view: &View, nodes: Vec<Line>) -> Vec<Block> {
    let wish = &view.wish;
    let mut blocks = if wish.by_node { by_node(view) } else { nodes_and_resources(view, nodes) };
    let attributes = sections::attributes(view);
    if wish.has(Section::Attributes) && !attributes.is_empty() {
        blocks.push(Block::new("Node Attributes", attributes));
    }
    if wish.has(Section::Operations) {
        blocks.push(Block::new("Operations", sections::operations(view)));
    } else if wish.has(Section::Failcounts) {
        blocks.push(Block::new("Migration Summary", sections::failcounts(view)));
    }
    for (section, title, lines) in [
        (Section::Failures, "Failed Resource Actions", sections::failures(view)),
        (Section::Tickets, "Tickets", sections::tickets(view)),
        (Section::Bans, "Negative Location Constraints", sections::bans(view)),
    ] {
        if wish.has(section) && !lines.is_empty() {
            blocks.push(Block::new(title, lines));
        }
    }
    blocks
}

fn by_node(view: &View) -> Vec<Block> {
    let mut blocks = Vec::new();
    if view.wish.has(Section::Nodes) {
        blocks.push(Block::new("Node List", sections::resources_by_node(view)));
    }
    if view.wish.has(Section::Resources) && view.wish.inactive {
        blocks.push(Block::new("Inactive Resources", or_line(sections::inactive(view), "No inactive resources")));
    }
    blocks
}

fn nodes_and_resources(view: &View, nodes: Vec<Line>) -> Vec<Block> {
    let wish = &view.wish;
    let (title, none) = if wish.inactive {
        ("Full List of Resources", "No resources")
    } else {
        ("Active Resources", "No active resources")
    };
    let mut blocks = Vec::new();
    if wish.has(Section::Nodes) {
        blocks.push(Block::new("Node List", nodes));
    }
    if wish.has(Section::Resources) {
        let show = Show { inactive: wish.inactive, detail: wish.detail, brief: wish.brief, ..Show::default() };
        blocks.push(Block::new(title, or_line(status_text::resources(&view.cluster, show), none)));
    }
    blocks
}

fn or_line(lines: Vec<Line>, none: &str) -> Vec<Line> {
    if lines.is_empty() { vec![Line::new(0, none)] } else { lines }
}

fn running(view: &View) -> String {
    if !view.live || !view.wish.has(Section::Stack) {
        return String::new();
    }
    let at = view.world.sortable_date(view.world.now);
    format!("Status of pacemakerd: 'Pacemaker is running' (last updated {at})\n")
}

/// Who coordinates, when this was, how much there is, what is set.
pub(super) fn summary_lines(view: &View) -> Vec<Line> {
    let counts = view.counts();
    let lines = [
        (Section::Stack, format!("Stack: {}", view.option("cluster-infrastructure").unwrap_or("unknown"))),
        (Section::Coordinator, format!("Current DC: {}", coordinator(view))),
        (Section::Times, format!("Last updated: {}", view.world.long_date(view.world.now))),
        (Section::Times, format!("Last change:  {}", last_change(view))),
        (Section::Counts, format!("{} configured", plural(counts.nodes, "node"))),
        (Section::Counts, format!("{} configured{}", plural(counts.resources, "resource instance"), remarks(counts))),
    ];
    let options = options(view).into_iter().map(|text| (Section::Options, text));
    let wished = lines.into_iter().chain(options).filter(|(section, _)| view.wish.has(*section));
    wished.map(|(_, text)| Line::new(0, text.trim_end())).collect()
}

/// The options that decide what the cluster does at all, with what counts where they are not set.
fn options(view: &View) -> Vec<String> {
    let options = &view.cluster.options;
    vec![
        format!("stonith-enabled: {}", options.fencing),
        format!("symmetric-cluster: {}", options.symmetric),
        format!("no-quorum-policy: {}", view.option("no-quorum-policy").unwrap_or("stop")),
        format!("maintenance-mode: {}", options.maintenance),
        format!("stop-all-resources: {}", options.stop_all),
    ]
}

fn coordinator(view: &View) -> String {
    let Some(name) = view.coordinator() else { return "NONE".to_owned() };
    let id =
        view.cluster.coordinator.filter(|_| view.wish.detail).map(|node| format!(" ({})", view.cluster.nodes[node].id));
    let quorum = if view.cluster.options.quorate { "with" } else { "WITHOUT" };
    let version = view.option("dc-version").unwrap_or("unknown");
    format!("{name}{} (version {version}) - partition {quorum} quorum", id.unwrap_or_default())
}

/// `Sun Nov 22 07:28:19 2026 by root via crm_attribute on sip-a`
fn last_change(view: &View) -> String {
    let mut text = view.cib.attribute("cib-last-written").unwrap_or_default().to_owned();
    for (attribute, word) in [("update-user", "by"), ("update-client", "via"), ("update-origin", "on")] {
        if let Some(value) = view.cib.attribute(attribute).filter(|value| !value.is_empty()) {
            text.push_str(&format!(" {word} {value}"));
        }
    }
    text
}

fn remarks(counts: Counts) -> String {
    let remarks = [(counts.disabled, "DISABLED"), (counts.blocked, "BLOCKED from further action due to failure")];
    let remarks: Vec<String> =
        remarks.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) }
}

/// What keeps the whole cluster from acting.
fn hint(view: &View) -> Option<String> {
    let options = &view.cluster.options;
    let text = if options.maintenance {
        "*** Resource management is DISABLED ***\n  Nothing is started, stopped or recovered (maintenance-mode is set)"
    } else if options.stop_all {
        "*** Resource management is DISABLED ***\n  All resources are kept stopped (stop-all-resources is set)"
    } else {
        return None;
    };
    Some(format!("              {text}\n"))
}
