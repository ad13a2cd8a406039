//! The third stage: which actions there must be to get from what is to what was decided.

mod changes;
mod collectives;
mod migration;
mod notices;
mod probes;
mod recurring;
mod remote;
mod shutdown;
mod transitions;

use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::place::Placed;
use crate::relation::{End, Rel};
use crate::resource::Kind;
use crate::task::{Key, Task};
use model::Score;

/// A cluster in which every action that may be needed exists.
#[derive(Clone, Debug)]
pub struct Required(pub(crate) Cluster);

/// Makes the actions.
pub fn require(placed: Placed) -> Required {
    let mut cluster = placed.0;
    cluster.check_late();
    if cluster.options.probes {
        cluster.schedule_probes();
    }
    cluster.clear_failures_of_removed();
    for rsc in cluster.top.clone() {
        cluster.make_actions(rsc);
    }
    cluster.order_around_connections();
    cluster.schedule_fencing_and_shutdown();
    Required(cluster)
}

impl Cluster {
    pub(crate) fn make_actions(&mut self, rsc: RscIx) {
        match self.rscs[rsc].kind {
            Kind::Primitive => self.make_primitive_actions(rsc),
            Kind::Group { .. } => self.make_group_actions(rsc),
            Kind::Clone(_) => self.make_clone_actions(rsc),
            Kind::Bundle(_) => self.make_bundle_actions(rsc),
        }
    }

    fn clear_failures_of_removed(&mut self) {
        if !self.options.stop_removed_resources {
            return;
        }
        for rsc in self.top.clone() {
            if !self.rscs[rsc].removed {
                continue;
            }
            for node in self.node_order.clone() {
                if self.nodes[node].online && self.failures(rsc, node).count != Score::ZERO {
                    let clear = self.clear_failures(rsc, node, "it is removed");
                    self.order(End::Action(clear), End::Key(rsc, Key::once(Task::Stop)), Rel::ORDERED);
                }
            }
        }
    }
}
