//! Hosts made of namespaces on a bridge, and what can be done to them: boot, kill, partition, heal, loss, freeze.
//!
//! The calling process must already be inside namespaces of its own (see [`crate::enter`]), so that nothing here touches
//! the machine, and the end of that process ends everything.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use thiserror::Error;

const INIT: &str = include_str!("host-init.sh");
const BOOT_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a host or the network could not be made or changed.
#[derive(Debug, Error)]
pub enum HostError {
    /// A command that makes the network failed.
    #[error("'{command}' failed: {reason}")]
    Command {
        /// As typed.
        command: String,
        /// What it printed.
        reason: String,
    },
    /// A file or process of the host could not be made.
    #[error("{what}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The host did not come up.
    #[error("host {host} did not come up; its console says: {console}")]
    NotUp {
        /// Which.
        host: String,
        /// All that its first process printed.
        console: String,
    },
    /// Nobody answers a client.
    #[error("no answer came from the virtual addresses within {seconds} s; see the state above")]
    Silent {
        /// The patience.
        seconds: u64,
    },
    /// There is no such host, or it is off.
    #[error("host {0} is not running")]
    Off(String),
}

struct Host {
    address: String,
    directory: PathBuf,
    running: Option<Running>,
}

struct Running {
    /// `unshare`, the parent of the host's first process: killing it kills the host.
    parent: Child,
    /// The host's first process, seen from here.
    init: u32,
}

/// A bridge and the hosts at its ports.
pub struct Lab {
    directory: PathBuf,
    binary: PathBuf,
    hosts: BTreeMap<String, Host>,
}

impl Lab {
    /// Makes the bridge in the current network namespace; hosts keep their disks below `directory`.
    ///
    /// # Errors
    /// When the bridge cannot be made (no rights, no `ip`).
    pub fn new(directory: &Path, binary: &Path) -> Result<Self, HostError> {
        run("ip", ["link", "set", "lo", "up"])?;
        run("ip", ["link", "add", "switch", "type", "bridge", "forward_delay", "0", "stp_state", "0"])?;
        run("ip", ["link", "set", "switch", "up"])?;
        Ok(Self { directory: directory.to_owned(), binary: binary.to_owned(), hosts: BTreeMap::new() })
    }

    /// Declares a host, off, with an address such as `1.2.3.1/24` on `eth0.10`. Its disk is kept until the lab's directory goes.
    pub fn add(&mut self, name: &str, address: &str) {
        let directory = self.directory.join(name);
        self.hosts.insert(name.to_owned(), Host { address: address.to_owned(), directory, running: None });
    }

    /// The names of all hosts.
    pub fn names(&self) -> Vec<String> {
        self.hosts.keys().cloned().collect()
    }

    /// The product's binary, as given.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// The directory of a host, for logs.
    pub fn directory(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Where a file that the host has written below `etc`, `usr` or `var` lies on this side, also while the host is off.
    pub fn on_disk(&self, name: &str, path: &str) -> PathBuf {
        let (top, rest) = path.split_once('/').unwrap_or((path, ""));
        self.directory(name).join("disk").join(top).join("upper").join(rest)
    }

    /// Whether the host is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.hosts.get(name).is_some_and(|host| host.running.is_some())
    }

    /// Switches a host on: kernel up, network up, nothing else runs.
    ///
    /// # Errors
    /// When it does not come up; it is off then.
    pub fn boot(&mut self, name: &str) -> Result<(), HostError> {
        let binary = self.binary.clone();
        let host = self.hosts.get_mut(name).ok_or_else(|| HostError::Off(name.to_owned()))?;
        let ready = host.directory.join("ready");
        let console = host.directory.join("console");
        fs::create_dir_all(host.directory.join("disk")).map_err(system("making the host's disk"))?;
        let _ = fs::remove_file(&ready);
        let out = fs::File::create(&console).map_err(system("making the host's console"))?;
        let err = out.try_clone().map_err(system("making the host's console"))?;
        let mut parent = Command::new("unshare")
            .args([
                "--net",
                "--mount",
                "--pid",
                "--uts",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                INIT,
                "host-init",
            ])
            .args([OsStr::new(name), host.directory.as_os_str(), OsStr::new(&host.address), binary.as_os_str()])
            .env("OVERLAY_OPTIONS", if crate::is_rootless() { ",userxattr" } else { "" })
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(system("starting unshare (package util-linux)"))?;
        match bring_up(name, &mut parent, &ready) {
            Some(init) => {
                host.running = Some(Running { parent, init });
                Ok(())
            }
            None => {
                let _ = parent.kill();
                let _ = parent.wait();
                let console = fs::read_to_string(&console).unwrap_or_default().trim().to_owned();
                Err(HostError::NotUp { host: name.to_owned(), console })
            }
        }
    }

    /// Power loss: the port goes down, then every process of the host dies at once. The disk stays as it was.
    ///
    /// # Errors
    /// When the host is off.
    pub fn kill(&mut self, name: &str) -> Result<(), HostError> {
        let host = self.hosts.get_mut(name).ok_or_else(|| HostError::Off(name.to_owned()))?;
        let mut running = host.running.take().ok_or_else(|| HostError::Off(name.to_owned()))?;
        let port = run("ip", ["link", "set", &port_name(name), "down"]);
        running.parent.kill().map_err(system("killing the host"))?;
        running.parent.wait().map_err(system("waiting for the host's end"))?;
        let _ = run("ip", ["link", "delete", &port_name(name)]);
        port
    }

    /// A command inside a host, to be extended and run by the caller.
    ///
    /// # Errors
    /// When the host is off.
    pub fn command<S: AsRef<OsStr>>(&self, name: &str, program: S) -> Result<Command, HostError> {
        let init = self.running(name)?.init;
        let mut command = Command::new("nsenter");
        command.args(["--target", &init.to_string(), "--mount", "--uts", "--net", "--pid", "--"]).arg(program);
        Ok(command)
    }

    /// The host's first process as seen from here: `/proc/<it>/root` is the host's root directory.
    ///
    /// # Errors
    /// When the host is off.
    pub fn first_process(&self, name: &str) -> Result<u32, HostError> {
        self.running(name).map(|running| running.init)
    }

    /// Runs a shell line inside a host and waits for it, at most two minutes: nothing a person types here takes longer.
    ///
    /// # Errors
    /// When the host is off or the line could not be started; its own failure is in the output.
    pub fn shell(&self, name: &str, line: &str) -> Result<Output, HostError> {
        let mut command = self.command(name, "timeout")?;
        command
            .args(["--kill-after=2", "120", "sh", "-c", line])
            .stdin(Stdio::null())
            .output()
            .map_err(system("running a command in a host"))
    }

    /// Cuts these hosts off from each other; every other host still reaches all of them.
    ///
    /// # Errors
    /// When a port cannot be changed.
    pub fn partition(&self, names: &[&str]) -> Result<(), HostError> {
        names.iter().try_for_each(|name| isolate(name, "on"))
    }

    /// Ends every partition and all loss.
    ///
    /// # Errors
    /// When a port cannot be changed.
    pub fn heal(&self) -> Result<(), HostError> {
        let _ = run("nft", ["delete", "table", "bridge", "loss"]);
        self.hosts.iter().filter(|(_, host)| host.running.is_some()).try_for_each(|(name, _)| isolate(name, "off"))
    }

    /// Drops this share of the packets in each direction at a host's port.
    ///
    /// # Errors
    /// When nftables is not there.
    pub fn loss(&self, name: &str, percent: u32) -> Result<(), HostError> {
        let port = port_name(name);
        let limit = (u64::from(u32::MAX) * u64::from(percent.min(100)) / 100).to_string();
        run("nft", ["add", "table", "bridge", "loss"])?;
        run("nft", ["add", "chain", "bridge", "loss", "forward", "{ type filter hook forward priority 0; }"])?;
        for side in ["iifname", "oifname"] {
            run(
                "nft",
                ["add", "rule", "bridge", "loss", "forward", side, &port, "meta", "random", "<", &limit, "drop"],
            )?;
        }
        Ok(())
    }

    /// Stops (`SIGSTOP`) or continues every process of a host but its first.
    ///
    /// # Errors
    /// When the host is off.
    pub fn freeze(&self, name: &str, frozen: bool) -> Result<(), HostError> {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        // 'kill -1' inside the host's pid namespace reaches everything there but its first process and the caller: who
        // waits for the caller must not be there, so this is no `shell`.
        let mut command = self.command(name, "sh")?;
        command.args(["-c", &format!("kill {signal} -1")]).env("LC_ALL", "C").stdin(Stdio::null());
        let output = command.output().map_err(system("running a command in a host"))?;
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        // On a host where everything was killed there is nothing to stop or to continue.
        if output.status.success() || reason.contains("No such process") {
            return Ok(());
        }
        Err(HostError::Command { command: format!("kill {signal} -1 on {name}"), reason })
    }

    fn running(&self, name: &str) -> Result<&Running, HostError> {
        self.hosts.get(name).and_then(|host| host.running.as_ref()).ok_or_else(|| HostError::Off(name.to_owned()))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for name in self.names() {
            if self.is_on(&name) {
                let _ = self.kill(&name);
            }
        }
        let _ = run("ip", ["link", "delete", "switch"]);
    }
}

/// Plugs the new host into the bridge and waits until it says that it is ready; its first process, or `None`.
fn bring_up(name: &str, parent: &mut Child, ready: &Path) -> Option<u32> {
    let init = wait_for(|| first_child(parent.id()))?;
    let port = port_name(name);
    let netns = init.to_string();
    // The first process shares our network namespace until unshare has moved it: a port made too early would land here.
    wait_for(|| (namespace(init) != namespace(std::process::id())).then_some(()))?;
    run("ip", ["link", "add", &port, "type", "veth", "peer", "name", "eth0.10", "netns", &netns]).ok()?;
    run("ip", ["link", "set", &port, "master", "switch", "up"]).ok()?;
    wait_for(|| (ready.exists() || parent.try_wait().ok().flatten().is_some()).then_some(()))?;
    ready.exists().then_some(init)
}

/// Makes a directory with a memory file system of its own over it: overlays need one, and nothing of it is left behind.
///
/// # Errors
/// When it cannot be made or mounted.
pub fn private_directory(path: &Path) -> Result<(), HostError> {
    fs::create_dir_all(path).map_err(system("making the lab's directory"))?;
    // Of an earlier lab of this process, whose hosts are gone.
    let _ = run("umount", ["-l", &path.to_string_lossy()]);
    run("mount", ["-t", "tmpfs", "-o", "mode=755", "systole-lab", &path.to_string_lossy()])
}

fn namespace(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/ns/net")).ok()
}

fn first_child(pid: u32) -> Option<u32> {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?.split_whitespace().next()?.parse().ok()
}

fn wait_for<T>(mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + BOOT_TIMEOUT;
    loop {
        if let Some(found) = probe() {
            return Some(found);
        }
        if Instant::now() > end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn isolate(name: &str, state: &str) -> Result<(), HostError> {
    run("bridge", ["link", "set", "dev", &port_name(name), "isolated", state])
}

/// The host's port at the bridge; interface names are at most 15 bytes long.
fn port_name(host: &str) -> String {
    let mut name = format!("p-{host}");
    name.truncate(15);
    name
}

fn system(what: &'static str) -> impl Fn(io::Error) -> HostError {
    move |source| HostError::System { what: what.to_owned(), source }
}

fn run<const N: usize>(program: &str, arguments: [&str; N]) -> Result<(), HostError> {
    let command = || format!("{program} {}", arguments.join(" "));
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).output().map_err(|error| HostError::Command {
            command: command(),
            reason: format!("{error}; is the package that has '{program}' installed?"),
        })?;
    if output.status.success() {
        return Ok(());
    }
    Err(HostError::Command { command: command(), reason: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}
