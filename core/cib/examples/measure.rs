//! Measures what a large CIB costs: `cargo run --release -p cib --example measure [FILE]`.
//!
//! Without a file it builds one of 32 nodes with 1000 history entries each. An example stands outside of the fence
//! around core, so it may read files and clocks.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::cast_precision_loss)]

use cib::{Change, Digest, Element, apply, parse_owned, upgrade, validate};
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")),
        None => large_cib().to_xml(),
    };
    println!("document  {:8.1} MB", megabytes(text.len()));
    let start = Instant::now();
    let root = match parse_owned(text) {
        Ok(root) => root,
        Err(error) => panic!("{error}"),
    };
    println!("parse     {:8.1} ms, peak memory {} since the start", milliseconds(start), peak_memory());
    let start = Instant::now();
    let mistakes = validate(&root).mistakes.len();
    println!("validate  {:8.1} ms, {mistakes} mistakes", milliseconds(start));
    let start = Instant::now();
    let root = upgrade(&root).cib;
    println!("upgrade   {:8.1} ms", milliseconds(start));
    let start = Instant::now();
    let digest = Digest::of_tree(&root);
    println!("digest    {:8.1} ms, {digest}", milliseconds(start));
    measure_change(&root, "<status><node_state id=\"measured\" crmd=\"online\"/></status>");
    measure_change(&root, "<nodes><node id=\"measured\" uname=\"measured\"/></nodes>");
    let start = Instant::now();
    let written = root.to_xml();
    println!("write     {:8.1} ms, {:.1} MB", milliseconds(start), megabytes(written.len()));
    drop(written);
    let start = Instant::now();
    drop(root);
    println!("drop      {:8.1} ms", milliseconds(start));
}

fn measure_change(cib: &Arc<Element>, xml: &str) {
    let change = Change::Modify { section: None, xml: xml.to_owned(), may_create: true };
    let start = Instant::now();
    let verdict = if apply(cib, &change).is_ok() { "accepted" } else { "refused" };
    println!("change    {:8.1} ms, {verdict}: {xml}", milliseconds(start));
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The kernel's own high-water mark.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

fn large_cib() -> Element {
    let mut status = Element::new("status");
    for node in 0..32 {
        let mut resources = Element::new("lrm_resources");
        for resource in 0..1000 {
            resources = resources.with_child(history(node, resource));
        }
        let state = Element::new("node_state").with("id", &node.to_string()).with("in_ccm", "true");
        status = status.with_child(state.with_child(Element::new("lrm").with_child(resources)));
    }
    Element::new("cib").with("epoch", "1").with_child(Element::new("configuration")).with_child(status)
}

fn history(node: usize, resource: usize) -> Element {
    let name = format!("resource-{resource}");
    let entry = Element::new("lrm_rsc_op")
        .with("id", &format!("{name}_last_0"))
        .with("operation_key", &format!("{name}_monitor_0"))
        .with("operation", "monitor")
        .with("crm_feature_set", "3.19.0")
        .with("transition-key", &format!("{resource}:{node}:7:873196c1-fc8e-4772-9e7b-902a21560d49"))
        .with("transition-magic", &format!("0:7;{resource}:{node}:7:873196c1-fc8e-4772-9e7b-902a21560d49"))
        .with("on_node", &format!("node-{node}"))
        .with("call-id", &resource.to_string())
        .with("rc-code", "7")
        .with("op-status", "0")
        .with("interval", "0")
        .with("last-rc-change", "1795333155")
        .with("exec-time", "195")
        .with("op-digest", "f2317cad3d54cec5d7d7aa7d0bf35cf8");
    let resource = Element::new("lrm_resource").with("id", &name).with("class", "ocf").with("type", "Dummy");
    resource.with_child(entry)
}
