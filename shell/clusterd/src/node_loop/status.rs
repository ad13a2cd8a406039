//! The answer to `Status`: what the node and the engine know, in the words of the tools.

use crate::brain::EngineReport;
use crate::config::Configuration;
use crate::convert::is_member;
use messaging::{Counters, LinkStatus, PeerStatus};
use model::NodeName;
use node::contract::NodeStatus;

/// Everything that a client can ask about beside the CIB.
pub fn status(configuration: &Configuration, node: &NodeStatus, report: &EngineReport) -> api::Status {
    let view = node.view.as_ref();
    let mut names = configuration.ha.nodes.clone();
    names.sort();
    let nodes = (1..).zip(&names).map(|(id, name)| node_status(id, name, configuration, node, report)).collect();
    api::Status {
        node: node.name.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        coordinator: view.map(|view| view.coordinator.to_string()),
        quorate: view.is_some_and(|view| view.quorate),
        view: view.map_or(0, |view| view.number),
        state: node.state.to_owned(),
        transition: node.transition,
        nodes,
        parameters: configuration.ha.parameters.clone().into_iter().collect(),
        counters: counters(&report.status.counters),
    }
}

fn node_status(
    id: u32,
    name: &NodeName,
    configuration: &Configuration,
    node: &NodeStatus,
    report: &EngineReport,
) -> api::NodeStatus {
    let member = is_member(node.view.as_ref(), name);
    let peer = report.status.peers.iter().find(|peer| peer.name == *name);
    let (state, incarnation) = match peer {
        Some(peer) => (peer.state.as_str(), peer.incarnation.map_or(0, |incarnation| incarnation.0)),
        None => (if member { "active" } else { "up" }, report.status.incarnation.0),
    };
    api::NodeStatus {
        name: name.to_string(),
        id,
        kind: "normal".to_owned(),
        member,
        state: state.to_owned(),
        incarnation,
        links: links(configuration, peer, report),
    }
}

/// Another node's links are up when it is heard there, ours when we can send there.
fn links(configuration: &Configuration, peer: Option<&PeerStatus>, report: &EngineReport) -> Vec<(String, bool)> {
    let is_up = |place: usize, medium: &crate::media::Medium| match peer {
        Some(peer) => peer.links.get(place) == Some(&LinkStatus::Up),
        None => !report.troubled.contains(&medium.link),
    };
    let media = configuration.media.iter().enumerate();
    media.map(|(place, medium)| (medium.device.clone(), is_up(place, medium))).collect()
}

fn counters(counters: &Counters) -> Vec<(String, u64)> {
    let named = [
        ("packets-sent", counters.sent),
        ("bytes-sent", counters.sent_bytes),
        ("packets-received", counters.received),
        ("bytes-received", counters.received_bytes),
        ("copies", counters.copies),
        ("replayed", counters.replayed),
        ("older-lives", counters.older_lives),
        ("unlisted-senders", counters.unlisted),
        ("bad-seals", counters.bad_seals),
        ("malformed", counters.malformed),
        ("resent", counters.resent),
        ("delivered", counters.delivered),
        ("undelivered", counters.undelivered),
        ("views", counters.views),
        ("own-pauses", counters.own_pauses),
    ];
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
