//! What is changed before a plan is made: nodes that come, go or fail, tickets, quorum, and results of operations.

use super::event::Event;
use super::record::{Agent, Book, Result, set_pair};
use super::spec::Spec;
use crate::failure::Failure;
use cib::Element;
use model::{OcfCode, Score, WallTime};
use policy::state::Cluster;
use std::sync::Arc;

/// One change, in the order of kinds in which they are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injection {
    /// A node comes.
    Up(String),
    /// A node goes down cleanly.
    Down(String),
    /// A node is lost.
    Fail(String),
    /// A ticket is granted.
    Grant(String),
    /// A ticket is revoked.
    Revoke(String),
    /// A ticket is about to be given away.
    Standby(String),
    /// A ticket is no longer about to be given away.
    Activate(String),
    /// An operation ended.
    Operation(Spec),
}

/// All changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Injections {
    /// Whether there is quorum, as it was written.
    pub quorum: Option<String>,
    /// Whether there is a watchdog, as it was written.
    pub watchdog: Option<String>,
    /// The others.
    pub others: Vec<Injection>,
}

impl Injections {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Makes all changes, and tells them.
///
/// # Errors
/// When a resource does not exist.
pub(super) fn inject(
    cluster: &Cluster,
    injections: &Injections,
    now: WallTime,
) -> std::result::Result<(Arc<Element>, Vec<Event>), Failure> {
    let mut book = Book::new(&cluster.cib);
    let mut made = Vec::new();
    if let Some(quorum) = &injections.quorum {
        made.push(Event::Quorum(quorum.clone()));
        book.root().set("have-quorum", quorum);
    }
    if let Some(watchdog) = &injections.watchdog {
        made.push(Event::Watchdog(watchdog.clone()));
        set_watchdog(&mut book, watchdog);
    }
    for injection in &injections.others {
        if let Injection::Operation(spec) = injection {
            made.push(Event::Result(spec.text.clone()));
            made.extend(operation(cluster, &mut book, spec, now)?);
        } else {
            made.push(apply(&mut book, injection));
        }
    }
    Ok((Arc::new(book.into_cib()), made))
}

fn set_watchdog(book: &mut Book, value: &str) {
    let set = super::record::child(book.section("crm_config"), "cluster_property_set", None);
    if set.id().is_none() {
        set.set("id", "cib-bootstrap-options");
    }
    let id = format!("{}-have-watchdog", set.id().unwrap_or_default());
    set_pair(set, &id, "have-watchdog", value);
}

/// Everything but results; answers what is told of it.
fn apply(book: &mut Book, injection: &Injection) -> Event {
    let node = |verb, state, word, node: &str| Event::Node { verb, state, word, node: node.to_owned() };
    match injection {
        Injection::Up(name) => {
            configure(book, name);
            book.set_membership(name, true);
            node("Bringing", "online", "Online", name)
        }
        Injection::Down(name) => {
            book.take_down(name);
            node("Taking", "offline", "Offline", name)
        }
        Injection::Fail(name) => {
            book.set_membership(name, true).set("in_ccm", "false");
            node("Failing", "", "Failing", name)
        }
        Injection::Grant(ticket) => set_ticket(book, ticket, ("granted", "true"), ["Granting"; 2]),
        Injection::Revoke(ticket) => set_ticket(book, ticket, ("granted", "false"), ["Revoking"; 2]),
        Injection::Standby(ticket) => set_ticket(book, ticket, ("standby", "true"), ["Making standby", "Standby"]),
        Injection::Activate(ticket) => set_ticket(book, ticket, ("standby", "false"), ["Activating"; 2]),
        Injection::Operation(spec) => Event::Result(spec.text.clone()),
    }
}

/// A node that comes and is not configured is.
fn configure(book: &mut Book, node: &str) {
    let nodes = book.section("nodes");
    if !nodes.children().iter().any(|known| known.attribute("uname") == Some(node)) {
        nodes.children_mut().push(Arc::new(Element::new("node").with("id", node).with("uname", node)));
    }
}

fn set_ticket(book: &mut Book, ticket: &str, (name, value): (&str, &str), words: [&'static str; 2]) -> Event {
    super::record::child(book.tickets(), "ticket_state", Some(ticket)).set(name, value);
    let [verb, word] = words;
    Event::Ticket { verb, word, ticket: ticket.to_owned() }
}

/// Records a result, and counts it if it is a failure.
fn operation(
    cluster: &Cluster,
    book: &mut Book,
    spec: &Spec,
    now: WallTime,
) -> std::result::Result<Vec<Event>, Failure> {
    let Some(rsc) = cluster.rsc_by_id(&spec.resource) else {
        return Err(Failure::no_such(format!("there is no resource '{}' in the CIB", spec.resource)));
    };
    let xml = &cluster.rscs[rsc].xml;
    let Some((class, kind)) = xml.attribute("class").zip(xml.attribute("type")) else {
        let hint = "name one of its members or instances";
        return Err(Failure::usage(format!("'{}' runs no agent itself", spec.resource)).hint(hint));
    };
    let final_ = spec.task == "stop" || (spec.task == "start" && cluster.options.start_failure_fatal);
    let counted = count_failure(book, spec, final_, now);
    let result = Result {
        task: &spec.task,
        interval: spec.interval,
        notice: None,
        node: &spec.node,
        code: spec.code,
        expected: OcfCode::OK.0,
        digest: String::new(),
        migration: None,
        at: now,
    };
    let agent = Agent { class, provider: xml.attribute("provider"), kind };
    book.add(None, [&spec.resource, &spec.resource], agent, &result);
    Ok(counted)
}

/// Raises a failure's counter; a failure that is final counts as infinitely many.
pub(super) fn count_failure(book: &mut Book, spec: &Spec, is_final: bool, now: WallTime) -> Vec<Event> {
    let code = OcfCode(spec.code);
    if code == OcfCode::OK || (code == OcfCode::NOT_RUNNING && spec.interval == 0) {
        return Vec::new();
    }
    let (counter, stamp) = (attribute("fail-count", spec), attribute("last-failure", spec));
    let before = book.attribute(&spec.node, &counter).and_then(|value| Score::parse(&value)).unwrap_or(Score::ZERO);
    let count = if is_final { Score::INFINITY } else { before + Score::new(1) };
    let mut set = |name: &str, value: String| {
        let node = book.set_attribute(&spec.node, name, &value);
        Event::Counted { name: name.to_owned(), value, node }
    };
    vec![set(&counter, count.to_string()), set(&stamp, now.seconds().to_string())]
}

/// `fail-count-ip#monitor_10000`
fn attribute(prefix: &str, spec: &Spec) -> String {
    format!("{prefix}-{}#{}", spec.resource, spec.operation())
}
