//! Digests of parameters: whether what an operation ran with is still what is configured.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::operation::Operation;
use crate::params::Params;
use crate::rules::compare_versions;
use crate::task::Task;
use crate::unpack::Recorded;
use cib::{Digest, Element};
use std::sync::Arc;

/// How recorded digests compare with configured parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing changed.
    Match,
    /// Something changed that the agent may take without a restart.
    Mismatch,
    /// Something changed that needs a restart.
    Restart,
    /// The history does not say.
    Unknown,
}

/// Attributes that belong to the transition and not to the agent.
fn is_bookkeeping(name: &str) -> bool {
    name.starts_with("CRM_meta_")
        || matches!(name, "id" | "crm_feature_set" | "op-digest" | "on_node" | "on_node_uuid" | "pcmk_external_ip")
}

/// Parameters that fence devices know beyond their agents'.
fn is_fencing_parameter(name: &str) -> bool {
    let known = [
        "pcmk_action_limit",
        "pcmk_delay_base",
        "pcmk_delay_max",
        "pcmk_host_argument",
        "pcmk_host_check",
        "pcmk_host_list",
        "pcmk_host_map",
    ];
    name == "provides"
        || name == "stonith-timeout"
        || known.contains(&name)
        || name
            .strip_prefix("pcmk_")
            .and_then(|rest| rest.split_once('_'))
            .is_some_and(|(_, end)| matches!(end, "action" | "timeout" | "retries"))
}

fn digest_of(params: &Params) -> Digest {
    let element = params.iter().fold(Element::new("parameters"), |element, (name, value)| element.with(name, value));
    Digest::of_bytes(format!(" {}", element.to_xml()).as_bytes())
}

/// Parameters as digests see them.
#[derive(Debug)]
pub(crate) struct Calculated {
    all: Params,
    has_own: bool,
    digest: Digest,
}

impl Cluster {
    fn digest_parameters(&mut self, rsc: RscIx, task: Task, interval: u64, node: NodeIx) -> Arc<Calculated> {
        if let Some(calculated) = self.rscs[rsc].learned.digest((task, interval)) {
            return Arc::clone(calculated);
        }
        let twin = self.rscs[rsc].twin.and_then(|twin| self.rscs[twin].learned.digest((task, interval)));
        if let Some(calculated) = twin.cloned() {
            self.rscs[rsc].learned.keep_digest((task, interval), &calculated);
            return calculated;
        }
        let operation = self.operation(rsc, task, interval, Some(node));
        let calculated = Arc::new(self.calculate(rsc, &operation, interval, node));
        if !self.rscs[rsc].is_connection && self.same_parameters_everywhere(rsc, operation.config.as_deref()) {
            self.rscs[rsc].learned.keep_digest((task, interval), &calculated);
        }
        calculated
    }

    fn calculate(&self, rsc: RscIx, operation: &Operation, interval: u64, node: NodeIx) -> Calculated {
        let mut all = Params::default();
        if let Some(host) = self.host_name(rsc) {
            all.set("addr", &host);
        }
        for (name, value) in self.parameters(rsc, Some(node)).iter() {
            all.offer(name, value);
        }
        let own = self.operation_parameters(operation.config.as_deref(), node);
        for (name, value) in own.iter() {
            all.offer(name, value);
        }
        let mut kept = Params::default();
        for (name, value) in all.iter().filter(|(name, _)| !is_bookkeeping(name)) {
            kept.set(name, value);
        }
        if let (1.., Some(timeout)) = (interval, operation.meta.get("timeout")) {
            kept.set("CRM_meta_timeout", timeout);
        }
        Calculated { digest: digest_of(&kept), all: kept, has_own: interval == 0 && !own.is_empty() }
    }

    /// The digest that an operation's history entry should record as `op-digest`.
    pub(crate) fn operation_digest(&mut self, rsc: RscIx, task: Task, interval: u64, node: NodeIx) -> String {
        self.digest_parameters(rsc, task, interval, node).digest.to_string()
    }

    /// Compares a history entry with the configuration.
    pub(crate) fn compare_digest(&mut self, rsc: RscIx, op: &Recorded, task: Task, node: NodeIx) -> Verdict {
        let calculated = self.digest_parameters(rsc, task, op.interval, node);
        if self.rescheduled.is_empty() && op.is_of(calculated.digest) {
            return Verdict::Match;
        }
        let expired = self.rescheduled.iter().any(|(at, entry)| *at == node && Some(entry.as_str()) == op.xml.id());
        let recorded = op.xml.attribute("op-restart-digest");
        if expired {
            return Verdict::Restart;
        }
        if let Some(recorded) = recorded {
            let mut restart = calculated.all.clone();
            if let Some(list) = op.xml.attribute("op-force-restart") {
                let names: Vec<&str> = list.split(' ').collect();
                let others: Vec<String> =
                    restart.iter().map(|(n, _)| n.to_owned()).filter(|n| !names.contains(&n.as_str())).collect();
                for name in others {
                    restart.remove(&name);
                }
            }
            if digest_of(&restart).to_string() != recorded {
                return Verdict::Restart;
            }
        }
        match op.xml.attribute("op-digest") {
            None => Verdict::Unknown,
            Some(digest) if digest == calculated.digest.to_string() => Verdict::Match,
            Some(_) if calculated.has_own => Verdict::Restart,
            Some(_) => Verdict::Mismatch,
        }
    }

    /// Whether a configuration whose secrets were blanked out is otherwise what the operation ran with.
    pub(crate) fn only_secrets_differ(&mut self, rsc: RscIx, op: &Recorded, node: NodeIx) -> bool {
        let calculated = self.digest_parameters(rsc, op.task, op.interval, node);
        let all = &calculated.all;
        let Some(recorded) = op.xml.attribute("op-secure-digest") else { return false };
        let secrets: Vec<&str> = op.xml.attribute("op-secure-params").unwrap_or_default().split_whitespace().collect();
        let blanked =
            |name: &&str| all.get(name).is_some_and(|value| !value.is_empty() && value.bytes().all(|b| b == b'*'));
        if !secrets.iter().any(blanked) {
            return false;
        }
        let version = op.xml.attribute("crm_feature_set").or_else(|| self.cib.attribute("crm_feature_set"));
        let old = version.is_some_and(|version| compare_versions(version, "3.16.0").is_lt());
        let source = if old { self.parameters(rsc, Some(node)) } else { all.clone() };
        let mut open = Params::default();
        for (name, value) in source.iter() {
            let kept = !secrets.contains(&name)
                && !(old && (is_bookkeeping(name) || (self.rscs[rsc].fence_device && is_fencing_parameter(name))));
            if kept {
                open.set(name, value);
            }
        }
        digest_of(&open).to_string() == recorded
    }

    /// The digests of a fence device's parameters for unfencing a node: all, and those that are no secret.
    pub(crate) fn unfencing_digests(&mut self, rsc: RscIx, node: NodeIx) -> (String, String) {
        let task = self.task("stonith-on");
        let calculated = self.digest_parameters(rsc, task, 0, node);
        let version = self.cib.attribute("crm_feature_set").unwrap_or("3.20.0");
        let old = compare_versions(version, "3.16.0").is_lt();
        let mut open = Params::default();
        for (name, value) in calculated.all.iter() {
            let secret = matches!(name, "passwd" | "password" | "user");
            let of_the_cluster = old && is_fencing_parameter(name);
            if !secret && !of_the_cluster {
                open.set(name, value);
            }
        }
        (calculated.digest.to_string(), digest_of(&open).to_string())
    }

    /// Whether a connection takes its address from where its container runs.
    pub(crate) fn needs_host_name(&self, rsc: RscIx) -> bool {
        self.rscs[rsc].is_connection
            && self.parameters(rsc, None).get("addr").is_some_and(|addr| addr.eq_ignore_ascii_case("#uname"))
    }

    /// The name of the host where a connection's container is to run, or runs.
    pub(crate) fn host_name(&self, rsc: RscIx) -> Option<String> {
        if !self.needs_host_name(rsc) || !self.in_bundle(rsc) {
            return None;
        }
        let launcher = self.rscs[rsc].launcher?;
        let host = self.rscs[launcher].node().or_else(|| self.current_node(launcher))?;
        Some(self.nodes[host].name.to_string())
    }
}
