//! Configured operations: which one applies to an action, and its meta attributes after defaults and rules.

use crate::cluster::Cluster;
use crate::ids::{NodeIx, RscIx};
use crate::params::{Merge, Params};
use crate::plan::Finding;
use crate::rules::Facts;
use crate::task::Task;
use crate::values;
use cib::Element;
use model::Role;
use std::sync::Arc;

/// Timeout of operations that configure none, in ms.
const TIMEOUT_DEFAULT_MS: u64 = 20_000;

/// An operation's configuration as it applies now.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// Its element, if it is configured.
    pub config: Option<Arc<Element>>,
    /// Its meta attributes: `timeout` and `interval` in ms, no `id`.
    pub meta: Params,
}

/// An `op` element, read once.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The element.
    pub xml: Arc<Element>,
    /// Its `name`; empty without one.
    pub name: Arc<str>,
    /// In ms; zero for once.
    pub interval: u64,
    /// Whether it is not switched off.
    pub enabled: bool,
}

impl Configured {
    pub(crate) fn of(xml: &Arc<Element>) -> Self {
        Self {
            xml: Arc::clone(xml),
            name: Arc::from(xml.attribute("name").unwrap_or_default()),
            interval: values::span_or_zero(xml.attribute("interval")),
            enabled: xml.attribute("enabled").and_then(values::boolean) != Some(false),
        }
    }
}

/// What a failure leads to, from least to most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnFail {
    /// Nothing.
    Ignore,
    /// Demotion.
    Demote,
    /// A stop and a start.
    Restart,
    /// The connection is reset.
    ResetRemote,
    /// What it runs inside of restarts.
    RestartContainer,
    /// A ban of the node.
    Ban,
    /// Nobody touches the resource.
    Block,
    /// A stop.
    Stop,
    /// The node hosts nothing any more.
    Standby,
    /// The node is fenced.
    Fence,
}

impl OnFail {
    /// The word of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Demote => "demote",
            Self::Restart => "restart",
            Self::Ban => "migrate",
            Self::Block => "block",
            Self::Stop => "stop",
            Self::Standby => "standby",
            Self::Fence => "fence",
            Self::RestartContainer => "restart-container",
            Self::ResetRemote => "reset-remote",
        }
    }
}

fn is_promoted_role(op: &Element) -> bool {
    op.attribute("role").and_then(Role::parse) == Some(Role::Promoted)
}

impl Cluster {
    /// The configured operation of exactly that name and interval; migrations fall back to `migrate`.
    pub(crate) fn find_operation(
        &self,
        rsc: RscIx,
        task: Task,
        interval: u64,
        disabled_too: bool,
    ) -> Option<&Arc<Element>> {
        let exact = |word: &str, interval: u64| {
            let mut ops = self.rscs[rsc].ops.iter();
            ops.find(|op| op.interval == interval && *op.name == *word && (disabled_too || op.enabled))
                .map(|op| &op.xml)
        };
        let migration = matches!(task, Task::MigrateTo | Task::MigrateFrom);
        exact(self.word(task), interval).or_else(|| if migration { exact("migrate", 0) } else { None })
    }

    /// An operation as it applies now, worked out once.
    pub(crate) fn operation(&mut self, rsc: RscIx, task: Task, interval: u64, node: Option<NodeIx>) -> Arc<Operation> {
        if let Some(operation) = self.rscs[rsc].learned.operation((task, interval)) {
            return Arc::clone(operation);
        }
        let twin = self.rscs[rsc].twin.map(|twin| &self.rscs[twin].learned);
        if let Some(operation) = twin.and_then(|learned| learned.lasting_operation((task, interval))).cloned() {
            self.rscs[rsc].learned.keep_operation((task, interval), &operation, true);
            return operation;
        }
        let config = self.find_operation(rsc, task, interval, true).cloned();
        let config = match (config, task) {
            (None, Task::Notify) => self.find_operation(rsc, Task::Notify, 0, true).cloned(),
            (config, _) => config,
        };
        let findings = self.findings.len();
        let meta = self.operation_meta(rsc, task, interval, node, config.as_deref());
        let operation = Arc::new(Operation { config, meta });
        // Each plan says anew what is wrong, numbers other tasks anew, and asks the node about a fence device.
        let lasting =
            findings == self.findings.len() && !matches!(task, Task::Other(_)) && !self.rscs[rsc].fence_device;
        self.rscs[rsc].learned.keep_operation((task, interval), &operation, lasting);
        operation
    }

    fn operation_meta(
        &mut self,
        rsc: RscIx,
        task: Task,
        interval: u64,
        node: Option<NodeIx>,
        config: Option<&Element>,
    ) -> Params {
        let xml = Arc::clone(&self.rscs[rsc].xml);
        let word = self.word(task).to_owned();
        let mut next = self.next_change;
        let mut meta = Params::default();
        let facts = Facts {
            now: self.now,
            standard: xml.attribute("class"),
            provider: xml.attribute("provider"),
            agent: xml.attribute("type"),
            operation: Some((&word, interval)),
            ..Facts::default()
        };
        let from = Merge { document: &self.document, facts, first: None };
        if let Some(config) = config {
            meta.merge_sets(&from, config, "meta_attributes", &mut next);
            for (name, value) in config.attributes() {
                meta.set(name, value);
            }
        }
        let probe = task == Task::Monitor && interval == 0;
        if probe
            && meta.get("timeout").is_none()
            && let Some(timeout) = self.most_frequent_monitor(rsc).and_then(|op| op.attribute("timeout"))
        {
            meta.set("timeout", timeout);
        }
        if let Some(defaults) = &self.op_defaults {
            meta.merge_sets(&from, defaults, "meta_attributes", &mut next);
        }
        self.next_change = next;
        meta.remove("id");
        meta.remove("interval");
        if interval > 0 {
            meta.set("interval", &interval.to_string());
        }
        if self.rscs[rsc].fence_device
            && (probe || task == Task::Start)
            && let Some(timeout) = self.parameters(rsc, node).get("pcmk_monitor_timeout")
        {
            meta.set("timeout", timeout);
        }
        let timeout = meta.get("timeout").and_then(values::span_ms).filter(|ms| *ms > 0).unwrap_or(TIMEOUT_DEFAULT_MS);
        meta.set("timeout", &timeout.min(2_147_483_647).to_string());
        self.check_on_fail(rsc, task, config, &mut meta);
        self.set_start_delay(interval, &mut meta);
        meta
    }

    /// The monitor that runs most often lends its timeout to probes.
    fn most_frequent_monitor(&self, rsc: RscIx) -> Option<&Arc<Element>> {
        let monitors = self.rscs[rsc].ops.iter().filter(|op| &*op.name == "monitor" && op.enabled);
        monitors.filter(|op| op.interval > 0).min_by_key(|op| op.interval).map(|op| &op.xml)
    }

    fn set_start_delay(&self, interval: u64, meta: &mut Params) {
        if let Some(delay) = meta.get("start-delay") {
            let ms = values::span_ms(delay).unwrap_or(0).min(2_147_483_647).to_string();
            meta.set("start-delay", &ms);
        } else if let (Some(origin), Ok(seconds @ 1..)) =
            (meta.get("interval-origin"), i64::try_from(interval.div_ceil(1000)))
        {
            let Some(origin) = crate::calendar::parse(origin) else { return };
            let past = (self.now - origin) % seconds;
            let delay = if past <= 0 { -past } else { seconds - past };
            meta.set("start-delay", &(delay * 1000).to_string());
        }
    }

    /// Resets words of `on-fail` that make no sense for an operation, and lets demote inherit from the promoted monitor.
    fn check_on_fail(&mut self, rsc: RscIx, task: Task, config: Option<&Element>, meta: &mut Params) {
        let value = meta.get("on-fail").map(str::to_ascii_lowercase);
        if task == Task::Stop && matches!(value.as_deref(), Some("standby" | "demote" | "stop")) {
            meta.remove("on-fail");
            self.refuse_on_fail(rsc, "stop", value.as_deref());
        } else if task == Task::Demote && value.is_none() {
            let inherited = self.rscs[rsc].ops.iter().filter(|op| &*op.name == "monitor" && is_promoted_role(&op.xml));
            let mut inherited =
                inherited.filter(|op| op.interval > 0 && op.enabled).filter_map(|op| op.xml.attribute("on-fail"));
            if let Some(value) = inherited.rfind(|value| !value.eq_ignore_ascii_case("demote")) {
                meta.set("on-fail", value);
            }
        } else if task == Task::Forget && value.as_deref() != Some("ignore") {
            meta.set("on-fail", "ignore");
        } else if value.as_deref() == Some("demote") {
            let fits = config.is_some_and(|op| {
                let recurs = values::span_or_zero(op.attribute("interval")) > 0;
                let monitor = op.attribute("name") == Some("monitor") && recurs && is_promoted_role(op);
                op.attribute("name") == Some("promote") || monitor
            });
            if !fits {
                meta.remove("on-fail");
                self.refuse_on_fail(rsc, self.word(task).to_owned().as_str(), value.as_deref());
            }
        }
    }

    fn refuse_on_fail(&mut self, rsc: RscIx, task: &str, value: Option<&str>) {
        let element = self.rscs[rsc].id.to_string();
        let text = format!(
            "on-fail='{}' is not possible for {task} of {element}, its default applies; remove it",
            value.unwrap_or_default()
        );
        self.findings.push(Finding { is_error: true, element, text });
    }

    /// What a failure of an operation leads to.
    pub(crate) fn on_fail(&mut self, rsc: RscIx, task: Task, interval: u64, value: Option<&str>) -> OnFail {
        let word = value.map(str::to_ascii_lowercase);
        let mut explicit = match word.as_deref() {
            Some("block") => Some(OnFail::Block),
            Some("fence") if self.options.fencing => Some(OnFail::Fence),
            Some("fence" | "stop") => Some(OnFail::Stop),
            Some("standby") => Some(OnFail::Standby),
            Some("ignore" | "nothing") => Some(OnFail::Ignore),
            Some("migrate") => Some(OnFail::Ban),
            Some("restart") => Some(OnFail::Restart),
            Some("restart-container") => self.rscs[rsc].launcher.map(|_| OnFail::RestartContainer),
            Some("demote") => Some(OnFail::Demote),
            Some(_) | None => None,
        };
        let r = &self.rscs[rsc];
        let probe = task == Task::Monitor && interval == 0;
        let remote = r.is_connection && self.node_by_name(&r.id).is_some_and(|node| self.is_remote(node));
        let resets = remote && !probe && task != Task::Start;
        if resets && !r.managed {
            explicit = None;
        }
        explicit.unwrap_or(if r.launcher.is_some() {
            OnFail::RestartContainer
        } else if resets {
            if r.managed { OnFail::ResetRemote } else { OnFail::Stop }
        } else if task == Task::Stop {
            if self.options.fencing { OnFail::Fence } else { OnFail::Block }
        } else {
            OnFail::Restart
        })
    }

    /// The role that a failure leaves a resource with.
    pub(crate) fn role_after_failure(&self, rsc: RscIx, task: Task, on_fail: OnFail) -> Role {
        let stopped = on_fail == OnFail::Stop || (on_fail == OnFail::ResetRemote && self.rscs[rsc].reconnect_ms != 0);
        match (stopped, task) {
            (true, _) => Role::Stopped,
            (false, Task::Promote) => Role::Unpromoted,
            (false, _) => Role::Started,
        }
    }

    /// Instance parameters as a node sees them; without a node, those that depend on none.
    pub fn parameters(&self, rsc: RscIx, node: Option<NodeIx>) -> Params {
        let mut next = crate::rules::NextChange::default();
        let mut params = Params::default();
        let facts = Facts { now: self.now, node: node.map(|node| &self.nodes[node].attributes), ..Facts::default() };
        let from = Merge { document: &self.document, facts, first: None };
        let mut at = Some(rsc);
        while let Some(rsc) = at {
            params.merge_sets(&from, &self.rscs[rsc].xml, "instance_attributes", &mut next);
            at = self.rscs[rsc].parent;
        }
        params
    }

    /// Whether instance parameters are the same on every node: no rule has a say in them.
    pub(crate) fn same_parameters_everywhere(&self, rsc: RscIx, config: Option<&Element>) -> bool {
        let ruled = |element: &Element| {
            let mut sets = element.children_named("instance_attributes");
            sets.any(|set| self.document.resolve(set).is_none_or(|set| set.child("rule").is_some()))
        };
        let mut at = Some(rsc);
        while let Some(part) = at {
            if ruled(&self.rscs[part].xml) {
                return false;
            }
            at = self.rscs[part].parent;
        }
        !config.is_some_and(ruled)
    }

    /// Instance parameters that an operation adds to its resource's.
    pub(crate) fn operation_parameters(&self, config: Option<&Element>, node: NodeIx) -> Params {
        let mut params = Params::default();
        if let Some(config) = config {
            let facts = Facts { now: self.now, node: Some(&self.nodes[node].attributes), ..Facts::default() };
            let from = Merge { document: &self.document, facts, first: None };
            params.merge_sets(&from, config, "instance_attributes", &mut crate::rules::NextChange::default());
        }
        params
    }
}
