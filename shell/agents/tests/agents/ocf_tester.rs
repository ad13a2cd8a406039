//! `ocf-tester` on one good agent and on twelve that each break one promise; and other testers on our agents.

use super::{Run, is_root, program, skip, write_program};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A whole agent; `STATE` is its file. Each mutant changes one place.
const GOOD: &str = r#"#!/bin/sh
state=STATE
meta_data() {
    cat <<'END'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="t"><version>1</version><longdesc lang="en">t</longdesc><shortdesc lang="en">t</shortdesc>
<parameters/><actions><action name="start" timeout="5s"/></actions></resource-agent>
END
}
case $1 in
meta-data) meta_data ;;
validate-all) ;;
start) touch $state ;;
stop) rm -f $state ;;
monitor) [ -e $state ] || exit 7 ;;
*) exit 3 ;;
esac
"#;

const NOTES: &str = "* Your agent does not support the notify action (optional)
* Your agent does not support the demote action (optional)
* Your agent does not support the promote action (optional)
* Your agent does not support promotable clones (optional)
";
const RELOAD: &str = "* Your agent does not support the reload action (optional)\n";

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
        Self(directory)
    }

    fn agent(&self, text: &str, mode: u32) -> PathBuf {
        let path = self.0.path().join("agent");
        let state = self.0.path().join("state");
        write_program(&path, &text.replace("STATE", state.to_str().unwrap()), mode);
        path
    }

    /// The lines and the code of a test of that agent, with its path shortened to `AGENT`.
    fn test(&self, text: &str, mode: u32) -> (String, i32) {
        let path = self.agent(text, mode);
        let output = program("ocf-tester").args(["-n", "t1"]).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).replace(path.to_str().unwrap(), "AGENT");
        let last = String::from_utf8_lossy(&output.stderr).replace(path.to_str().unwrap(), "AGENT");
        let failed = last.lines().filter(|line| line.starts_with("Tests failed")).map(|line| format!("{line}\n"));
        (without_warning(&said) + &failed.collect::<String>(), output.status.code().unwrap())
    }
}

/// Without root the permissions are not looked at, and that is said.
fn without_warning(said: &str) -> String {
    said.split_inclusive('\n').filter(|line| !line.starts_with("WARN: Can't check")).collect()
}

fn begin(rest: &str) -> String {
    format!("Beginning tests for AGENT...\n{rest}")
}

fn failed(count: u32) -> String {
    format!("Tests failed: AGENT failed {count} tests\n")
}

fn mutant(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

#[test]
fn a_good_agent_passes_in_known_words() {
    let expected = begin(&format!("{NOTES}{RELOAD}AGENT passed all tests\n"));
    assert_eq!(Bench::new().test(GOOD, 0o755), (expected, 0));
}

#[test]
fn an_agent_that_only_root_may_run_fails() {
    if !is_root() {
        return skip("only root can try as somebody else");
    }
    let expected = "* rc=126: Your agent has too restrictive permissions: should be 755\n".to_owned() + NOTES + RELOAD;
    assert_eq!(Bench::new().test(GOOD, 0o700), (begin(&(expected + &failed(1))), 1));
}

#[test]
fn each_broken_promise_is_named() {
    let stopped = |code| format!("* rc={code}: Monitoring a stopped resource should return 7\n");
    let probe = |code| {
        format!(
            "* rc={code}: The initial probe for a stopped resource should return 7 or 5 even if all binaries are missing\n"
        )
    };
    let always =
        |code| format!("{}{}{NOTES}{}{RELOAD}{}", stopped(code), probe(code), stopped(code).repeat(3), failed(5));
    let table = [
        (mutant("start) touch", "start) [ ! -e $state ] || exit 1; touch"),
            format!("{NOTES}* rc=1: Starting a running resource is required to succeed\n{RELOAD}{}", failed(1))),
        (mutant("stop) rm", "stop) [ -e $state ] || exit 1; rm"),
            format!("{NOTES}* rc=1: Stopping a stopped resource is required to succeed\n{RELOAD}{}", failed(1))),
        (mutant("exit 7", "exit 1"), always(1)),
        (mutant("exit 7", "exit 0"), always(0)),
        (mutant("*) exit 3", "*) exit 1"),
            "* rc=1: The notify action cannot fail and must return 0\n* rc=1: Demoting a start resource should not fail\n\
             * rc=1: Promote failed\n* rc=1: Demote failed\nAborting tests\n".to_owned()),
        (mutant("</version>", ""),
            format!("* rc=1: Your agent produces meta-data which does not conform to ra-api-1.dtd\n{NOTES}{RELOAD}{}", failed(1))),
        (mutant("<version>1</version>", ""),
            format!("* rc=4: Your agent produces meta-data which does not conform to ra-api-1.dtd\n{NOTES}{RELOAD}{}", failed(1))),
        (mutant("start) touch", "start) exit 1; touch"),
            "* rc=1: Start failed.  Did you supply enough options with -o ?\nAborting tests\n".to_owned()),
        (mutant("stop) rm", "stop) exit 1; rm"), format!("{NOTES}* rc=1: Stop failed\nAborting tests\n")),
        (mutant("*) exit 3", "promote) ;;\n*) exit 3"),
            NOTES.split_inclusive('\n').take(2).collect::<String>()
                + "* Your agent partially supports promotable clones\n" + RELOAD + &failed(1)),
        (mutant("validate-all) ;;", "validate-all) echo why; exit 6 ;;"),
            "* rc=6: Validation failed.  Did you supply enough options with -o ?\nwhy\nAborting tests\n".to_owned()),
    ];
    for (text, expected) in table {
        assert_eq!(Bench::new().test(&text, 0o755), (begin(&expected), 1), "{text}");
    }
}

#[test]
fn an_agent_without_meta_data_fails_each_test_of_it() {
    let (said, code) = Bench::new().test(&mutant("meta-data) meta_data", "meta-data) exit 3"), 0o755);
    assert_eq!(code, 1);
    assert!(said.contains("* rc=1: Your agent produces meta-data which does not conform to ra-api-1.dtd\n"), "{said}");
    assert!(said.contains("* rc=3: Your agent does not support the meta-data action\n"), "{said}");
    assert!(said.ends_with(&failed(if is_root() { 3 } else { 2 })), "{said}");
}

#[test]
fn quiet_says_only_the_result_and_a_name_is_not_needed() {
    let bench = Bench::new();
    let path = bench.agent(
        &mutant("validate-all) ;;", "validate-all) [ \"$OCF_RESKEY_ip$OCF_RESOURCE_INSTANCE\" = a=bagent ] ;;"),
        0o755,
    );
    let run: Run = program("ocf-tester").args(["-q", "-o", "ip=a=b"]).arg(&path).output().unwrap().into();
    assert_eq!((without_warning(&run.said), run.code), (format!("{} passed all tests\n", path.display()), 0));
}

#[test]
fn a_program_that_is_missing_is_named() {
    let text = mutant("start) touch", "start) /usr/bin/no-such-program >/dev/null 2>&1 || exit 4; touch");
    let (said, code) = Bench::new().test(&text, 0o755);
    assert_eq!(code, 1);
    let hint = "* Your agent calls /usr/bin/no-such-program, which is not on this host; install it\n";
    assert!(said.ends_with(&format!("{hint}Aborting tests\n")), "{said}");
}

#[test]
fn wrong_command_lines_get_the_usage() {
    let run = |args: &[&str]| Run::from(program("ocf-tester").args(args).output().unwrap());
    for (args, code, line) in [
        (&["-h"][..], 0, "Usage: ocf-tester [-hvqdX]"),
        (&["-n", "x", "/nowhere/agent"], 1, "You must provide the full path to your resource agent"),
        (&["-z"], 1, "unknown option: -z"),
    ] {
        let found = run(args);
        assert_eq!(found.code, code, "{args:?}");
        assert!(found.said.contains(line), "{args:?}: {}", found.said);
    }
}

/// Our agents under their own names, tested by our tester and by another one if it is installed.
#[test]
fn our_agents_pass_every_tester_that_is_here() {
    let Some(_wire) = super::namespace::Wire::build() else { return };
    let bench = Bench::new();
    let link = |name: &str| {
        let path = bench.0.path().join(name);
        symlink(env!("CARGO_BIN_EXE_agent"), &path).unwrap();
        path
    };
    let (dummy, ipaddr2, ipaddr, kamailio) = (link("Dummy"), link("IPaddr2"), link("IPaddr"), link("Kamailio"));
    let (responder, config) = (link("sip-responder"), bench.0.path().join("config"));
    fs::write(&config, "").unwrap();
    let proxy = [
        format!("binary={}", responder.display()),
        format!("config={}", config.display()),
        format!("pidfile={}/pid", bench.0.path().display()),
        "listen=udp:127.0.0.1:5060".to_owned(),
    ];
    let ours = link("ocf-tester");
    let others = [ours.as_path(), Path::new("/usr/sbin/ocf-tester")];
    for tester in others {
        if !tester.exists() {
            skip(&format!("{} is not installed", tester.display()));
            continue;
        }
        let pass = |agent: &Path, parameters: &[&str]| {
            let mut command = Command::new(tester);
            command.args(["-n", "r"]).env("HA_RSCTMP", bench.0.path());
            for parameter in parameters {
                command.args(["-o", parameter]);
            }
            let run = Run::from(command.arg(agent).output().unwrap());
            assert_eq!(run.code, 0, "{} {}: {}", tester.display(), agent.display(), run.said);
        };
        pass(&dummy, &[]);
        pass(&ipaddr2, &["ip=10.9.0.7"]);
        pass(&ipaddr2, &["ip=fd00:9::7", "nodad=true"]);
        pass(&ipaddr, &["ip=10.9.0.8"]);
        pass(&kamailio, &proxy.each_ref().map(String::as_str));
    }
}
