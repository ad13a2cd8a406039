//! Random options of the cluster, and its nodes with what they offer.

use super::Maker;
use cib::Element;
use std::sync::Arc;

impl Maker {
    pub(super) fn options(&mut self) -> Element {
        let fencing: &[&str] = if self.rng.chance(700) { &["true"] } else { &["false"] };
        let set = self.pairs(
            "cluster_property_set",
            &[
                ("stonith-enabled", fencing, 1000),
                ("no-quorum-policy", &["stop", "ignore", "freeze", "demote", "suicide"], 400),
                ("symmetric-cluster", &["true", "false"], 100),
                ("placement-strategy", &["default", "utilization", "minimal", "balanced"], 200),
                ("start-failure-is-fatal", &["true", "false"], 200),
                ("concurrent-fencing", &["true", "false"], 100),
                ("maintenance-mode", &["true", "false"], 40),
                ("stop-all-resources", &["true", "false"], 40),
                ("enable-startup-probes", &["false"], 40),
                ("stop-orphan-resources", &["false"], 60),
                ("stop-orphan-actions", &["false"], 40),
                ("stonith-action", &["off", "reboot"], 100),
                ("startup-fencing", &["false"], 60),
                ("priority-fencing-delay", &["15s"], 100),
                ("shutdown-lock", &["true"], 80),
                ("shutdown-lock-limit", &["1h", "100000h"], 30),
                ("have-watchdog", &["true"], 60),
                ("stonith-watchdog-timeout", &["10s"], 40),
                ("node-health-strategy", &["migrate-on-red", "only-green", "progressive", "custom"], 120),
                ("node-health-base", &["10"], 40),
                ("node-health-yellow", &["-5"], 40),
            ],
        );
        let mut section = Element::new("crm_config");
        section.children_mut().extend(set.map(Arc::new));
        section
    }

    pub(super) fn configured_nodes(&mut self) -> Element {
        let mut section = Element::new("nodes");
        for (n, name) in self.nodes.clone().into_iter().enumerate() {
            let node = Element::new("node").with("id", &(n + 1).to_string()).with("uname", &name);
            section = section.with_child(self.equipped(node));
        }
        for guest in self.guests.clone() {
            if guest.recorded {
                let node =
                    Element::new("node").with("id", &guest.name).with("uname", &guest.name).with("type", "remote");
                section = section.with_child(self.equipped(node));
            }
        }
        section
    }

    /// A node with its attributes and capacities.
    fn equipped(&mut self, mut node: Element) -> Element {
        let sets = [
            self.pairs(
                "instance_attributes",
                &[
                    ("standby", &["on"], 60),
                    ("maintenance", &["true"], 30),
                    ("zone", &["east", "west"], 500),
                    ("rank", &["1", "20", "3.5"], 900),
                    ("#health-disk", &["red", "yellow", "green"], 60),
                ],
            ),
            self.pairs("utilization", &[("cpu", &["2", "4", "8"], 400), ("memory", &["1000", "2000"], 300)]),
        ];
        node.children_mut().extend(sets.into_iter().flatten().map(Arc::new));
        node
    }
}
