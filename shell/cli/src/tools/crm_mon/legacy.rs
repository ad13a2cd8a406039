//! The layout of Heartbeat 2.1, for scripts that were written for it.

use super::view::View;
use crate::history::Operation;
use crate::status_text::{is_disabled, shown_role};
use model::{OcfCode, OperationStatus, Role};
use policy::state::{Cluster, NodeIx, RscIx};

pub(super) fn render(view: &View) -> String {
    let cluster = &view.cluster;
    let mut text = summary(view);
    if view.wish.by_node {
        for node in &cluster.node_order {
            text.push_str(&node_line(cluster, *node));
            for rsc in &cluster.nodes[*node].running {
                text.push_str(&format!("\t{}\n", primitive(cluster, *rsc)));
            }
        }
    } else {
        text.extend(cluster.node_order.iter().map(|node| node_line(cluster, *node)));
        text.push('\n');
        if view.wish.inactive {
            text.push_str("Full list of resources:\n\n");
        }
        for rsc in crate::status_text::in_order(cluster) {
            if view.wish.inactive || cluster.is_active(rsc, false) {
                resource(cluster, rsc, view.wish.inactive, 0, &mut text);
            }
        }
    }
    if view.wish.by_node && view.wish.inactive {
        text.push_str("\nInactive resources:\n\n");
        for rsc in crate::status_text::in_order(cluster).into_iter().filter(|rsc| !cluster.is_active(*rsc, false)) {
            resource(cluster, rsc, true, 0, &mut text);
        }
    }
    text + &failures(view)
}

fn summary(view: &View) -> String {
    let coordinator = view.cluster.coordinator.map_or("NONE".to_owned(), |node| {
        let node = &view.cluster.nodes[node];
        format!("{} ({})", node.name, node.id)
    });
    let configured = view.cluster.top.iter().filter(|rsc| !view.cluster.rscs[**rsc].removed).count();
    let (rule, at) = ("============", view.world.long_date(view.world.now));
    let (nodes, stop) = (view.counts().nodes, "configured.");
    format!(
        "\n\n{rule}\nLast updated: {at}\nCurrent DC: {coordinator}\n{nodes} Nodes {stop}\n{configured} Resources {stop}\n{rule}\n\n"
    )
}

fn node_line(cluster: &Cluster, node: NodeIx) -> String {
    let n = &cluster.nodes[node];
    let state = if !n.online {
        "OFFLINE"
    } else if n.standby {
        "standby"
    } else {
        "online"
    };
    format!("Node: {} ({}): {state}\n", n.name, n.id)
}

fn resource(cluster: &Cluster, rsc: RscIx, all: bool, indent: usize, text: &mut String) {
    let r = &cluster.rscs[rsc];
    if r.is_primitive() {
        text.push_str(&format!("{:indent$}{}\n", "", primitive(cluster, rsc)));
        return;
    }
    let kind = match (r.is_group(), r.is_bundle(), r.promotable) {
        (true, _, _) => "Resource Group",
        (_, true, _) => "Container",
        (_, _, true) => "Master/Slave Set",
        (_, _, false) => "Clone Set",
    };
    text.push_str(&format!("{:indent$}{kind}: {}\n", "", r.id));
    for child in r.children.iter().filter(|child| all || cluster.is_active(**child, false)) {
        resource(cluster, *child, all, indent + 4, text);
    }
}

/// `ip\t(heartbeat::ocf:IPaddr2):\tStarted sip-a`
fn primitive(cluster: &Cluster, rsc: RscIx) -> String {
    let r = &cluster.rscs[rsc];
    let part = |name: &str| r.xml.attribute(name).unwrap_or_default();
    let provider = r.xml.attribute("provider").map(|provider| format!("{provider}::")).unwrap_or_default();
    let orphaned = if r.removed { " ORPHANED" } else { "" };
    let head = format!("{}\t({provider}{}:{}{orphaned}):\t", r.id, part("class"), part("type"));
    let mut remarks = String::new();
    if !r.managed {
        remarks.push_str(" (unmanaged)");
    }
    if r.failed {
        remarks.push_str(" FAILED");
    }
    if let [_, _, ..] = r.active[..] {
        let places = r.active.iter().enumerate().map(|(n, node)| format!("\n\t{n} : {}", cluster.nodes[*node].name));
        return format!("{head}{remarks}{}", places.collect::<String>());
    }
    let node = cluster.current_node(rsc).map(|node| cluster.nodes[node].name.to_string()).unwrap_or_default();
    let role = match shown_role(cluster, rsc) {
        Role::Unknown | Role::Stopped => "Stopped",
        Role::Started => "Started",
        Role::Unpromoted => "Slave",
        Role::Promoted => "Master",
    };
    let disabled = if is_disabled(cluster, rsc) && node.is_empty() { " (disabled)" } else { "" };
    format!("{head}{role} {node}{disabled}{remarks}")
}

fn failures(view: &View) -> String {
    let mut lines: Vec<String> = Vec::new();
    for failure in &view.cluster.failures {
        let node = &*view.cluster.nodes[failure.node].name;
        let operation = Operation::of(node, view.cluster.rscs[failure.rsc].printable_id(), &failure.operation);
        let word = match operation.status() {
            Some(OperationStatus::Done) if operation.code() != OcfCode::OK => "Error",
            _ => operation.status_word(),
        };
        let line = format!(
            "    {} (node={node}, call={}, rc={}): {word}\n",
            operation.key(),
            operation.call(),
            operation.code().0
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() { String::new() } else { format!("\nFailed actions:\n{}", lines.concat()) }
}
