//! A bundle: one line for each replica, as what runs inside or, without that, as its container.

use super::primitive::named;
use super::{Line, Show, collective_remarks, in_brackets, resource};
use policy::state::{Cluster, Replica, RscIx};

pub(super) fn lines(cluster: &Cluster, rsc: RscIx, show: Show, depth: usize, lines: &mut Vec<Line>) {
    let r = &cluster.rscs[rsc];
    let Some(facts) = r.bundle_facts() else { return };
    let set = if facts.replicas.len() > 1 { " set" } else { "" };
    let mut remarks = Vec::new();
    remarks.extend(r.unique.then(|| "unique".to_owned()));
    remarks.extend(collective_remarks(cluster, rsc));
    lines
        .push(Line::new(depth, format!("Container bundle{set}: {} [{}]{}:", r.id, facts.image, in_brackets(&remarks))));
    for part in &facts.replicas {
        if show.detail {
            lines.push(Line::new(depth + 1, format!("Replica[{}]", part.offset)));
            for inner in [part.ip, part.child, Some(part.container), part.remote].into_iter().flatten() {
                resource(cluster, inner, show, depth + 2, lines);
            }
        } else {
            lines.push(Line::new(depth + 1, replica(cluster, part, show)));
        }
    }
}

fn replica(cluster: &Cluster, part: &Replica, show: Show) -> String {
    let shown = part.child.unwrap_or(part.container);
    let mut name = cluster.rscs[part.remote.unwrap_or(part.container)].id.to_string();
    if let Some(address) = &part.address {
        name = format!("{name} ({address})");
    }
    named(cluster, shown, &name, cluster.current_node(part.container), show)
}
