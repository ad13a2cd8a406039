//! `--node` and `--resource`: only what is about one node, one resource, or those of a tag.
//!
//! It takes everything else out of the picture of the cluster; the lists that are made from it need not know.

use super::view::View;
use crate::configuration::nodes::section;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::suggest;
use policy::state::{Cluster, NodeIx, RscIx, Which};
use std::collections::BTreeSet;

/// Takes away what is not about that node, and what is not about that resource.
///
/// # Errors
/// When there is none of that name.
pub(super) fn narrow(view: &mut View, node: Option<&str>, resource: Option<&str>) -> Result<(), Failure> {
    if let Some(node) = node {
        let chosen = nodes(view, node)?;
        to_nodes(&mut view.cluster, &chosen);
    }
    if let Some(resource) = resource {
        let chosen = resources(view, resource)?;
        to_resources(&mut view.cluster, &chosen);
        view.only = Some(chosen);
    }
    Ok(())
}

/// The name itself, and all that is tagged with it.
fn meant<'a>(view: &'a View, name: &'a str) -> Vec<&'a str> {
    let tags = section(&view.cib, "tags").into_iter().flat_map(|tags| tags.children_named("tag"));
    let tagged = tags.filter(|tag| tag.id() == Some(name)).flat_map(|tag| tag.children_named("obj_ref"));
    tagged.filter_map(|tagged| tagged.id()).chain([name]).collect()
}

fn nodes(view: &View, name: &str) -> Result<BTreeSet<NodeIx>, Failure> {
    let (cluster, names) = (&view.cluster, meant(view, name));
    let is_meant = |node: &NodeIx| {
        names.iter().any(|name| [&*cluster.nodes[*node].name, &*cluster.nodes[*node].id].contains(name))
    };
    let chosen: BTreeSet<NodeIx> = cluster.node_order.iter().copied().filter(is_meant).collect();
    if chosen.is_empty() {
        let known = cluster.node_order.iter().map(|node| &*cluster.nodes[*node].name);
        let failure = Failure::new(Exit::NO_SUCH, format!("there is no node '{name}'"));
        return Err(failure.hint(suggest::hint(name, "nodes", known)));
    }
    Ok(chosen)
}

/// The resources of that name with all that they are made of.
fn resources(view: &View, name: &str) -> Result<BTreeSet<RscIx>, Failure> {
    let (cluster, names) = (&view.cluster, meant(view, name));
    let is_meant = |rsc: &RscIx| {
        names.iter().any(|name| [&*cluster.rscs[*rsc].id, cluster.rscs[*rsc].printable_id()].contains(name))
    };
    let mut chosen = BTreeSet::new();
    for rsc in cluster.rscs.iter().map(|(rsc, _)| rsc).filter(is_meant) {
        with_parts(cluster, rsc, &mut chosen);
    }
    if chosen.is_empty() {
        let known: BTreeSet<&str> = cluster.rscs.iter().map(|(_, rsc)| rsc.printable_id()).collect();
        return Err(Failure::no_such(format!("there is no resource '{name}'")).hint(suggest::hint(
            name,
            "resources",
            known,
        )));
    }
    Ok(chosen)
}

fn with_parts(cluster: &Cluster, rsc: RscIx, all: &mut BTreeSet<RscIx>) {
    all.insert(rsc);
    for child in &cluster.rscs[rsc].children {
        with_parts(cluster, *child, all);
    }
}

fn to_nodes(cluster: &mut Cluster, chosen: &BTreeSet<NodeIx>) {
    cluster.node_order.retain(|node| chosen.contains(node));
    cluster.failures.retain(|failure| chosen.contains(&failure.node));
    let all: Vec<RscIx> = cluster.rscs.iter().map(|(rsc, _)| rsc).collect();
    for rsc in &all {
        cluster.rscs[*rsc].active.retain(|node| chosen.contains(node));
    }
    let there: BTreeSet<RscIx> =
        all.into_iter().filter(|rsc| !cluster.places(*rsc, Which::Current).is_empty()).collect();
    cut(cluster, &|rsc| there.contains(&rsc));
}

fn to_resources(cluster: &mut Cluster, chosen: &BTreeSet<RscIx>) {
    cluster.failures.retain(|failure| chosen.contains(&failure.rsc));
    let all: Vec<RscIx> = cluster.rscs.iter().map(|(rsc, _)| rsc).collect();
    let holds = |rsc: RscIx| {
        let mut parts = BTreeSet::new();
        with_parts(cluster, rsc, &mut parts);
        !parts.is_disjoint(chosen)
    };
    let kept: BTreeSet<RscIx> = all.into_iter().filter(|rsc| holds(*rsc)).collect();
    cut(cluster, &|rsc| kept.contains(&rsc));
}

/// Takes every resource out of the tree that is not kept.
fn cut(cluster: &mut Cluster, keep: &dyn Fn(RscIx) -> bool) {
    cluster.top.retain(|rsc| keep(*rsc));
    let all: Vec<RscIx> = cluster.rscs.iter().map(|(rsc, _)| rsc).collect();
    for rsc in all {
        cluster.rscs[rsc].children.retain(|child| keep(*child));
    }
}
