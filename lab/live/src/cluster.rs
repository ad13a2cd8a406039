//! The tutorial's cluster on two hosts, with words for what a test does to it and asks of it.

use crate::said::Said;
use demo::hosts::{HostError, Lab, private_directory};
use demo::stage::{self, Setup};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Why a test did not pass.
#[derive(Debug)]
pub enum Failure {
    /// Something that this machine lacks.
    Skip(String),
    /// Something is wrong.
    Broken(String),
}

impl Failure {
    /// A failure with a sentence.
    pub fn broken(text: impl Into<String>) -> Self {
        Self::Broken(text.into())
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Fails with `text` unless `holds`.
///
/// # Errors
/// When it does not hold.
pub fn require(holds: bool, text: impl Into<String>) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::broken(text)) }
}

/// Both addresses of the tutorial's cib.xml, as the client asks them.
pub const SERVICE: [&str; 2] = ["1.2.3.4:5060", "1.2.3.5:5060"];
/// Times for tests: a dead host is noticed after half a second.
pub const FAST: &str = "keepalive 100ms\ndeadtime 500ms\ninitdead 2\nlogfile /var/log/ha-log\n";

/// Hosts `sip-a`, `sip-b` and `client`, furnished with the tutorial's files; the cluster software is not started.
pub struct Cluster {
    /// The hosts.
    pub lab: Lab,
}

impl Cluster {
    /// Makes the hosts with the tutorial's files and `ha_cf_more` appended to ha.cf.
    ///
    /// # Errors
    /// When the hosts cannot be made, or the product was not built (`SYSTOLE_BINARY` names another one).
    pub fn furnished(ha_cf_more: &str) -> Result<Self, Failure> {
        Self::with(&Setup { ha_cf_more: ha_cf_more.into(), cib: None })
    }

    /// As [`Cluster::furnished`], with other files.
    ///
    /// # Errors
    /// As above.
    pub fn with(setup: &Setup) -> Result<Self, Failure> {
        let binary = binary()?;
        let directory = PathBuf::from("/tmp/systole-live");
        private_directory(&directory)?;
        let mut lab = Lab::new(&directory, &binary)?;
        for (host, address) in [("sip-a", "1.2.3.1/24"), ("sip-b", "1.2.3.2/24")] {
            lab.add(host, address);
            lab.boot(host)?;
            stage::furnish(&lab, host, setup)?;
        }
        lab.add("client", "1.2.3.100/24");
        lab.boot("client")?;
        Ok(Self { lab })
    }

    /// Starts the cluster software on a host, as its init script would.
    ///
    /// # Errors
    /// With what it said, when it refuses.
    pub fn start(&self, host: &str) -> Result<(), Failure> {
        stage::check(&self.lab, host, "/usr/sbin/heartbeat").map_err(Failure::from)
    }

    /// One more host on the segment with the tutorial's files; nothing runs there.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn add_host(&mut self, name: &str, address: &str) -> Result<(), Failure> {
        self.lab.add(name, address);
        self.lab.boot(name)?;
        let setup = Setup { ha_cf_more: FAST.into(), cib: None };
        stage::furnish(&self.lab, name, &setup).map_err(Failure::from)
    }

    /// Another cluster on the same segment: `sip-c` and `sip-d`, with these files and no resources, started.
    ///
    /// # Errors
    /// When its hosts do not come up or do not find each other.
    pub fn add_neighbours(&mut self, ha_cf: &str, authkeys: &str) -> Result<(), Failure> {
        let hosts = [("sip-c", "1.2.3.3/24"), ("sip-d", "1.2.3.13/24")];
        for (host, address) in hosts {
            self.add_host(host, address)?;
            self.put(host, "/etc/ha.d/ha.cf", "644", ha_cf)?;
            self.put(host, "/etc/ha.d/authkeys", "600", authkeys)?;
            self.run(host, "rm /var/lib/heartbeat/crm/cib.xml")?;
        }
        self.start_together(&["sip-c", "sip-d"])?;
        self.wait_for_members(&["sip-c", "sip-d"])
    }

    /// A counter of the messaging layer on a host, by its name in `systole status --json`.
    ///
    /// # Errors
    /// When it is not there.
    pub fn counter(&self, host: &str, name: &str) -> Result<u64, Failure> {
        let text = self.run(host, "systole status --json")?;
        let rest = text.split_once(&format!("\"{name}\"")).map_or("", |(_, rest)| rest);
        let digits = rest.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let number = digits.split(|letter: char| !letter.is_ascii_digit()).next().and_then(|word| word.parse().ok());
        number.ok_or_else(|| Failure::broken(format!("'systole status --json' has no {name}:\n{text}")))
    }

    /// Runs a line on a host that has to succeed; what it printed on standard output.
    ///
    /// # Errors
    /// With what it printed, when it fails.
    pub fn run(&self, host: &str, line: &str) -> Result<String, Failure> {
        let said = self.ask(host, line)?;
        said.expect_code(0)?;
        Ok(said.out)
    }

    /// Runs a line on a host that may fail; what it said.
    ///
    /// # Errors
    /// When the host is off.
    pub fn ask(&self, host: &str, line: &str) -> Result<Said, Failure> {
        Ok(Said::new(host, line, &self.lab.shell(host, line)?))
    }

    /// Writes a file on a host.
    ///
    /// # Errors
    /// When the host refuses.
    pub fn put(&self, host: &str, path: &str, mode: &str, content: &str) -> Result<(), Failure> {
        stage::put(&self.lab, host, path, mode, content).map_err(Failure::from)
    }

    /// Stops the cluster software on a host in order.
    ///
    /// # Errors
    /// With what it said, when it does not.
    pub fn stop(&self, host: &str) -> Result<(), Failure> {
        self.run(host, "/usr/sbin/heartbeat -k").map(drop)
    }

    /// Starts the cluster software on these hosts within milliseconds of each other.
    ///
    /// # Errors
    /// With what it said, when one refuses.
    pub fn start_together(&self, hosts: &[&str]) -> Result<(), Failure> {
        let failures: Vec<Failure> = std::thread::scope(|scope| {
            let threads: Vec<_> = hosts.iter().map(|host| scope.spawn(|| self.start(host))).collect();
            threads.into_iter().filter_map(|thread| thread.join().expect("starting does not panic").err()).collect()
        });
        failures.into_iter().next().map_or(Ok(()), Err)
    }

    /// How often a resource has failed on a node, as any host's tool says.
    ///
    /// # Errors
    /// When the tool fails or says something else than a count.
    pub fn failcount(&self, resource: &str, node: &str) -> Result<u32, Failure> {
        let line = format!("crm_failcount -Q -G -U {node} -r {resource}");
        let text = self.run(&self.some_host()?, &line)?;
        text.trim().parse().map_err(|_| Failure::broken(format!("'{line}' printed no count: '{text}'")))
    }

    /// Lets a resource fail once where it runs, as if its monitor had found it, and waits for the recovery.
    ///
    /// # Errors
    /// When the tool refuses or the cluster does not become idle.
    pub fn fail(&self, resource: &str, node: &str) -> Result<(), Failure> {
        self.run(node, &format!("crm_resource -F -r {resource} -H {node}"))?;
        self.settle()
    }

    /// Waits up to 30 s until no transition is under way anywhere.
    ///
    /// # Errors
    /// When it does not become idle.
    pub fn settle(&self) -> Result<(), Failure> {
        let host = self.some_host()?;
        self.run(&host, "crm_resource --wait --timeout 30s").map(drop)
    }

    /// The hosts that hold this address now.
    pub fn holders(&self, address: &str) -> Vec<String> {
        let needle = format!(" {address}/");
        self.lab
            .names()
            .into_iter()
            .filter(|host| host != "client" && self.lab.is_on(host))
            .filter(|host| {
                let output = self.lab.shell(host, "ip -o address show");
                output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&needle))
            })
            .collect()
    }

    /// The one host that serves: both addresses and nobody else's.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn active(&self) -> Result<String, Failure> {
        let (first, second) = (self.holders("1.2.3.4"), self.holders("1.2.3.5"));
        let agree = first == second && first.len() == 1;
        require(agree, format!("1.2.3.4 is on {first:?}, 1.2.3.5 on {second:?}"))?;
        Ok(first.concat())
    }

    /// Waits until `host` serves, or says what it sees instead.
    ///
    /// # Errors
    /// When it does not within `patience`.
    pub fn wait_for_active(&self, host: &str, patience: Duration) -> Result<(), Failure> {
        let end = Instant::now() + patience;
        loop {
            match self.active() {
                Ok(active) if active == host => return Ok(()),
                Ok(_) | Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(50)),
                Ok(active) => return Err(self.explained(format!("{active} serves, not {host}"))),
                Err(Failure::Broken(text)) => return Err(self.explained(text)),
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Waits up to 20 s until each of these hosts says that exactly these are online.
    ///
    /// # Errors
    /// When one of them does not say so in time.
    pub fn wait_for_members(&self, hosts: &[&str]) -> Result<(), Failure> {
        let members = format!("Online: [ {} ]", hosts.join(" "));
        self.wait(&members, Duration::from_secs(20), |cluster| {
            hosts.iter().all(|host| cluster.run(host, "crm_mon -1").is_ok_and(|text| text.contains(&members)))
        })
    }

    /// Waits until `probe` is true.
    ///
    /// # Errors
    /// With `text`, when it is not within `patience`.
    pub fn wait(&self, text: &str, patience: Duration, probe: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let end = Instant::now() + patience;
        while !probe(self) {
            if Instant::now() > end {
                return Err(Failure::broken(format!("not within {patience:?}: {text}\n{}", self.report())));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Fails with `text` and what each host says, unless `holds`.
    ///
    /// # Errors
    /// When it does not hold.
    pub fn require(&self, holds: bool, text: impl std::fmt::Display) -> Result<(), Failure> {
        if holds { Ok(()) } else { Err(self.explained(text)) }
    }

    /// A host of the cluster that is on.
    ///
    /// # Errors
    /// When there is none.
    pub fn some_host(&self) -> Result<String, Failure> {
        let mut hosts = self.lab.names().into_iter().filter(|host| host != "client" && self.lab.is_on(host));
        hosts.next().ok_or_else(|| Failure::broken("every host is off"))
    }
}

/// The product as `cargo build --release -p systole` leaves it, or the one that `SYSTOLE_BINARY` names.
///
/// # Errors
/// When it was not built.
pub fn binary() -> Result<PathBuf, Failure> {
    let built = || {
        std::env::current_exe().ok()?.ancestors().find(|at| at.ends_with("target")).map(|at| at.join("release/systole"))
    };
    let path = std::env::var_os("SYSTOLE_BINARY").map(PathBuf::from).or_else(built).unwrap_or_default();
    require(
        path.exists(),
        format!("'{}' is not there: build it with 'cargo build --release -p systole'", path.display()),
    )?;
    Ok(path)
}
