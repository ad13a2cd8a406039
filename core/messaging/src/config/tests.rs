//! What an administrator may write into `ha.cf`, and what he is told.

use super::{Config, DIRECTIVES, Medium, Standing, value};
use crate::quorum::Quorum;
use std::time::Duration;

const FILE: &str = "ha.cf";
const SMALL: &str = "udpport 700\nbcast eth1.7\nnode left right\ncrm on\n";

fn good(text: &str) -> Config {
    Config::parse(FILE, text).unwrap_or_else(|rejected| panic!("{text:?}: {rejected}"))
}

fn complaint(text: &str) -> String {
    Config::parse(FILE, text).expect_err("the text is broken").to_string()
}

fn warnings(text: &str) -> Vec<String> {
    good(text).warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn four_lines_are_a_complete_file_and_load_in_silence() {
    let config = good(SMALL);
    assert_eq!(config.warnings, []);
    assert_eq!(config.udpport, 700);
    assert_eq!(config.media, [Medium::Bcast { device: "eth1.7".to_owned() }]);
    assert_eq!(config.timing.keepalive, Duration::from_secs(1));
    assert_eq!(config.timing.warntime, Duration::from_secs(15));
    assert_eq!(config.timing.deadtime, Duration::from_secs(30));
    assert_eq!(config.timing.initdead, Duration::from_secs(30));
    assert_eq!(config.parameters["deadtime"], "30000ms");
    assert_eq!(config.parameters["warntime"], "15000ms");
    assert_eq!(config.parameters["udpport"], "700");
}

/// The one test that reads files: they are the user's, and stay outside the tree.
#[test]
#[allow(clippy::disallowed_methods)]
fn the_tutorials_files_load_in_silence_where_they_are_present() {
    let Ok(folder) = std::env::var("SYSTOLE_TUTORIAL") else {
        println!("skipped: set SYSTOLE_TUTORIAL to the folder with ha.cf and authkeys");
        return;
    };
    let text = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
    let config = good(&text("ha.cf"));
    assert_eq!((config.udpport, config.warnings.len()), (469, 0));
    let mode = crate::authkeys::FileMode { mode: 0o600, owner: 0, own_user: 0 };
    assert_eq!(crate::authkeys::AuthKeys::parse("authkeys", &text("authkeys"), mode).unwrap().warnings, []);
}

#[test]
fn every_directive_is_understood_or_refused_by_name() {
    for directive in DIRECTIVES {
        let text = format!("{} 1\n", directive.name);
        let found = match Config::parse(FILE, &text) {
            Ok(config) => config.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Err(rejected) => rejected.to_string(),
        };
        assert!(!found.contains("Illegal"), "{found}");
        match directive.standing {
            Standing::Refused(why) => {
                assert!(found.contains(&format!("ha.cf:1: [{}] is not supported; {why}", directive.name)));
            }
            Standing::Idle(why) => {
                let warned = warnings(&format!("{SMALL}{} 1\n", directive.name)).join("\n");
                assert!(warned.contains(&format!("ha.cf:5: [{}] has no effect; {why}", directive.name)), "{warned}");
            }
            Standing::Honoured => {}
        }
    }
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let table = [
        ("nodes a", "ha.cf:1: Illegal directive [nodes]; did you mean: node"),
        ("Keepalive 1", "ha.cf:1: Illegal directive [Keepalive]; did you mean: keepalive"),
        ("frobnicate", "ha.cf:1: Illegal directive [frobnicate]; remove the line"),
        ("keepalive 10s", "ha.cf:1: keepalive: [10s] has an unknown unit; write seconds without a unit"),
        ("keepalive", "ha.cf:1: [keepalive] has no value"),
        ("keepalive 0", "ha.cf:1: keepalive is zero"),
        ("deadtime 1\nkeepalive 500ms", "ha.cf:1: Dead time [1000] is too small compared to keepalive [500]"),
        ("initdead 20", "ha.cf:1: Initial dead time [20000] is smaller than deadtime [30000]"),
        ("udpport 0", "ha.cf:1: udpport: [0] is not a port"),
        ("crm off", "ha.cf:1: crm off is not supported"),
        ("crm maybe", "ha.cf:1: crm: [maybe] is neither"),
        ("mcast eth0 10.0.0.1 694 1 0", "ha.cf:1: [10.0.0.1] is not a multicast address"),
        ("mcast eth0 239.0.0.1 694 1", "ha.cf:1: mcast wants five values and has 4"),
        ("ucast eth0 host", "ha.cf:1: [host] is not an address"),
        ("bcast a-name-that-is-too-long", "ha.cf:1: [a-name-that-is-too-long] cannot be the name of a network device"),
        ("node a/b", "ha.cf:1: [a/b] cannot be the name of a host"),
        ("autojoin any", "ha.cf:1: autojoin any is not supported"),
        ("logfacility local9", "ha.cf:1: logfacility: syslog has no facility [local9]"),
        ("logfile ha-log", "ha.cf:1: logfile: [ha-log] is not an absolute path"),
        ("rtprio 100", "ha.cf:1: rtprio is not a number"),
        ("debug 256", "ha.cf:1: debug: [256] is not a number"),
        ("env 1", "ha.cf:1: env: [1] is not NAME=VALUE"),
        ("hbgenmethod dice", "ha.cf:1: hbgenmethod: [dice]"),
        ("realtime often", "ha.cf:1: realtime: [often] is neither yes nor no"),
        ("enable_config_writes off", "ha.cf:1: enable_config_writes off is not supported"),
        ("", "ha.cf: No heartbeat media defined"),
        ("", "ha.cf: no nodes defined"),
        ("", "ha.cf: there is no line `crm on`"),
    ];
    for (text, expected) in table {
        let found = complaint(text);
        assert!(found.contains(expected), "{text:?}: {found}");
    }
}

#[test]
fn the_rule_of_quorum_is_chosen_by_words() {
    let two = "bcast eth0\ncrm on\nnode a b\n";
    let three = "bcast eth0\ncrm on\nnode a b c\n";
    let table = [
        (two, "", Quorum::AnyOfTwo),
        (three, "", Quorum::Majority),
        (two, "quorum majority", Quorum::Majority),
        (two, "quorum any", Quorum::AnyOfTwo),
        (two, "wait_for_all on", Quorum::WaitForAll(Box::new(Quorum::AnyOfTwo))),
        (three, "wait_for_all on", Quorum::WaitForAll(Box::new(Quorum::Majority))),
        (two, "wait_for_all off", Quorum::AnyOfTwo),
        (two, "tie_breaker B", Quorum::TieBreaker("b".into())),
        (three, "quorum last-man-standing", Quorum::LastManStanding(None)),
        (three, "quorum last-man-standing\ntie_breaker c", Quorum::LastManStanding(Some("c".into()))),
        (two, "witness 192.0.2.7", Quorum::Witness),
    ];
    for (cluster, words, expected) in table {
        let config = good(&format!("{cluster}{words}\n"));
        assert_eq!((config.quorum, config.warnings.len()), (expected, 0), "{words}");
    }
    let witness = |text: &str| good(&format!("{two}witness {text}\n")).witness.unwrap().to_string();
    assert_eq!(witness("192.0.2.7"), "192.0.2.7:6940");
    assert_eq!(witness("[2001:db8::7]:700"), "[2001:db8::7]:700");
}

#[test]
fn rules_that_do_not_go_together_are_refused() {
    let table = [
        ("node a b c\nquorum any", "any is for two nodes, and there are 3"),
        ("node a b\nquorum half", "[half] is no rule of quorum"),
        ("node a b\ntie_breaker c", "[c] is not a node of this cluster"),
        ("node a b\nquorum any\ntie_breaker a", "quorum any needs no tie breaker"),
        ("node a b\nwitness 192.0.2.7\nquorum any", "a witness goes with quorum majority only"),
        ("node a b\nwitness 192.0.2.7\ntie_breaker a", "a witness and a tie_breaker"),
        ("node a b\nwitness 192.0.2.7\nwait_for_all on", "a witness and wait_for_all"),
        ("node a b c\nwitness 192.0.2.7", "3 nodes are an odd number"),
        ("node a b\nwitness third-host", "[third-host] is not an address"),
        ("node a b\ndeadtime 40\nwitness 192.0.2.7", "deadtime is longer than 30 s"),
        ("node a b\nwait_for_all maybe", "wait_for_all: [maybe] is neither yes nor no"),
    ];
    for (text, expected) in table {
        let found = complaint(&format!("bcast eth0\ncrm on\n{text}\n"));
        assert!(found.contains(expected), "{text:?}: {found}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_lines() {
    let found = complaint("ping 10.0.0.1\r\nfoo\r\n# nothing\r\nserial /dev/ttyS0\r\n");
    let places: Vec<&str> = found.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["ha.cf", "ha.cf", "ha.cf", "ha.cf:1", "ha.cf:2", "ha.cf:4"]);
}

#[test]
fn the_order_of_lines_does_not_matter_but_is_spoken_of() {
    let config = good("bcast eth0\nnode a b\ncrm on\nudpport 700\n");
    assert_eq!(config.udpport, 700);
    assert_eq!(config.warnings.len(), 1);
    assert_eq!(config.warnings[0].line, Some(4));
}

#[test]
fn lists_are_apart_by_blanks_or_commas_and_lines_add_up() {
    let config =
        good("node A,b  c\nnode d\nbcast eth0, eth1\nucast eth2 10.0.0.2\nmcast eth3 239.1.2.3 700 1 0\ncrm respawn");
    let names: Vec<&str> = config.nodes.iter().map(model::NodeName::as_str).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    let devices: Vec<&str> = config.media.iter().map(Medium::device).collect();
    assert_eq!(devices, ["eth0", "eth1", "eth2", "eth3"]);
}

#[test]
fn times_are_seconds_unless_they_say_otherwise() {
    let table =
        [("2", 2000), ("1.5", 1500), ("1500ms", 1500), ("100 MS", 100), ("499us", 0), ("501us", 1), ("7msec", 7)];
    for (text, millis) in table {
        assert_eq!(value::time(text), Ok(Duration::from_millis(millis)), "{text}");
    }
    for text in ["", "s", "1s", "1m", "-1", "1..2", "99999999999", "1 2", "0x10", "1e3"] {
        assert!(value::time(text).is_err(), "{text}");
    }
}

#[test]
fn times_below_a_second_are_legal_and_initdead_follows_deadtime() {
    let config = good(&format!("{SMALL}keepalive 100ms\ndeadtime 500ms\n"));
    assert_eq!(config.timing.deadtime, Duration::from_millis(500));
    assert_eq!(config.timing.initdead, Duration::from_secs(12));
    assert_eq!(good(&format!("{SMALL}deadtime 8\n")).timing.initdead, Duration::from_secs(16));
    assert_eq!(good(&format!("{SMALL}deadtime 11\n")).timing.initdead, Duration::from_secs(11));
    assert_eq!(warnings(&format!("{SMALL}deadtime 4\ninitdead 4\n")).len(), 1);
}

#[test]
fn a_host_is_found_by_its_name_or_short_name_and_a_stranger_is_told() {
    let config = good("bcast eth0\nnode left.example.org right\ncrm on\n");
    assert_eq!(config.own_name(FILE, "RIGHT").unwrap().note, None);
    let own = config.own_name(FILE, "right.example.org").unwrap();
    assert_eq!(own.name.as_str(), "right");
    assert!(own.note.unwrap().contains("right.example.org"));
    assert_eq!(config.own_name(FILE, "left").unwrap().name.as_str(), "left.example.org");
    assert!(config.own_name(FILE, "left.example.com").is_err());
    let stranger = config.own_name(FILE, "middle").unwrap_err().to_string();
    assert!(
        stranger.contains("Current node [middle] not in configuration!") && stranger.contains("node middle"),
        "{stranger}"
    );
}
