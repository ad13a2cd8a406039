//! Recorded operations: one entry of the history, read once.

use crate::cluster::Cluster;
use crate::sort::merge_sort;
use crate::task::Task;
use crate::values;
use cib::{Digest, Element};
use std::cmp::Ordering;
use std::sync::Arc;

/// One entry of the history of a resource on a node.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub xml: Arc<Element>,
    pub task: Task,
    pub interval: u64,
    /// Seconds since 1970; `None` when not recorded.
    pub changed: Option<i64>,
    code: Option<i64>,
    status: Option<i64>,
    expected: Option<i64>,
    has_names: bool,
    last_failure: bool,
    /// What was noted of its digests.
    digest: Noted,
}

/// The digest of an operation that records no other one; texts of old documents are far away in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noted {
    /// Nobody looked.
    Nothing,
    /// There are others, or it is none.
    Complicated,
    /// It alone.
    Only(Digest),
}

/// The numbers in a transition key `action:transition:expected:uuid`.
fn transition_key(text: &str) -> Option<(i64, i64, i64, &str)> {
    let mut parts = text.splitn(4, ':');
    let mut number = || parts.next().and_then(values::leading_integer);
    let (action, transition, expected) = (number()?, number()?, number()?);
    Some((action, transition, expected, parts.next()?.trim()))
}

impl Recorded {
    pub fn read(cluster: &mut Cluster, xml: &Arc<Element>) -> Self {
        let (mut operation, mut id) = (None, None);
        let (mut interval, mut changed, mut code, mut status, mut key) = (None, None, None, None, None);
        for (name, value) in xml.attributes() {
            // As bytes, which are compared without a call for each name.
            let slot = match name.as_bytes() {
                b"id" => &mut id,
                b"operation" => &mut operation,
                b"interval" => &mut interval,
                b"last-rc-change" | b"last_rc_change" => &mut changed,
                b"rc-code" | b"rc_code" => &mut code,
                b"op-status" | b"op_status" => &mut status,
                b"transition-key" | b"transition_key" => &mut key,
                _ => continue,
            };
            slot.get_or_insert(value);
        }
        let number = |text: Option<&str>| text.and_then(values::leading_integer);
        Self {
            xml: Arc::clone(xml),
            task: cluster.task(operation.unwrap_or_default()),
            interval: number(interval).and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0),
            changed: number(changed),
            code: number(code),
            status: number(status),
            expected: key.map(|key| transition_key(key).map_or(0, |(_, _, expected, _)| expected)),
            has_names: id.is_some() && operation.is_some(),
            last_failure: id.is_some_and(|id| id.ends_with("_last_failure_0")),
            digest: Noted::Nothing,
        }
    }

    /// Whether it says which operation it is about.
    pub fn has_names(&self) -> bool {
        self.has_names
    }

    /// The key of the operation, as recorded; in old histories the id is the key.
    pub fn key(&self) -> &str {
        key_of(&self.xml)
    }

    /// The code that meant success; `None` in histories too old to say.
    pub fn expected(&self) -> Option<i64> {
        self.expected
    }

    /// The exit code.
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// How it ended, as `op-status`.
    pub fn status(&self) -> Option<i64> {
        self.status
    }

    /// Whether the resource ran after it; `None` when it failed, or is none of the plain operations.
    pub fn leaves_running(&self) -> Option<bool> {
        let well = self.has_names && self.status == Some(0) && !self.is_last_failure();
        match (self.task, self.code?, self.expected?) {
            _ if !well => None,
            (Task::Start | Task::Monitor, 0, 0) => Some(true),
            (Task::Stop, 0, 0) => Some(false),
            (Task::Monitor, 0, 7) if self.interval == 0 => Some(true),
            (Task::Monitor, 7, _) if self.interval == 0 => Some(false),
            _ => None,
        }
    }

    /// Whether it is the second record of a failure, which stays when the first one is overwritten.
    pub fn is_last_failure(&self) -> bool {
        self.last_failure
    }

    /// Notes its digest, for those who compare it again and again.
    pub fn note_digest(&mut self) {
        let text = self.xml.attribute("op-digest").filter(|_| self.xml.attribute("op-restart-digest").is_none());
        let digest = text.and_then(Digest::parse).filter(|digest| Some(digest.to_string().as_str()) == text);
        self.digest = digest.map_or(Noted::Complicated, Noted::Only);
    }

    /// Whether a digest is noted, and this one.
    pub fn is_of(&self, digest: Digest) -> bool {
        self.digest == Noted::Only(digest)
    }

    /// Whether it is a single check.
    pub fn is_probe(&self) -> bool {
        self.task == Task::Monitor && self.interval == 0
    }

    /// Whether it is a check that failed because the agent or the service is not there, or is not set up.
    pub fn is_masked_probe(&self) -> bool {
        self.is_probe() && (matches!(self.code(), Some(5 | 2)) || self.status() == Some(7))
    }
}

/// An integer attribute under any of its names.
pub(crate) fn number(xml: &Element, names: &[&str]) -> Option<i64> {
    names.iter().find_map(|name| xml.attribute(name)).and_then(values::leading_integer)
}

/// The interval of a history entry, in ms.
pub(crate) fn interval(xml: &Element) -> u64 {
    xml.attribute("interval").and_then(values::leading_integer).and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
}

/// The key of a history entry.
pub(crate) fn key_of(xml: &Element) -> &str {
    xml.attribute("operation_key").or_else(|| xml.id()).unwrap_or_default()
}

/// Which of two entries is newer: by call on one node, by time on two, by transition while one is pending.
pub(crate) fn compare(a: &Element, b: &Element) -> Ordering {
    let same_node = match (a.attribute("on_node"), b.attribute("on_node")) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if same_node && a.id() == b.id() {
        return Ordering::Equal;
    }
    let call = |op: &Element| number(op, &["call-id", "call_id"]).unwrap_or(-1);
    let (call_a, call_b) = (call(a), call(b));
    if call_a == -1 && call_b == -1 {
        return Ordering::Equal;
    }
    if same_node && call_a >= 0 && call_a < call_b {
        return Ordering::Less;
    }
    if same_node && call_b >= 0 && call_a > call_b {
        return Ordering::Greater;
    }
    if call_a >= 0 && call_b >= 0 {
        let changed = |op: &Element| number(op, &["last-rc-change", "last_rc_change"]).unwrap_or(-1);
        return match (changed(a), changed(b)) {
            (a, b) if a >= 0 && a < b => Ordering::Less,
            (a, b) if b >= 0 && a > b => Ordering::Greater,
            _ => Ordering::Equal,
        };
    }
    compare_transitions((a, call_a), (b, call_b))
}

fn compare_transitions((a, call_a): (&Element, i64), (b, call_b): (&Element, i64)) -> Ordering {
    let magic = |op: &Element| {
        let text = op.attribute("transition-magic").or_else(|| op.attribute("transition_magic"))?;
        let (_, transition, _, uuid) = transition_key(text.split_once(';')?.1)?;
        Some((transition, uuid.to_owned()))
    };
    let (Some((id_a, uuid_a)), Some((id_b, uuid_b))) = (magic(a), magic(b)) else { return Ordering::Equal };
    if !uuid_a.eq_ignore_ascii_case(&uuid_b) || id_a == id_b {
        if call_b == -1 {
            return Ordering::Less;
        }
        if call_a == -1 {
            return Ordering::Greater;
        }
    } else if (id_a >= 0 && id_a < id_b) || id_b == -1 {
        return Ordering::Less;
    } else if (id_b >= 0 && id_a > id_b) || id_a == -1 {
        return Ordering::Greater;
    }
    Ordering::Equal
}

/// The entries of a resource's history, oldest first.
pub(crate) fn history(cluster: &mut Cluster, entry: &Element) -> Vec<Recorded> {
    let mut ops: Vec<Recorded> = entry.children_named("lrm_rsc_op").map(|op| Recorded::read(cluster, op)).collect();
    ops.reverse();
    merge_sort(&mut ops, &mut |a, b| compare(&a.xml, &b.xml));
    ops
}

/// Where in the history the resource was last started and stopped.
pub(crate) fn active_span(ops: &[Recorded]) -> (Option<usize>, Option<usize>) {
    let (mut start, mut stop) = (None, None);
    let (mut implied_by_monitor, mut implied_by_role) = (None, None);
    for (at, op) in ops.iter().enumerate() {
        if op.task == Task::Stop && op.status() == Some(0) {
            stop = Some(at);
        } else if matches!(op.task, Task::Start | Task::MigrateFrom) {
            start = Some(at);
        } else if op.task == Task::Monitor && implied_by_monitor <= stop && matches!(op.code(), Some(0 | 8)) {
            implied_by_monitor = Some(at);
        } else if matches!(op.task, Task::Promote | Task::Demote) {
            implied_by_role = Some(at);
        }
    }
    (start.or(implied_by_role).or(implied_by_monitor), stop)
}
