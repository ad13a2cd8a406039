//! Constraints, typed: which elements exist, which resources and lists they name, and what they come to.

pub(crate) mod colocations;
mod internal;
mod locations;
mod orderings;
mod sets;
mod tickets;

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::relation::{End, Ordering, Rel};
use crate::resource::Rsc;
use crate::task::{Key, Task};
use cib::Element;
use std::sync::Arc;

impl Cluster {
    /// Reads the `constraints` section.
    pub(crate) fn unpack_constraints(&mut self) {
        self.add_health_locations();
        let section = self.cib.child("configuration").and_then(|c| c.child("constraints")).cloned();
        let Some(section) = section else { return };
        for element in section.children() {
            let Some(id) = element.id().map(str::to_owned) else {
                self.complain(element.name(), format!("a <{}> without id is ignored; give it one", element.name()));
                continue;
            };
            match element.name() {
                "rsc_order" => self.unpack_ordering(&id, element),
                "rsc_colocation" => self.unpack_colocation(&id, element),
                "rsc_location" => self.unpack_location(&id, element),
                "rsc_ticket" => self.unpack_rsc_ticket(&id, element),
                other => self.complain(&id, format!("<{other}> is no kind of constraint; it is ignored")),
            }
        }
    }

    /// The resource that a constraint names: itself, or the clone whose instance the history knows by that name.
    pub(crate) fn constrained(&self, id: &str) -> Option<RscIx> {
        self.rsc_by_id(id).map(|rsc| if *self.rscs[rsc].id == *id { rsc } else { self.top_of(rsc, false) })
    }

    fn missing(&mut self, constraint: &str, name: &str) {
        self.complain(constraint, format!("constraint '{constraint}' is ignored: there is no resource '{name}'; correct the name or remove the constraint"));
    }

    /// Adds an ordering, and what it means for live migrations.
    pub(crate) fn order(&mut self, first: End, then: End, rel: Rel) {
        self.orderings.push(Ordering { first, then, rel });
        self.order_migrations(first, then);
    }

    /// Orders all of a resource's actions of one task before another's of another.
    pub(crate) fn order_tasks(&mut self, first: RscIx, first_task: Task, then: RscIx, then_task: Task, rel: Rel) {
        self.order(End::Key(first, Key::once(first_task)), End::Key(then, Key::once(then_task)), rel);
    }

    pub(crate) fn end_rsc(&self, end: End) -> Option<RscIx> {
        match end {
            End::Key(rsc, _) => Some(rsc),
            End::Action(action) => self.actions[action].rsc,
        }
    }

    pub(crate) fn end_task(&self, end: End) -> Task {
        match end {
            End::Key(_, key) => key.task,
            End::Action(action) => self.actions[action].task,
        }
    }

    /// A resource that can migrate obeys orderings with its migration actions, too.
    fn order_migrations(&mut self, first: End, then: End) {
        let (Some(a), Some(b)) = (self.end_rsc(first), self.end_rsc(then)) else { return };
        if a == b || self.is_above(a, b) || self.is_above(b, a) {
            return;
        }
        let migratable = |rsc: &Rsc| rsc.migratable;
        let (first_moves, then_moves) = (migratable(&self.rscs[a]), migratable(&self.rscs[b]));
        if !first_moves && !then_moves {
            return;
        }
        let partial = self.rscs[b].partial_migration.is_some();
        let guarded = if first_moves { Rel::ORDERED | Rel::IF_FIRST_UNMIGRATABLE } else { Rel::ORDERED };
        match (self.end_task(first), self.end_task(then)) {
            (Task::Start, Task::Start) => {
                if first_moves && then_moves {
                    self.order_tasks(a, Task::MigrateFrom, b, Task::MigrateTo, Rel::ORDERED);
                }
                if then_moves {
                    self.order_tasks(a, Task::Start, b, Task::MigrateTo, guarded);
                }
            }
            (Task::Stop, Task::Stop) if then_moves => {
                self.order_tasks(a, Task::Stop, b, Task::MigrateTo, guarded);
                if partial {
                    self.order_tasks(a, Task::Stop, b, Task::MigrateFrom, guarded);
                }
            }
            (Task::Promote, Task::Start) if then_moves => {
                self.order_tasks(a, Task::Promote, b, Task::MigrateTo, Rel::ORDERED);
            }
            (Task::Demote, Task::Stop) if then_moves => {
                self.order_tasks(a, Task::Demote, b, Task::MigrateTo, Rel::ORDERED);
                if partial {
                    self.order_tasks(a, Task::Demote, b, Task::MigrateFrom, Rel::ORDERED);
                }
            }
            _ => {}
        }
    }
}

/// A resource set, or what stands for one.
#[derive(Clone, Debug)]
struct Set {
    id: String,
    members: Vec<String>,
    xml: Arc<Element>,
}

/// What a rule or a `node` attribute says about nodes.
struct Spoken {
    nodes: Vec<(NodeIx, model::Score)>,
}
