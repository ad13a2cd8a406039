//! What a node remembers of a resource: a plain success, nothing, or one of the ways in which things go wrong.

use super::Maker;
use super::resources::Agent;
use super::status::EPOCH;
use cib::Element;

const UUID: &str = "5b3e5d5c-0000-4000-8000-000000000001";

/// What a node remembers last.
#[derive(Clone, Copy)]
pub(super) enum Memory {
    Nothing,
    FoundStopped,
    FoundRunning,
    Started,
    Promoted,
    Stopped,
    MonitorFailed,
    StartFailed,
    StopFailed,
    StartPending,
    /// A migration to this node succeeded.
    MigratedHere,
    /// The target of a migration knows it, and the source did not stop it yet.
    MigratedAway,
    /// It was started with other parameters.
    OtherParameters,
}

/// One entry: what differs from a plain success.
struct Entry<'a> {
    id: String,
    key: &'a str,
    task: &'a str,
    interval: &'a str,
    code: i32,
    expected: i32,
    status: &'a str,
    /// Attributes that few entries have.
    more: &'a [(&'a str, &'a str)],
}

impl Maker {
    pub(super) fn memory(&mut self, home: bool, promotable: bool) -> Memory {
        let bad = self.rng.below(26);
        match (home, bad) {
            (_, 0) => Memory::Nothing,
            (_, 1) => Memory::Stopped,
            (_, 2) => Memory::FoundRunning,
            (true, 3) => Memory::MonitorFailed,
            (true, 4) => Memory::StartFailed,
            (true, 5) => Memory::StopFailed,
            (true, 6) => Memory::StartPending,
            (true, 7) => Memory::OtherParameters,
            (true, 8) => Memory::MigratedHere,
            (_, 9) => Memory::MigratedAway,
            (true, _) if promotable && bad > 16 => Memory::Promoted,
            (true, _) => Memory::Started,
            (false, _) => Memory::FoundStopped,
        }
    }
}

/// What a node remembers of a resource.
pub(super) fn history(id: &str, agent: Agent, node: &str, memory: Memory) -> Element {
    let mut history = agent.mark(Element::new("lrm_resource").with("id", id));
    let last = |task, code, expected, status| Entry {
        id: format!("{id}_last_0"),
        key: "0",
        task,
        interval: "0",
        code,
        expected,
        status,
        more: &[],
    };
    let monitor =
        Entry { id: format!("{id}_monitor_10000"), interval: "10000", key: "10000", ..last("monitor", 0, 0, "0") };
    let failed = |entry: Entry<'static>| Entry { id: format!("{id}_last_failure_0"), ..entry };
    let entries = match memory {
        Memory::Nothing => vec![],
        Memory::FoundStopped => vec![last("monitor", 7, 7, "0")],
        Memory::FoundRunning => vec![last("monitor", 0, 7, "0")],
        Memory::Started => vec![last("start", 0, 0, "0"), monitor],
        Memory::Promoted => vec![last("promote", 0, 0, "0")],
        Memory::Stopped => vec![last("stop", 0, 0, "0")],
        Memory::MonitorFailed => vec![
            last("start", 0, 0, "0"),
            failed(Entry { interval: "10000", key: "10000", ..last("monitor", 7, 0, "0") }),
        ],
        Memory::StartFailed => vec![last("start", 1, 0, "0"), failed(last("start", 1, 0, "0"))],
        Memory::StopFailed => vec![last("stop", 1, 0, "0"), failed(last("stop", 1, 0, "0"))],
        Memory::StartPending => vec![last("start", 193, 0, "-1")],
        Memory::MigratedHere => {
            vec![Entry {
                more: &[("migrate_source", "n1"), ("migrate_target", "n2")],
                ..last("migrate_from", 0, 0, "0")
            }]
        }
        Memory::MigratedAway => {
            vec![Entry { more: &[("migrate_source", "n1"), ("migrate_target", "n2")], ..last("migrate_to", 0, 0, "0") }]
        }
        Memory::OtherParameters => {
            vec![
                Entry { more: &[("op-digest", "00000000000000000000000000000000")], ..last("start", 0, 0, "0") },
                monitor,
            ]
        }
    };
    for (at, entry) in entries.into_iter().enumerate() {
        history = history.with_child(operation(id, node, at, &entry));
    }
    history
}

fn operation(rsc: &str, node: &str, at: usize, entry: &Entry<'_>) -> Element {
    let Entry { id, key, task, interval, code, expected, status, more } = entry;
    let call = if *status == "-1" { "-1".to_owned() } else { (at + 10).to_string() };
    let transition = format!("{}:1:{expected}:{UUID}", at + 1);
    let entry = Element::new("lrm_rsc_op")
        .with("id", id)
        .with("operation_key", &format!("{rsc}_{task}_{key}"))
        .with("operation", task)
        .with("crm_feature_set", "3.16.1")
        .with("transition-key", &transition)
        .with("transition-magic", &format!("{status}:{code};{transition}"))
        .with("on_node", node)
        .with("call-id", &call)
        .with("rc-code", &code.to_string())
        .with("op-status", status)
        .with("interval", interval)
        .with("last-rc-change", &EPOCH.to_string())
        .with("exec-time", "5")
        .with("queue-time", "0");
    more.iter().fold(entry, |entry, (name, value)| entry.with(name, value))
}
