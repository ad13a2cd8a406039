//! The lists below the summary, as nested lines.

use super::view::View;
use crate::configuration::nodes::section;
use crate::failcounts;
use crate::history::{self, Operation};
use crate::status_text::{self, Line, Show, brief};
use cib::Element;
use model::{OperationStatus, Role, Score};
use policy::state::NodeIx;

/// Each node with what is active on it.
pub(super) fn resources_by_node(view: &View) -> Vec<Line> {
    let cluster = &view.cluster;
    let show = Show { without_nodes: true, ..Show::default() };
    let mut lines = Vec::new();
    for node in &cluster.node_order {
        let name = status_text::full_name(cluster, *node, view.wish.detail);
        lines.push(Line::new(0, format!("{name}: {}:", status_text::node_state(cluster, *node))));
        lines.push(Line::new(1, "Resources:"));
        lines.extend(on_node(view, *node, show));
    }
    lines
}

fn on_node(view: &View, node: NodeIx, show: Show) -> Vec<Line> {
    let (cluster, running) = (&view.cluster, view.running(node));
    if view.wish.brief {
        return brief::on_node(cluster, &running, 2);
    }
    running.iter().map(|rsc| Line::new(2, status_text::primitive(cluster, *rsc, show))).collect()
}

/// The resources that are not wholly active.
pub(super) fn inactive(view: &View) -> Vec<Line> {
    let cluster = &view.cluster;
    let mut lines = Vec::new();
    for rsc in status_text::in_order(cluster) {
        if !cluster.is_active(rsc, true) && !cluster.rscs[rsc].removed {
            let show = Show { inactive: true, detail: view.wish.detail, ..Show::default() };
            status_text::resource(cluster, rsc, show, 0, &mut lines);
        }
    }
    lines
}

/// The attributes of nodes that are online, without those that the cluster keeps for itself.
pub(super) fn attributes(view: &View) -> Vec<Line> {
    let mut lines = Vec::new();
    for node in &view.cluster.node_order {
        let n = &view.cluster.nodes[*node];
        let shown = shown_attributes(view, *node);
        if !n.online || shown.is_empty() {
            continue;
        }
        lines.push(Line::new(0, format!("{}:", heading(view, *node))));
        lines.extend(shown.iter().map(|(name, value)| Line::new(1, format!("{name:<32}\t: {value:<10}"))));
    }
    lines
}

/// A node's attributes, without those that the cluster keeps for itself.
pub(super) fn shown_attributes(view: &View, node: NodeIx) -> Vec<(&str, &str)> {
    view.cluster.nodes[node].attributes.iter().filter(|(name, _)| is_shown(name)).collect()
}

fn is_shown(name: &str) -> bool {
    let own = ["fail-count-", "last-failure-", "#"];
    let known = ["shutdown", "terminate", "standby", "maintenance"];
    !own.iter().any(|prefix| name.starts_with(prefix)) && !known.contains(&name)
}

fn heading(view: &View, node: NodeIx) -> String {
    status_text::full_name(&view.cluster, node, view.wish.detail).replacen("Node ", "Node: ", 1)
}

/// The nodes in the order of the status section.
pub(super) fn nodes_by_status(view: &View) -> Vec<NodeIx> {
    let states = section(&view.cib, "status").into_iter().flat_map(|status| status.children_named("node_state"));
    let nodes = states.filter_map(|state| view.cluster.node_by_name(state.attribute("uname")?));
    nodes.filter(|node| view.cluster.node_order.contains(node)).collect()
}

/// What was done on a node to the resources that are part of the picture.
pub(super) fn histories<'a>(view: &'a View, node: &'a str) -> Vec<(&'a str, Vec<Operation<'a>>)> {
    let all = history::of_node(&view.cib, node).into_iter();
    all.filter(|(resource, _)| view.shows(resource)).collect()
}

/// Each node with the history of its resources.
pub(super) fn operations(view: &View) -> Vec<Line> {
    let mut lines = Vec::new();
    for node in nodes_by_status(view) {
        let name = &*view.cluster.nodes[node].name;
        let mut inner = Vec::new();
        for (resource, all) in histories(view, name) {
            let shown: Vec<&Operation<'_>> = all.iter().filter(|operation| is_told(operation)).collect();
            if !shown.is_empty() {
                inner.push(Line::new(1, format!("{}:", history_title(view, name, resource, true))));
                inner.extend(shown.into_iter().map(|operation| Line::new(2, operation_line(view, operation))));
            }
        }
        if view.cluster.nodes[node].online && !inner.is_empty() {
            lines.push(Line::new(0, format!("{}:", heading(view, node))));
            lines.extend(inner);
        }
    }
    lines
}

/// Probes that found nothing are no history worth telling.
pub(super) fn is_told(operation: &Operation<'_>) -> bool {
    !(operation.is_probe() && operation.code() == model::OcfCode::NOT_RUNNING)
        && operation.status() != Some(OperationStatus::Pending)
}

fn operation_line(view: &View, operation: &Operation<'_>) -> String {
    let task = if operation.is_probe() { "probe" } else { operation.task() };
    let mut details = Vec::new();
    if operation.interval() > 0 {
        details.push(format!("interval=\"{}ms\"", operation.interval()));
    }
    if view.wish.timing {
        details.extend(operation.changed_at().map(|at| format!("last-rc-change=\"{}\"", view.world.long_date(at))));
        details.extend(operation.took().map(|ms| format!("exec-time=\"{ms}ms\"")));
        details.extend(operation.queued().map(|ms| format!("queue-time=\"{ms}ms\"")));
        details.push(format!("rc={} ({})", operation.code().0, operation.code()));
    }
    let colon = if details.is_empty() { "" } else { ": " };
    format!("({}) {task}{colon}{}", operation.call(), details.join(" "))
}

/// Each node with the resources that failed there.
pub(super) fn failcounts(view: &View) -> Vec<Line> {
    let mut lines = Vec::new();
    for node in nodes_by_status(view) {
        let name = &*view.cluster.nodes[node].name;
        let failed: Vec<Line> = histories(view, name)
            .iter()
            .filter(|(resource, _)| failcounts::total(&view.cib, name, resource) > Score::ZERO)
            .map(|(resource, _)| Line::new(1, history_title(view, name, resource, false)))
            .collect();
        if view.cluster.nodes[node].online && !failed.is_empty() {
            lines.push(Line::new(0, format!("{}:", heading(view, node))));
            lines.extend(failed);
        }
    }
    lines
}

/// `ip: migration-threshold=1000000 fail-count=1 last-failure='...'`
fn history_title(view: &View, node: &str, resource: &str, quiet: bool) -> String {
    let known = view.cluster.rsc_by_id(resource).map(|rsc| &view.cluster.rscs[rsc]);
    let mut title = match known {
        Some(rsc) => format!("{}: migration-threshold={}", rsc.printable_id(), rsc.migration_threshold.value()),
        None => format!("{resource}: orphan"),
    };
    let count = failcounts::total(&view.cib, node, resource);
    if count > Score::ZERO || !quiet {
        title.push_str(&format!(" fail-count={}", count.value()));
        let last = failcounts::last_failure(&view.cib, node, resource);
        title.push_str(&last.map(|at| format!(" last-failure='{}'", view.world.long_date(at))).unwrap_or_default());
    }
    title
}

/// Operations that failed and were not cleaned up.
pub(super) fn failures(view: &View) -> Vec<Line> {
    let cluster = &view.cluster;
    let mut lines: Vec<Line> = Vec::new();
    for failure in &cluster.failures {
        let node = &*cluster.nodes[failure.node].name;
        let operation = failure.key.rsplitn(3, '_').nth(2);
        let resource = operation.unwrap_or(cluster.rscs[failure.rsc].printable_id());
        let line = Line::new(0, failure_line(view, &Operation::of(node, resource, &failure.operation)));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn failure_line(view: &View, operation: &Operation<'_>) -> String {
    let interval = operation.interval();
    let span = if interval > 0 { format!("{}-interval ", crate::time::readable(interval)) } else { String::new() };
    let task = if operation.is_probe() { "probe" } else { operation.task() };
    let reason = operation.exit_reason();
    let outcome = match operation.status() {
        Some(OperationStatus::Done) if reason.is_empty() => format!("returned '{}'", operation.code()),
        Some(OperationStatus::Done) => format!("returned '{}' ({reason})", operation.code()),
        _ if reason.is_empty() => format!("could not be executed ({})", operation.status_word()),
        _ => format!("could not be executed ({}: {reason})", operation.status_word()),
    };
    let at = operation.changed_at().map(|at| format!(" at {}", view.world.long_date(at))).unwrap_or_default();
    let took = operation
        .took()
        .filter(|ms| *ms > 0)
        .map(|ms| format!(" after {}", crate::time::readable(ms)))
        .unwrap_or_default();
    format!("{} {span}{task} on {} {outcome}{at}{took}", operation.resource, operation.node)
}

/// All tickets.
pub(super) fn tickets(view: &View) -> Vec<Line> {
    let line = |(name, ticket): (&String, &policy::state::Ticket)| {
        let word = if ticket.granted { "granted" } else { "revoked" };
        let standby = if ticket.standby { " [standby]" } else { "" };
        let at = ticket
            .last_granted
            .map(|at| format!(" last-granted=\"{}\"", view.world.long_date(model::WallTime(at.saturating_mul(1000)))));
        Line::new(0, format!("{name}: {word}{standby}{}", at.unwrap_or_default()))
    };
    view.cluster.tickets.iter().map(line).collect()
}

/// A location constraint that keeps a resource off a node.
pub(super) struct Ban<'a> {
    pub id: &'a str,
    pub resource: &'a str,
    pub node: &'a str,
    pub score: Score,
    pub promoted_only: bool,
}

/// Location constraints with a negative score whose ids begin so.
pub(super) fn negative_locations(view: &View) -> Vec<Ban<'_>> {
    let constraints = section(&view.cib, "constraints").map(Element::children).unwrap_or_default();
    let locations = constraints.iter().filter(|constraint| constraint.name() == "rsc_location");
    let bans =
        locations.flat_map(|constraint| places(constraint).filter_map(|(node, score)| ban(constraint, node, score)));
    let bans = bans.filter(|ban| ban.id.starts_with(&view.wish.bans) && ban.score < Score::ZERO);
    bans.filter(|ban| is_about(view, ban)).collect()
}

/// Whether both its node and its resource are part of the picture.
fn is_about(view: &View, ban: &Ban<'_>) -> bool {
    let cluster = &view.cluster;
    let node = cluster.node_order.iter().any(|node| *cluster.nodes[*node].name == *ban.node);
    node && view.shows(ban.resource)
}

/// The nodes that a constraint names, and their scores: in its attributes, or in rules about a node's name.
fn places(constraint: &Element) -> impl Iterator<Item = (&str, &str)> {
    let own = constraint.attribute("node").zip(constraint.attribute("score"));
    let by_rule = constraint.children_named("rule").flat_map(|rule| {
        let by_name =
            rule.children_named("expression").filter(|expression| expression.attribute("attribute") == Some("#uname"));
        by_name.filter_map(|expression| expression.attribute("value").zip(rule.attribute("score")))
    });
    own.into_iter().chain(by_rule)
}

fn ban<'a>(constraint: &'a Element, node: &'a str, score: &str) -> Option<Ban<'a>> {
    let promoted_only = constraint.attribute("role").and_then(Role::parse) == Some(Role::Promoted);
    let (id, resource) = (constraint.id()?, constraint.attribute("rsc")?);
    Some(Ban { id, resource, node, score: Score::parse(score)?, promoted_only })
}

/// The same as lines.
pub(super) fn bans(view: &View) -> Vec<Line> {
    let line = |ban: &Ban<'_>| {
        let role = if ban.promoted_only { " (as promoted)" } else { "" };
        Line::new(0, format!("{}\tprevents {} from running on {}{role}", ban.id, ban.resource, ban.node))
    };
    negative_locations(view).iter().map(line).collect()
}
