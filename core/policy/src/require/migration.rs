//! Live migration: sent from the old node, received on the new one; the start there is only a name for it.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::relation::Rel;
use crate::task::{Key, Task};

impl Cluster {
    pub(super) fn can_migrate(&self, rsc: RscIx, current: NodeIx) -> bool {
        let r = &self.rscs[rsc];
        r.migratable
            && r.managed
            && !r.failed
            && !r.start_pending
            && !self.nodes[current].unclean
            && r.node().is_some_and(|node| !self.nodes[node].unclean)
    }

    pub(super) fn make_migration_actions(&mut self, rsc: RscIx, current: NodeIx) {
        let Some(target) = self.rscs[rsc].node() else { return };
        let under_way = self.rscs[rsc].partial_migration.is_some();
        let start = self.start(rsc, Some(target));
        let stop = self.stop(rsc, current, true);
        let to = (!under_way).then(|| self.act(rsc, Key::once(Task::MigrateTo), Some(current), true));
        let from = self.act(rsc, Key::once(Task::MigrateFrom), Some(target), true);
        for action in [Some(start), Some(stop), Some(from), to].into_iter().flatten() {
            self.actions[action].facets.migratable = true;
        }
        self.actions[start].facets.pseudo = true;
        let needs = self.actions[start].needs;
        let block = Rel::ORDERED | Rel::UNMIGRATABLE_THEN_BLOCKS;
        if let Some(to) = to {
            self.actions[to].needs = needs;
            self.order_tasks(rsc, Task::Monitor, rsc, Task::MigrateTo, Rel::ORDERED);
            self.order_tasks(rsc, Task::MigrateTo, rsc, Task::MigrateFrom, block);
        } else {
            self.actions[from].needs = needs;
            self.order_tasks(rsc, Task::Monitor, rsc, Task::MigrateFrom, Rel::ORDERED);
        }
        self.order_tasks(rsc, Task::MigrateFrom, rsc, Task::Stop, block);
        self.order_tasks(rsc, Task::MigrateFrom, rsc, Task::Start, block | Rel::FIRST_ELSE_THEN);
        let names = (self.nodes[current].name.to_string(), self.nodes[target].name.to_string());
        for action in [to, Some(from)].into_iter().flatten() {
            self.actions[action].set_meta("migrate_source", &names.0);
            self.actions[action].set_meta("migrate_target", &names.1);
        }
        if let Some(to) = to.filter(|_| !self.rscs[rsc].is_connection) {
            self.actions[to].set_meta("record-pending", "true");
        }
    }
}
