//! The cluster's options, typed; old and new names are both read.

use crate::document::Document;
use crate::params::{Merge, Params};
use crate::plan::Finding;
use crate::rules::{Facts, NextChange};
use crate::values;
use cib::Element;
use model::Score;

/// What to do with resources in a partition without quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoQuorum {
    /// Leave what runs, start nothing new.
    Freeze,
    /// Stop everything.
    Stop,
    /// Act as if there were quorum.
    Ignore,
    /// Fence the partition's own nodes.
    Fence,
    /// Demote what is promoted, stop the rest.
    Demote,
}

/// How nodes of equal score are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// By number of resources.
    Default,
    /// Capacities must suffice; by number of resources.
    Utilization,
    /// Capacities must suffice; on as few nodes as possible.
    Minimal,
    /// Capacities must suffice; on the node with most capacity left.
    Balanced,
}

/// How node health turns into scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Not at all.
    None,
    /// Red bans.
    MigrateOnRed,
    /// Red and yellow ban.
    OnlyGreen,
    /// The configured scores, from a base.
    Progressive,
    /// The configured scores; rules do the rest.
    Custom,
}

/// The cluster's options.
#[allow(clippy::struct_excessive_bools, reason = "independent options, each read on its own")]
#[derive(Clone, Debug)]
pub struct Options {
    /// As configured, by name.
    pub all: Params,
    /// Whether the partition has quorum.
    pub quorate: bool,
    /// Without quorum.
    pub no_quorum: NoQuorum,
    /// Whether fencing is enabled.
    pub fencing: bool,
    /// `reboot` or `off`.
    pub fence_action: String,
    /// Whether several nodes may be fenced at once.
    pub concurrent_fencing: bool,
    /// Extra delay for the loser of a split, in ms.
    pub priority_fencing_ms: u64,
    /// Whether nodes never seen are fenced.
    pub startup_fencing: bool,
    /// Whether a watchdog may fence.
    pub have_watchdog: bool,
    /// Whether remote nodes may be fenced without quorum.
    pub fence_remote_without_quorum: bool,
    /// Whether resources may run where no constraint speaks against it.
    pub symmetric: bool,
    /// Nobody touches anything.
    pub maintenance: bool,
    /// Everything stops.
    pub stop_all: bool,
    /// Whether resources are looked for at start.
    pub probes: bool,
    /// Whether resources that left the configuration are stopped.
    pub stop_removed_resources: bool,
    /// Whether operations that left the configuration are cancelled.
    pub cancel_removed_actions: bool,
    /// Whether one failed start bans a node.
    pub start_failure_fatal: bool,
    /// How equal nodes are told apart.
    pub strategy: Strategy,
    /// How health counts.
    pub health: Health,
    /// The scores of red, yellow and green.
    pub health_scores: [Score; 3],
    /// Where a progressive sum begins.
    pub health_base: Score,
    /// Whether a clean shutdown keeps resources where they were.
    pub shutdown_lock: bool,
    /// For how long, in ms; zero: for ever.
    pub shutdown_lock_ms: u64,
    /// How long a node may join the membership without its controller, in ms; zero: for ever.
    pub node_pending_ms: u64,
    /// Whether the semantics of Heartbeat 2 apply where they differ.
    pub heartbeat2: bool,
}

const SECOND_NAMES: [(&str, &str); 9] = [
    ("fencing-enabled", "stonith-enabled"),
    ("fencing-action", "stonith-action"),
    ("fencing-timeout", "stonith-timeout"),
    ("no-quorum-policy", "no_quorum_policy"),
    ("symmetric-cluster", "symmetric_cluster"),
    ("stop-removed-resources", "stop-orphan-resources"),
    ("cancel-removed-actions", "stop-orphan-actions"),
    ("fencing-reaction", "fence-reaction"),
    ("fencing-max-attempts", "stonith-max-attempts"),
];

impl Options {
    /// Reads `crm_config`.
    pub(crate) fn read(
        cib: &Element,
        document: &Document,
        now: i64,
        next: &mut NextChange,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let mut all = Params::default();
        if let Some(section) = cib.child("configuration").and_then(|c| c.child("crm_config")) {
            let from =
                Merge { document, facts: Facts { now, ..Facts::default() }, first: Some("cib-bootstrap-options") };
            all.merge_sets(&from, section, "cluster_property_set", next);
        }
        for (name, second) in SECOND_NAMES {
            if let Some(value) = all.get(second).map(str::to_owned) {
                all.offer(name, &value);
            }
        }
        let quorate = values::is_true(cib.attribute("have-quorum").or_else(|| cib.attribute("have_quorum")));
        Self::typed(all, quorate, values::is_true(cib.attribute("no-quorum-panic")), findings)
    }

    fn typed(all: Params, quorate: bool, panic: bool, findings: &mut Vec<Finding>) -> Self {
        let flag = |name: &str, default: bool| all.get(name).and_then(values::boolean).unwrap_or(default);
        let span = |name: &str, default: u64| all.get(name).and_then(values::span_ms).unwrap_or(default);
        let word = |name: &str| all.get(name).unwrap_or_default().to_ascii_lowercase();
        let fencing = flag("fencing-enabled", true);
        let no_quorum = match word("no-quorum-policy").as_str() {
            "ignore" => NoQuorum::Ignore,
            "freeze" => NoQuorum::Freeze,
            "demote" => NoQuorum::Demote,
            "fence" | "suicide" if !fencing => {
                findings.push(Finding {
                    is_error: true,
                    element: "no-quorum-policy".to_owned(),
                    text: "resetting no-quorum-policy to 'stop' because fencing is disabled; enable fencing or choose another policy"
                        .to_owned(),
                });
                NoQuorum::Stop
            }
            "fence" | "suicide" if quorate || panic => NoQuorum::Fence,
            _ => NoQuorum::Stop,
        };
        let health = match word("node-health-strategy").as_str() {
            "migrate-on-red" => Health::MigrateOnRed,
            "only-green" => Health::OnlyGreen,
            "progressive" => Health::Progressive,
            "custom" => Health::Custom,
            _ => Health::None,
        };
        let strategy = match word("placement-strategy").as_str() {
            "utilization" => Strategy::Utilization,
            "minimal" => Strategy::Minimal,
            "balanced" => Strategy::Balanced,
            _ => Strategy::Default,
        };
        let score = |name: &str, default: Score| all.get(name).and_then(Score::parse).unwrap_or(default);
        let bad = Score::MINUS_INFINITY;
        let health_scores = match health {
            Health::None => [Score::ZERO; 3],
            Health::MigrateOnRed => [bad, Score::ZERO, Score::ZERO],
            Health::OnlyGreen => [bad, bad, Score::ZERO],
            Health::Progressive | Health::Custom => [
                score("node-health-red", bad),
                score("node-health-yellow", Score::ZERO),
                score("node-health-green", Score::ZERO),
            ],
        };
        Self {
            quorate,
            no_quorum,
            fencing,
            fence_action: match word("fencing-action").as_str() {
                "off" | "poweroff" => "off".to_owned(),
                _ => "reboot".to_owned(),
            },
            concurrent_fencing: flag("concurrent-fencing", true),
            priority_fencing_ms: span("priority-fencing-delay", 0),
            startup_fencing: fencing && flag("startup-fencing", true),
            have_watchdog: flag("have-watchdog", false),
            fence_remote_without_quorum: flag("fence-remote-without-quorum", false),
            symmetric: flag("symmetric-cluster", true),
            maintenance: flag("maintenance-mode", false),
            stop_all: flag("stop-all-resources", false),
            probes: flag("enable-startup-probes", true),
            stop_removed_resources: flag("stop-removed-resources", true),
            cancel_removed_actions: flag("cancel-removed-actions", true),
            start_failure_fatal: flag("start-failure-is-fatal", true),
            strategy,
            health,
            health_scores,
            health_base: score("node-health-base", Score::ZERO),
            shutdown_lock: flag("shutdown-lock", false),
            shutdown_lock_ms: span("shutdown-lock-limit", 0),
            node_pending_ms: span("node-pending-timeout", 0),
            heartbeat2: all.get("compatibility") == Some("heartbeat-2"),
            all,
        }
    }

    /// The configured text of an option, or its default.
    pub fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.all.get(name).unwrap_or(default)
    }

    /// Reads a score that may also be `red`, `yellow` or `green`.
    pub(crate) fn score(&self, text: &str) -> Option<Score> {
        let colour = ["red", "yellow", "green"].iter().position(|colour| text.eq_ignore_ascii_case(colour));
        match colour {
            Some(colour) => Some(self.health_scores[colour]),
            None => Score::parse(text).or_else(|| values::leading_integer(text).map(Score::new)),
        }
    }
}
