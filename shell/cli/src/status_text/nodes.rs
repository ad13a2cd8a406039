//! The node list: those in an unusual state each on a line, the others together.

use super::{Line, names};
use policy::state::{Cluster, Health, NodeIx};

/// The whole list; with `detail`, each node on a line of its own, with its id.
pub fn nodes(cluster: &Cluster, detail: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut plain: Vec<(&'static str, Vec<&str>)> =
        ["Online", "OFFLINE", "RemoteOnline", "RemoteOFFLINE", "GuestOnline"].map(|title| (title, Vec::new())).to_vec();
    for node in &cluster.node_order {
        let state = node_state(cluster, *node);
        let title = format!(
            "{}{}",
            if state == "online" || state == "OFFLINE" { kind(cluster, *node) } else { "" },
            capital(&state)
        );
        match plain.iter_mut().find(|(known, _)| *known == title) {
            Some((_, names)) if !detail => names.push(&cluster.nodes[*node].name),
            Some(_) | None if state == "OFFLINE" && cluster.is_guest(*node) && !detail => {}
            Some(_) | None => {
                let features = if detail { feature_set(cluster, *node) } else { String::new() };
                lines.push(Line::new(0, format!("{}: {state}{features}", full_name(cluster, *node, detail))));
            }
        }
    }
    let together = plain.into_iter().filter(|(_, nodes)| !nodes.is_empty());
    lines.extend(together.map(|(title, nodes)| Line::new(0, format!("{title}: {}", names(nodes)))));
    lines
}

/// `online`, `UNCLEAN (offline)`, `standby (with active resources)`, ...
pub fn node_state(cluster: &Cluster, node: NodeIx) -> String {
    let n = &cluster.nodes[node];
    let word = if n.unclean && n.online {
        "UNCLEAN (online)"
    } else if n.unclean && n.pending {
        "UNCLEAN (pending)"
    } else if n.unclean {
        "UNCLEAN (offline)"
    } else if n.pending {
        "pending"
    } else if n.fail_standby && n.online {
        "standby (on-fail)"
    } else if n.standby && !n.online {
        "OFFLINE (standby)"
    } else if n.standby && !n.running.is_empty() {
        "standby (with active resources)"
    } else if n.standby {
        "standby"
    } else if n.maintenance && !n.online {
        "OFFLINE (maintenance)"
    } else if n.maintenance {
        "maintenance"
    } else if n.online {
        "online"
    } else {
        "OFFLINE"
    };
    match health(cluster, node) {
        Some(color) => format!("{word} (health is {})", color.to_uppercase()),
        None => word.to_owned(),
    }
}

/// The worst of the health attributes, unless it is green or of no consequence.
pub fn health(cluster: &Cluster, node: NodeIx) -> Option<&'static str> {
    if cluster.options.health == Health::None {
        return None;
    }
    let attributes = cluster.nodes[node].attributes.iter().filter(|(name, _)| name.starts_with("#health"));
    let values: Vec<&str> = attributes.map(|(_, value)| value).collect();
    let has = |color: &str| values.iter().any(|value| value.eq_ignore_ascii_case(color));
    if has("red") {
        Some("red")
    } else if has("yellow") {
        Some("yellow")
    } else {
        None
    }
}

/// What the cluster software of a node that is online can do, by the number that it announced.
fn feature_set(cluster: &Cluster, node: NodeIx) -> String {
    let announced = cluster.nodes[node].attributes.get("#feature-set").filter(|_| cluster.nodes[node].online);
    announced.map(|number| format!(", feature set {number}")).unwrap_or_default()
}

/// The words that begin a node's line.
pub(crate) fn full_name(cluster: &Cluster, node: NodeIx, detail: bool) -> String {
    let n = &cluster.nodes[node];
    let id = if detail && *n.id != *n.name { format!(" ({})", n.id) } else { String::new() };
    format!("{}Node {}{id}", kind(cluster, node), n.name)
}

fn kind(cluster: &Cluster, node: NodeIx) -> &'static str {
    if cluster.is_guest(node) {
        "Guest"
    } else if cluster.is_any_remote(node) {
        "Remote"
    } else {
        ""
    }
}

fn capital(state: &str) -> String {
    state.replacen("online", "Online", 1)
}
