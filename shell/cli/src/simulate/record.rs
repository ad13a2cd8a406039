//! Results as the status section records them, written as a cluster would have.

use cib::Element;
use model::WallTime;
use std::sync::Arc;

/// An operation that ended.
#[derive(Debug)]
pub(super) struct Result<'a> {
    /// `start`, `monitor`, ...
    pub task: &'a str,
    /// In ms.
    pub interval: u64,
    /// For a notification: when and about what, `pre_notify_start`.
    pub notice: Option<String>,
    /// Where.
    pub node: &'a str,
    /// What the agent answered.
    pub code: u8,
    /// What it was to answer.
    pub expected: u8,
    /// Of the parameters it ran with; may be empty.
    pub digest: String,
    /// The source and target of a live migration.
    pub migration: Option<(&'a str, &'a str)>,
    /// When.
    pub at: WallTime,
}

/// Stands in the keys of results for the plan they belong to: for none that a cluster made.
const NO_CLUSTER: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// The agent that a record names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agent<'a> {
    pub class: &'a str,
    pub provider: Option<&'a str>,
    pub kind: &'a str,
}

/// A CIB whose status section is written to.
#[derive(Debug)]
pub(super) struct Book {
    cib: Element,
}

impl Book {
    pub(super) fn new(cib: &Element) -> Self {
        Self { cib: cib.clone() }
    }

    pub(super) fn into_cib(self) -> Element {
        self.cib
    }

    /// The outermost element.
    pub(super) fn root(&mut self) -> &mut Element {
        &mut self.cib
    }

    /// A section of the configuration, made where there is none.
    pub(super) fn section(&mut self, name: &str) -> &mut Element {
        child(child(&mut self.cib, "configuration", None), name, None)
    }

    /// The tickets' states.
    pub(super) fn tickets(&mut self) -> &mut Element {
        child(child(&mut self.cib, "status", None), "tickets", None)
    }

    /// A node's entry in the status section, made where there is none under the given id.
    pub(super) fn state(&mut self, node: &str, id: Option<&str>) -> &mut Element {
        let id = id.map_or_else(|| configured_id(&self.cib, node).unwrap_or(node.to_owned()), str::to_owned);
        let status = child(&mut self.cib, "status", None);
        let states = status.children().iter();
        let known = states.clone().position(|state| state.attribute("uname") == Some(node));
        let place = known.or_else(|| states.clone().position(|s| s.name() == "node_state" && s.id() == Some(&id)));
        let place = place.unwrap_or_else(|| {
            status.children_mut().push(Arc::new(Element::new("node_state").with("id", &id)));
            status.children().len() - 1
        });
        let state = Arc::make_mut(&mut status.children_mut()[place]);
        state.set("uname", node);
        state
    }

    /// Says whether a node is there; forgets nothing.
    pub(super) fn set_membership(&mut self, node: &str, up: bool) -> &mut Element {
        let state = self.state(node, None);
        let words = if up { ["true", "online", "member", "member"] } else { ["false", "offline", "down", "down"] };
        for (name, word) in ["in_ccm", "crmd", "join", "expected"].into_iter().zip(words) {
            state.set(name, word);
        }
        state
    }

    /// What happens to a node's entry when the node goes down: its history and transient attributes are forgotten.
    pub(super) fn take_down(&mut self, node: &str) {
        let state = self.set_membership(node, false);
        state.children_mut().retain(|part| !matches!(part.name(), "lrm" | "transient_attributes"));
    }

    /// Records a result of a resource under the first of its names that the node's history knows, else under the last.
    pub(super) fn add(&mut self, id: Option<&str>, names: [&str; 2], agent: Agent<'_>, result: &Result<'_>) {
        let state = self.state(result.node, id);
        let record = resource(state, names, agent);
        let name = record.id().unwrap_or_default().to_owned();
        let call = 1 + record
            .children()
            .iter()
            .filter_map(|op| op.attribute("call-id")?.parse::<i64>().ok())
            .fold(0, i64::max);
        for entry in ids(&name, result) {
            let op = child(record, "lrm_rsc_op", Some(&entry));
            write(op, &name, call, result);
        }
    }

    /// Forgets a recurring operation that was cancelled.
    pub(super) fn cancel(&mut self, node: &str, names: [&str; 2], operation: &str) {
        self.records(node, |record| {
            let known = record.id().unwrap_or_default().to_owned();
            if names.contains(&known.as_str()) {
                let gone = format!("{known}_{operation}");
                record.children_mut().retain(|op| op.id() != Some(&gone));
            }
        });
    }

    fn records(&mut self, node: &str, mut change: impl FnMut(&mut Element)) {
        let state = self.state(node, None);
        for part in state.children_mut().iter_mut().filter(|part| part.name() == "lrm") {
            for list in Arc::make_mut(part).children_mut() {
                Arc::make_mut(list).children_mut().iter_mut().for_each(|record| change(Arc::make_mut(record)));
            }
        }
    }

    /// A transient attribute's value.
    pub(super) fn attribute(&mut self, node: &str, name: &str) -> Option<String> {
        let state = self.state(node, None);
        let pairs = state.child("transient_attributes")?.child("instance_attributes")?.children();
        let pair = pairs.iter().find(|pair| pair.attribute("name") == Some(name))?;
        pair.attribute("value").map(str::to_owned)
    }

    /// Sets a transient attribute; answers the id of the node.
    pub(super) fn set_attribute(&mut self, node: &str, name: &str, value: &str) -> String {
        let state = self.state(node, None);
        let id = state.id().unwrap_or(node).to_owned();
        let list = child(child(state, "transient_attributes", Some(&id)), "instance_attributes", None);
        if list.id().is_none() {
            list.set("id", &format!("status-{id}"));
        }
        set_pair(list, &format!("status-{id}-{}", name.replace(['#', ':'], "-")), name, value);
        id
    }
}

/// Sets the value of a name in a list of pairs.
pub(super) fn set_pair(list: &mut Element, id: &str, name: &str, value: &str) {
    let known = list.children().iter().position(|pair| pair.attribute("name") == Some(name));
    match known {
        Some(place) => Arc::make_mut(&mut list.children_mut()[place]).set("value", value),
        None => {
            let pair = Element::new("nvpair").with("id", id).with("name", name).with("value", value);
            list.children_mut().push(Arc::new(pair));
        }
    }
}

/// The first child of a tag, and of an id if one is given; made where there is none.
pub(super) fn child<'a>(parent: &'a mut Element, tag: &str, id: Option<&str>) -> &'a mut Element {
    let fits = |child: &Arc<Element>| child.name() == tag && (id.is_none() || child.id() == id);
    let place = parent.children().iter().position(fits).unwrap_or_else(|| {
        let new = id.map_or_else(|| Element::new(tag), |id| Element::new(tag).with("id", id));
        parent.children_mut().push(Arc::new(new));
        parent.children().len() - 1
    });
    Arc::make_mut(&mut parent.children_mut()[place])
}

fn configured_id(cib: &Element, node: &str) -> Option<String> {
    let nodes = cib.child("configuration")?.child("nodes")?;
    let found = nodes.children().iter().find(|known| known.attribute("uname") == Some(node))?;
    found.id().map(str::to_owned)
}

fn resource<'a>(state: &'a mut Element, names: [&str; 2], agent: Agent<'_>) -> &'a mut Element {
    let id = state.id().unwrap_or_default().to_owned();
    let tag = if state.child("lrm").is_some() { None } else { Some(id.as_str()) };
    let list = child(child(state, "lrm", tag), "lrm_resources", None);
    let places = |name: &str| {
        let all = list.children().iter().enumerate();
        all.filter(|(_, record)| record.id() == Some(name)).map(|(place, _)| place).collect::<Vec<usize>>()
    };
    // A name that stands there twice tells nothing: the result gets a record of its own.
    let known = names.iter().find_map(|name| <[usize; 1]>::try_from(places(name)).ok());
    let place = known.map_or(list.children().len(), |[place]| place);
    if place == list.children().len() {
        let mut record = Element::new("lrm_resource").with("id", names[1]).with("class", agent.class);
        agent.provider.iter().for_each(|provider| record.set("provider", provider));
        list.children_mut().push(Arc::new(record.with("type", agent.kind)));
    }
    Arc::make_mut(&mut list.children_mut()[place])
}

/// A successful reload counts as a start.
fn recorded_task<'a>(result: &Result<'a>) -> &'a str {
    if matches!(result.task, "reload" | "reload-agent") { "start" } else { result.task }
}

/// Under which ids a result is kept: a failure beside the last result, a recurring operation and a migration for itself.
fn ids(name: &str, result: &Result<'_>) -> Vec<String> {
    let (task, interval) = (recorded_task(result), result.interval);
    if let Some(notice) = &result.notice {
        vec![format!("{name}_{notice}_0")]
    } else if matches!(task, "migrate_to" | "migrate_from") || (interval > 0 && result.code == result.expected) {
        vec![format!("{name}_{task}_{interval}")]
    } else if result.code == result.expected {
        vec![format!("{name}_last_0")]
    } else if interval > 0 {
        vec![format!("{name}_last_failure_0")]
    } else {
        vec![format!("{name}_last_failure_0"), format!("{name}_last_0")]
    }
}

fn write(op: &mut Element, name: &str, call: i64, result: &Result<'_>) {
    let (task, interval, code) = (recorded_task(result), result.interval.to_string(), result.code.to_string());
    let key = format!("{call}:-1:{}:{NO_CLUSTER}", result.expected);
    let at = result.at.seconds().to_string();
    for (attribute, value) in [
        ("operation_key", format!("{name}_{task}_{interval}").as_str()),
        ("operation", task),
        ("crm-debug-origin", "crm_simulate"),
        ("transition-key", &key),
        ("transition-magic", &format!("0:{code};{key}")),
        ("exit-reason", ""),
        ("on_node", result.node),
        ("call-id", &call.to_string()),
        ("rc-code", &code),
        ("op-status", "0"),
        ("interval", &interval),
        ("last-rc-change", &at),
        ("exec-time", "0"),
        ("queue-time", "0"),
    ] {
        op.set(attribute, value);
    }
    if let Some((source, target)) = result.migration {
        op.set("migrate_source", source);
        op.set("migrate_target", target);
    }
    if !result.digest.is_empty() {
        op.set("op-digest", &result.digest);
    }
}
