//! Which program, which arguments, which environment: class by class.

use super::{Invocation, NoCommand, invocations};
use crate::contract::{Agent, Operation};
use crate::outcome::Dialect;
use crate::settings::Settings;
use std::collections::BTreeMap;
use std::time::Duration;

fn operation(class: &str, provider: Option<&str>, action: &str, parameters: &[(&str, &str)]) -> Operation {
    Operation {
        resource: "ip:0".into(),
        agent: Agent { class: class.into(), provider: provider.map(Into::into), kind: "IPaddr2".into() },
        action: action.into(),
        interval: Duration::ZERO,
        timeout: Duration::from_secs(20),
        start_delay: Duration::ZERO,
        parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        tag: String::new(),
    }
}

fn of(operation: &Operation) -> Vec<Invocation> {
    let extra = BTreeMap::from([("HA_CURHOST".to_owned(), "sip-a".to_owned())]);
    invocations(&Settings::for_cores(1), &extra, operation).unwrap()
}

/// Runs an operation of the class and compares program and arguments, one line for each way.
fn expect(class: &str, provider: Option<&str>, action: &str, lines: &[&str], dialect: Dialect) {
    let parameters = [("10", "ten"), ("2", "two"), ("1", "one"), ("x", "no")];
    let got = of(&operation(class, provider, action, &parameters));
    let text = got.iter().map(|way| format!("{} {}", way.command.program, way.command.arguments.join(" ")));
    assert_eq!(text.collect::<Vec<_>>(), lines, "{class} {action}");
    for way in got {
        assert_eq!(way.dialect, dialect, "{class} {action}");
        assert_eq!(way.command.environment["HA_CURHOST"], "sip-a");
        assert_eq!(way.command.environment["OCF_ROOT"], "/usr/lib/ocf");
    }
}

#[test]
fn each_class_has_its_place_arguments_and_dialect() {
    let ours = "/usr/lib/ocf/resource.d/anders.com/IPaddr2 monitor";
    expect("ocf", Some("anders.com"), "monitor", &[ours], Dialect::Ocf);
    expect("ocf", None, "start", &["/usr/lib/ocf/resource.d/heartbeat/IPaddr2 start"], Dialect::Ocf);
    expect("lsb", None, "start", &["/etc/init.d/IPaddr2 start"], Dialect::Lsb);
    expect("lsb", None, "monitor", &["/etc/init.d/IPaddr2 status"], Dialect::Lsb);
    let script = "/etc/ha.d/resource.d/IPaddr2 one two ten status";
    expect("heartbeat", None, "monitor", &[script], Dialect::HeartbeatScript);
    let unit = ["/usr/bin/systemctl is-active IPaddr2.service", "/bin/systemctl is-active IPaddr2.service"];
    expect("systemd", None, "monitor", &unit, Dialect::Unit);
}

#[test]
fn a_service_is_a_unit_where_there_is_systemd_and_a_script_elsewhere() {
    let dialects: Vec<Dialect> = of(&operation("service", None, "start", &[])).iter().map(|one| one.dialect).collect();
    assert_eq!(dialects, [Dialect::Unit, Dialect::Unit, Dialect::Lsb]);
}

#[test]
fn an_ocf_agent_finds_the_environment_of_the_api() {
    let parameters = [("ip", "1.2.3.4"), ("CRM_meta_on-fail", "stop"), ("OCF_CHECK_LEVEL", "10"), ("odd-name", "x")];
    let got = of(&operation("ocf", Some("heartbeat"), "monitor", &parameters)).remove(0).command.environment;
    let expected = [
        ("HA_CURHOST", "sip-a"),
        ("HA_LOGFACILITY", "daemon"),
        ("HA_debug", "0"),
        ("HA_logfacility", "daemon"),
        ("LC_ALL", "C"),
        ("OCF_CHECK_LEVEL", "10"),
        ("OCF_EXIT_REASON_PREFIX", "ocf-exit-reason:"),
        ("OCF_RA_VERSION_MAJOR", "1"),
        ("OCF_RA_VERSION_MINOR", "1"),
        ("OCF_RESKEY_CRM_meta_on_fail", "stop"),
        ("OCF_RESKEY_OCF_CHECK_LEVEL", "10"),
        ("OCF_RESKEY_ip", "1.2.3.4"),
        ("OCF_RESKEY_odd-name", "x"),
        ("OCF_RESOURCE_INSTANCE", "ip:0"),
        ("OCF_RESOURCE_PROVIDER", "heartbeat"),
        ("OCF_RESOURCE_TYPE", "IPaddr2"),
        ("OCF_ROOT", "/usr/lib/ocf"),
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"),
    ];
    let got: Vec<(&str, &str)> = got.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(got, expected);
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    for bad in ["../../../bin/sh", "", ".", "a/b", ".hidden"] {
        for class in ["ocf", "lsb", "systemd", "heartbeat"] {
            let mut operation = operation(class, None, "start", &[]);
            operation.agent.kind = bad.into();
            let refused = invocations(&Settings::for_cores(1), &BTreeMap::new(), &operation);
            assert_eq!(refused, Err(NoCommand::BadName(bad.into())), "{class} {bad:?}");
        }
    }
}

#[test]
fn fence_devices_and_unknown_classes_are_refused_in_words() {
    let refusal = |class| {
        invocations(&Settings::for_cores(1), &BTreeMap::new(), &operation(class, None, "start", &[])).unwrap_err()
    };
    assert_eq!(refusal("stonith"), NoCommand::FenceDevice);
    assert_eq!(refusal("upstart"), NoCommand::UnknownClass("upstart".into()));
}
