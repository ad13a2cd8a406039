//! The layout of today's Pacemaker: a summary, then titled lists.

use super::sections;
use super::view::{View, plural};
use crate::status_text::{self, Line, Show, bullets};

pub(super) fn render(view: &View) -> String {
    let wish = &view.wish;
    let mut blocks = Vec::new();
    if wish.headers {
        blocks.push(summary(view));
    }
    blocks.extend(hint(view));
    let show = Show { inactive: wish.inactive, detail: wish.detail, ..Show::default() };
    if wish.by_node {
        blocks.push(block("Node List", &sections::resources_by_node(view)));
        if wish.inactive {
            let inactive = sections::inactive(view);
            blocks.push(block("Inactive Resources", &or_line(inactive, "No inactive resources")));
        }
    } else {
        blocks.push(block("Node List", &status_text::nodes(&view.cluster, wish.detail)));
        let (title, none) = if wish.inactive {
            ("Full List of Resources", "No resources")
        } else {
            ("Active Resources", "No active resources")
        };
        blocks.push(block(title, &or_line(status_text::resources(&view.cluster, show), none)));
    }
    blocks.extend(
        wish.attributes
            .then(|| sections::attributes(view))
            .filter(|lines| !lines.is_empty())
            .map(|lines| block("Node Attributes", &lines)),
    );
    if wish.operations {
        blocks.push(block("Operations", &sections::operations(view)));
    } else if wish.failcounts {
        blocks.push(block("Migration Summary", &sections::failcounts(view)));
    }
    for (title, lines) in [
        ("Failed Resource Actions", sections::failures(view)),
        ("Tickets", sections::tickets(view)),
        ("Negative Location Constraints", sections::bans(view)),
    ] {
        if !lines.is_empty() {
            blocks.push(block(title, &lines));
        }
    }
    blocks.join("\n")
}

fn block(title: &str, lines: &[Line]) -> String {
    format!("{title}:\n{}", bullets(lines, 2))
}

fn or_line(lines: Vec<Line>, none: &str) -> Vec<Line> {
    if lines.is_empty() { vec![Line::new(0, none)] } else { lines }
}

fn summary(view: &View) -> String {
    let running = if view.live {
        format!(
            "Status of pacemakerd: 'Pacemaker is running' (last updated {})\n",
            view.world.sortable_date(view.world.now)
        )
    } else {
        String::new()
    };
    format!("{running}{}", block("Cluster Summary", &summary_lines(view)))
}

/// Who coordinates, when this was, how much there is.
pub(super) fn summary_lines(view: &View) -> Vec<Line> {
    let lines = [
        format!("Stack: {}", view.option("cluster-infrastructure").unwrap_or("unknown")),
        format!("Current DC: {}", coordinator(view)),
        format!("Last updated: {}", view.world.long_date(view.world.now)),
        format!("Last change:  {}", last_change(view)),
        format!("{} configured", plural(view.node_count(), "node")),
        format!("{} configured{}", plural(view.resource_counts().0, "resource instance"), resource_remarks(view)),
    ];
    lines.iter().map(|text| Line::new(0, text.trim_end())).collect()
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

fn resource_remarks(view: &View) -> String {
    let (_, disabled, blocked) = view.resource_counts();
    let remarks = [(disabled, "DISABLED"), (blocked, "BLOCKED from further action due to failure")];
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
