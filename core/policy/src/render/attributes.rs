//! What an agent is told with an operation: its parameters as they are on the node, and the facts about the operation and
//! the collectives around the resource, each `CRM_meta_...`.

use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::resource::Rsc;
use crate::task::Task;
use std::collections::BTreeMap;

/// The address by which a connection into a container means "wherever the container runs".
const HOST_OF_CONTAINER: &str = "#uname";

/// Everything, by name; the parameters of the operation itself win over those of the resource.
pub fn attributes(cluster: &Cluster, action: ActIx) -> BTreeMap<String, String> {
    let a = &cluster.actions[action];
    let mut all = parameters(cluster, action);
    let own = a.meta.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in own.chain(a.operation.meta.iter()) {
        if !name.contains(['#', ':']) {
            all.entry(meta_name(name)).or_insert_with(|| value.to_owned());
        }
    }
    if let Some(code) = a.expected {
        all.insert(meta_name("op_target_rc"), code.to_string());
    }
    let mut at = a.rsc;
    while let Some(rsc) = at {
        let r = &cluster.rscs[rsc];
        if r.is_primitive() {
            primitive_facts(cluster, rsc, &mut all);
        } else if r.is_clone() {
            clone_facts(r, &mut all);
        }
        at = r.parent;
    }
    guest_facts(cluster, action, &mut all);
    all
}

/// `clone-max` as `CRM_meta_clone_max`.
fn meta_name(name: &str) -> String {
    format!("CRM_meta_{}", name.replace('-', "_"))
}

fn parameters(cluster: &Cluster, action: ActIx) -> BTreeMap<String, String> {
    let a = &cluster.actions[action];
    let mut all = BTreeMap::new();
    let Some(rsc) = a.rsc else { return all };
    if let Some(node) = a.node {
        let of_operation = cluster.operation_parameters(a.operation.config.as_deref(), node);
        all.extend(of_operation.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    if a.node.is_none() && !cluster.rscs[rsc].is_primitive() {
        return all;
    }
    for (name, value) in cluster.parameters(rsc, a.node).iter() {
        let host = (name == "addr" && value == HOST_OF_CONTAINER).then(|| container_host(cluster, rsc)).flatten();
        let value = host.map_or(value, |host| &cluster.nodes[host].name);
        all.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    all
}

/// Where the container of a connection is to be, or is.
fn container_host(cluster: &Cluster, connection: RscIx) -> Option<NodeIx> {
    let container = cluster.rscs[connection].launcher?;
    cluster.rscs[container].node().or_else(|| cluster.current_node(container))
}

fn primitive_facts(cluster: &Cluster, rsc: RscIx, all: &mut BTreeMap<String, String>) {
    let r = &cluster.rscs[rsc];
    for name in ["clone", "remote-node"] {
        if let Some(value) = r.meta.get(name) {
            all.insert(meta_name(name), value.to_owned());
        }
    }
    let mut at = Some(rsc);
    while let Some(part) = at {
        if let Some(launcher) = cluster.rscs[part].launcher {
            all.insert(meta_name("container"), cluster.rscs[launcher].id.to_string());
        }
        at = cluster.rscs[part].parent;
    }
    if let Some(address) = r.meta.get("external-ip") {
        all.insert("pcmk_external_ip".to_owned(), address.to_owned());
    }
}

fn clone_facts(r: &Rsc, all: &mut BTreeMap<String, String>) {
    let Some(facts) = r.clone_facts() else { return };
    let mut put = |name: &str, value: String| all.insert(meta_name(name), value);
    put("globally-unique", r.unique.to_string());
    put("notify", r.notify.to_string());
    put("clone-max", facts.max.to_string());
    put("clone-node-max", facts.node_max.to_string());
    if r.promotable {
        for name in ["promoted-max", "master-max"] {
            put(name, facts.promoted_max.to_string());
        }
        for name in ["promoted-node-max", "master-node-max"] {
            put(name, facts.promoted_node_max.to_string());
        }
    }
}

/// On a guest: which host the container is on when the operation runs, and whose attributes count.
fn guest_facts(cluster: &Cluster, action: ActIx, all: &mut BTreeMap<String, String>) {
    let a = &cluster.actions[action];
    let Some(launcher) = a.node.and_then(|node| cluster.guest_launcher(node)) else { return };
    let task = if a.key.notify.is_some() { a.key.task } else { a.task };
    let host = if task.is_down() {
        cluster.current_node(launcher)
    } else if task.is_up() || task == Task::Monitor {
        cluster.rscs[launcher].node()
    } else {
        None
    };
    let Some(host) = host else { return };
    let target = a.rsc.and_then(|rsc| cluster.rscs[rsc].meta.get("container-attribute-target"));
    if let Some(target) = target {
        all.entry(meta_name("container-attribute-target")).or_insert_with(|| target.to_owned());
    }
    all.entry(meta_name("physical-host")).or_insert_with(|| cluster.nodes[host].name.to_string());
}
