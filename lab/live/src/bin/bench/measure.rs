//! The experiments: cold start, power loss, graceful move, a killed proxy, idling; those of `trouble` beside.

use crate::contender::{Contender, HOSTS};
use crate::idle::{self, Idle};
use demo::client::Outage;
use demo::hosts::{Lab, private_directory};
use demo::watch::Watch;
use live::{Failure, SERVICE, binary, require};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Everything measured of one contender; times in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Daemons started on both hosts, until both addresses answer.
    pub cold: Vec<f64>,
    /// Outage at a power loss of the active host.
    pub power: Vec<f64>,
    /// The same without the configured detection time.
    pub beyond: Vec<f64>,
    /// Outage at a move by command.
    pub moved: Vec<f64>,
    /// Outage when the proxy is killed.
    pub killed: Vec<f64>,
    /// Outage when the active host is stopped for 12 s.
    pub frozen: Vec<f64>,
    /// How long it answered for the addresses after it went on.
    pub woken: Vec<f64>,
    /// Addresses put on a host during 40 s of loss at the standby's port, by percent.
    pub lossy: BTreeMap<u32, f64>,
    /// The cost of idling.
    pub idle: Idle,
}

/// Shares of packets to lose, in percent.
pub const LOSSES: [u32; 3] = [15, 30, 50];
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Runs every experiment.
pub fn all(contender: &dyn Contender, runs: u32, idle: Duration) -> Result<Figures, Failure> {
    let mut field = Field::raise(contender)?;
    let mut figures = Figures::default();
    say(contender, "cold start");
    for _ in 0..runs.min(3) {
        figures.cold.push(field.cold_start()?);
    }
    say(contender, "idle");
    figures.idle = field.idle(idle)?;
    say(contender, "graceful move");
    for _ in 0..runs {
        figures.moved.push(field.graceful_move()?);
    }
    say(contender, "killed proxy");
    for run in 0..runs {
        figures.killed.push(field.killed_proxy(run)?);
    }
    say(contender, "frozen host");
    for _ in 0..runs {
        let (outage, woken) = field.freeze()?;
        figures.frozen.push(outage);
        figures.woken.push(woken);
    }
    for percent in LOSSES {
        say(contender, &format!("loss of {percent} %"));
        figures.lossy.insert(percent, field.lose(percent)?);
    }
    say(contender, "power loss");
    for _ in 0..runs {
        let outage = field.power_loss()?;
        figures.power.push(outage);
        figures.beyond.push(outage - milliseconds(contender.detection()));
    }
    Ok(figures)
}

fn say(contender: &dyn Contender, what: &str) {
    println!("{}: {what} ...", contender.name());
}

/// Two hosts under one contender, and a client.
pub struct Field<'a> {
    pub lab: Lab,
    contender: &'a dyn Contender,
}

impl<'a> Field<'a> {
    fn raise(contender: &'a dyn Contender) -> Result<Self, Failure> {
        let binary = binary()?;
        let directory = Path::new("/tmp/systole-bench");
        private_directory(directory)?;
        let mut lab = Lab::new(directory, &binary)?;
        for (host, address) in HOSTS.into_iter().zip(["1.2.3.1/24", "1.2.3.2/24"]) {
            lab.add(host, address);
            lab.boot(host)?;
            contender.furnish(&lab, host)?;
        }
        lab.add("client", "1.2.3.100/24");
        lab.boot("client")?;
        let field = Self { lab, contender };
        for host in HOSTS {
            contender.start(&field.lab, host)?;
        }
        contender.configure(&field.lab)?;
        drop(field.watch()?);
        field.rest()?;
        Ok(field)
    }

    fn cold_start(&mut self) -> Result<f64, Failure> {
        for host in HOSTS {
            self.lab.kill(host)?;
        }
        for host in HOSTS {
            self.lab.boot(host)?;
        }
        let start = Instant::now();
        let (lab, contender) = (&self.lab, self.contender);
        for host in HOSTS {
            contender.start(lab, host)?;
        }
        drop(self.watch()?);
        let took = milliseconds(start.elapsed());
        self.rest()?;
        Ok(took)
    }

    fn graceful_move(&mut self) -> Result<f64, Failure> {
        let (from, to) = self.active()?;
        let mut watch = self.watch()?;
        self.contender.move_away(&self.lab, from, to)?;
        let outage = watch.wait_for_outage(PATIENCE);
        self.rest()?;
        self.contender.after_move(&self.lab, from)?;
        std::thread::sleep(Duration::from_secs(1));
        self.rest()?;
        length(outage)
    }

    fn killed_proxy(&mut self, run: u32) -> Result<f64, Failure> {
        let (host, _) = self.active()?;
        let mut watch = self.watch()?;
        // Spread over the ten seconds of its monitor, so that no phase is preferred.
        std::thread::sleep(Duration::from_millis(u64::from(run) * 3700 % 10_000));
        let line = "kill -KILL -$(ps -o pgid= -p $(cat /run/opensips.pid) | tr -d ' ')";
        demo::stage::check(&self.lab, host, line)?;
        let outage = watch.wait_for_outage(PATIENCE);
        self.rest()?;
        self.contender.clean_up(&self.lab, host)?;
        self.rest()?;
        length(outage)
    }

    fn power_loss(&mut self) -> Result<f64, Failure> {
        let (host, other) = self.active()?;
        let mut watch = self.watch()?;
        self.lab.kill(host)?;
        let outage = watch.wait_for_outage(PATIENCE);
        self.contender.settle(&self.lab, other)?;
        self.lab.boot(host)?;
        self.contender.start(&self.lab, host)?;
        let joined = format!(
            "for i in $(seq 300); do crm_mon -1 2>/dev/null | grep -q 'Online: .* {host}' && exit 0; \
                              crm_mon -1 2>/dev/null | grep -q 'Online: \\[ {host}' && exit 0; sleep 0.2; done; exit 1"
        );
        demo::stage::check(&self.lab, other, &joined)?;
        std::thread::sleep(Duration::from_secs(2));
        self.rest()?;
        length(outage)
    }

    fn idle(&self, time: Duration) -> Result<Idle, Failure> {
        std::thread::sleep(Duration::from_secs(5));
        let (host, _) = self.active()?;
        idle::measure(&self.lab, host, self.contender.daemons(), time)
    }

    pub fn rest(&self) -> Result<(), Failure> {
        self.contender.settle(&self.lab, HOSTS[0]).map_err(Failure::from)
    }

    /// A client that both addresses answer.
    pub fn watch(&self) -> Result<Watch, Failure> {
        let mut watch = Watch::start(&self.lab, "client", &SERVICE)?;
        require(watch.wait_for_answers(SERVICE.len(), PATIENCE), "nobody answers within 90 s")?;
        Ok(watch)
    }

    /// Who serves, and the other.
    pub fn active(&self) -> Result<(&'static str, &'static str), Failure> {
        let holds = |host: &str| {
            let shown = self.lab.shell(host, "ip -o -4 address show dev eth0.10");
            shown.is_ok_and(|shown| String::from_utf8_lossy(&shown.stdout).contains(" 1.2.3.5/"))
        };
        let [a, b] = HOSTS;
        match (holds(a), holds(b)) {
            (true, false) => Ok((a, b)),
            (false, true) => Ok((b, a)),
            (both, _) => Err(Failure::broken(if both { "both hosts serve" } else { "no host serves" })),
        }
    }
}

pub fn length(outage: Option<Outage>) -> Result<f64, Failure> {
    let lasted = outage.and_then(|outage| outage.lasted);
    lasted.map(milliseconds).ok_or_else(|| Failure::broken("no outage ended within 90 s"))
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
