//! The plan as others see it: names instead of dense ids, with everything needed to run each action.

use super::{Graphed, circles};
use crate::cluster::Cluster;
use crate::ids::{ActIx, NodeIx, RscIx};
use crate::operation::OnFail;
use crate::plan::{self, ActionId, ActionKind, Plan, ResourceAction};
use crate::task::Task;
use crate::values;
use model::ResourceId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Defaults of `cluster-delay`, in ms.
const CLUSTER_DELAY_MS: u64 = 60_000;

impl Graphed {
    /// The plan.
    pub fn into_plan(self) -> Plan {
        let mut cluster = self.0;
        let graph = std::mem::take(&mut cluster.graph);
        let places: BTreeMap<ActIx, u32> = graph.iter().copied().zip(0..).collect();
        let actions = graph.into_iter().zip(0..).map(|(action, at)| cluster.emit(action, at, &places)).collect();
        let (actions, circle) = circles::leave_out(actions);
        cluster.findings.extend(circle);
        let options = &cluster.options;
        let limit = options.all.get("batch-limit").and_then(values::leading_integer);
        Plan {
            actions,
            placements: cluster.placements(),
            withheld: cluster.withheld(),
            batch_limit: limit.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            cluster_delay: Duration::from_millis(
                options.all.get("cluster-delay").and_then(values::span_ms).unwrap_or(CLUSTER_DELAY_MS),
            ),
            recheck_at: cluster.recheck_at(),
            findings: cluster.findings,
        }
    }
}

impl Cluster {
    fn emit(&mut self, action: ActIx, at: u32, places: &BTreeMap<ActIx, u32>) -> plan::Action {
        let kind = self.emit_kind(action);
        let a = &self.actions[action];
        let own_priority = a.rsc.map_or(0, |rsc| self.rscs[rsc].priority.value());
        let inputs = a.before.iter().filter(|link| link.graphed);
        plan::Action {
            id: ActionId(at),
            key: self.key_text(action),
            node: a.node.filter(|_| kind != ActionKind::Pseudo).map(|node| self.node_name(node)),
            kind,
            after: inputs.filter_map(|link| places.get(&link.action).copied().map(ActionId)).collect(),
            priority: own_priority.max(a.priority).max(0),
            reason: self.action_reason(action),
        }
    }

    fn emit_kind(&mut self, action: ActIx) -> ActionKind {
        let a = &self.actions[action];
        match (a.task, a.rsc) {
            (Task::Fence, _) if !a.facets.pseudo => {
                ActionKind::Fence { action: a.meta("stonith_action").unwrap_or("reboot").to_owned() }
            }
            (Task::Shutdown, _) => ActionKind::Shutdown,
            (Task::ClearFailcount, Some(rsc)) => ActionKind::ClearFailcount(self.told_id(rsc)),
            (Task::Delete | Task::Forget, Some(rsc)) => ActionKind::ForgetHistory(self.told_id(rsc)),
            (_, Some(_)) if a.facets.pseudo => ActionKind::Pseudo,
            (task, Some(rsc)) => match a.node {
                Some(node) if task == Task::Cancel => ActionKind::Cancel(self.emit_operation(action, rsc, node)),
                Some(node) => ActionKind::Resource(self.emit_operation(action, rsc, node)),
                None => ActionKind::Pseudo,
            },
            (_, None) => ActionKind::Pseudo,
        }
    }

    /// The id that agents and histories use.
    fn told_id(&self, rsc: RscIx) -> ResourceId {
        let r = &self.rscs[rsc];
        let id = if r.unique { &r.id } else { r.history_id.as_ref().unwrap_or(&r.base_id) };
        ResourceId::from(Arc::clone(id))
    }

    fn emit_operation(&mut self, action: ActIx, rsc: RscIx, node: NodeIx) -> ResourceAction {
        let (task, interval) =
            (self.actions[action].cancels.unwrap_or(self.actions[action].task), self.actions[action].key.interval);
        let on_fail_text = self.actions[action].meta("on-fail").map(str::to_owned);
        let on_fail = self.on_fail(rsc, task, interval, on_fail_text.as_deref());
        let mut parameters = crate::render::attributes(self, action);
        parameters.remove("crm_feature_set");
        let digest =
            if matches!(task, Task::Notify) { String::new() } else { self.operation_digest(rsc, task, interval, node) };
        let a = &self.actions[action];
        let span = |name: &str| {
            Duration::from_millis(
                a.meta(name).and_then(values::leading_integer).and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0),
            )
        };
        let xml = &self.rscs[rsc].xml;
        ResourceAction {
            resource: self.told_id(rsc),
            class: xml.attribute("class").unwrap_or_default().to_owned(),
            provider: xml.attribute("provider").map(str::to_owned),
            kind: xml.attribute("type").unwrap_or_default().to_owned(),
            task: self.word(task).to_owned(),
            interval: Duration::from_millis(interval),
            timeout: span("timeout"),
            start_delay: span("start-delay"),
            parameters,
            expected: a.expected.unwrap_or(0),
            digest,
            on_fail: if on_fail == OnFail::Ban { OnFail::Restart } else { on_fail }.as_str().to_owned(),
        }
    }
}
