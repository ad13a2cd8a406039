//! Joining resources with the nodes that they are connections to, and with what they run inside of.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::node::NodeKind;
use model::Score;
use std::sync::Arc;

impl Cluster {
    pub(super) fn link_launcher(&mut self, rsc: RscIx) {
        for child in self.rscs[rsc].children.clone() {
            self.link_launcher(child);
        }
        let r = &self.rscs[rsc];
        let Some(id) = r.meta.get("container").filter(|id| *id != &*r.id).filter(|_| r.children.is_empty()) else {
            return;
        };
        match self.rsc_by_id(id) {
            Some(launcher) => {
                self.rscs[rsc].launcher = Some(launcher);
                self.rscs[launcher].launched.push(rsc);
            }
            None => {
                let (own, id) = (r.id.to_string(), id.to_owned());
                self.complain(&own, format!("'{own}' runs inside of '{id}', which does not exist"));
            }
        }
    }

    /// Joins a connection with the node it leads to.
    pub(in crate::unpack) fn link_remote_node(&mut self, rsc: RscIx) {
        if !self.rscs[rsc].is_connection {
            return;
        }
        let id = Arc::clone(&self.rscs[rsc].id);
        let Some(node) = self.node_by_name(&id) else { return };
        self.nodes[node].remote = Some(rsc);
        if self.rscs[rsc].launcher.is_none() {
            self.mark_unseen(node);
        } else {
            self.nodes[node].attributes.set("#kind", "container");
        }
    }

    /// Adds the remote node that a connection leads to.
    pub(in crate::unpack) fn add_remote_node(&mut self, name: &str) -> NodeIx {
        match self.node_by_name(name) {
            Some(node) => node,
            None => self.add_node(name, name, NodeKind::Remote, Score::ZERO),
        }
    }
}
