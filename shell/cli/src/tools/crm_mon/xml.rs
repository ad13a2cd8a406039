//! The state as XML: for programs, always with everything.

pub(super) mod resources;

use super::view::View;
use crate::failcounts;
use crate::history::{self, Operation};
use cib::Element;
use model::{OperationStatus, Score};
use policy::state::{NodeIx, NodeKind};

/// The version of the format, as programs ask for it.
const FORMAT: &str = "2.25";

/// The product that this format comes from: programs choose their reading by it.
const VERSION: &str = "2.1.5";

/// The whole document; `old` is that of the deprecated `-X`.
pub(super) fn render(view: &View, old: bool) -> String {
    let root = if old {
        Element::new("crm_mon").with("version", VERSION)
    } else {
        Element::new("pacemaker-result").with("api-version", FORMAT).with("request", &view.request)
    };
    let root = if view.live { root.with_child(running(view)) } else { root };
    let root = root.with_child(summary(view)).with_child(nodes(view)).with_child(resources::all(view));
    let root = [attributes(view), Some(histories(view)), failures(view), tickets(view), bans(view)]
        .into_iter()
        .flatten()
        .fold(root, Element::with_child);
    if old {
        root.to_xml()
    } else {
        root.with_child(Element::new("status").with("code", "0").with("message", "OK")).to_xml()
    }
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
    let (count, disabled, blocked) = view.resource_counts();
    let written = |name: &str| view.cib.attribute(name).unwrap_or_default();
    Element::new("summary")
        .with_child(element("stack", &[("type", view.option("cluster-infrastructure").unwrap_or("unknown"))]))
        .with_child(coordinator(view))
        .with_child(element("last_update", &[("time", &view.world.long_date(view.world.now))]))
        .with_child(element(
            "last_change",
            &[
                ("time", written("cib-last-written")),
                ("user", written("update-user")),
                ("client", written("update-client")),
                ("origin", written("update-origin")),
            ],
        ))
        .with_child(element("nodes_configured", &[("number", &view.node_count().to_string())]))
        .with_child(element(
            "resources_configured",
            &[("number", &count.to_string()), ("disabled", &disabled.to_string()), ("blocked", &blocked.to_string())],
        ))
        .with_child(options(view))
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
        let running = view.cluster.nodes[*ix].running.iter();
        nodes.with_child(running.fold(element, |element, rsc| element.with_child(resources::primitive(view, *rsc))))
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

pub(super) fn histories(view: &View) -> Element {
    let mut all = Element::new("node_history");
    for ix in super::sections::nodes_by_status(view) {
        let name = &*view.cluster.nodes[ix].name;
        let resources = history::of_node(&view.cib, name);
        let node = resources.iter().fold(element("node", &[("name", name)]), |node, (resource, operations)| {
            let shown: Vec<&Operation<'_>> =
                operations.iter().filter(|operation| super::sections::is_told(operation)).collect();
            if shown.is_empty() { node } else { node.with_child(history(view, name, resource, &shown)) }
        });
        if view.cluster.nodes[ix].online && !node.children().is_empty() {
            all = all.with_child(node);
        }
    }
    all
}

fn history(view: &View, node: &str, resource: &str, operations: &[&Operation<'_>]) -> Element {
    let rsc = view.cluster.rsc_by_id(resource);
    let mut history = element(
        "resource_history",
        &[("id", rsc.map_or(resource, |rsc| view.cluster.rscs[rsc].printable_id())), ("orphan", word(rsc.is_none()))],
    );
    if let Some(rsc) = rsc {
        history.set("migration-threshold", &view.cluster.rscs[rsc].migration_threshold.value().to_string());
    }
    let count = failcounts::total(&view.cib, node, resource);
    if count > Score::ZERO {
        history.set("fail-count", &count.value().to_string());
        if let Some(at) = failcounts::last_failure(&view.cib, node, resource) {
            history.set("last-failure", &view.world.long_date(at));
        }
    }
    operations.iter().fold(history, |history, operation| history.with_child(operation_history(view, operation)))
}

fn operation_history(view: &View, operation: &Operation<'_>) -> Element {
    let task = if operation.is_probe() { "probe" } else { operation.task() };
    let mut element = element(
        "operation_history",
        &[
            ("call", &operation.call().to_string()),
            ("task", task),
            ("rc", &operation.code().0.to_string()),
            ("rc_text", operation.code().as_str()),
        ],
    );
    if operation.interval() > 0 {
        element.set("interval", &format!("{}ms", operation.interval()));
    }
    if let Some(at) = operation.changed_at() {
        element.set("last-rc-change", &view.world.long_date(at));
    }
    for (name, ms) in [("exec-time", operation.took()), ("queue-time", operation.queued())] {
        if let Some(ms) = ms {
            element.set(name, &format!("{ms}ms"));
        }
    }
    element
}

pub(super) fn failures(view: &View) -> Option<Element> {
    let mut all = Element::new("failures");
    for failure in &view.cluster.failures {
        let node = &*view.cluster.nodes[failure.node].name;
        let operation = Operation::of(node, view.cluster.rscs[failure.rsc].printable_id(), &failure.operation);
        let mut one = element(
            "failure",
            &[
                ("op_key", &failure.key),
                ("node", node),
                ("exitstatus", operation.code().as_str()),
                ("exitreason", operation.exit_reason()),
                ("exitcode", &operation.code().0.to_string()),
                ("call", &operation.call().to_string()),
                (
                    "status",
                    if operation.status() == Some(OperationStatus::Done) {
                        "complete"
                    } else {
                        operation.status_word()
                    },
                ),
            ],
        );
        if let Some(at) = operation.changed_at() {
            one.set("last-rc-change", &view.world.long_date(at));
            one.set("queued", &operation.queued().unwrap_or(0).to_string());
            one.set("exec", &operation.took().unwrap_or(0).to_string());
            one.set("interval", &operation.interval().to_string());
            one.set("task", operation.task());
        }
        all = all.with_child(one);
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
    let prefix = view.wish.bans.as_deref().unwrap_or_default();
    let all = super::sections::negative_locations(view, prefix).iter().fold(Element::new("bans"), |all, ban| {
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
