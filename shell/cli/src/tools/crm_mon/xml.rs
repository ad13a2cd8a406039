//! The state as XML: for programs, with everything but what is left out by wish.

mod history;
pub(super) mod resources;

pub(super) use history::{failures, histories};

use super::view::View;
use super::wish::Section;
use crate::document::FORMAT;
use cib::Element;
use policy::state::{NodeIx, NodeKind};

/// The product that this format comes from: programs choose their reading by it.
const VERSION: &str = "2.1.5";

/// The whole document; `old` is that of the deprecated `-X`.
pub(super) fn render(view: &View, old: bool) -> String {
    let root = if old {
        Element::new("crm_mon").with("version", VERSION)
    } else {
        Element::new("pacemaker-result").with("api-version", FORMAT).with("request", &view.request)
    };
    let root = parts(view).into_iter().fold(root, Element::with_child);
    if old {
        root.to_xml()
    } else {
        root.with_child(Element::new("status").with("code", "0").with("message", "OK")).to_xml()
    }
}

/// What is wished for, as far as there is any of it.
fn parts(view: &View) -> Vec<Element> {
    let wished = |section: Section, part: Option<Element>| part.filter(|_| view.wish.has(section));
    let history = view.wish.has(Section::Operations) || view.wish.has(Section::Failcounts);
    [
        view.live.then(|| running(view)),
        Some(summary(view)).filter(|summary| !summary.children().is_empty()),
        wished(Section::Nodes, Some(nodes(view))),
        wished(Section::Resources, Some(resources::all(view))),
        wished(Section::Attributes, attributes(view)),
        history.then(|| histories(view)),
        wished(Section::Failures, failures(view)),
        wished(Section::Tickets, tickets(view)),
        wished(Section::Bans, bans(view)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn running(view: &View) -> Element {
    let at = view.world.sortable_date(view.world.now);
    Element::new("pacemakerd").with("sys_from", "pacemakerd").with("state", "running").with("last_updated", &at)
}

/// An element with attributes.
fn element(name: &str, attributes: &[(&str, &str)]) -> Element {
    attributes.iter().fold(Element::new(name), |element, (name, value)| element.with(name, value))
}

fn word(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

fn summary(view: &View) -> Element {
    let counts = view.counts();
    let parts = [
        (Section::Stack, element("stack", &[("type", view.option("cluster-infrastructure").unwrap_or("unknown"))])),
        (Section::Coordinator, coordinator(view)),
        (Section::Times, element("last_update", &[("time", &view.world.long_date(view.world.now))])),
        (Section::Times, last_change(view)),
        (Section::Counts, element("nodes_configured", &[("number", &counts.nodes.to_string())])),
        (
            Section::Counts,
            element(
                "resources_configured",
                &[
                    ("number", &counts.resources.to_string()),
                    ("disabled", &counts.disabled.to_string()),
                    ("blocked", &counts.blocked.to_string()),
                ],
            ),
        ),
        (Section::Options, options(view)),
    ];
    let wished = parts.into_iter().filter(|(section, _)| view.wish.has(*section));
    wished.fold(Element::new("summary"), |summary, (_, part)| summary.with_child(part))
}

fn last_change(view: &View) -> Element {
    let written = |name: &str| view.cib.attribute(name).unwrap_or_default();
    element(
        "last_change",
        &[
            ("time", written("cib-last-written")),
            ("user", written("update-user")),
            ("client", written("update-client")),
            ("origin", written("update-origin")),
        ],
    )
}

fn coordinator(view: &View) -> Element {
    let Some(node) = view.cluster.coordinator else { return element("current_dc", &[("present", "false")]) };
    element(
        "current_dc",
        &[
            ("present", "true"),
            ("version", view.option("dc-version").unwrap_or_default()),
            ("name", &view.cluster.nodes[node].name),
            ("id", &view.cluster.nodes[node].id),
            ("with_quorum", word(view.cluster.options.quorate)),
            ("mixed_version", "false"),
        ],
    )
}

fn options(view: &View) -> Element {
    let options = &view.cluster.options;
    let ms = |name: &str, default: u64| {
        let span = view
            .option(name)
            .and_then(cib::value::duration)
            .map_or(default, |span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        span.to_string()
    };
    element(
        "cluster_options",
        &[
            ("stonith-enabled", word(options.fencing)),
            ("symmetric-cluster", word(options.symmetric)),
            ("no-quorum-policy", view.option("no-quorum-policy").unwrap_or("stop")),
            ("maintenance-mode", word(options.maintenance)),
            ("stop-all-resources", word(options.stop_all)),
            ("stonith-timeout-ms", &ms("stonith-timeout", 60_000)),
            ("priority-fencing-delay-ms", &options.priority_fencing_ms.to_string()),
        ],
    )
}

pub(super) fn nodes(view: &View) -> Element {
    view.cluster.node_order.iter().fold(Element::new("nodes"), |nodes, ix| {
        let element = node(view, *ix);
        if !view.wish.by_node {
            return nodes.with_child(element);
        }
        let running = view.running(*ix).into_iter();
        nodes.with_child(running.fold(element, |element, rsc| element.with_child(resources::primitive(view, rsc))))
    })
}

fn node(view: &View, ix: NodeIx) -> Element {
    let (cluster, n) = (&view.cluster, &view.cluster.nodes[ix]);
    let kind = match n.kind {
        NodeKind::Member => "member",
        NodeKind::Remote => "remote",
    };
    let mut element = element(
        "node",
        &[
            ("name", &n.name),
            ("id", &n.id),
            ("online", word(n.online)),
            ("standby", word(n.standby)),
            ("standby_onfail", word(n.fail_standby)),
            ("maintenance", word(n.maintenance)),
            ("pending", word(n.pending)),
            ("unclean", word(n.unclean)),
            ("health", crate::status_text::health(cluster, ix).unwrap_or("green")),
        ],
    );
    if let Some(feature_set) = n.attributes.get("#feature-set") {
        element.set("feature_set", feature_set);
    }
    element.set("shutdown", word(n.shutdown));
    element.set("expected_up", word(n.expected_up));
    element.set("is_dc", word(cluster.coordinator == Some(ix)));
    element.set("resources_running", &n.running.len().to_string());
    element.set("type", kind);
    if let Some(launcher) = cluster.guest_launcher(ix) {
        element.set("id_as_resource", &cluster.rscs[launcher].id);
    }
    element
}

pub(super) fn attributes(view: &View) -> Option<Element> {
    let mut all = Element::new("node_attributes");
    for ix in &view.cluster.node_order {
        let shown: Vec<(&str, &str)> = super::sections::shown_attributes(view, *ix);
        if view.cluster.nodes[*ix].online && !shown.is_empty() {
            let node = element("node", &[("name", &view.cluster.nodes[*ix].name)]);
            let one = |node: Element, (name, value): &(&str, &str)| {
                node.with_child(element("attribute", &[("name", name), ("value", value)]))
            };
            all = all.with_child(shown.iter().fold(node, one));
        }
    }
    Some(all).filter(|all| !all.children().is_empty())
}

fn tickets(view: &View) -> Option<Element> {
    let all = view.cluster.tickets.iter().fold(Element::new("tickets"), |all, (name, ticket)| {
        let state = if ticket.granted { "granted" } else { "revoked" };
        all.with_child(element("ticket", &[("id", name), ("status", state), ("standby", word(ticket.standby))]))
    });
    Some(all).filter(|all| !all.children().is_empty())
}

fn bans(view: &View) -> Option<Element> {
    let all = super::sections::negative_locations(view).iter().fold(Element::new("bans"), |all, ban| {
        let role = word(ban.promoted_only);
        all.with_child(element(
            "ban",
            &[
                ("id", ban.id),
                ("resource", ban.resource),
                ("node", ban.node),
                ("weight", &ban.score.value().to_string()),
                ("promoted-only", role),
                ("master_only", role),
            ],
        ))
    });
    Some(all).filter(|all| !all.children().is_empty())
}
