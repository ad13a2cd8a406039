//! Operation histories of Heartbeat 2: resources by their long names, results without the code that was expected.

use super::digests::Digests;
use crate::upgrade::{like, renamed};
use crate::{Element, Note};
use std::collections::BTreeMap;
use std::sync::Arc;

const RESULT: [(&str, &str); 8] = [
    ("op_status", "op-status"),
    ("rc_code", "rc-code"),
    ("call_id", "call-id"),
    ("transition_key", "transition-key"),
    ("transition_magic", "transition-magic"),
    ("op_digest", "op-digest"),
    ("op_restart_digest", "op-restart-digest"),
    ("op_force_restart", "op-force-restart"),
];

/// The uuid of a key that names no transition of anybody.
const NOBODY: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// What is needed of the configuration to read histories, and what was odd about them.
pub(super) struct Histories<'a> {
    resources: BTreeMap<&'a str, &'a Element>,
    digests: Digests<'a>,
    pub notes: Vec<Note>,
}

impl<'a> Histories<'a> {
    pub fn of(resources: Option<&'a Element>) -> Self {
        let mut found = BTreeMap::new();
        resources.into_iter().for_each(|section| gather(section, &mut found));
        Self { resources: found, digests: Digests::of(resources), notes: Vec::new() }
    }

    /// An operation history, all the way down.
    pub fn upgraded(&mut self, old: &Element) -> Element {
        if old.name() == "lrm_resource" {
            return self.resource(old);
        }
        let mut new = with_todays_names(old);
        for child in old.children() {
            let child = self.upgraded(child);
            new.children_mut().push(Arc::new(child));
        }
        new
    }

    fn resource(&mut self, old: &Element) -> Element {
        let long = old.id().unwrap_or_default();
        let short = self.short(long);
        let mut new = with_todays_names(old);
        new.set("id", &short);
        self.identify(&mut new, old);
        for op in old.children() {
            let mut op = operation(op);
            self.digests.settle(short.split(':').next().unwrap_or_default(), &mut op);
            if let Some(rest) = op.id().and_then(|id| id.strip_prefix(long)) {
                let id = format!("{short}{rest}");
                op.set("id", &id);
            }
            new.children_mut().push(Arc::new(op));
        }
        new
    }

    /// A name without the names of the clone or group around it, which Heartbeat put before the name of a member.
    ///
    /// The instance of a group inside of a clone (`clone:group:1:member`) becomes the member's own (`member:1`).
    pub fn short(&self, long: &str) -> String {
        let (mut rest, mut instance) = (long, None);
        while let Some((first, behind)) = rest.split_once(':') {
            let is_number = rest.len() < long.len() && first.parse::<u32>().is_ok();
            let is_around = self.resources.get(first).is_some_and(|resource| resource.name() != "primitive");
            if is_number {
                instance = Some(first);
            } else if !is_around {
                break;
            }
            rest = behind;
        }
        let base = rest.split(':').next().unwrap_or(rest);
        match instance {
            _ if !self.resources.contains_key(base) => long.to_owned(),
            Some(number) if base == rest => format!("{rest}:{number}"),
            Some(_) | None => rest.to_owned(),
        }
    }

    /// Says of what kind a resource is that does not say so itself; only agents of class ocf have a provider.
    fn identify(&mut self, new: &mut Element, old: &Element) {
        let id = new.id().unwrap_or_default().to_owned();
        let base = id.split(':').next().unwrap_or_default();
        let known = self.resources.get(base).copied().filter(|resource| resource.name() == "primitive");
        let is_nameless = new.attribute("class").is_none() || new.attribute("type").is_none();
        match known {
            Some(resource) if is_nameless => {
                for name in ["class", "provider", "type"] {
                    resource.attribute(name).into_iter().for_each(|value| new.set(name, value));
                }
                self.note(old, format!("history of '{id}' lacks class or type; those of the configuration are taken"));
            }
            None if is_nameless => {
                self.note(old, format!("history of '{id}' lacks class or type, and no resource has that name"));
            }
            None if old.children().is_empty() => {
                self.note(old, format!("history of '{id}' is empty, and no resource has that name"));
            }
            Some(_) | None => {}
        }
        match new.attribute("class") {
            Some("ocf") if new.attribute("provider").is_none() => new.set("provider", "heartbeat"),
            Some("ocf") | None => {}
            Some(_) => drop(new.remove("provider")),
        }
    }

    fn note(&mut self, old: &Element, text: String) {
        self.notes.push(Note { position: old.position(), text });
    }
}

fn gather<'a>(section: &'a Element, found: &mut BTreeMap<&'a str, &'a Element>) {
    for child in section.children() {
        if matches!(child.name(), "primitive" | "group" | "clone" | "master_slave") {
            found.extend(child.id().map(|id| (id, &**child)));
            gather(child, found);
        }
    }
}

fn with_todays_names(old: &Element) -> Element {
    old.attributes().fold(like(old, old.name()), |new, (name, value)| new.with(renamed(name, &RESULT), value))
}

/// One result. Its key says today which code was expected; where it does not, that is what the operation is for.
fn operation(old: &Element) -> Element {
    let mut new = with_todays_names(old);
    if new.attribute("operation") == Some("fail") {
        // A failure that somebody reported, rather than a monitor.
        new.set("operation", "asyncmon");
    }
    if let Some(code) = code(&new) {
        new.set("rc-code", code);
    }
    let magic = new.attribute("transition-magic").unwrap_or_default().to_owned();
    let key = new.attribute("transition-key").or_else(|| magic.split_once(';').map(|(_, key)| key)).unwrap_or_default();
    if key.split(':').count() == 4 {
        return new;
    }
    let key = todays_key(key, expected(&new));
    let mut told = magic.split([':', ';']).map(str::to_owned);
    let mut number = |name: &str| {
        let told = told.next().filter(|text| text.parse::<i32>().is_ok());
        new.attribute(name).map(str::to_owned).or(told).unwrap_or_else(|| "0".to_owned())
    };
    let magic = format!("{}:{};{key}", number("op-status"), number("rc-code"));
    new.set("transition-key", &key);
    new.set("transition-magic", &magic);
    new
}

/// A key with the code that was expected. Before, it named an action and its transition, or the transition alone, and the
/// coordinator that had planned it.
fn todays_key(old: &str, expected: &str) -> String {
    let parts: Vec<&str> = old.split(':').collect();
    let is_number = |part: &&&str| part.parse::<i32>().is_ok();
    let mut numbers = parts.iter().take_while(is_number).copied();
    let (first, second) = (numbers.next(), numbers.next());
    let (action, transition) = match (first, second) {
        (Some(action), Some(transition)) => (action, transition),
        (Some(transition), None) => ("-1", transition),
        (None, _) => ("0", "0"),
    };
    let planner = parts.last().filter(|part| part.len() == NOBODY.len()).unwrap_or(&NOBODY);
    format!("{action}:{transition}:{expected}:{planner}")
}

/// Today's word for a result that Heartbeat 2 recorded with another code: what was under way has none yet, and of what
/// failed it told only that: whatever the agent may have meant by it, the resource was recovered.
fn code(op: &Element) -> Option<&'static str> {
    match (op.attribute("op-status")?, op.attribute("rc-code")?) {
        ("-1", "-1") => Some("193"),
        ("2" | "3" | "4", "0" | "2" | "3" | "4" | "6") => Some("1"),
        _ => None,
    }
}

/// The code that an operation returns when all is well: a probe expects to find nothing, and what runs as promoted stays so.
fn expected(op: &Element) -> &'static str {
    let is_monitor = op.attribute("operation") == Some("monitor");
    let is_probe = is_monitor && matches!(op.attribute("interval"), Some("0") | None);
    match op.attribute("rc-code") {
        _ if is_probe => "7",
        Some("8") if is_monitor => "8",
        Some(_) | None => "0",
    }
}
