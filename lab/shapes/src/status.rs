//! The status section: what each node remembers of each resource.

use crate::configuration::{Configuration, Home, node_name};
use crate::{MONITOR_SECONDS, State, TIMEOUT_SECONDS};
use std::fmt::Write as _;

/// When everything happened, in seconds since 1970.
const EPOCH: u32 = 1_700_000_000;
const TRANSITIONER: &str = "5b3e5d5c-0000-4000-8000-000000000001";

/// Writes the section.
pub(crate) fn write(text: &mut String, configuration: &Configuration, state: State) {
    let digests = Digests::new();
    text.push_str("<status>\n");
    for node in 0..configuration.nodes {
        let lost = state == State::NodeLost && node == 0;
        let (member, crmd) = if lost { ("false", "offline") } else { ("true", "online") };
        let (id, name) = (node + 1, node_name(node));
        text.push_str(&format!(
            "<node_state id=\"{id}\" uname=\"{name}\" in_ccm=\"{member}\" crmd=\"{crmd}\" join=\"member\" \
             expected=\"member\"><lrm id=\"{id}\"><lrm_resources>\n"
        ));
        if state != State::Fresh {
            History { text, digests: &digests, node: name, call: 0 }.write(configuration, node, state);
        }
        text.push_str("</lrm_resources></lrm></node_state>\n");
    }
    text.push_str("</status>\n");
}

/// The digests of operations without parameters.
struct Digests {
    once: String,
    monitor: String,
}

impl Digests {
    fn new() -> Self {
        let of =
            |attributes: &str| cib::Digest::of_bytes(format!(" <parameters{attributes}/>\n").as_bytes()).to_string();
        Self { once: of(""), monitor: of(&format!(" CRM_meta_timeout=\"{TIMEOUT_SECONDS}000\"")) }
    }
}

/// One entry.
struct Entry<'a> {
    suffix: &'a str,
    task: &'a str,
    interval_ms: u32,
    code: u8,
    expected: u8,
}

const FOUND_STOPPED: Entry<'static> = Entry { suffix: "last_0", task: "monitor", interval_ms: 0, code: 7, expected: 7 };
const STARTED: Entry<'static> = Entry { suffix: "last_0", task: "start", interval_ms: 0, code: 0, expected: 0 };
const WELL: Entry<'static> =
    Entry { suffix: "monitor_10000", task: "monitor", interval_ms: MONITOR_SECONDS * 1000, code: 0, expected: 0 };
const GONE: Entry<'static> = Entry { code: 7, ..WELL };
const LAST_FAILURE: Entry<'static> = Entry { suffix: "last_failure_0", ..GONE };

/// One node's memory.
struct History<'a> {
    text: &'a mut String,
    digests: &'a Digests,
    node: String,
    call: u32,
}

impl History<'_> {
    fn write(mut self, configuration: &Configuration, node: usize, state: State) {
        let device = if node + 1 == configuration.nodes { STARTED } else { FOUND_STOPPED };
        self.resource("fencing", "type=\"fence_dummy\" class=\"stonith\"", &[device]);
        let mut to_fail = state == State::MonitorFailed && node == 0;
        for primitive in &configuration.primitives {
            let here = primitive.home == Home::Everywhere || primitive.home == Home::On(node);
            let entries = match (here, to_fail) {
                (false, _) => vec![FOUND_STOPPED],
                (true, false) => vec![STARTED, WELL],
                (true, true) => vec![STARTED, GONE, LAST_FAILURE],
            };
            to_fail &= !here;
            self.resource(&primitive.id, "type=\"Dummy\" class=\"ocf\" provider=\"heartbeat\"", &entries);
        }
    }

    fn resource(&mut self, id: &str, agent: &str, entries: &[Entry<'_>]) {
        self.text.push_str(&format!("<lrm_resource id=\"{id}\" {agent}>\n"));
        for entry in entries {
            self.operation(id, entry);
        }
        self.text.push_str("</lrm_resource>\n");
    }

    /// A failure is recorded twice, under one call.
    fn operation(&mut self, id: &str, entry: &Entry<'_>) {
        self.call += u32::from(entry.suffix != LAST_FAILURE.suffix);
        let Entry { suffix, task, interval_ms, code, expected } = entry;
        let (call, node) = (self.call, &self.node);
        let key = format!("{call}:1:{expected}:{TRANSITIONER}");
        let digest = if *interval_ms == 0 { &self.digests.once } else { &self.digests.monitor };
        writeln!(
            self.text,
            "<lrm_rsc_op id=\"{id}_{suffix}\" operation_key=\"{id}_{task}_{interval_ms}\" operation=\"{task}\" \
             crm_feature_set=\"3.16.1\" transition-key=\"{key}\" transition-magic=\"0:{code};{key}\" exit-reason=\"\" \
             on_node=\"{node}\" call-id=\"{call}\" rc-code=\"{code}\" op-status=\"0\" interval=\"{interval_ms}\" \
             last-rc-change=\"{EPOCH}\" exec-time=\"5\" queue-time=\"0\" op-digest=\"{digest}\"/>"
        )
        .expect("a string takes all that is written to it");
    }
}
