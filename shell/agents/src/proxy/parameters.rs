//! The parameters of the agent, read once and refused where they make no sense.

use super::{Product, base_name};
use crate::ocf::{Environment, Failure};
use crate::sip::Transport;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// What the administrator wants.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub binary: PathBuf,
    pub config: PathBuf,
    pub pidfile: PathBuf,
    pub target: SocketAddr,
    pub transport: Transport,
    pub user: String,
    pub accept: Statuses,
    pub probe_timeout: Duration,
    run_as: Vec<OsString>,
    listen: Vec<String>,
    extra: Vec<String>,
    timeout: Duration,
}

impl Parameters {
    pub fn read(product: Product, environment: &Environment) -> Result<Self, Failure> {
        let name = match product {
            Product::OpenSips => "opensips",
            Product::Kamailio => "kamailio",
        };
        let path =
            |parameter, usual: String| environment.parameter(parameter).map_or_else(|| usual.into(), PathBuf::from);
        let words = |parameter| {
            environment.parameter(parameter).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
        };
        let ip = environment.parameter("ip").unwrap_or("127.0.0.1");
        let ip: IpAddr = ip.parse().map_err(|_| Failure::configured(format!("ip={ip} is not an IP address")))?;
        let port = environment.number("port", 5060).ok().filter(|&port: &u16| port > 0);
        let port = port.ok_or_else(|| Failure::configured("port is not a number from 1 to 65535"))?;
        Ok(Self {
            binary: path("binary", format!("/usr/sbin/{name}")),
            config: path("config", format!("/etc/{name}/{name}.cfg")),
            pidfile: path("pidfile", format!("/run/{name}/{name}.pid")),
            target: SocketAddr::new(ip, port),
            transport: environment.parameter("proto").unwrap_or("udp").parse().map_err(Failure::configured)?,
            user: environment.parameter("uri_user").unwrap_or("monitor").to_owned(),
            accept: Statuses::read(environment.parameter("accept").unwrap_or("200-499"))?,
            probe_timeout: Duration::from_millis(environment.number("probe_timeout", 3000)?),
            run_as: run_as(environment),
            listen: words("listen"),
            extra: words("options"),
            timeout: environment.timeout(),
        })
    }

    /// The proxy's name for people.
    pub fn name(&self) -> String {
        base_name(&self.binary)
    }

    /// How long an action may wait: a little less than the caller does, so that it can still say why it failed.
    pub fn patience(&self) -> Duration {
        self.timeout * 9 / 10
    }

    /// How long a proxy may take to end by itself: what is left must be enough to kill it.
    pub fn grace(&self) -> Duration {
        self.timeout * 2 / 3
    }

    /// The command line of the proxy, without its name.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut all: Vec<OsString> =
            vec!["-f".into(), self.config.clone().into(), "-P".into(), self.pidfile.clone().into()];
        all.extend(self.run_as.iter().cloned());
        for socket in &self.listen {
            all.extend(["-l".into(), socket.into()]);
        }
        all.extend(self.extra.iter().map(OsString::from));
        all
    }
}

fn run_as(environment: &Environment) -> Vec<OsString> {
    let option = |flag: &str, parameter| environment.parameter(parameter).map(|value| [flag.into(), value.into()]);
    [option("-u", "user"), option("-g", "group")].into_iter().flatten().flatten().collect()
}

/// The statuses of a response that count as alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses(Vec<(u16, u16)>);

impl Statuses {
    /// Reads `200`, `200-499` and lists of both, separated by commas or blanks.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        let ranges: Option<Vec<_>> = words.map(range).collect();
        let ranges = ranges.filter(|ranges| !ranges.is_empty());
        ranges.map(Self).ok_or_else(|| Failure::configured(format!("accept={text} is not a list like 200-299,404")))
    }

    /// Whether the status is one of them.
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&status))
    }
}

fn range(word: &str) -> Option<(u16, u16)> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}
