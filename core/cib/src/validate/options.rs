//! Cluster options and meta attributes: names that are known, and values of their kind.
//!
//! Any name is legal, since agents and tools keep their own there; one that is almost a known one is a slip.

use super::Check;
use super::shape::Kind::{self, Boolean, Integer, Score, Text, Time, Word};
use super::values::misfit;
use crate::Element;
use model::nearest;

const QUORUM: Kind = Word(&["stop", "freeze", "ignore", "demote", "suicide", "fence"]);
const HEALTH: Kind = Word(&["none", "migrate-on-red", "only-green", "progressive", "custom"]);
const PLACEMENT: Kind = Word(&["default", "utilization", "minimal", "balanced"]);
const FENCING: Kind = Word(&["reboot", "off", "poweroff", "on"]);

/// Cluster options with dashes; those of Heartbeat 2 are found by the same name.
const CLUSTER: &[(&str, Kind)] = &[
    ("no-quorum-policy", QUORUM),
    ("symmetric-cluster", Boolean),
    ("stonith-enabled", Boolean),
    ("stonith-action", FENCING),
    ("stonith-timeout", Time),
    ("stonith-max-attempts", Score),
    ("stonith-watchdog-timeout", Text),
    ("fencing-enabled", Boolean),
    ("fencing-action", FENCING),
    ("fencing-timeout", Time),
    ("fencing-max-attempts", Score),
    ("fencing-watchdog-timeout", Text),
    ("fencing-reaction", Word(&["stop", "panic"])),
    ("fence-reaction", Word(&["stop", "panic"])),
    ("have-watchdog", Boolean),
    ("concurrent-fencing", Boolean),
    ("startup-fencing", Boolean),
    ("priority-fencing-delay", Time),
    ("node-pending-timeout", Time),
    ("cluster-delay", Time),
    ("transition-idle-timeout", Time),
    ("batch-limit", Integer),
    ("migration-limit", Integer),
    ("load-threshold", Text),
    ("node-action-limit", Integer),
    ("default-resource-stickiness", Score),
    ("default-resource-failure-stickiness", Score),
    ("default-migration-threshold", Score),
    ("is-managed-default", Boolean),
    ("default-action-timeout", Time),
    ("start-failure-is-fatal", Boolean),
    ("enable-startup-probes", Boolean),
    ("maintenance-mode", Boolean),
    ("stop-all-resources", Boolean),
    ("stop-orphan-resources", Boolean),
    ("stop-orphan-actions", Boolean),
    ("stop-removed-resources", Boolean),
    ("stop-removed-actions", Boolean),
    ("remove-after-stop", Boolean),
    ("pe-error-series-max", Integer),
    ("pe-warn-series-max", Integer),
    ("pe-input-series-max", Integer),
    ("node-health-strategy", HEALTH),
    ("node-health-base", Score),
    ("node-health-green", Score),
    ("node-health-yellow", Score),
    ("node-health-red", Score),
    ("placement-strategy", PLACEMENT),
    ("enable-acl", Boolean),
    ("shutdown-lock", Boolean),
    ("shutdown-lock-limit", Time),
    ("cluster-recheck-interval", Time),
    ("dc-deadtime", Time),
    ("dc-version", Text),
    ("election-timeout", Time),
    ("shutdown-escalation", Time),
    ("crmd-integration-timeout", Time),
    ("crmd-finalization-timeout", Time),
    ("crmd-transition-delay", Time),
    ("join-integration-timeout", Time),
    ("join-finalization-timeout", Time),
    ("transition-delay", Time),
    ("cluster-infrastructure", Text),
    ("cluster-name", Text),
    ("cluster-ipc-limit", Integer),
    ("last-lrm-refresh", Text),
    ("short-resource-names", Text),
    ("suppress-cib-writes", Text),
    ("compatibility", Word(&["heartbeat-2"])),
];

/// Meta attributes of resources.
const META: &[(&str, Kind)] = &[
    ("priority", Score),
    ("critical", Boolean),
    ("target-role", Text),
    ("is-managed", Boolean),
    ("maintenance", Boolean),
    ("resource-stickiness", Text),
    ("resource-failure-stickiness", Text),
    ("requires", Text),
    ("migration-threshold", Score),
    ("failure-timeout", Time),
    ("multiple-active", Text),
    ("restart-type", Text),
    ("allow-migrate", Boolean),
    ("allow-unhealthy-nodes", Boolean),
    ("container-attribute-target", Text),
    ("clone-max", Integer),
    ("clone-node-max", Integer),
    ("clone-min", Integer),
    ("globally-unique", Boolean),
    ("notify", Boolean),
    ("ordered", Boolean),
    ("interleave", Boolean),
    ("promotable", Boolean),
    ("promoted-max", Integer),
    ("promoted-node-max", Integer),
    ("master-max", Integer),
    ("master-node-max", Integer),
    ("remote-node", Text),
    ("remote-addr", Text),
    ("remote-port", Text),
    ("remote-connect-timeout", Time),
    ("remote-allow-migrate", Boolean),
];

/// Sets of options: where they stand, and what is known there.
const SETS: [(&str, &[(&str, Kind)]); 2] = [("cluster_property_set", CLUSTER), ("meta_attributes", META)];

impl<'a> Check<'a> {
    /// Checks the options in all sets of the configuration.
    pub(super) fn options(&mut self, cib: &'a Element) {
        let Some(configuration) = cib.child("configuration") else { return };
        self.path.push(cib);
        self.options_below(configuration);
        self.path.pop();
    }

    fn options_below(&mut self, element: &'a Element) {
        self.path.push(element);
        // Those of alerts and operations are another vocabulary.
        let elsewhere = matches!(element.name(), "op" | "alerts" | "op_defaults");
        if let Some((_, known)) = SETS.iter().find(|(tag, _)| *tag == element.name()) {
            for pair in pairs(element) {
                self.option(pair, known);
            }
        } else if !elsewhere {
            for child in element.children() {
                self.options_below(child);
            }
        }
        self.path.pop();
    }

    fn option(&mut self, pair: &Element, known: &'static [(&'static str, Kind)]) {
        let Some(name) = pair.attribute("name") else { return };
        let dashed = name.replace('_', "-");
        match known.iter().find(|(option, _)| *option == dashed) {
            Some((_, kind)) => {
                let value = pair.attribute("value").unwrap_or_default();
                let is_default = value.is_empty() || value.starts_with('#') || value == "default";
                if let Some(misfit) = misfit(*kind, value).filter(|_| !is_default) {
                    let what = format!("{name} is {}", misfit.what);
                    self.ignore(pair, Some("value"), what, misfit.hint);
                }
            }
            None => {
                if let Some(meant) = nearest(name, known.iter().map(|(option, _)| *option)) {
                    let hint = format!("did you mean '{meant}'?");
                    self.ignore(pair, Some("name"), format!("no option is called '{name}'"), hint);
                }
            }
        }
    }
}

/// Whether a cluster option of that name, with dashes, is known.
pub(crate) fn is_cluster_option(name: &str) -> bool {
    CLUSTER.iter().any(|(known, _)| *known == name)
}

/// The nvpairs of a set, wrapped or not.
pub(super) fn pairs(set: &Element) -> impl Iterator<Item = &Element> {
    let wrapped = set.children_named("attributes").flat_map(|wrapper| wrapper.children_named("nvpair"));
    set.children_named("nvpair").chain(wrapped).map(|pair| &**pair)
}
