//! The `nodes` section, and node attributes wherever they come from.

use crate::cluster::Cluster;
use crate::ids::NodeIx;
use crate::node::{Capacity, NodeKind};
use crate::params::{Merge, Params};
use crate::rules::Facts;
use cib::Element;
use model::Score;
use std::sync::Arc;

impl Cluster {
    pub(super) fn unpack_nodes(&mut self) {
        let Some(section) = super::section(&self.cib, "nodes") else { return };
        for element in section.children_named("node") {
            let Some(id) = element.id() else {
                self.complain("node", "a <node> without id is ignored; give it one");
                continue;
            };
            let name = element.attribute("uname").unwrap_or(id);
            let kind = match element.attribute("type").unwrap_or("member").to_ascii_lowercase().as_str() {
                "member" | "normal" => NodeKind::Member,
                "remote" => NodeKind::Remote,
                other => {
                    self.complain(
                        id,
                        format!("node '{name}' is ignored: '{other}' is no type of node, use member or remote"),
                    );
                    continue;
                }
            };
            let base = element.attribute("score").and_then(|text| self.options.score(text)).unwrap_or(Score::ZERO);
            let node = self.add_node(id, name, kind, base);
            self.mark_unseen(node);
            self.add_attributes(node, Some(element), false);
        }
    }

    /// A node that nobody has seen is unclean when startup fencing is on; a remote one only once its connection is known.
    pub(super) fn mark_unseen(&mut self, node: NodeIx) {
        let waits = self.is_any_remote(node) && self.nodes[node].remote.is_none();
        if !waits {
            self.nodes[node].unclean = self.options.startup_fencing;
        }
    }

    /// Merges attributes from an element's sets; transient ones replace permanent ones.
    pub(super) fn add_attributes(&mut self, node: NodeIx, element: Option<&Arc<Element>>, replace: bool) {
        self.add_builtin_attributes(node);
        let mut next = self.next_change;
        let from = Merge { document: &self.document, facts: Facts { now: self.now, ..Facts::default() }, first: None };
        let mut read = Params::default();
        let mut capacity = Params::default();
        if let Some(element) = element {
            read.merge_sets(&from, element, "instance_attributes", &mut next);
            if let Some(wrapper) = element.child("attributes") {
                read.merge_sets(&from, wrapper, "instance_attributes", &mut next);
            }
            capacity.merge_sets(&from, element, "utilization", &mut next);
        }
        self.next_change = next;
        let cluster_name = self.options.all.get("cluster-name").map(str::to_owned);
        let n = &mut self.nodes[node];
        for (name, value) in read.iter() {
            if replace {
                n.attributes.set(name, value);
            } else {
                n.attributes.offer(name, value);
            }
        }
        let mut amounts = Capacity::read(&capacity);
        for (name, _) in n.capacity.clone().iter() {
            amounts.remove(name);
        }
        n.capacity.add(&amounts, 1);
        let site = n.attributes.get("site-name").map(str::to_owned).or(cluster_name);
        if let Some(site) = site {
            n.attributes.offer("#site-name", &site);
        }
    }

    fn add_builtin_attributes(&mut self, node: NodeIx) {
        let dc = self.cib.attribute("dc-uuid").or_else(|| self.cib.attribute("dc_uuid")).map(str::to_owned);
        let is_dc = dc.is_some_and(|id| self.nodes[node].id.eq_ignore_ascii_case(&id));
        if self.coordinator.is_none() && is_dc {
            self.coordinator = Some(node);
        }
        let dc_here = self.coordinator == Some(node);
        let cluster_name = self.options.all.get("cluster-name").map(str::to_owned);
        let n = &mut self.nodes[node];
        let (id, name) = (Arc::clone(&n.id), Arc::clone(&n.name));
        n.attributes.set("#uname", &name);
        n.attributes.set("#id", &id);
        n.attributes.set("#is_dc", if dc_here { "true" } else { "false" });
        if let Some(cluster_name) = cluster_name {
            n.attributes.set("#cluster-name", &cluster_name);
        }
    }
}
