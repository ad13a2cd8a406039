//! Verbs done to the world.

use super::{World, factory_cib};
use crate::check::Checker;
use crate::verb::{Edit, HostId, Verb, Wish};
use node::contract::{Change, Request};
use std::time::Duration;

/// The parts of the configuration that an operator edits, each put back as it was.
const SECTIONS: [&str; 3] = ["crm_config", "resources", "constraints"];

impl World {
    /// Does one thing. Time passes only by `run`; `recover` is for those who look at its end.
    pub fn act(&mut self, verb: &Verb) {
        match verb {
            Verb::Run(span) => self.run_for(*span),
            Verb::Boot(host) => self.boot(host.0),
            Verb::PowerOff(host) => self.power_off(host.0),
            Verb::Crash(host, outputs) => self.hosts[host.0].fuse = Some(*outputs),
            Verb::KillBrain(host) => self.kill_brain(host.0),
            Verb::ReplaceHands(host) => self.replace_hands(host.0),
            Verb::Pause(host, span) => self.pause(*host, *span),
            Verb::Stall(host, span) => {
                let end = self.now + *span;
                self.hosts[host.0].stalled = self.hosts[host.0].brain.is_some().then_some(end);
            }
            Verb::Partition(group) => {
                let group = group.iter().map(|host| host.0).collect();
                self.network.partition(&group, self.hosts.len());
            }
            Verb::Cut(from, to) => self.network.cut(from.0, to.0),
            Verb::CutWitness(host) => {
                self.network.without_witness.insert(host.0);
            }
            Verb::Loss(lost, doubled) => (self.network.loss, self.network.doubles) = (*lost, *doubled),
            Verb::Delay(span) => self.network.delay = *span,
            Verb::Heal => self.network.heal(),
            Verb::Replay(host, span) => self.replay(host.0, *span),
            Verb::RestartWitness => self.restart_witness(),
            Verb::Misbehave(host, service, action, fault) => {
                self.checker.on_misbehaviour(action, *fault);
                self.hosts[host.0].services.misbehave(service, action, *fault);
            }
            Verb::Mend(host) => self.hosts[host.0].services.mend(),
            Verb::Die(service, host) => self.hosts[host.0].services.die(service),
            Verb::SlowDisk(host) => self.hosts[host.0].disk.latency = Duration::from_secs(2),
            Verb::FullDisk(host) => self.hosts[host.0].disk.full = true,
            Verb::MendDisk(host) => self.hosts[host.0].disk.mend(),
            Verb::LoseDisk(host) => {
                self.power_off(host.0);
                self.replace_disk(host.0);
            }
            Verb::Clock(host, seconds) => {
                self.hosts[host.0].skew += 1000 * seconds;
                self.clock(host.0);
                self.drain(host.0);
            }
            Verb::Ask(host, wish) => self.wish(*host, wish),
            Verb::Recover => self.recover(),
        }
        self.judge(Checker::look);
    }

    fn pause(&mut self, host: HostId, span: Duration) {
        let end = self.now + span;
        if self.hosts[host.0].brain.is_some() {
            self.hosts[host.0].paused = Some(end);
        }
    }

    /// A client of a host that runs asks for something.
    pub(crate) fn wish(&mut self, host: HostId, wish: &Wish) {
        if self.hosts[host.0].brain.is_none() {
            return;
        }
        self.checker.on_wish(self.now, host.0, wish);
        let key = if let Wish::Key(number) = wish { Some(format!("key-{number}")) } else { None };
        for request in self.requests(wish) {
            let id = self.clients.asks(host.0, key.clone());
            self.ask(host.0, id, request);
        }
    }

    fn requests(&self, wish: &Wish) -> Vec<Request> {
        let name = |node: &HostId| self.hosts[node.0].name.clone();
        let attribute = |node: &HostId, name_: &str, value: &str, permanent| {
            let (name_, value) = (name_.to_owned(), Some(value.to_owned()));
            Request::Change(Change::Attribute { node: name(node), name: name_, value, permanent })
        };
        let forget = |whole_history| Request::Cleanup { resource: None, node: None, whole_history };
        let request = match wish {
            Wish::Key(number) => attribute(&HostId(0), &format!("key-{number}"), "1", true),
            Wish::Count(node) => attribute(node, "pingd", "value++", false),
            Wish::Standby(node, on) => attribute(node, "standby", if *on { "on" } else { "off" }, true),
            Wish::Cleanup => forget(false),
            Wish::Reprobe => forget(true),
            Wish::Fail(service, node) => Request::Fail { resource: service.to_string(), node: name(node) },
            Wish::Edit(edit) => {
                return changes(edit).into_iter().map(|edit| Request::Change(Change::Edit { edit })).collect();
            }
            Wish::Shutdown => Request::Shutdown,
            Wish::WaitIdle => Request::WaitIdle,
        };
        vec![request]
    }
}

/// An edit as `cibadmin` would say it.
fn changes(edit: &Edit) -> Vec<cib::Change> {
    let modify = |section: &str, xml: String| {
        vec![cib::Change::Modify { section: Some(section.to_owned()), xml, may_create: true }]
    };
    let option = |name: &str, value: &str| {
        format!(
            r#"<cluster_property_set id="options"><nvpair id="options-{name}" name="{name}" value="{value}"/></cluster_property_set>"#
        )
    };
    match edit {
        Edit::Prefer(service, node, score) => modify(
            "constraints",
            format!(r#"<rsc_location id="wish-{service}-{node}" rsc="{service}" node="{node}" score="{score}"/>"#),
        ),
        Edit::Role(service, on) => {
            let role = if *on { "Started" } else { "Stopped" };
            let pair = format!(r#"<nvpair id="{service}-role" name="target-role" value="{role}"/>"#);
            let meta = format!(r#"<meta_attributes id="{service}-meta">{pair}</meta_attributes>"#);
            modify("resources", format!(r#"<primitive id="{service}">{meta}</primitive>"#))
        }
        Edit::Maintenance(on) => modify("crm_config", option("maintenance-mode", if *on { "true" } else { "false" })),
        Edit::Stickiness(score) => modify("crm_config", option("default-resource-stickiness", &score.to_string())),
        Edit::Create(number) => {
            let xml = format!(r#"<primitive id="extra-{number}" class="ocf" provider="sim" type="Proxy"/>"#);
            vec![cib::Change::Create { section: Some("resources".to_owned()), xml }]
        }
        Edit::Delete(number) => {
            let xml = format!(r#"<primitive id="extra-{number}"/>"#);
            vec![cib::Change::Delete { section: Some("resources".to_owned()), xml }]
        }
        Edit::Restore => SECTIONS.into_iter().map(replace).collect(),
    }
}

fn replace(section: &str) -> cib::Change {
    let cib = factory_cib();
    let content = cib.descend(&["configuration", section]).expect("our own file has it");
    cib::Change::Replace { section: Some(section.to_owned()), xml: content.to_xml() }
}
