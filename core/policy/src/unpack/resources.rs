//! The `resources` section: every element becomes a node of the resource tree.

mod blank;
mod links;
mod settings;

use super::bundle::bundle_kind;
use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::ProbeMode;
use crate::operation::Configured;
use crate::resource::{Kind, Rsc};
use crate::values;
use blank::blank;
use cib::Element;
use model::Score;
use std::cmp::Reverse;
use std::sync::Arc;

/// Whether the element is a connection to a remote node.
pub(super) fn is_connection(xml: &Element) -> bool {
    xml.attribute("type").is_some_and(|t| t.eq_ignore_ascii_case("remote"))
        && xml.attribute("class").is_some_and(|c| c.eq_ignore_ascii_case("ocf"))
        && xml.attribute("provider").is_some_and(|p| p.eq_ignore_ascii_case("pacemaker"))
}

/// Whether agents of a class can tell instances of a clone apart.
fn tells_instances_apart(class: &str) -> bool {
    class.eq_ignore_ascii_case("stonith") || can_be_promoted(class)
}

/// Whether agents of a class know promotion. What is of class heartbeat, which only Heartbeat 2 had, is treated as ocf.
fn can_be_promoted(class: &str) -> bool {
    class.eq_ignore_ascii_case("ocf") || class.eq_ignore_ascii_case("heartbeat")
}
impl Cluster {
    pub(super) fn unpack_resources(&mut self) {
        let Some(section) = super::section(&self.cib, "resources") else { return };
        let mut elements: Vec<Arc<Element>> = section.children().to_vec();
        elements.extend(self.implied_connections(&section));
        for element in elements {
            let Some(id) = element.id().filter(|id| !id.is_empty()).map(str::to_owned) else {
                self.complain(element.name(), format!("a <{}> without id is ignored; give it one", element.name()));
                continue;
            };
            if element.name() == "template" {
                self.lists.entry(id).or_default();
            } else if let Some(rsc) = self.unpack_resource(&element, None, None) {
                self.top.push(rsc);
            } else {
                self.complain(
                    &id,
                    format!("<{}> '{id}' is ignored because its configuration is not valid", element.name()),
                );
            }
        }
        for rsc in self.top.clone() {
            self.link_launcher(rsc);
            self.link_remote_node(rsc);
        }
        let rscs = &self.rscs;
        self.top.sort_by_key(|rsc| Reverse(rscs[*rsc].priority));
        if self.options.fencing && !self.have_fencing && !self.top.is_empty() {
            self.complain(
                "fencing-enabled",
                "nothing will be started: fencing is enabled but there is no fence device; configure one, or set fencing-enabled (stonith-enabled) to false",
            );
        }
    }

    /// Unpacks one element and all below it; `instance` numbers the copies of a clone.
    pub(super) fn unpack_resource(
        &mut self,
        element: &Arc<Element>,
        parent: Option<RscIx>,
        instance: Option<u32>,
    ) -> Option<RscIx> {
        let base_id = element.id()?.to_owned();
        let xml = self.expand_template(element)?;
        let kind = match xml.name() {
            "primitive" => Kind::Primitive,
            "group" => Kind::Group { ordered: true, colocated: true },
            "clone" | "master" | "master_slave" => self.clone_kind(&xml)?,
            "bundle" => bundle_kind(&xml)?,
            other => {
                self.complain(&base_id, format!("'{base_id}' is ignored: <{other}> is no kind of resource"));
                return None;
            }
        };
        let id = instance.map_or_else(|| base_id.clone(), |n| format!("{base_id}:{n}"));
        let ops = match xml.child("operations").map(|ops| self.document.resolve(ops)) {
            Some(Some(ops)) => ops.children_named("op").map(Configured::of).collect(),
            Some(None) | None => Arc::default(),
        };
        let twin = instance.and_then(|_| self.ids.get(format!("{base_id}:0").as_str()).copied());
        let rsc = self.rscs.push(Rsc { parent, twin, ops, ..blank(&id, &base_id, kind, &xml) });
        let meta = self.meta_of(rsc, instance);
        self.rscs[rsc].meta = Arc::new(meta);
        self.ids.entry(Arc::from(id.as_str())).or_insert(rsc);
        self.set_basics(rsc);
        self.set_needs(rsc);
        self.set_thresholds(rsc);
        if let Some(role) = self.target_role(rsc) {
            self.rscs[rsc].next_role = role;
            self.rscs[rsc].target = Some(role);
        }
        if !self.unpack_kind(rsc) {
            self.ids.retain(|_, known| *known != rsc);
            return None;
        }
        self.set_default_nodes(rsc);
        self.set_utilization(rsc);
        Some(rsc)
    }

    fn unpack_kind(&mut self, rsc: RscIx) -> bool {
        match self.rscs[rsc].kind {
            Kind::Primitive => self.unpack_primitive(rsc),
            Kind::Group { .. } => self.unpack_group(rsc),
            Kind::Clone(_) => self.unpack_clone(rsc),
            Kind::Bundle(_) => self.unpack_bundle(rsc),
        }
    }

    fn unpack_primitive(&mut self, rsc: RscIx) -> bool {
        let top = self.top_of(rsc, false);
        let class = self.rscs[rsc].class().to_owned();
        if !tells_instances_apart(&class) && self.rscs[rsc].unique && self.rscs[top].is_clone() {
            self.force_anonymous(top, rsc, &class);
        }
        if !can_be_promoted(&class) && self.rscs[top].promotable {
            let id = self.rscs[rsc].id.to_string();
            self.complain(&id, format!("'{id}' is of class {class} and cannot be promoted; only ocf agents can"));
            return false;
        }
        true
    }

    fn unpack_group(&mut self, rsc: RscIx) -> bool {
        let not_false = |value: Option<&str>| value.and_then(values::boolean) != Some(false);
        let meta = &self.rscs[rsc].meta;
        let (ordered, colocated) = (not_false(meta.get("ordered")), not_false(meta.get("collocated")));
        self.rscs[rsc].kind = Kind::Group { ordered, colocated };
        let instance = self.rscs[rsc].meta.get("clone").and_then(|n| n.parse().ok());
        let xml = Arc::clone(&self.rscs[rsc].xml);
        for member in xml.children_named("primitive") {
            if let Some(member) = self.unpack_resource(member, Some(rsc), instance) {
                self.rscs[rsc].children.push(member);
            }
        }
        if self.rscs[rsc].children.is_empty() {
            let id = self.rscs[rsc].id.to_string();
            self.complain(&id, format!("group '{id}' has no members; add one or remove the group"));
        }
        !self.rscs[rsc].children.is_empty()
    }

    fn set_default_nodes(&mut self, rsc: RscIx) {
        let guest = self.rscs[rsc].is_connection && self.rscs[rsc].meta.get("container").is_some();
        if self.options.symmetric {
            for node in self.node_order.clone() {
                self.open_node(rsc, node);
            }
        } else if guest {
            self.add_score_everywhere(rsc, Score::ZERO, ("", ""));
        }
    }

    /// Lets a resource consider a node, unless it is looked for only where constraints say so.
    fn open_node(&mut self, rsc: RscIx, node: NodeIx) {
        if self.rscs[rsc].exclusive_probes || self.nodes[node].probe == ProbeMode::Never {
            return;
        }
        for child in self.rscs[rsc].children.clone() {
            self.open_node(child, node);
        }
        let fresh = self.fresh_standing(node);
        let table = &mut self.rscs[rsc].allowed;
        if table.get(node).is_none() {
            table.insert(node, fresh);
        }
    }

    /// Templates and tags: lists of resources that constraints can name.
    pub(super) fn unpack_lists(&mut self) {
        let Some(section) = super::section(&self.cib, "tags") else { return };
        for tag in section.children_named("tag") {
            let Some(id) = tag.id() else { continue };
            let members = tag.children_named("obj_ref").filter_map(|member| member.id().map(str::to_owned)).collect();
            self.lists.entry(id.to_owned()).or_insert(members);
        }
    }
}
