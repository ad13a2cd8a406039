//! Small clusters and what is decided for them: each file of `cases/` is one. `UPDATE=1` writes what is decided now.
//!
//! A case has lines of words, then `--- configuration` with what stands inside of `<configuration>`, then
//! `--- decided`. The words: `why:` what the case shows; `nodes:` separated by commas, each with what is true of it
//! (`offline`, `unclean`, `standby`, `pending`); `active:` and `failed:` as `RESOURCE on NODE`.
#![allow(clippy::disallowed_methods, reason = "cases are files, and UPDATE is a variable of the environment")]

use model::{NodeName, WallTime};
use policy::plan::{Action, ActionKind, Plan, PolicyInput};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const NOW: i64 = 1_795_345_200;

struct Case<'a> {
    words: &'a str,
    configuration: &'a str,
    decided: &'a str,
}

impl<'a> Case<'a> {
    fn read(text: &'a str) -> Self {
        let (words, rest) = text.split_once("--- configuration\n").expect("a case has a configuration");
        let (configuration, decided) = rest.split_once("--- decided\n").expect("a case says what is decided");
        Self { words, configuration, decided }
    }

    fn list(&self, word: &str) -> Vec<&'a str> {
        let line = self.words.lines().find_map(|line| line.strip_prefix(word));
        line.into_iter().flat_map(|line| line.split(',')).map(str::trim).collect()
    }

    fn plan(&self) -> Plan {
        let first = self.plan_with(&BTreeMap::new());
        let digests = first.actions.into_iter().filter_map(digest).collect();
        self.plan_with(&digests)
    }

    fn plan_with(&self, digests: &BTreeMap<String, String>) -> Plan {
        let nodes = self.list("nodes:");
        let mut listed = String::new();
        let mut states = String::new();
        for node in &nodes {
            let (name, facts) = node.split_once(' ').unwrap_or((node, ""));
            let standby = if facts.contains("standby") { "on" } else { "off" };
            let _ = write!(
                listed,
                r#"<node id="{name}" uname="{name}"><instance_attributes id="{name}-i">
                <nvpair id="{name}-s" name="standby" value="{standby}"/></instance_attributes></node>"#
            );
            states.push_str(&self.state(name, facts, digests));
        }
        let text = format!(
            r#"<cib validate-with="pacemaker-4.0" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1"
            dc-uuid="{}"><configuration><nodes>{listed}</nodes>{}</configuration><status>{states}</status></cib>"#,
            nodes[0].split(' ').next().unwrap_or_default(),
            self.configuration
        );
        let cib = cib::upgrade(&cib::parse(&text).expect("the case is well formed")).cib;
        policy::plan(&PolicyInput { cib, now: WallTime(NOW * 1000) }).expect("there is a plan")
    }

    fn state(&self, node: &str, facts: &str, digests: &BTreeMap<String, String>) -> String {
        if facts.contains("offline") {
            return format!(
                r#"<node_state id="{node}" uname="{node}" in_ccm="false" crmd="offline" join="down" expected="down"/>"#
            );
        }
        let (here, crmd) = if facts.contains("unclean") { ("false", "offline") } else { ("true", "online") };
        let join = if facts.contains("pending") { "down" } else { "member" };
        let on = |entry: &&'_ str| {
            entry.split_once(" on ").filter(|(_, place)| *place == node).map(|(rsc, _)| rsc.to_owned())
        };
        let active: Vec<String> = self.list("active:").iter().filter_map(on).collect();
        let failed: Vec<String> = self.list("failed:").iter().filter_map(on).collect();
        let mut lrm = String::new();
        for rsc in &active {
            let base = rsc.split(':').next().unwrap_or_default();
            let digest = |key: &str| {
                let found = digests
                    .iter()
                    .find(|(known, _)| known.split(':').next() == Some(base) && known.ends_with(key))
                    .or_else(|| digests.iter().find(|(known, _)| **known == format!("{base}{key}")));
                found.map_or("", |(_, digest)| digest.as_str()).to_owned()
            };
            let mut op = |id: &str, task: &str, (interval, code): (u32, u8), call: u32| {
                let _ = write!(
                    lrm,
                    r#"<lrm_rsc_op id="{base}_{id}" operation_key="{base}_{task}_{interval}" operation="{task}" call-id="{call}"
                    rc-code="{code}" op-status="0" interval="{interval}" last-rc-change="{}" op-digest="{}"
                    transition-key="{call}:1:0:x" transition-magic="0:{code};{call}:1:0:x"/>"#,
                    NOW - 100 + i64::from(call),
                    digest(&format!("_{task}_{interval}")),
                );
            };
            op("last_0", "start", (0, 0), 1);
            op("monitor_10000", "monitor", (10_000, 0), 2);
            if failed.contains(rsc) {
                op("last_failure_0", "monitor", (10_000, 7), 3);
            }
            lrm = format!("{lrm}</lrm_resource>");
            let at = lrm.find(&format!(r#"<lrm_rsc_op id="{base}_last_0""#)).expect("it was just written");
            lrm.insert_str(at, &format!(r#"<lrm_resource id="{base}" class="ocf" provider="test" type="Dummy">"#));
        }
        let mut counts = String::new();
        for rsc in &failed {
            let name = format!("fail-count-{rsc}#monitor_10000");
            let _ = write!(counts, r#"<nvpair id="{node}-{rsc}" name="{name}" value="1"/>"#);
        }
        format!(
            r#"<node_state id="{node}" uname="{node}" in_ccm="{here}" crmd="{crmd}" join="{join}" expected="member">
            <transient_attributes id="{node}"><instance_attributes id="{node}-t">{counts}</instance_attributes>
            </transient_attributes><lrm id="{node}"><lrm_resources>{lrm}</lrm_resources></lrm></node_state>"#
        )
    }
}

fn digest(action: Action) -> Option<(String, String)> {
    if let ActionKind::Resource(resource) = action.kind { Some((action.key, resource.digest)) } else { None }
}

/// A plan as people read it.
fn told(plan: &Plan) -> String {
    let mut text = String::new();
    for p in &plan.placements {
        let current: Vec<&str> = p.current.iter().map(NodeName::as_str).collect();
        let next = p.next.as_ref().map_or("nowhere", NodeName::as_str);
        let _ = writeln!(
            text,
            "{}: {} [{}] -> {} {next}: {}",
            p.resource,
            p.current_role,
            current.join(" "),
            p.next_role,
            p.reason
        );
    }
    let name = |action: &Action| match &action.node {
        Some(node) => format!("{} {node}", action.key),
        None => action.key.clone(),
    };
    let mut lines: Vec<String> = Vec::new();
    for action in plan.actions.iter().filter(|action| !action.key.contains("_monitor_0")) {
        let after = action.after.iter().filter_map(|id| plan.actions.iter().find(|other| other.id == *id));
        let mut after: Vec<String> = after.filter(|other| !other.key.contains("_monitor_0")).map(name).collect();
        after.sort();
        let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
        lines.push(format!("{}{after} ({})\n", name(action), action.reason));
    }
    lines.sort();
    text.push_str(&lines.concat());
    for withheld in &plan.withheld {
        let node = withheld.node.as_ref().map_or("nowhere", NodeName::as_str);
        let _ = writeln!(text, "cannot: {} {node} ({})", withheld.key, withheld.reason);
        for obstacle in &withheld.waits_for {
            let _ = writeln!(text, "  {}: {}", obstacle.key, obstacle.reason);
        }
    }
    for finding in &plan.findings {
        let _ = writeln!(text, "{}: {}", if finding.is_error { "error" } else { "warning" }, finding.text);
    }
    text
}

#[test]
fn every_case_is_decided_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let update = std::env::var("UPDATE").is_ok();
    let mut wrong = Vec::new();
    let mut files: Vec<_> =
        folder.read_dir().expect("the folder is there").map(|file| file.expect("readable").path()).collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the case can be read");
        let case = Case::read(&text);
        let plan = case.plan();
        assert_eq!(policy::lint(&plan), Vec::<String>::new(), "{}", file.display());
        let told = told(&plan);
        if told == case.decided {
            continue;
        }
        if update {
            let text = format!("{}--- configuration\n{}--- decided\n{told}", case.words, case.configuration);
            std::fs::write(&file, text).expect("the case can be written");
        } else {
            wrong.push(format!("{}\nwritten:\n{}\ndecided:\n{told}", file.display(), case.decided));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
