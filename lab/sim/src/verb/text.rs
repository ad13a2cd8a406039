//! Verbs as text and back: one line each.

use super::{Edit, HostId, Verb, Wish};
use crate::agents::Fault;
use model::ResourceId;
use std::fmt;
use std::time::Duration;

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(span) => write!(f, "run {}ms", span.as_millis()),
            Self::Boot(host) => write!(f, "boot {host}"),
            Self::PowerOff(host) => write!(f, "power-off {host}"),
            Self::Crash(host, outputs) => write!(f, "crash {host} {outputs}"),
            Self::KillBrain(host) => write!(f, "kill-brain {host}"),
            Self::ReplaceHands(host) => write!(f, "replace-hands {host}"),
            Self::Pause(host, span) => write!(f, "pause {host} {}ms", span.as_millis()),
            Self::Stall(host, span) => write!(f, "stall {host} {}ms", span.as_millis()),
            Self::Partition(group) => {
                f.write_str("partition")?;
                group.iter().try_for_each(|host| write!(f, " {host}"))
            }
            Self::Cut(from, to) => write!(f, "cut {from} {to}"),
            Self::CutWitness(host) => write!(f, "cut-witness {host}"),
            Self::Loss(lost, doubled) => write!(f, "loss {lost} {doubled}"),
            Self::Delay(span) => write!(f, "delay {}ms", span.as_millis()),
            Self::Heal => f.write_str("heal"),
            Self::Replay(host, span) => write!(f, "replay {host} {}ms", span.as_millis()),
            Self::RestartWitness => f.write_str("restart-witness"),
            Self::Misbehave(host, service, action, fault) => write!(f, "{fault} {service} {action} {host}"),
            Self::Mend(host) => write!(f, "mend {host}"),
            Self::Die(service, host) => write!(f, "die {service} {host}"),
            Self::SlowDisk(host) => write!(f, "slow-disk {host}"),
            Self::FullDisk(host) => write!(f, "full-disk {host}"),
            Self::MendDisk(host) => write!(f, "mend-disk {host}"),
            Self::LoseDisk(host) => write!(f, "lose-disk {host}"),
            Self::Clock(host, seconds) => write!(f, "clock {host} {seconds}"),
            Self::Ask(host, wish) => write!(f, "ask {host} {wish}"),
            Self::Recover => f.write_str("recover"),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(number) => write!(f, "key {number}"),
            Self::Count(node) => write!(f, "count {node}"),
            Self::Standby(node, on) => write!(f, "standby {node} {}", switch(*on)),
            Self::Cleanup => f.write_str("cleanup"),
            Self::Reprobe => f.write_str("reprobe"),
            Self::Fail(service, node) => write!(f, "fail {service} {node}"),
            Self::Edit(edit) => write!(f, "edit {edit}"),
            Self::Shutdown => f.write_str("shutdown"),
            Self::WaitIdle => f.write_str("wait-idle"),
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefer(service, node, score) => write!(f, "prefer {service} {node} {score}"),
            Self::Role(service, on) => write!(f, "role {service} {}", switch(*on)),
            Self::Maintenance(on) => write!(f, "maintenance {}", switch(*on)),
            Self::Stickiness(score) => write!(f, "stickiness {score}"),
            Self::Create(number) => write!(f, "create {number}"),
            Self::Delete(number) => write!(f, "delete {number}"),
            Self::Restore => f.write_str("restore"),
        }
    }
}

impl Fault {
    const ALL: [(&'static str, Self); 4] =
        [("fail", Self::Fails), ("hang", Self::Hangs), ("lie", Self::Lies), ("outlive", Self::Outlives)];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(_, fault)| fault == self).map_or("fail", |(word, _)| word);
        f.write_str(word)
    }
}

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

impl Verb {
    /// Reads one line; `None` when it is not understood.
    pub fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split_whitespace().collect();
        Some(match *words.as_slice() {
            ["run", time] => Self::Run(span(time)?),
            ["heal"] => Self::Heal,
            ["recover"] => Self::Recover,
            ["restart-witness"] => Self::RestartWitness,
            ["partition", ref group @ ..] => {
                Self::Partition(group.iter().map(|word| host(word)).collect::<Option<_>>()?)
            }
            ["loss", lost, doubled] => Self::Loss(lost.parse().ok()?, doubled.parse().ok()?),
            ["delay", time] => Self::Delay(span(time)?),
            ["die", service, at] => Self::Die(ResourceId::new(service), host(at)?),
            ["ask", at, ref wish @ ..] => Self::Ask(host(at)?, Wish::parse(wish)?),
            [verb, at] => Self::about(verb, host(at)?)?,
            ["crash", at, outputs] => Self::Crash(host(at)?, outputs.parse().ok()?),
            ["pause", at, time] => Self::Pause(host(at)?, span(time)?),
            ["stall", at, time] => Self::Stall(host(at)?, span(time)?),
            ["replay", at, time] => Self::Replay(host(at)?, span(time)?),
            ["cut", from, to] => Self::Cut(host(from)?, host(to)?),
            ["clock", at, seconds] => Self::Clock(host(at)?, seconds.parse().ok()?),
            [fault, service, action, at] => {
                let (_, fault) = Fault::ALL.into_iter().find(|(word, _)| *word == fault)?;
                Self::Misbehave(host(at)?, ResourceId::new(service), action.to_owned(), fault)
            }
            _ => return None,
        })
    }

    fn about(verb: &str, host: HostId) -> Option<Self> {
        Some(match verb {
            "boot" => Self::Boot(host),
            "power-off" => Self::PowerOff(host),
            "kill-brain" => Self::KillBrain(host),
            "replace-hands" => Self::ReplaceHands(host),
            "cut-witness" => Self::CutWitness(host),
            "mend" => Self::Mend(host),
            "slow-disk" => Self::SlowDisk(host),
            "full-disk" => Self::FullDisk(host),
            "mend-disk" => Self::MendDisk(host),
            "lose-disk" => Self::LoseDisk(host),
            _ => return None,
        })
    }
}

impl Wish {
    fn parse(words: &[&str]) -> Option<Self> {
        Some(match *words {
            ["key", number] => Self::Key(number.parse().ok()?),
            ["count", node] => Self::Count(host(node)?),
            ["standby", node, word] => Self::Standby(host(node)?, word == "on"),
            ["cleanup"] => Self::Cleanup,
            ["reprobe"] => Self::Reprobe,
            ["fail", service, node] => Self::Fail(ResourceId::new(service), host(node)?),
            ["edit", ref edit @ ..] => Self::Edit(Edit::parse(edit)?),
            ["shutdown"] => Self::Shutdown,
            ["wait-idle"] => Self::WaitIdle,
            _ => return None,
        })
    }
}

impl Edit {
    fn parse(words: &[&str]) -> Option<Self> {
        Some(match *words {
            ["prefer", service, node, score] => {
                Self::Prefer(ResourceId::new(service), host(node)?, score.parse().ok()?)
            }
            ["role", service, word] => Self::Role(ResourceId::new(service), word == "on"),
            ["maintenance", word] => Self::Maintenance(word == "on"),
            ["stickiness", score] => Self::Stickiness(score.parse().ok()?),
            ["create", number] => Self::Create(number.parse().ok()?),
            ["delete", number] => Self::Delete(number.parse().ok()?),
            ["restore"] => Self::Restore,
            _ => return None,
        })
    }
}

/// `n3`.
pub(crate) fn host(word: &str) -> Option<HostId> {
    word.strip_prefix('n')?.parse().ok().map(HostId)
}

fn span(word: &str) -> Option<Duration> {
    cib::value::duration(word)
}
