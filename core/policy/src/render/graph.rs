//! The transition graph: each action with all that its executor is told, and the actions that must be done before.

use super::vertex::{Runs, Vertex};
use crate::cluster::Cluster;
use crate::ids::{ActIx, Id, NodeIx};
use crate::node::NodeKind;
use crate::task::Task;
use cib::Element;

/// The whole graph, in the order in which actions entered it.
pub fn graph(cluster: &Cluster) -> Element {
    let mut graph = header(cluster);
    for (place, action) in cluster.graph.iter().enumerate() {
        graph.children_mut().push(synapse(cluster, place, *action).into());
    }
    graph
}

fn header(cluster: &Cluster) -> Element {
    let options = &cluster.options;
    let fatal = if options.start_failure_fatal { "INFINITY" } else { "1" };
    let mut graph = Element::new("transition_graph")
        .with("cluster-delay", options.text("cluster-delay", "60s"))
        .with("fencing-timeout", options.text("fencing-timeout", "60s"))
        .with("failed-stop-offset", "INFINITY")
        .with("failed-start-offset", fatal)
        .with("batch-limit", options.text("batch-limit", "0"))
        .with("transition_id", "1");
    let limit = options.text("migration-limit", "-1");
    if limit.parse::<i64>().is_ok_and(|limit| limit > 0) {
        graph.set("migration-limit", limit);
    }
    if let Some(at) = cluster.recheck_at() {
        graph.set("recheck-by", &at.seconds().to_string());
    }
    graph
}

fn synapse(cluster: &Cluster, place: usize, action: ActIx) -> Element {
    let a = &cluster.actions[action];
    let mut inputs = Element::new("inputs");
    for link in a.before.iter().filter(|link| link.graphed) {
        let input = vertex_element(cluster, link.action, &cluster.vertex(link.action));
        inputs.children_mut().push(Element::new("trigger").with_child(input).into());
    }
    let mut synapse = Element::new("synapse").with("id", &place.to_string());
    let own = a.rsc.map_or(0, |rsc| cluster.rscs[rsc].priority.value()).max(a.priority);
    if own > 0 {
        synapse.set("priority", &own.to_string());
    }
    synapse.with_child(Element::new("action_set").with_child(told(cluster, action))).with_child(inputs)
}

/// The number of an action in graphs: actions are counted from 1 in the order in which the planner thought of them.
pub fn number(action: ActIx) -> usize {
    action.place() + 1
}

/// An action by its names only, as inputs show it.
fn vertex_element(cluster: &Cluster, action: ActIx, vertex: &Vertex) -> Element {
    let mut element = Element::new(vertex.runs.tag());
    if cluster.actions[action].task == Task::Forget {
        element.set("mode", "cib");
    }
    element.set("id", &number(action).to_string());
    element.set("operation", &vertex.operation);
    element.set("operation_key", &vertex.key);
    if let Some(internal) = &vertex.internal_key {
        element.set("internal_operation_key", internal);
    }
    if let Some(node) = vertex.node {
        element.set("on_node", &cluster.nodes[node].name);
        element.set("on_node_uuid", &cluster.nodes[node].id);
    }
    if let Some(router) = vertex.router {
        element.set("router_node", &cluster.nodes[router].name);
    }
    element
}

/// An action with everything about it.
fn told(cluster: &Cluster, action: ActIx) -> Element {
    let vertex = cluster.vertex(action);
    let mut element = vertex_element(cluster, action, &vertex);
    if let Some(since) = lock(cluster, action) {
        element.set("shutdown-lock", &since.to_string());
    }
    element.children_mut().extend(resource(cluster, action, &vertex).map(Into::into));
    element.children_mut().push(attributes(cluster, action, &vertex).into());
    element.children_mut().extend(downed(cluster, action, &vertex).map(Into::into));
    if is_maintenance_update(&vertex) {
        element.children_mut().push(maintenance(cluster).into());
    }
    element
}

fn resource(cluster: &Cluster, action: ActIx, vertex: &Vertex) -> Option<Element> {
    let (told, rsc) = (vertex.resource.as_ref()?, &cluster.rscs[cluster.actions[action].rsc?]);
    let mut element = Element::new(rsc.xml.name()).with("id", &told.id);
    if let Some(long_id) = &told.long_id {
        element.set("long-id", long_id);
    }
    for name in ["class", "provider", "type"] {
        if let Some(value) = rsc.xml.attribute(name) {
            element.set(name, value);
        }
    }
    Some(element)
}

fn attributes(cluster: &Cluster, action: ActIx, vertex: &Vertex) -> Element {
    let mut all = super::attributes(cluster, action);
    if let Some(node) = vertex.node {
        all.insert("CRM_meta_on_node".to_owned(), cluster.nodes[node].name.to_string());
        all.insert("CRM_meta_on_node_uuid".to_owned(), cluster.nodes[node].id.to_string());
    }
    all.insert("crm_feature_set".to_owned(), cluster.cib.attribute("crm_feature_set").unwrap_or("3.20.0").to_owned());
    let mut element = Element::new("attributes");
    for (name, value) in &all {
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            let param = Element::new("param").with("name", name).with("value", value);
            element.children_mut().push(param.into());
        } else {
            element.set(name, value);
        }
    }
    element
}

/// Since when a resource is kept for the node that it acts on; a node that goes down keeps it only by its stop.
fn lock(cluster: &Cluster, action: ActIx) -> Option<i64> {
    let a = &cluster.actions[action];
    let (node, since) = cluster.rscs[a.rsc?].lock?;
    let keeps = a.node == Some(node) && (!cluster.nodes[node].shutdown || a.task == Task::Stop);
    (keeps && !a.facets.pseudo).then_some(since)
}

/// The nodes that are expected to go down by an action.
fn downed(cluster: &Cluster, action: ActIx, vertex: &Vertex) -> Option<Element> {
    let (a, node) = (&cluster.actions[action], vertex.node?);
    let list = |ids: Vec<&str>| {
        let nodes = ids.into_iter().map(|id| Element::new("node").with("id", id));
        nodes.fold(Element::new("downed"), Element::with_child)
    };
    let takes_down = matches!(a.meta("stonith_action"), Some("off" | "reboot" | "poweroff"));
    if a.task == Task::Shutdown {
        Some(list(vec![&cluster.nodes[node].id]))
    } else if a.task == Task::Fence && takes_down {
        let mut ids = vec![&*cluster.nodes[node].id];
        ids.extend(guests(cluster, node).map(|guest| &*cluster.nodes[guest].id));
        Some(list(ids))
    } else {
        let rsc = a.rsc.filter(|rsc| a.task == Task::Stop && cluster.rscs[*rsc].is_connection)?;
        let mut before = a.before.iter().map(|link| &cluster.actions[link.action]);
        let moves = before.any(|first| first.rsc == Some(rsc) && first.task == Task::MigrateFrom);
        (!moves).then(|| list(vec![&cluster.rscs[rsc].id]))
    }
}

/// The guests whose connection is active on a node.
fn guests(cluster: &Cluster, host: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
    let running = cluster.nodes[host].running.iter().map(|rsc| &cluster.rscs[*rsc]);
    running.filter(|r| r.is_connection && r.launcher.is_some()).filter_map(|r| cluster.node_by_name(&r.id))
}

fn is_maintenance_update(vertex: &Vertex) -> bool {
    vertex.runs == Runs::Pseudo && vertex.operation == "maintenance_nodes"
}

/// The remote nodes whose recorded maintenance mode is not the wanted one.
fn maintenance(cluster: &Cluster) -> Element {
    let nodes = cluster.node_order.iter().map(|node| &cluster.nodes[*node]);
    let changed = nodes.filter(|node| node.kind == NodeKind::Remote && node.maintenance != node.remote_maintenance);
    let told = changed.map(|node| {
        let wanted = if node.maintenance { "1" } else { "0" };
        Element::new("node").with("id", &node.id).with("node_in_maintenance", wanted)
    });
    told.fold(Element::new("maintenance"), Element::with_child)
}
