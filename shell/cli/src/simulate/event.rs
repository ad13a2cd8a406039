//! What is changed and what is done while a CIB is played through: a line for people, an element for programs.

use cib::Element;
use std::fmt::{self, Display, Formatter};

/// One thing that was changed or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Whether there is quorum was set.
    Quorum(String),
    /// Whether there is a watchdog was set.
    Watchdog(String),
    /// A node was made to come, go or fail.
    Node {
        /// For people: `Bringing`, `Taking`, `Failing`.
        verb: &'static str,
        /// For people, behind the name: `online`, `offline` or nothing.
        state: &'static str,
        /// For programs: `Online`, `Offline`, `Failing`.
        word: &'static str,
        /// Which.
        node: String,
    },
    /// A ticket was changed.
    Ticket {
        /// For people: `Granting`, `Revoking`, `Making standby`, `Activating`.
        verb: &'static str,
        /// For programs.
        word: &'static str,
        /// Which.
        ticket: String,
    },
    /// A result was put into the history.
    Result(String),
    /// A failure was counted.
    Counted {
        /// The attribute's name.
        name: String,
        /// Its value.
        value: String,
        /// The id of the node.
        node: String,
    },
    /// A pseudo action was done.
    Pseudo {
        /// Its key.
        task: String,
        /// Where, if it is about a node.
        node: Option<String>,
    },
    /// A node was fenced.
    Fenced {
        /// Which.
        node: String,
        /// `reboot`, `off`, `on`.
        how: String,
    },
    /// The cluster did something itself.
    Cluster {
        /// What.
        task: String,
        /// For which resource.
        resource: Option<String>,
        /// Where.
        node: String,
    },
    /// An agent ran.
    Agent {
        /// For which resource.
        resource: String,
        /// What.
        operation: String,
        /// In ms; 0 for once.
        interval: u64,
        /// Where.
        node: String,
    },
    /// An action was made to fail.
    Failed {
        /// Its number in the graph.
        action: usize,
        /// With which code.
        code: u8,
    },
}

impl Display for Event {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quorum(value) => write!(out, "Setting quorum: {value}"),
            Self::Watchdog(value) => write!(out, "Setting watchdog: {value}"),
            Self::Node { verb, state: "", node, .. } => write!(out, "{verb} node {node}"),
            Self::Node { verb, state, node, .. } => write!(out, "{verb} node {node} {state}"),
            Self::Ticket { verb, ticket, .. } => write!(out, "{verb} ticket {ticket}"),
            Self::Result(spec) => write!(out, "Injecting {spec} into the configuration"),
            Self::Counted { name, value, node } => {
                write!(out, "Injecting attribute {name}={value} into /node_state '{node}'")
            }
            Self::Pseudo { task, node: None } => write!(out, "Pseudo action:   {task}"),
            Self::Pseudo { task, node: Some(node) } => write!(out, "Pseudo action:   {task} on {node}"),
            Self::Fenced { node, how } => write!(out, "Fencing {node} ({how})"),
            Self::Cluster { task, resource: None, node } => write!(out, "Cluster action:  {task} on {node}"),
            Self::Cluster { task, resource: Some(id), node } => {
                write!(out, "Cluster action:  {task} for {id} on {node}")
            }
            Self::Agent { resource, operation, interval: 0, node } => {
                write!(out, "Resource action: {resource:<15} {operation} on {node}")
            }
            Self::Agent { resource, operation, interval, node } => {
                write!(out, "Resource action: {resource:<15} {operation}={interval} on {node}")
            }
            Self::Failed { action, code } => write!(out, "Pretending action {action} failed with rc={code}"),
        }
    }
}

impl Event {
    /// For programs; what has no element of its own there is `None`.
    pub fn element(&self) -> Option<Element> {
        Some(match self {
            Self::Quorum(_) | Self::Watchdog(_) | Self::Failed { .. } => return None,
            Self::Node { word, node, .. } => Element::new("modify_node").with("action", word).with("node", node),
            Self::Ticket { word, ticket, .. } => {
                Element::new("modify_ticket").with("action", word).with("ticket", ticket)
            }
            Self::Result(spec) => Element::new("inject_spec").with("spec", spec),
            Self::Counted { name, value, node } => Element::new("inject_attr")
                .with("name", name)
                .with("value", value)
                .with("node_path", "/node_state")
                .with("cib_node", node),
            Self::Pseudo { task, node } => {
                with_some(Element::new("pseudo_action").with("task", task), "node", node.as_deref())
            }
            Self::Fenced { node, how } => Element::new("fencing_action").with("target", node).with("op", how),
            Self::Cluster { task, resource, node } => with_some(
                Element::new("cluster_action").with("task", task).with("node", node),
                "id",
                resource.as_deref(),
            ),
            Self::Agent { resource, operation, interval, node } => {
                let run = Element::new("rsc_action").with("resource", resource).with("op", operation);
                let every = (*interval > 0).then(|| interval.to_string());
                with_some(run.with("node", node), "interval", every.as_deref())
            }
        })
    }
}

fn with_some(element: Element, name: &str, value: Option<&str>) -> Element {
    match value {
        Some(value) => element.with(name, value),
        None => element,
    }
}
