//! `systole demo`: the main job as a newcomer runs it, on hosts that it makes itself.

mod console;

use crate::client::Outage;
use crate::enter;
use crate::hosts::{HostError, Lab, private_directory};
use crate::stage::{self, Setup};
use crate::watch::Watch;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The addresses of the tutorial's cib.xml.
pub(crate) const SERVICE: [&str; 2] = ["1.2.3.4:5060", "1.2.3.5:5060"];
const HOSTS: [(&str, &str); 2] = [("sip-a", "1.2.3.1/24"), ("sip-b", "1.2.3.2/24")];
const FAST: &str = "keepalive 100ms\ndeadtime 500ms\n";

/// How long the show waits for anything that has to come.
const PATIENCE: Duration = Duration::from_secs(90);

const USAGE: &str = "usage: systole demo [--verbatim] [--batch] [--built-in]

Makes two hosts, sip-a and sip-b, out of namespaces, starts the tutorial's cluster on them (two virtual addresses and a
SIP proxy), kills the active host, shows the failover, and leaves the cluster up to play with.

  --verbatim  the tutorial's ha.cf as printed: a dead host is noticed after 30 s (else 'deadtime 500ms' is added)
  --batch     end after the show instead of asking for commands
  --built-in  the built-in SIP responder as the proxy, even where Kamailio is installed";

/// Runs the demonstration; the exit code of the command.
pub fn main(arguments: &[String]) -> u8 {
    let mut options = Options { verbatim: false, batch: false, built_in: false };
    for word in arguments {
        match word.as_str() {
            "--verbatim" => options.verbatim = true,
            "--batch" => options.batch = true,
            "--built-in" => options.built_in = true,
            "--help" | "-h" => {
                println!("{USAGE}");
                return 0;
            }
            other => {
                eprintln!("systole demo: unknown option '{other}'\n{USAGE}");
                return 64;
            }
        }
    }
    match enter() {
        Ok(Some(status)) => return status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Ok(None) => {}
        Err(error) => {
            eprintln!("systole demo: {error}");
            return 1;
        }
    }
    match show(&options) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("systole demo: {error}");
            1
        }
    }
}

struct Options {
    verbatim: bool,
    batch: bool,
    built_in: bool,
}

fn show(options: &Options) -> Result<(), HostError> {
    let mut lab = raise(options)?;
    say("starting the cluster on both hosts from the tutorial's ha.cf, authkeys and cib.xml");
    let started = Instant::now();
    let mut watch = Watch::start(&lab, "client", &SERVICE)?;
    for (host, _) in HOSTS {
        stage::check(&lab, host, "/usr/sbin/heartbeat")?;
    }
    if !watch.wait_for_answers(SERVICE.len(), PATIENCE) {
        return Err(silence(&lab, "sip-a"));
    }
    say(&format!("both virtual addresses answer SIP, {:.1} s after the start", started.elapsed().as_secs_f64()));
    std::thread::sleep(Duration::from_millis(500));
    let active = active_host(&lab).unwrap_or("sip-a");
    let other = if active == "sip-a" { "sip-b" } else { "sip-a" };
    print_state(&lab, active);

    say(&format!("power loss of {active}, the active host"));
    lab.kill(active)?;
    let Some(Outage { lasted: Some(lasted), lost, .. }) = watch.wait_for_outage(PATIENCE) else {
        return Err(silence(&lab, other));
    };
    say(&format!(
        "{other} has taken over: a client that asks every 5 ms missed {lost} answers in {} ms (the host is declared dead after {})",
        lasted.as_millis(),
        if options.verbatim { "30 s" } else { "500 ms" },
    ));
    std::thread::sleep(Duration::from_millis(500));
    print_state(&lab, other);
    print_output(&lab, other, "systole explain OpenSIPS");

    say(&format!("{active} is switched on again and rejoins"));
    lab.boot(active)?;
    stage::check(&lab, active, "/usr/sbin/heartbeat")?;
    std::thread::sleep(Duration::from_secs(3));
    print_state(&lab, other);
    if !options.batch {
        console::play(&mut lab);
    }
    drop(watch);
    Ok(())
}

/// Nobody answers: shows what the host thinks of it.
fn silence(lab: &Lab, host: &str) -> HostError {
    print_state(lab, host);
    HostError::Silent { seconds: PATIENCE.as_secs() }
}

/// The network, two furnished hosts and a client's host.
fn raise(options: &Options) -> Result<Lab, HostError> {
    let directory = PathBuf::from("/tmp/systole-demo");
    private_directory(&directory)?;
    let binary = std::env::current_exe()
        .map_err(|source| HostError::System { what: "finding our own binary".into(), source })?;
    let mut lab = Lab::new(&directory, &binary)?;
    say("making two hosts and a client on a bridge, out of namespaces; nothing of this machine is touched");
    let setup = Setup { ha_cf_more: if options.verbatim { String::new() } else { FAST.into() }, cib: None };
    for (host, address) in HOSTS {
        lab.add(host, address);
        lab.boot(host)?;
        stage::furnish(&lab, host, &setup)?;
        if options.built_in {
            stage::put(&lab, host, stage::BUILT_IN, "644", "")?;
        }
    }
    lab.add("client", "1.2.3.100/24");
    lab.boot("client")?;
    Ok(lab)
}

pub(crate) fn active_host(lab: &Lab) -> Option<&'static str> {
    HOSTS.into_iter().map(|(host, _)| host).find(|host| {
        lab.is_on(host)
            && lab
                .shell(host, "ip -o address show")
                .is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains(" 1.2.3.4/"))
    })
}

/// Who looks on may have gone (`| head`): then there is nobody to tell, which is no reason to panic.
fn tell(text: std::fmt::Arguments<'_>) {
    let _ = std::io::stdout().write_fmt(text);
}

fn say(text: &str) {
    tell(format_args!("\n== {text}\n"));
}

pub(crate) fn print_state(lab: &Lab, host: &str) {
    print_output(lab, host, "crm_mon -1 -r -f");
}

pub(crate) fn print_output(lab: &Lab, host: &str, line: &str) {
    tell(format_args!("\n{host}# {line}\n"));
    match lab.shell(host, line) {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            tell(format_args!("{}", String::from_utf8_lossy(&said)));
        }
        Err(error) => tell(format_args!("{error}\n")),
    }
}
