//! The fourth stage: orderings become relations between actions, and what is required or impossible spreads along them.

mod link;
mod meaning;
mod probes;
mod reach;
mod relate;
mod spread;
mod summary;
mod update;

use crate::cluster::Cluster;
use crate::plan::PlanFailed;
use crate::relation::Rel;
use crate::require::Required;
use crate::task::Task;

/// Updates that one plan may take; beyond that the orderings contradict each other without end.
pub(crate) const STEPS_MAX: u64 = 200_000_000;

/// A cluster in which it is settled which actions happen and what each waits for.
#[derive(Clone, Debug)]
pub struct Ordered(pub(crate) Cluster);

impl Ordered {
    /// All of it, decided.
    pub fn cluster(&self) -> &Cluster {
        &self.0
    }
}

/// Settles which actions happen, and in which order.
///
/// # Errors
/// When orderings drive each other beyond the step budget.
pub fn order(required: Required) -> Result<Ordered, PlanFailed> {
    let mut cluster = required.0;
    cluster.relate_all();
    for action in cluster.actions.ids().rev() {
        cluster.block_dependents(action);
    }
    cluster.order_probes();
    for action in cluster.actions.ids().rev() {
        cluster.update(action);
        cluster.finish_deferred();
    }
    cluster.order_starts_after_all_probes();
    if cluster.steps > STEPS_MAX {
        return Err(PlanFailed::new(
            "constraints",
            "the orderings contradict each other: they do not settle; remove one of a loop",
        ));
    }
    cluster.disable_impossible();
    Ok(Ordered(cluster))
}

impl Cluster {
    /// Takes back relations that cannot hold: what a guest does before its own launcher is there, and loops.
    fn disable_impossible(&mut self) {
        for action in self.actions.ids().rev() {
            for at in (0..self.actions[action].before.len()).rev() {
                let link = self.actions[action].before[at];
                if self.is_impossible(action, link) {
                    self.actions[action].before[at].rel = Rel::NONE;
                }
            }
        }
    }

    fn is_impossible(&mut self, action: crate::ids::ActIx, link: crate::relation::Link) -> bool {
        let (a, input) = (&self.actions[action], &self.actions[link.action]);
        let guest_of = |rsc: crate::ids::RscIx| {
            let launched = !self.rscs[rsc].launched.is_empty();
            launched && input.node.is_some_and(|node| self.guest_launcher(node) == Some(rsc))
        };
        if !link.rel.has(Rel::GUEST_ALLOWED) && input.rsc.is_some() && a.rsc.is_some_and(guest_of) {
            return true;
        }
        link.rel == Rel::IF_ON_SAME_NODE_OR_TARGET
            && a.rsc.is_some()
            && a.task == Task::MigrateTo
            && self.has_loop(action, action, link)
    }
}
