//! The switch: which frames of which port reach which other, as rules for nftables.

#[cfg(test)]
mod tests;

use crate::Failure;
use crate::endure::fault::Kind;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// The rules while these faults last; without any, everything passes.
pub fn rules<'a>(hosts: usize, faults: impl Iterator<Item = &'a Kind>) -> String {
    // Added before it is deleted, so that deleting always finds it.
    let mut text = "add table bridge endure\ndelete table bridge endure\nadd table bridge endure\n".to_owned();
    text.push_str("add chain bridge endure forward { type filter hook forward priority 0; policy accept; }\n");
    let mut cuts = BTreeSet::new();
    for fault in faults {
        cuts.extend(cut(hosts, fault));
        if let Kind::Loss(host, percent) = fault {
            text.push_str(&loss(*host, *percent));
        }
    }
    for (from, to) in cuts {
        text.push_str(&format!("{RULE} iifname {} oifname {} drop\n", port(from), port(to)));
    }
    text
}

/// Gives the rules to the kernel, all at once.
///
/// # Errors
/// When nftables is not there or refuses.
pub fn apply(rules: &str) -> Result<(), Failure> {
    let broken = |what: String| Failure::broken(format!("nft: {what}"));
    let mut command = Command::new("nft");
    command.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| broken(format!("{e}; is the package nftables installed?")))?;
    let mut input = child.stdin.take().expect("it is a pipe");
    input.write_all(rules.as_bytes()).map_err(|e| broken(e.to_string()))?;
    drop(input);
    let output = child.wait_with_output().map_err(|e| broken(e.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(broken(String::from_utf8_lossy(&output.stderr).into_owned())) }
}

const RULE: &str = "add rule bridge endure forward";

fn port(host: usize) -> String {
    format!("\"p-n{}\"", host + 1)
}

fn loss(host: usize, percent: u32) -> String {
    let limit = u64::from(u32::MAX) * u64::from(percent) / 100;
    let side = |side: &str| format!("{RULE} {side} {} meta random < {limit} drop\n", port(host));
    side("iifname") + &side("oifname")
}

/// From whom nothing reaches whom.
fn cut(hosts: usize, fault: &Kind) -> Vec<(usize, usize)> {
    match fault {
        Kind::Partition(side) => between(hosts, |host| side.contains(&host)),
        Kind::Bridge(middle) => halves(hosts, *middle),
        Kind::OneWay(from, to) => vec![(*from, *to)],
        Kind::Mute(from) => (0..hosts).filter(|to| to != from).map(|to| (*from, to)).collect(),
        Kind::KillBrain(_)
        | Kind::KillHands(_)
        | Kind::KillSupervisor(_)
        | Kind::KillNode(_)
        | Kind::Freeze(_)
        | Kind::StallBrain(_)
        | Kind::Loss(..)
        | Kind::FullDisk(_)
        | Kind::PowerLoss(_)
        | Kind::Blackout
        | Kind::Leave(_) => Vec::new(),
    }
}

/// Both ways between those on a side and the others.
fn between(hosts: usize, on_side: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let pairs = (0..hosts).flat_map(|from| (0..hosts).map(move |to| (from, to)));
    pairs.filter(|(from, to)| on_side(*from) != on_side(*to)).collect()
}

/// Both ways between the half before the middle and the half after it, in a ring.
fn halves(hosts: usize, middle: usize) -> Vec<(usize, usize)> {
    let is_first = |host: usize| (host + hosts - middle) % hosts <= (hosts - 1) / 2;
    between(hosts, is_first).into_iter().filter(|(from, to)| *from != middle && *to != middle).collect()
}
