//! What the parameters mean, and which process is believed; real proxies are in `tests/proxy.rs`.

use super::parameters::Statuses;
use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Parameters, Failure> {
    Parameters::read(Product::Kamailio, &Environment::of_parameters(pairs.iter().copied()))
}

#[test]
fn files_and_addresses_have_the_products_defaults() {
    let parameters = read(&[]).unwrap();
    assert_eq!(parameters.binary, Path::new("/usr/sbin/kamailio"));
    assert_eq!(parameters.target, "127.0.0.1:5060".parse().unwrap());
    assert_eq!(parameters.arguments(), ["-f", "/etc/kamailio/kamailio.cfg", "-P", "/run/kamailio/kamailio.pid"]);
}

#[test]
fn options_become_the_command_line() {
    let pairs = [
        ("config", "/c"),
        ("pidfile", "/p"),
        ("user", "sip"),
        ("listen", "udp:[::1]:5060 tcp:a"),
        ("options", "-m 64"),
    ];
    let expected = "-f /c -P /p -u sip -l udp:[::1]:5060 -l tcp:a -m 64";
    assert_eq!(read(&pairs).unwrap().arguments(), expected.split(' ').collect::<Vec<_>>());
}

#[test]
fn wrong_parameters_are_refused_as_configuration() {
    for pair in
        [("ip", "localhost"), ("port", "0"), ("port", "70000"), ("proto", "sctp"), ("accept", "ok"), ("accept", "3-2")]
    {
        assert_eq!(read(&[pair]).unwrap_err().code, OcfCode::NOT_CONFIGURED, "{pair:?}");
    }
}

#[test]
fn a_list_of_statuses_holds_its_ranges() {
    let statuses = Statuses::read("200-299, 404").unwrap();
    assert!([200, 299, 404].into_iter().all(|status| statuses.contains(status)));
    assert!([199, 300, 403, 503].into_iter().all(|status| !statuses.contains(status)));
}

#[test]
fn a_pid_of_another_program_is_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pid");
    fs::write(&file, format!("{}\n", std::process::id())).unwrap();
    let this = Process::from_file(&file).unwrap();
    assert!(this.runs(&std::env::current_exe().unwrap()));
    assert!(!this.runs(Path::new("/usr/sbin/kamailio")));
    assert!(this.serves(&file), "a process that names no pid file contradicts none");
    let agent = Agent(read(&[("pidfile", file.to_str().unwrap())]).unwrap());
    assert_eq!(agent.monitor(), Ok(OcfCode::NOT_RUNNING));
    for noise in ["", "x", "0", "1", "-5", "999999999"] {
        fs::write(&file, noise).unwrap();
        assert!(Process::from_file(&file).is_none(), "{noise:?}");
    }
}

#[test]
fn a_family_includes_children_and_ends_together() {
    use std::os::unix::process::CommandExt;
    let mut shell = Command::new("sh").args(["-c", "sleep 600 & sleep 600"]).process_group(0).spawn().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pid");
    fs::write(&file, shell.id().to_string()).unwrap();
    let parent = Process::from_file(&file).unwrap();
    let mut family = parent.family();
    while family.len() < 3 {
        std::thread::sleep(POLL);
        family = parent.family();
    }
    assert!(!process::await_end(&family, Duration::ZERO));
    for member in &family {
        member.signal(Signal::KILL);
    }
    assert!(process::await_end(&family, Duration::from_secs(10)));
    shell.wait().unwrap();
}

#[test]
fn what_a_program_said_last_becomes_one_line() {
    assert_eq!(last(" a\n\n b \n"), "a | b");
    assert_eq!(last(&"é".repeat(2000)).chars().count(), OUTPUT_MAX + 1);
}
