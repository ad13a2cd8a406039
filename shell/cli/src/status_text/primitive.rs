//! The line of one primitive: what it is, its state, where, and what is unusual about it.

use super::{Show, names, target_role};
use crate::configuration::resources;
use model::{OcfCode, Role};
use policy::state::{Cluster, Failure, NodeIx, RscIx, Task};

/// `ip\t(ocf:heartbeat:IPaddr2):\t Started sip-a (unmanaged)`
pub fn primitive(cluster: &Cluster, rsc: RscIx, show: Show) -> String {
    let r = &cluster.rscs[rsc];
    named(cluster, rsc, r.printable_id(), cluster.current_node(rsc), show)
}

/// The same under another name and on a given node, as a bundle shows what runs inside.
pub(super) fn named(cluster: &Cluster, rsc: RscIx, name: &str, node: Option<NodeIx>, show: Show) -> String {
    let r = &cluster.rscs[rsc];
    let several = r.active.len() > 1 || show.without_nodes;
    let becoming =
        || r.pending.map(|(_, node)| node).filter(|_| !show.settled && pending_state(cluster, rsc).is_some());
    let node = node.or(r.lock.map(|(node, _)| node)).or_else(becoming).filter(|_| !several);
    let mut line = format!("{name}\t({}):\t", resources::agent(&r.xml));
    if r.removed {
        line.push_str(" ORPHANED");
    }
    line.push_str(&state(cluster, rsc, show));
    if let Some(node) = node {
        line.push(' ');
        line.push_str(&cluster.nodes[node].name);
    }
    if shown_role(cluster, rsc) == Role::Stopped {
        line.push_str(
            &failed_probe(cluster, rsc, node).map(|code| format!(" ({}) ", reason(code))).unwrap_or_default(),
        );
    }
    line.push_str(&super::in_brackets(&flags(cluster, rsc, node, show)));
    if several && !r.active.is_empty() && !show.without_nodes {
        line.push(' ');
        line.push_str(&names(r.active.iter().map(|node| &*cluster.nodes[*node].name)));
    }
    line
}

/// The role as shown: what can be promoted and is not, is unpromoted.
pub fn shown_role(cluster: &Cluster, rsc: RscIx) -> Role {
    let role = cluster.rscs[rsc].role;
    let promotable = cluster.rscs[cluster.top_of(rsc, false)].promotable;
    if role == Role::Started && promotable { Role::Unpromoted } else { role }
}

fn state(cluster: &Cluster, rsc: RscIx, show: Show) -> String {
    let role = shown_role(cluster, rsc);
    if cluster.rscs[rsc].failed {
        return if role > Role::Unpromoted { format!(" FAILED {role}") } else { " FAILED".to_owned() };
    }
    let becoming = pending_state(cluster, rsc).filter(|_| !show.settled);
    format!(" {}", becoming.unwrap_or(role.as_str()))
}

/// The word for an operation under way that changes the role.
pub fn pending_state(cluster: &Cluster, rsc: RscIx) -> Option<&'static str> {
    let task = cluster.rscs[rsc].pending.map(|(task, _)| task)?;
    PENDING.iter().find(|(known, _)| *known == task).map(|(_, word)| *word)
}

const PENDING: &[(Task, &str)] = &[
    (Task::Start, "Starting"),
    (Task::Stop, "Stopping"),
    (Task::MigrateTo, "Migrating"),
    (Task::MigrateFrom, "Migrating"),
    (Task::Promote, "Promoting"),
    (Task::Demote, "Demoting"),
];

/// What is unusual, in the order in which it is shown.
fn flags(cluster: &Cluster, rsc: RscIx, node: Option<NodeIx>, show: Show) -> Vec<String> {
    let r = &cluster.rscs[rsc];
    let mut flags = Vec::new();
    let mut flag = |word: &str| flags.push(word.to_owned());
    if node.is_some_and(|node| !cluster.nodes[node].online && cluster.nodes[node].unclean) {
        flag("UNCLEAN");
    }
    if r.lock.is_some() {
        flag("LOCKED");
    }
    if !show.settled && r.pending.is_some_and(|(task, _)| task == Task::Monitor) {
        flag("Monitoring");
    }
    match target_role(cluster, rsc) {
        Some(Role::Stopped) => flag("disabled"),
        Some(Role::Unpromoted) if cluster.rscs[cluster.top_of(rsc, false)].promotable => {
            flag(&format!("target-role:{}", r.meta.get("target-role").unwrap_or_default()));
        }
        Some(Role::Unknown | Role::Started | Role::Unpromoted | Role::Promoted) | None => {}
    }
    if r.blocked {
        flag("blocked");
    } else if r.maintenance {
        flag("maintenance");
    } else if !r.managed {
        flag("unmanaged");
    }
    if r.ignore_failure {
        flag("failure ignored");
    }
    flags
}

/// The code with which a probe failed, on one node or anywhere.
pub(super) fn failed_probe(cluster: &Cluster, rsc: RscIx, node: Option<NodeIx>) -> Option<OcfCode> {
    let same = |failure: &&Failure| {
        let (wanted, failed) = (&cluster.rscs[rsc], &cluster.rscs[failure.rsc]);
        failure.rsc == rsc || (!wanted.unique && wanted.base_id == failed.base_id && wanted.parent == failed.parent)
    };
    let here = |failure: &&Failure| node.is_none_or(|node| node == failure.node);
    let mut failures = cluster.failures.iter().filter(here).filter(same);
    failures.find_map(missing_agent)
}

/// The code of a probe that failed because there is nothing to run or to run it with: no reason to stop anything.
fn missing_agent(failure: &Failure) -> Option<OcfCode> {
    let code = OcfCode(failure.operation.attribute("rc-code")?.parse().ok()?);
    let missing = [OcfCode::NOT_INSTALLED, OcfCode::ERR_ARGS].contains(&code)
        || failure.operation.attribute("op-status") == Some("7");
    (failure.key.ends_with("_monitor_0") && missing).then_some(code)
}

/// An exit code's words, with a capital.
pub(super) fn reason(code: OcfCode) -> String {
    let (first, rest) = code.as_str().split_at(1);
    first.to_uppercase() + rest
}
