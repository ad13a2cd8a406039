//! Nodes that are fenced and nodes that are let go, in an order that keeps the coordinator to the last.

use crate::action::Needs;
use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::relation::{End, Rel};
use crate::task::{Key, Task};

impl Cluster {
    pub(super) fn schedule_fencing_and_shutdown(&mut self) {
        let managed = self.top.clone().into_iter().any(|rsc| self.any_part(rsc, |part| part.managed));
        let (mut fences, mut shutdowns): (Vec<ActIx>, Vec<ActIx>) = (Vec::new(), Vec::new());
        let mut coordinator_down = None;
        for node in self.node_order.clone() {
            if self.is_guest(node) {
                if self.nodes[node].remote_reset && managed && self.can_fence(Some(node)) {
                    self.fence_guest(node);
                }
                continue;
            }
            let is_coordinator = self.coordinator == Some(node);
            let fence = managed && self.nodes[node].unclean && self.can_fence(Some(node));
            if fence {
                let action = self.fence_action(node, None, false, Some("node is unclean"), false);
                self.order_around_fencing(action);
                if is_coordinator {
                    coordinator_down = Some(action);
                } else {
                    if let Some(last) = fences.last().filter(|_| !self.options.concurrent_fencing) {
                        self.relate(*last, action, Rel::ORDERED);
                    }
                    fences.push(action);
                }
            } else if !self.is_any_remote(node) && self.nodes[node].online && self.nodes[node].shutdown {
                let action = self.shut_down(node);
                if is_coordinator {
                    coordinator_down = Some(action);
                } else {
                    shutdowns.push(action);
                }
            }
            if !fence && self.nodes[node].unclean {
                let name = self.nodes[node].name.to_string();
                self.warn(
                    &name,
                    format!("node {name} is unclean but cannot be fenced; configure, enable and test fencing"),
                );
            }
        }
        let Some(down) = coordinator_down else { return };
        if self.actions[down].task == Task::Shutdown {
            for shutdown in shutdowns.into_iter().rev() {
                self.relate(shutdown, down, Rel::ORDERED);
            }
        }
        let before =
            if self.options.concurrent_fencing { fences } else { fences.last().copied().into_iter().collect() };
        for fence in before.into_iter().rev() {
            self.relate(fence, down, Rel::ORDERED);
        }
    }

    fn shut_down(&mut self, node: NodeIx) -> ActIx {
        let name = format!("do_shutdown-{}", self.nodes[node].name);
        let shutdown = self.singleton(&name, Task::Shutdown, Some(node));
        self.actions[shutdown].facets.optional = false;
        for stop in self.actions.ids().rev() {
            let a = &self.actions[stop];
            let Some(rsc) = a.rsc.filter(|_| a.node == Some(node) && a.task == Task::Stop) else { continue };
            let r = &self.rscs[rsc];
            if r.maintenance || self.nodes[node].maintenance || !(r.managed || r.blocked) {
                continue;
            }
            self.actions[stop].facets.optional = false;
            self.order(End::Action(stop), End::Action(shutdown), Rel::ORDERED | Rel::UNRUNNABLE_FIRST_BLOCKS);
        }
        self.actions[shutdown].set_meta("op_no_wait", "true");
        shutdown
    }

    fn fence_guest(&mut self, node: NodeIx) {
        let launcher = self.guest_launcher(node);
        let stop = launcher.and_then(|launcher| self.first_action(launcher, Task::Stop, None));
        let starts = launcher.and_then(|launcher| self.first_action(launcher, Task::Start, None));
        let word = if starts.is_some() { "reboot" } else { "off" };
        let fence = self.fence_action(node, Some(word), false, Some("guest is unclean"), false);
        self.actions[fence].facets.pseudo = true;
        self.actions[fence].facets.runnable = true;
        let chain = Rel::UNRUNNABLE_FIRST_BLOCKS | Rel::FIRST_IMPLIES_THEN;
        match stop {
            Some(stop) if self.actions[stop].facets.pseudo => {
                if let Some(host) = self.actions[stop].node {
                    let parent = self.fence_action(host, None, false, None, false);
                    self.relate(parent, fence, chain);
                }
            }
            Some(stop) => drop(self.relate(stop, fence, chain)),
            None => {
                let stop = self.nodes[node].remote.and_then(|remote| self.first_action(remote, Task::Stop, None));
                if let Some(stop) = stop {
                    self.relate(stop, fence, Rel::ORDERED);
                }
            }
        }
        self.order_around_fencing(fence);
    }

    /// What must wait for a node to be fenced, and what fencing does by itself.
    fn order_around_fencing(&mut self, fence: ActIx) {
        let Some(target) = self.actions[fence].node else { return };
        for rsc in self.top.clone() {
            for part in self.leaves(rsc) {
                if self.rscs[part].managed {
                    self.start_after_fencing(part, fence, target);
                    self.stop_by_fencing(part, fence, target);
                }
            }
        }
    }

    fn leaves(&self, rsc: RscIx) -> Vec<RscIx> {
        let children = &self.rscs[rsc].children;
        if children.is_empty() { vec![rsc] } else { children.iter().flat_map(|child| self.leaves(*child)).collect() }
    }

    fn is_known_on(&self, rsc: RscIx, node: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        let parent = r.parent.filter(|parent| r.is_primitive() && self.rscs[*parent].is_anonymous_clone());
        r.is_known_on(node) || parent.is_some_and(|parent| self.rscs[parent].is_known_on(node))
    }

    fn start_after_fencing(&mut self, rsc: RscIx, fence: ActIx, target: NodeIx) {
        for action in self.rscs[rsc].actions.clone().into_iter().rev() {
            match self.actions[action].needs {
                Needs::Nothing => {}
                Needs::Fencing => drop(self.relate(fence, action, Rel::ORDERED)),
                Needs::Quorum => {
                    let considered = self.rscs[rsc].allowed.get(target).is_some();
                    if self.actions[action].task == Task::Start && considered && !self.is_known_on(rsc, target) {
                        self.relate(fence, action, Rel::ORDERED | Rel::UNRUNNABLE_FIRST_BLOCKS);
                    }
                }
            }
        }
    }

    fn stop_by_fencing(&mut self, rsc: RscIx, fence: ActIx, target: NodeIx) {
        let implicit = self.rscs[rsc].needs_fencing || self.is_guest(target);
        let bundled = self.in_bundle(rsc);
        let stops = self.with_key_claimed(rsc, Key::once(Task::Stop), target);
        let parent_stop = if stops.is_empty() || !implicit {
            None
        } else {
            self.first_action(self.top_of(rsc, false), Task::Stop, None)
        };
        for stop in stops {
            self.actions[stop].facets.pseudo = true;
            self.actions[stop].facets.runnable = true;
            if implicit {
                if !bundled {
                    self.relate(fence, stop, Rel::GUEST_ALLOWED);
                }
                if let Some(parent_stop) = parent_stop {
                    self.relate(fence, parent_stop, Rel::GUEST_ALLOWED);
                }
            }
            if self.rscs[rsc].notify {
                self.tell_after_fencing(stop, rsc, fence);
            }
        }
        for demote in self.with_key_claimed(rsc, Key::once(Task::Demote), target) {
            let lost =
                self.actions[demote].node.is_some_and(|node| !self.nodes[node].online || self.nodes[node].unclean);
            if lost || self.rscs[rsc].failed {
                self.actions[demote].facets.pseudo = true;
                self.actions[demote].facets.runnable = true;
                if implicit && !bundled {
                    self.relate(fence, demote, Rel::GUEST_ALLOWED | Rel::ORDERED);
                }
            }
        }
    }
}
