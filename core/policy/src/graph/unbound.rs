//! Actions that only an ordering speaks of belong to no node; those that bring a resource up or down a role are told with
//! the node on which the resource will be. They never run: this names them. Case `promoted-partially-demoted-group`.

use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::task::{Key, Task};

impl Cluster {
    /// Names the node of all such actions.
    pub(super) fn bind_unbound(&mut self) {
        for rsc in self.rscs.ids() {
            let r = &self.rscs[rsc];
            if r.is_primitive() && r.managed {
                self.bind_actions_of(rsc);
            }
        }
    }

    fn bind_actions_of(&mut self, rsc: RscIx) {
        let Some(node) = self.rscs[rsc].node() else { return };
        let keys = [Task::Start, Task::Promote, Task::Demote].map(Key::once);
        for at in 0..self.rscs[rsc].actions.len() {
            let action = self.rscs[rsc].actions[at];
            let a = &mut self.actions[action];
            if a.node.is_none() && keys.contains(&a.key) {
                a.node = Some(node);
            }
        }
    }
}
