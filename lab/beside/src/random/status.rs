//! A random past: nodes that are there or not, and on each node what it remembers of each resource.

use super::Maker;
use cib::Element;

const UUID: &str = "5b3e5d5c-0000-4000-8000-000000000001";
const EPOCH: i64 = 1_700_000_000;

/// How a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Member,
    Left,
    Vanished,
}

/// What a node remembers last.
#[derive(Clone, Copy)]
enum Memory {
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
}

impl Maker {
    pub fn make_status(&mut self) -> Element {
        let mut status = Element::new("status");
        if self.rng.chance(500) {
            let granted = if self.rng.chance(500) { "true" } else { "false" };
            let ticket =
                Element::new("ticket_state").with("id", "T1").with("granted", granted).with("standby", "false");
            status = status.with_child(Element::new("tickets").with_child(ticket));
        }
        let quiet = self.rng.chance(250);
        for (n, name) in self.nodes.clone().into_iter().enumerate() {
            let standing = match self.rng.below(20) {
                0 if n > 0 => Standing::Left,
                1 if n > 0 => Standing::Vanished,
                _ => Standing::Member,
            };
            let state = self.node_state(n, &name, standing, quiet);
            status = status.with_child(state);
        }
        status
    }

    fn node_state(&mut self, n: usize, name: &str, standing: Standing, quiet: bool) -> Element {
        let (member, crmd, join, expected) = match standing {
            Standing::Member => ("true", "online", "member", "member"),
            Standing::Left => ("false", "offline", "down", "down"),
            Standing::Vanished => ("false", "offline", "member", "member"),
        };
        let id = (n + 1).to_string();
        let mut state = Element::new("node_state")
            .with("id", &id)
            .with("uname", name)
            .with("in_ccm", member)
            .with("crmd", crmd)
            .with("join", join)
            .with("expected", expected);
        if let Some(attributes) = self.transient(&id) {
            state = state.with_child(attributes);
        }
        let mut histories = Element::new("lrm_resources");
        if !quiet {
            for history in self.histories(n, name) {
                histories = histories.with_child(history);
            }
        }
        state.with_child(Element::new("lrm").with("id", &id).with_child(histories))
    }

    fn transient(&mut self, id: &str) -> Option<Element> {
        let members: Vec<String> = self.resources.iter().flat_map(|r| r.members.clone()).collect();
        let promotable: Vec<String> =
            self.resources.iter().filter(|r| r.promotable).flat_map(|r| r.members.clone()).collect();
        let mut set = Element::new("instance_attributes").with("id", &format!("status-{id}"));
        let mut add = |maker: &mut Self, name: String, value: &str| {
            let pair = Element::new("nvpair").with("id", &maker.id("status")).with("name", &name).with("value", value);
            set.children_mut().push(pair.into());
        };
        for member in promotable {
            if self.rng.chance(700) {
                let scores = ["5", "10", "-1", "100"];
                let score = *self.pick(&scores);
                add(self, format!("master-{member}"), score);
            }
        }
        for member in members {
            if self.rng.chance(60) {
                let counts = ["1", "2", "INFINITY"];
                let count = *self.pick(&counts);
                add(self, format!("fail-count-{member}#monitor_10000"), count);
                add(self, format!("last-failure-{member}#monitor_10000"), &EPOCH.to_string());
            }
        }
        (!set.children().is_empty()).then(|| Element::new("transient_attributes").with("id", id).with_child(set))
    }

    fn histories(&mut self, n: usize, name: &str) -> Vec<Element> {
        let mut all = vec![history("fencing", ("stonith", "fence_dummy"), name, Memory::FoundStopped)];
        let resources: Vec<(Vec<String>, bool, bool, bool)> =
            self.resources.iter().map(|r| (r.members.clone(), r.cloned, r.promotable, r.unique)).collect();
        for (at, (members, cloned, promotable, unique)) in resources.into_iter().enumerate() {
            let home = cloned || at % self.nodes.len() == n;
            for member in members {
                let memory = self.memory(home, promotable);
                let id = if unique { format!("{member}:{n}") } else { member };
                let agent = ("ocf", if promotable { "Stateful" } else { "Dummy" });
                all.push(history(&id, agent, name, memory));
            }
        }
        if self.rng.chance(60) {
            let memory = self.memory(true, false);
            all.push(history("removed", ("ocf", "Dummy"), name, memory));
        }
        all
    }

    fn memory(&mut self, home: bool, promotable: bool) -> Memory {
        let bad = self.rng.below(24);
        match (home, bad) {
            (_, 0) => Memory::Nothing,
            (_, 1) => Memory::Stopped,
            (_, 2) => Memory::FoundRunning,
            (true, 3) => Memory::MonitorFailed,
            (true, 4) => Memory::StartFailed,
            (true, 5) => Memory::StopFailed,
            (true, 6) => Memory::StartPending,
            (true, _) if promotable && bad > 16 => Memory::Promoted,
            (true, _) => Memory::Started,
            (false, _) => Memory::FoundStopped,
        }
    }
}

fn history(id: &str, (class, agent): (&str, &str), node: &str, memory: Memory) -> Element {
    let mut history = Element::new("lrm_resource").with("id", id).with("type", agent).with("class", class);
    if class == "ocf" {
        history.set("provider", "pacemaker");
    }
    let last = |task, code, expected, status| Entry {
        id: format!("{id}_last_0"),
        key: "0",
        task,
        interval: "0",
        code,
        expected,
        status,
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
    };
    for (at, entry) in entries.into_iter().enumerate() {
        history = history.with_child(operation(id, node, at, &entry));
    }
    history
}

fn operation(rsc: &str, node: &str, at: usize, entry: &Entry<'_>) -> Element {
    let Entry { id, key, task, interval, code, expected, status } = entry;
    let call = if *status == "-1" { "-1".to_owned() } else { (at + 10).to_string() };
    let transition = format!("{}:1:{expected}:{UUID}", at + 1);
    Element::new("lrm_rsc_op")
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
        .with("queue-time", "0")
}
