//! Clones: their limits, and an instance for each copy.

use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::resource::{CloneFacts, Kind, Rsc};
use crate::values;
use cib::Element;
use std::sync::Arc;

/// More instances than this are a mistake in the configuration, and would only exhaust memory.
const INSTANCES_MAX: u32 = 10_000;

impl Cluster {
    pub(super) fn clone_kind(&mut self, xml: &Arc<Element>) -> Option<Kind> {
        let child = xml.children().iter().find(|child| matches!(child.name(), "primitive" | "group"));
        let Some(child) = child else {
            let id = xml.id().unwrap_or_default().to_owned();
            self.complain(&id, format!("clone '{id}' has nothing to clone; put a primitive or a group into it"));
            return None;
        };
        Some(Kind::Clone(Box::new(CloneFacts {
            max: 0,
            node_max: 1,
            promoted_max: 0,
            promoted_node_max: 0,
            ordered: false,
            child: Arc::clone(child),
            made: 0,
            lookouts: None,
            promotion_scores_added: false,
            promotion_sorted: false,
            start_notice: None,
            stop_notice: None,
            promote_notice: None,
            demote_notice: None,
        })))
    }

    pub(super) fn unpack_clone(&mut self, rsc: RscIx) -> bool {
        let nodes = u32::try_from(self.nodes.len()).unwrap_or(INSTANCES_MAX).max(1);
        let r = &self.rscs[rsc];
        let legacy = matches!(r.xml.name(), "master" | "master_slave");
        let number = |names: &[&str], default: u32| {
            let text = names.iter().find_map(|name| r.meta.get(name));
            let read = text.and_then(values::leading_integer).map(|n| u32::try_from(n.max(0)).unwrap_or(INSTANCES_MAX));
            read.unwrap_or(default).min(INSTANCES_MAX)
        };
        let (mut promoted_max, mut promoted_node_max) = (0, 0);
        if r.promotable || legacy {
            promoted_max = number(&["promoted-max", "master-max"], 1);
            promoted_node_max = number(&["promoted-node-max", "master-node-max"], 1);
        }
        let mut node_max = number(&["clone-node-max"], 1);
        let max = number(&["clone-max"], nodes);
        let ordered = r.meta.is_true("ordered");
        if !r.unique && node_max > 1 {
            let id = r.id.to_string();
            self.complain(
                &id,
                format!("clone-node-max {node_max} of '{id}' is ignored: anonymous clones have one instance on a node"),
            );
            node_max = 1;
        }
        let r = &mut self.rscs[rsc];
        r.promotable |= legacy;
        if r.promotable {
            Arc::make_mut(&mut r.meta).set("promotable", "true");
        }
        if let Some(facts) = r.clone_facts_mut() {
            (facts.max, facts.node_max, facts.ordered) = (max, node_max, ordered);
            (facts.promoted_max, facts.promoted_node_max) = (promoted_max, promoted_node_max);
        }
        let unique = if r.unique { "true" } else { "false" };
        let meta = Arc::make_mut(&mut r.meta);
        meta.offer("resource-stickiness", "1");
        meta.set("globally-unique", unique);
        self.make_instances(rsc)
    }

    fn make_instances(&mut self, rsc: RscIx) -> bool {
        if self.rscs[rsc].clone_facts().is_some_and(|facts| facts.max == 0) {
            return self.add_instance(rsc).is_some();
        }
        while self.rscs[rsc].clone_facts().is_some_and(|facts| facts.made < facts.max) {
            if self.add_instance(rsc).is_none() {
                return false;
            }
        }
        true
    }

    /// Makes one more instance; one beyond the limit counts as removed.
    pub(super) fn add_instance(&mut self, rsc: RscIx) -> Option<RscIx> {
        let facts = self.rscs[rsc].clone_facts()?;
        let (made, max, child) = (facts.made, facts.max, Arc::clone(&facts.child));
        let instance = self.unpack_resource(&child, Some(rsc), Some(made))?;
        let r = &mut self.rscs[rsc];
        r.children.push(instance);
        if let Some(facts) = r.clone_facts_mut() {
            facts.made += 1;
        }
        if made >= max {
            self.each_part(instance, |part| part.removed = true);
        }
        Arc::make_mut(&mut self.rscs[instance].meta).set("clone-max", &max.to_string());
        Some(instance)
    }

    /// An agent that cannot tell instances apart makes its clone anonymous.
    pub(super) fn force_anonymous(&mut self, clone: RscIx, rsc: RscIx, class: &str) {
        let id = self.rscs[clone].id.to_string();
        self.warn(&id, format!("globally-unique is ignored for '{id}': {class} agents can only be anonymous clones"));
        let nodes = u32::try_from(self.nodes.len()).unwrap_or(INSTANCES_MAX);
        if let Some(facts) = self.rscs[clone].clone_facts_mut() {
            facts.node_max = 1;
            facts.max = facts.max.min(nodes);
        }
        let clear: fn(&mut Rsc) = |part| {
            part.unique = false;
            Arc::make_mut(&mut part.meta).set("globally-unique", "false");
        };
        self.each_part(clone, clear);
        self.each_part(rsc, clear);
    }
}
