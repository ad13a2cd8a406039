//! The functions for shell agents, under every shell that is here.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Run;

fn share() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../share/ocf").canonicalize().unwrap()
}

fn shells() -> Vec<&'static str> {
    ["dash", "bash", "sh"].into_iter().filter(|shell| Command::new(shell).args(["-c", ":"]).status().is_ok()).collect()
}

/// Runs a script in which the functions are known.
fn run(shell: &str, script: &str, action: &str, environment: &[(&str, &str)]) -> Run {
    let state = tempfile::tempdir().unwrap();
    let script = format!(". {}/.ocf-shellfuncs\n{script}", share().display());
    let mut command = Command::new(shell);
    command.args(["-u", "-c", &script, "agent", action]).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("OCF_ROOT", state.path()).env("OCF_FUNCTIONS_DIR", share()).env("HA_RSCTMP", state.path());
    command.envs(environment.iter().copied()).output().unwrap().into()
}

#[test]
fn each_function_answers_alike_in_every_shell() {
    let table = [
        ("ocf_is_decimal 12", 0),
        ("ocf_is_decimal 1a", 1),
        ("ocf_is_decimal ''", 1),
        ("ocf_is_hex 1aF", 0),
        ("ocf_is_octal 8", 1),
        ("ocf_is_true yes && ocf_is_true ON && ! ocf_is_true no && ! ocf_is_true", 0),
        ("ocf_version_cmp 1.9 1.10", 0),
        ("ocf_version_cmp 1.10.0 1.10", 1),
        ("ocf_version_cmp 2 1.10", 2),
        ("ocf_version_cmp x 1", 3),
        ("have_binary sh", 0),
        ("have_binary no-such-program", 1),
        ("check_binary no-such-program; exit 99", 5),
        ("ocf_pidfile_status /nowhere/pid", 2),
        ("echo $$ >$HA_RSCTMP/p; ocf_pidfile_status $HA_RSCTMP/p", 0),
        ("echo 4194304 >$HA_RSCTMP/p; ocf_pidfile_status $HA_RSCTMP/p", 1),
        ("ocf_take_lock $HA_RSCTMP/l; ocf_release_lock_on_exit $HA_RSCTMP/l; test -s $HA_RSCTMP/l", 0),
        ("ocf_run -q true", 0),
        ("ocf_run sh -c 'exit 4'", 4),
        ("ocf_is_probe", 0),
        ("OCF_RESKEY_CRM_meta_interval=10; ocf_is_probe", 1),
        ("test \"$(ocf_local_nodename)\" = \"$(uname -n)\" || have_binary crm_node", 0),
        ("sleep 600 & ocf_stop_processes 'TERM KILL' 5 $!", 0),
        ("test $OCF_SUCCESS$OCF_NOT_RUNNING$OCF_RUNNING_MASTER$OCF_FAILED_MASTER = 0789", 0),
        ("test \"$OCF_RESOURCE_INSTANCE$LC_ALL\" = defaultC", 0),
        ("n=$(ocf_maybe_random); test $n -gt 0 && test $n -le 32767", 0),
    ];
    for shell in shells() {
        for (script, expected) in table {
            let found = run(shell, script, "monitor", &[]);
            assert_eq!(found.code, expected, "{shell}: {script}: {}", found.said);
        }
    }
}

#[test]
fn messages_carry_their_level() {
    for shell in shells() {
        let script =
            "ocf_log info 'it runs'; ocf_log warn a b; ocf_log err bad; ocf_exit_reason 'no %s' x; ocf_exit_reason 5%";
        let said = run(shell, script, "start", &[]).said;
        let expected = "INFO: it runs\nWARNING: a b\nERROR: bad\nocf-exit-reason:no x\nocf-exit-reason:5%\n";
        assert_eq!(said, expected, "{shell}");
    }
}

#[test]
fn a_cluster_must_name_the_resource() {
    for shell in shells() {
        let nameless = run(shell, ":", "start", &[("OCF_RA_VERSION_MAJOR", "1")]);
        assert_eq!(
            (nameless.code, nameless.said.as_str()),
            (2, "ERROR: Need to tell us our resource instance name.\n")
        );
        assert_eq!(run(shell, ":", "meta-data", &[("OCF_RA_VERSION_MAJOR", "1")]).code, 0);
        let named = [("OCF_RA_VERSION_MAJOR", "1"), ("OCF_RESOURCE_INSTANCE", "r")];
        assert_eq!(run(shell, ":", "start", &named).code, 0);
    }
}

#[test]
fn a_root_that_is_no_directory_ends_the_agent() {
    for shell in shells() {
        assert_eq!(run(shell, "exit 0", "start", &[("OCF_ROOT", "/dev/null")]).code, 1);
    }
}
