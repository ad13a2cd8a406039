//! Resources as XML: collectives around their parts.

use super::super::view::View;
use super::{element, word};
use crate::configuration::resources::agent;
use crate::status_text::{is_disabled, pending_state, shown_role, target_role};
use cib::Element;
use policy::state::RscIx;

pub(in crate::tools::crm_mon) fn all(view: &View) -> Element {
    let shown = crate::status_text::in_order(&view.cluster).into_iter();
    let shown = shown.filter(|rsc| view.cluster.is_active(*rsc, false) || !view.cluster.rscs[*rsc].removed);
    shown.fold(Element::new("resources"), |all, rsc| all.with_child(resource(view, rsc)))
}

/// One resource with its parts.
pub(in crate::tools::crm_mon) fn resource(view: &View, rsc: RscIx) -> Element {
    let (cluster, r) = (&view.cluster, &view.cluster.rscs[rsc]);
    let (managed, disabled) = (word(r.managed), word(is_disabled(cluster, rsc)));
    let collective = if r.is_group() {
        let size = r.children.len().to_string();
        element("group", &[("id", &r.id), ("number_resources", &size), ("managed", managed), ("disabled", disabled)])
    } else if r.is_clone() {
        element(
            "clone",
            &[
                ("id", &r.id),
                ("multi_state", word(r.promotable)),
                ("unique", word(r.unique)),
                ("managed", managed),
                ("disabled", disabled),
                ("failed", word(r.failed)),
                ("failure_ignored", word(r.ignore_failure)),
            ],
        )
    } else if let Some(facts) = r.bundle_facts() {
        let bundle = element(
            "bundle",
            &[
                ("id", &r.id),
                ("type", facts.agent),
                ("image", &facts.image),
                ("unique", word(r.unique)),
                ("managed", managed),
                ("failed", word(r.failed)),
            ],
        );
        return facts.replicas.iter().fold(bundle, |bundle, replica| {
            let parts = [replica.ip, replica.child, Some(replica.container), replica.remote].into_iter().flatten();
            let one = element("replica", &[("id", &replica.offset.to_string())]);
            bundle.with_child(parts.fold(one, |one, part| one.with_child(resource(view, part))))
        });
    } else {
        return primitive(view, rsc);
    };
    let collective = match target_role(cluster, rsc).filter(|_| !r.is_bundle()) {
        Some(role) => collective.with("target_role", role.as_str()),
        None => collective,
    };
    r.children.iter().fold(collective, |all, child| all.with_child(resource(view, *child)))
}

/// A primitive with the nodes it is active on.
pub(super) fn primitive(view: &View, rsc: RscIx) -> Element {
    let (cluster, r) = (&view.cluster, &view.cluster.rscs[rsc]);
    let mut element = element(
        "resource",
        &[("id", r.printable_id()), ("resource_agent", &agent(&r.xml)), ("role", shown_role(cluster, rsc).as_str())],
    );
    if let Some(role) = target_role(cluster, rsc) {
        element.set("target_role", role.as_str());
    }
    for (name, truth) in [
        ("active", cluster.is_active(rsc, true)),
        ("orphaned", r.removed),
        ("blocked", r.blocked),
        ("managed", r.managed),
        ("failed", r.failed),
        ("failure_ignored", r.ignore_failure),
    ] {
        element.set(name, word(truth));
    }
    element.set("nodes_running_on", &r.active.len().to_string());
    if let Some(pending) = pending_state(cluster, rsc) {
        element.set("pending", pending);
    }
    r.active.iter().fold(element, |element, node| {
        let node = &cluster.nodes[*node];
        element.with_child(super::element(
            "node",
            &[("name", &node.name), ("id", &node.id), ("cached", word(node.online))],
        ))
    })
}
