//! The hands as a process of their own, with real agents written in shell, below a directory that goes with the test.

#[path = "hands/host.rs"]
mod host;

use execd::client::{Answer, HandsError};
use host::{Host, every, once};
use model::OperationStatus;
use std::time::Duration;

/// Not a test: what the other tests start as their hands.
#[test]
#[ignore = "the process that the other tests start"]
fn hands_process() {
    host::be_hands();
}

/// An agent with a state file, as small as they come.
const STATEFUL: &str = r#"
state="$OCF_RESKEY_state"
case "$1" in
start) touch "$state";;
stop) rm -f "$state";;
monitor) echo x >> "$state.count"; test -e "$state" || { echo "ocf-exit-reason:no state file" >&2; exit 7; };;
*) exit 3;;
esac
"#;

#[test]
fn an_agent_is_started_monitored_and_stopped() {
    let host = Host::new();
    host.agent("S", STATEFUL);
    let mut brain = host.brain();
    let mut codes = Vec::new();
    for action in ["monitor", "start", "monitor", "stop", "monitor", "dance"] {
        brain.run(&host.with_state(once("S", action)));
        codes.push(brain.report().code.0);
    }
    assert_eq!(codes, [7, 0, 0, 0, 7, 3]);
    brain.run(&host.with_state(once("S", "monitor")));
    assert_eq!(brain.report().reason, "no state file");
}

/// Signals 32 and 33, as bits: the C library lets nobody change them, so what our own parent did to them stays.
const OF_THE_C_LIBRARY: u64 = 3 << 31;

#[test]
fn an_agent_finds_its_environment_and_nothing_of_ours() {
    let host = Host::new();
    host.agent(
        "E",
        r#"env > "$OCF_RESKEY_state"
cat > "$OCF_RESKEY_state.stdin"
ls /proc/self/fd | tr '\n' ' ' > "$OCF_RESKEY_state.fds"
grep -E 'Sig(Blk|Ign)' /proc/self/status > "$OCF_RESKEY_state.signals"
test "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ || exit 9
"#,
    );
    let mut brain = host.brain();
    brain.run(&host.with_state(once("E", "start")));
    let report = brain.report();
    assert_eq!((report.code.0, report.output.as_str()), (0, ""));
    let environment = host.read("state");
    for line in ["OCF_RESOURCE_INSTANCE=E", "OCF_RESOURCE_PROVIDER=test", "HA_CURHOST=sip-a", "LC_ALL=C"] {
        assert!(environment.lines().any(|other| other == line), "{line} is not in {environment}");
    }
    assert!(!environment.contains("CARGO") && !environment.contains("SYSTOLE"), "{environment}");
    assert_eq!(host.read("state.stdin"), "");
    assert_eq!(host.read("state.fds").trim(), "0 1 2 3", "3 is what ls itself opened");
    for line in host.read("state.signals").lines() {
        let set = u64::from_str_radix(line.rsplit('\t').next().unwrap(), 16).unwrap();
        assert_eq!(set & !OF_THE_C_LIBRARY, 0, "{line}");
    }
}

#[test]
fn a_stop_goes_ahead_of_the_crowd_and_a_service_does_not() {
    let host = Host::new();
    host.agent("N", "nice > $OCF_RESKEY_state.$1");
    let mut brain = host.brain();
    for action in ["start", "stop"] {
        brain.run(&host.with_state(once("N", action)));
        brain.report();
    }
    let own = host::niceness(0);
    assert_eq!(host.read("state.start").trim(), own.to_string());
    // Where we may not go ahead, neither may the hands.
    assert_eq!(host.read("state.stop").trim(), host::niceness(-10 - own).to_string());
}

#[test]
fn a_timeout_kills_the_whole_group() {
    let host = Host::new();
    host.agent("H", "sleep 1000 & echo $! > $OCF_RESKEY_state\necho $$ >> $OCF_RESKEY_state\nwait");
    let mut brain = host.brain();
    brain.run(&host.with_state(host::within(2000, once("H", "start"))));
    let report = brain.report();
    assert_eq!((report.status, report.code.0), (OperationStatus::Timeout, 1));
    for pid in host.read("state").lines() {
        host::await_gone(pid);
    }
}

#[test]
fn who_does_not_heed_the_first_signal_is_killed_by_the_second() {
    let host = Host::new();
    host.agent("D", "trap '' TERM\nsleep 1000 & echo $! > $OCF_RESKEY_state\nwhile :; do sleep 1; done");
    let mut brain = host.brain();
    brain.run(&host.with_state(host::within(2000, once("D", "start"))));
    brain.run(&host.with_state(host::within(300, once("D", "start"))));
    assert_eq!(brain.report().status, OperationStatus::Timeout);
    let first = host.read("state");
    let second = brain.report();
    assert!(second.queue_time >= Duration::from_secs(5), "it waits until the first one is dead");
    host::await_gone(first.trim());
}

#[test]
fn a_daemon_that_an_agent_leaves_is_not_touched_and_is_buried_when_it_ends() {
    let host = Host::new();
    host.agent("L", "setsid sleep 1000 &\necho $! > $OCF_RESKEY_state");
    let mut brain = host.brain();
    brain.run(&host.with_state(once("L", "start")));
    assert_eq!(brain.report().code.0, 0);
    let daemon = host.read("state").trim().to_owned();
    brain.run(&host.with_state(once("Absent", "start")));
    assert_eq!(brain.report().status, OperationStatus::NotInstalled);
    assert_eq!(host::parent_of(&daemon), Some(host.pid()), "alive, and ours to bury");
    host::kill(&daemon);
    host::await_gone(&daemon);
}

#[test]
fn work_goes_on_while_the_brain_is_gone() {
    let host = Host::new();
    host.agent("S", STATEFUL);
    host.agent("Slow", "test $1 = start && exec sleep 1\ntouch $OCF_RESKEY_state.looking\nexec sleep 30");
    let mut brain = host.brain();
    brain.run(&host.with_state(once("S", "start")));
    brain.report();
    brain.run(&host.with_state(host::often("S", "monitor")));
    brain.report();
    brain.run(&host.with_state(once("Slow", "start")));
    brain.run(&host.with_state(once("Slow", "monitor")));
    drop(brain);
    let monitored = host.read("state.count").len();
    host::await_that("the monitor goes on", || host.read("state.count").len() > monitored + 10);
    host::await_that("the slow start has ended, so that what waits for it begins", || {
        host.path("state.looking").exists()
    });
    let (mut brain, reports, state) = host.brain_and_state();
    let heard: Vec<_> = reports.iter().map(|report| (report.operation.action.as_str(), report.code.0)).collect();
    assert_eq!(heard, [("start", 0)]);
    let state: Vec<_> = state.iter().map(|report| (report.operation.action.as_str(), report.status)).collect();
    let (done, pending) = (OperationStatus::Done, OperationStatus::Pending);
    assert_eq!(
        state,
        [("monitor", done), ("monitor", pending), ("start", done)],
        "recurring, under way, last single run"
    );
    std::fs::remove_file(host.path("state")).unwrap();
    assert_eq!(brain.report_of("S").code.0, 7, "its monitor tells the new brain");
    brain.client.cancel(&"S".into(), "monitor", Duration::from_millis(50)).unwrap();
    host::await_that("the cancelling is answered", || brain.report_of("S").status == OperationStatus::Cancelled);
}

#[test]
fn a_new_brain_replaces_the_old_one() {
    let host = Host::new();
    host.agent("S", STATEFUL);
    let mut old = host.brain();
    let mut new = host.brain();
    let ended = loop {
        match old.client.receive() {
            Ok(_) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => break error,
        }
    };
    assert!(matches!(ended, HandsError::Refused(_)), "{ended}");
    new.run(&host.with_state(once("S", "start")));
    assert_eq!(new.report().code.0, 0);
}

#[test]
fn second_hands_at_the_same_socket_leave_the_first_ones_alone() {
    let host = Host::new();
    host.agent("S", STATEFUL);
    let mut second = host.another();
    assert_eq!(second.wait().unwrap().code(), Some(i32::from(execd::EXIT_ALREADY_RUNNING)));
    let mut brain = host.brain();
    brain.run(&host.with_state(once("S", "start")));
    assert_eq!(brain.report().code.0, 0);
    assert_eq!(host::mode(&host.path("hands.sock")), 0o600);
}

#[test]
fn a_thousand_operations_leave_nothing_behind() {
    let host = Host::new();
    host.agent("T", "exit 0");
    let mut brain = host.brain();
    brain.run(&once("T", "start"));
    brain.report();
    let before = host.descriptors();
    for _ in 0..1000 {
        brain.run(&once("T", "start"));
    }
    for _ in 0..1000 {
        assert_eq!(brain.report().code.0, 0);
    }
    assert_eq!(host.descriptors(), before);
}

#[test]
fn a_talkative_agent_is_read_and_cut() {
    let host = Host::new();
    host.agent("V", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo the end >&2; exit 1");
    let mut brain = host.brain();
    brain.run(&once("V", "start"));
    let report = brain.report();
    assert!(report.output.ends_with("line 19999\nthe end") && report.output.len() <= 2048);
}

#[test]
fn hands_that_are_told_to_stop_end_what_is_under_way_first() {
    for by_signal in [false, true] {
        let mut host = Host::new();
        host.agent("W", "sleep 0.5; echo done > $OCF_RESKEY_state");
        let mut brain = host.brain();
        brain.run(&host.with_state(once("W", "start")));
        brain.run(&every(60, "Other", "monitor"));
        brain.report();
        if by_signal {
            host::terminate(host.pid());
        } else {
            brain.client.stop().unwrap();
        }
        assert_eq!(brain.report().operation.action, "start");
        assert_eq!(host.wait(), i32::from(execd::EXIT_STOPPED));
        assert_eq!(host.read("state"), "done\n");
        assert!(!host.path("hands.sock").exists());
    }
}

/// Whatever the machine makes of the first moments: hands that wake by themselves are never quiet.
#[test]
fn idle_hands_do_not_wake() {
    let host = Host::new();
    let mut brain = host.brain();
    let is_quiet = || {
        let before = host.switches();
        std::thread::sleep(Duration::from_millis(500));
        host.switches() == before
    };
    assert!((0..20).any(|_| is_quiet()));
    assert_eq!(brain.client.receive().unwrap(), Vec::<Answer>::new());
}
