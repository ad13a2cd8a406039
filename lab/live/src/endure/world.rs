//! The hosts of a run, and how each fault is begun and ended there.

use crate::endure::doors::Doors;
use crate::endure::fault::Kind;
use crate::endure::network;
use crate::{Failure, binary};
use demo::hosts::{Lab, private_directory};
use demo::stage;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// After so much silence a member is lost.
pub const DEADTIME: Duration = Duration::from_secs(1);
/// The address whose double ownership is looked for.
pub const ADDRESS: &str = "192.0.2.50";
/// The resources that show themselves as files.
pub const MARKS: [&str; 3] = ["beside", "first", "second"];

const DIRECTORY: &str = "/tmp/systole-endure";
/// Room for the cluster's state on each host; what fills it is as large.
const STATE: &str = "8m";
const STATE_BYTES: usize = 8 << 20;
const CIB: &str = include_str!("cib.xml");
const AGENT: &str = include_str!("mark.sh");
const AUTHKEYS: &str = "auth 1\n1 sha256 one-secret-for-the-endurance-run\n";
/// Starting and stopping anything that is there already is no mistake here.
const PIDS: &str = "/run/heartbeat.pid /run/heartbeat/brain.pid /run/heartbeat/hands.pid";

/// Where the hosts keep what the cluster writes to disk. Either outlives a host.
#[derive(Clone, Debug)]
pub enum State {
    /// In small file systems of their own in memory, which can be filled.
    Memory,
    /// In directories below this one, on a disk that takes its time to sync, and that nothing here fills.
    Below(PathBuf),
}

/// The hosts, and the faults that last.
pub struct World {
    lab: Lab,
    names: Vec<String>,
    network: Vec<Kind>,
    is_on_disk: bool,
    /// From outside into the hosts.
    pub doors: Arc<Doors>,
}

impl World {
    /// Makes and furnishes so many hosts and starts the cluster on them.
    ///
    /// # Errors
    /// When the machine cannot, or the product was not built.
    pub fn new(hosts: usize, state: &State) -> Result<Self, Failure> {
        let directory = PathBuf::from(DIRECTORY);
        private_directory(&directory)?;
        let mut lab = Lab::new(&directory, &binary()?)?;
        let names: Vec<String> = (1..=hosts).map(|number| format!("n{number}")).collect();
        for (number, name) in names.iter().enumerate() {
            lab.add(name, &format!("192.0.2.{}/24", number + 1));
            state.mount(name, &lab.directory(name).join("state"))?;
        }
        let is_on_disk = matches!(state, State::Below(_));
        let mut world = Self { lab, names, network: Vec::new(), is_on_disk, doors: Arc::new(Doors::of(hosts)) };
        for host in 0..hosts {
            world.boot(host)?;
            world.furnish(host)?;
        }
        for host in 0..hosts {
            world.start(host)?;
        }
        Ok(world)
    }

    /// How many hosts.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// Whether frames are lost anywhere now.
    pub fn is_cut(&self) -> bool {
        !self.network.is_empty()
    }

    /// Begins a fault. One that finds nothing to harm (the host is off) does nothing.
    ///
    /// # Errors
    /// When the lab itself fails.
    pub fn begin(&mut self, kind: &Kind) -> Result<(), Failure> {
        match kind {
            Kind::KillBrain(on) => self.signal(*on, "KILL", "/run/heartbeat/brain.pid"),
            Kind::KillHands(on) => self.signal(*on, "KILL", "/run/heartbeat/hands.pid"),
            Kind::KillSupervisor(on) => self.signal(*on, "KILL", "/run/heartbeat.pid"),
            Kind::KillNode(on) => self.signal(*on, "KILL", PIDS),
            Kind::StallBrain(on) => self.signal(*on, "STOP", "/run/heartbeat/brain.pid"),
            Kind::Freeze(on) => self.freeze(*on, true),
            Kind::FullDisk(on) => {
                self.fill(*on);
                Ok(())
            }
            Kind::PowerLoss(on) => self.power_off(*on),
            Kind::Blackout => (0..self.count()).try_for_each(|host| self.power_off(host)),
            Kind::Leave(on) => self.ask(*on, "/usr/sbin/heartbeat -k > /dev/null 2>&1 &"),
            Kind::Partition(_) | Kind::Bridge(_) | Kind::OneWay(..) | Kind::Mute(_) | Kind::Loss(..) => {
                self.network.push(kind.clone());
                self.rewire()
            }
        }
    }

    /// Ends a fault; what it left down is started again.
    ///
    /// # Errors
    /// When the lab itself fails.
    pub fn end(&mut self, kind: &Kind) -> Result<(), Failure> {
        match kind {
            Kind::KillBrain(_) | Kind::KillHands(_) => Ok(()),
            Kind::KillSupervisor(on) | Kind::KillNode(on) | Kind::Leave(on) => self.revive(*on),
            Kind::StallBrain(on) | Kind::Freeze(on) => self.freeze(*on, false),
            Kind::FullDisk(on) => {
                self.empty(*on);
                Ok(())
            }
            Kind::PowerLoss(on) => self.power_on(*on),
            Kind::Blackout => (0..self.count()).try_for_each(|host| self.power_on(host)),
            Kind::Partition(_) | Kind::Bridge(_) | Kind::OneWay(..) | Kind::Mute(_) | Kind::Loss(..) => {
                let place = self.network.iter().position(|fault| fault == kind);
                place.map(|place| self.network.remove(place));
                self.rewire()
            }
        }
    }

    /// Ends everything: all hosts on, all processes continued, all frames passed, all disks with room.
    ///
    /// # Errors
    /// When the lab itself fails.
    pub fn heal(&mut self) -> Result<(), Failure> {
        self.network.clear();
        self.rewire()?;
        for host in 0..self.count() {
            self.empty(host);
            self.power_on(host)?;
            self.freeze(host, false)?;
            self.revive(host)?;
        }
        Ok(())
    }

    /// Runs a line on a host that has to succeed.
    ///
    /// # Errors
    /// With what it printed, when it does not.
    pub fn check(&self, host: usize, line: &str) -> Result<(), Failure> {
        stage::check(&self.lab, &self.names[host], line).map_err(Failure::from)
    }

    /// Starts the cluster software where its supervisor does not run, as an init system would.
    ///
    /// # Errors
    /// When the host cannot be asked.
    pub fn revive(&self, host: usize) -> Result<(), Failure> {
        let running = "kill -0 $(cat /run/heartbeat.pid 2>/dev/null) 2>/dev/null";
        self.ask(host, &format!("{running} || /usr/sbin/heartbeat > /dev/null 2>&1"))
    }

    fn boot(&mut self, host: usize) -> Result<(), Failure> {
        let name = &self.names[host];
        self.lab.boot(name)?;
        self.doors.set(host, Some(self.lab.first_process(name)?));
        let state = self.state(host);
        let mount = format!("mkdir -p /var/lib/heartbeat && mount --bind '{}' /var/lib/heartbeat", state.display());
        stage::check(&self.lab, name, &mount).map_err(Failure::from)
    }

    fn furnish(&self, host: usize) -> Result<(), Failure> {
        let name = &self.names[host];
        let ha_cf = format!(
            "logfile /var/log/ha-log\nkeepalive 100ms\ndeadtime {}ms\ninitdead 3\nudpport 694\nbcast eth0.10\nnode {}\ncrm on\n",
            DEADTIME.as_millis(),
            self.names.join(" ")
        );
        let files: [(&str, &str, &str); 4] = [
            ("/etc/ha.d/ha.cf", "644", &ha_cf),
            ("/etc/ha.d/authkeys", "600", AUTHKEYS),
            ("/var/lib/heartbeat/crm/cib.xml", "600", CIB),
            ("/usr/lib/ocf/resource.d/endure/Mark", "755", AGENT),
        ];
        files.iter().try_for_each(|(path, mode, content)| stage::put(&self.lab, name, path, mode, content))?;
        let binary = self.lab.binary().display();
        stage::check(&self.lab, name, &format!("ln -sf '{binary}' /usr/sbin/systole && systole install --force"))?;
        stage::check(&self.lab, name, "ln -sf /usr/sbin/systole /usr/lib/ocf/resource.d/heartbeat/IPaddr2")?;
        Ok(())
    }

    fn start(&self, host: usize) -> Result<(), Failure> {
        stage::check(&self.lab, &self.names[host], "/usr/sbin/heartbeat").map_err(Failure::from)
    }

    fn power_off(&mut self, host: usize) -> Result<(), Failure> {
        if !self.lab.is_on(&self.names[host]) {
            return Ok(());
        }
        self.doors.set(host, None);
        self.lab.kill(&self.names[host]).map_err(Failure::from)
    }

    fn power_on(&mut self, host: usize) -> Result<(), Failure> {
        if self.lab.is_on(&self.names[host]) {
            return Ok(());
        }
        self.boot(host)?;
        self.revive(host)
    }

    fn freeze(&self, host: usize, frozen: bool) -> Result<(), Failure> {
        let name = &self.names[host];
        if self.lab.is_on(name) { self.lab.freeze(name, frozen).map_err(Failure::from) } else { Ok(()) }
    }

    fn signal(&self, host: usize, signal: &str, pid_files: &str) -> Result<(), Failure> {
        self.ask(host, &format!("kill -{signal} $(cat {pid_files} 2>/dev/null) 2>/dev/null"))
    }

    /// Runs a line on a host that may be off and may refuse: what it does not do, the heal or the judge will show.
    fn ask(&self, host: usize, line: &str) -> Result<(), Failure> {
        let name = &self.names[host];
        if self.lab.is_on(name) { self.lab.shell(name, line).map(drop).map_err(Failure::from) } else { Ok(()) }
    }

    fn rewire(&self) -> Result<(), Failure> {
        network::apply(&network::rules(self.count(), self.network.iter()))
    }

    fn state(&self, host: usize) -> PathBuf {
        self.lab.directory(&self.names[host]).join("state")
    }

    /// Writes until the file system refuses, where it is one of our own.
    fn fill(&self, host: usize) {
        if self.is_on_disk {
            return;
        }
        let _ = fs::write(self.state(host).join("ballast"), vec![0; STATE_BYTES]);
    }

    fn empty(&self, host: usize) {
        let _ = fs::remove_file(self.state(host).join("ballast"));
    }
}

impl State {
    fn mount(&self, host: &str, path: &Path) -> Result<(), Failure> {
        let broken = |what: String| Failure::broken(format!("the place for a host's state: {what}"));
        fs::create_dir_all(path).map_err(|e| broken(e.to_string()))?;
        let mut mount = Command::new("mount");
        match self {
            Self::Memory => mount.args(["-t", "tmpfs", "-o", &format!("mode=755,size={STATE}"), "systole-state"]),
            Self::Below(directory) => {
                let own = directory.join("systole-endure").join(host);
                // Of an earlier run: another cluster.
                let _ = fs::remove_dir_all(&own);
                fs::create_dir_all(&own).map_err(|e| broken(e.to_string()))?;
                mount.arg("--bind").arg(own)
            }
        };
        let output = mount.arg(path).output().map_err(|e| broken(e.to_string()))?;
        if output.status.success() { Ok(()) } else { Err(broken(String::from_utf8_lossy(&output.stderr).into_owned())) }
    }
}
