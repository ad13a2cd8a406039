//! `ping`: how many of some hosts answer, kept as a node attribute for location rules.

mod echo;

#[cfg(test)]
mod tests;

use crate::metadata::{Action, Description, Kind, Parameter, Presence};
use crate::ocf::{Environment, Failure, finish, print, unimplemented, warn};
use model::OcfCode;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

const ACTIONS: &str = "start|stop|monitor|status|reload|validate-all|meta-data";
/// Hosts asked at the same time, each by a thread.
const HOSTS_MAX: usize = 64;

const fn parameter(name: &'static str, kind: Kind, default: Option<&'static str>, short: &'static str) -> Parameter {
    Parameter { name, kind, presence: Presence::Optional, default, short, long: short }
}

const DESCRIPTION: Description = Description {
    name: "ping",
    short: "Connectivity as a node attribute",
    long: "Asks hosts by ICMP echo and keeps the number of those that answer, times a multiplier, as a node attribute. \
           Run it as a clone, and let location rules use the attribute.",
    parameters: &[
        parameter("host_list", Kind::String, None, "The addresses to ask, with blanks between; required"),
        parameter("name", Kind::String, Some("pingd"), "The name of the attribute"),
        parameter("multiplier", Kind::Integer, Some("1"), "What one answering host counts"),
        parameter("dampen", Kind::String, Some("5s"), "How long changes are collected before they are written"),
        parameter("attempts", Kind::Integer, Some("3"), "Echo requests to a host before it counts as silent"),
        parameter("timeout", Kind::Integer, Some("2"), "Seconds to wait for each answer"),
        parameter("failure_score", Kind::Integer, None, "Below this value the monitor itself fails"),
        parameter("pidfile", Kind::String, None, "The file that says whether the resource runs"),
    ],
    actions: &[
        Action::once("start", "60s"),
        Action::once("stop", "20s"),
        Action::once("reload", "60s"),
        Action::every("monitor", "60s", "10s"),
        Action::once("meta-data", "5s"),
        Action::once("validate-all", "20s"),
    ],
};

/// What the agent says of itself, as XML.
pub fn meta_data() -> String {
    DESCRIPTION.to_xml()
}

/// Runs one action with the process's environment.
pub fn main(action: &str) -> u8 {
    let environment = Environment::of_process();
    let agent = || Agent::read(&environment);
    match action {
        "meta-data" => {
            print(&meta_data());
            OcfCode::OK.0
        }
        "start" => finish(agent().and_then(|agent| agent.start())),
        "stop" => finish(agent().map(|agent| agent.stop())),
        "monitor" | "status" => finish(agent().and_then(|agent| agent.monitor())),
        "reload" => finish(agent().and_then(|agent| agent.update())),
        "validate-all" => finish(agent().map(|_| OcfCode::OK)),
        _ => unimplemented("ping", ACTIONS),
    }
}

struct Agent {
    hosts: Vec<IpAddr>,
    name: String,
    dampen: String,
    multiplier: u32,
    attempts: u16,
    timeout: Duration,
    failure_score: Option<u32>,
    state: PathBuf,
}

impl Agent {
    fn read(environment: &Environment) -> Result<Self, Failure> {
        let text = |name, usual: &str| environment.parameter(name).unwrap_or(usual).to_owned();
        let usual = || environment.state_directory().join(format!("ping-{}", environment.instance().replace('/', "_")));
        let failure_score = environment.parameter("failure_score").map(|_| environment.number("failure_score", 0));
        Ok(Self {
            hosts: read_hosts(environment.parameter("host_list").unwrap_or_default())?,
            name: text("name", "pingd"),
            dampen: text("dampen", "5s"),
            multiplier: environment.number("multiplier", 1)?,
            attempts: environment.number("attempts", 3)?,
            timeout: Duration::from_secs(environment.number("timeout", 2)?),
            failure_score: failure_score.transpose()?,
            state: environment.parameter("pidfile").map_or_else(usual, PathBuf::from),
        })
    }

    fn start(&self) -> Result<OcfCode, Failure> {
        let made = self.state.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&self.state, ""));
        made.map_err(|error| Failure::error(format!("cannot write {}: {error}", self.state.display())))?;
        self.update()
    }

    fn stop(&self) -> OcfCode {
        let _ = fs::remove_file(&self.state);
        if let Err(error) = self.attribute(&["-D"]) {
            warn(format_args!("cannot delete the attribute {}: {error}", self.name));
        }
        OcfCode::OK
    }

    fn monitor(&self) -> Result<OcfCode, Failure> {
        if self.state.exists() { self.update() } else { Ok(OcfCode::NOT_RUNNING) }
    }

    fn update(&self) -> Result<OcfCode, Failure> {
        let value = self.answering()?.saturating_mul(self.multiplier);
        self.attribute(&["-U", &value.to_string()])
            .map_err(|error| Failure::error(format!("cannot set the attribute {}: {error}", self.name)))?;
        match self.failure_score {
            Some(least) if value < least => {
                Err(Failure::error(format!("{} is {value}, below failure_score={least}", self.name)))
            }
            Some(_) | None => Ok(OcfCode::OK),
        }
    }

    /// How many hosts answer; all are asked at the same time.
    fn answering(&self) -> Result<u32, Failure> {
        let ask = |host: &IpAddr| echo::answers(*host, self.attempts, self.timeout);
        let outcomes: Vec<io::Result<bool>> = std::thread::scope(|scope| {
            let threads: Vec<_> = self.hosts.iter().map(|host| scope.spawn(move || ask(host))).collect();
            threads.into_iter().map(|thread| thread.join().expect("an echo does not panic")).collect()
        });
        let mut count = 0;
        for outcome in outcomes {
            match outcome {
                Ok(answered) => count += u32::from(answered),
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    return Err(Failure::permission("only root can send ICMP echo requests; run it as root"));
                }
                // No route, network down: the host does not answer, which is what the attribute is about.
                Err(_) => {}
            }
        }
        Ok(count)
    }

    fn attribute(&self, change: &[&str]) -> io::Result<()> {
        let mut command = Command::new("attrd_updater");
        let status = command.args(["-n", &self.name, "-d", &self.dampen]).args(change).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("attrd_updater failed ({status})"))) }
    }
}

fn read_hosts(text: &str) -> Result<Vec<IpAddr>, Failure> {
    let parse = |word: &str| {
        word.parse()
            .map_err(|_| Failure::configured(format!("host_list: {word} is not an address; names are not looked up")))
    };
    let hosts: Vec<IpAddr> = text.split_whitespace().map(parse).collect::<Result<_, _>>()?;
    match hosts.len() {
        0 => Err(Failure::configured("host_list is missing; give the addresses to ask")),
        1..=HOSTS_MAX => Ok(hosts),
        _ => Err(Failure::configured(format!("host_list has more than {HOSTS_MAX} addresses"))),
    }
}
