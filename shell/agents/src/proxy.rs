//! `OpenSIPS` and `Kamailio`: a SIP proxy that is asked, not presumed.
//!
//! The pid file says which process is meant, and its executable must be the configured one: nothing is ever found or
//! killed by name. Whether it works is asked by SIP OPTIONS. A start ends when the proxy answers, a stop when the last
//! of its processes is gone.

mod description;
mod parameters;
mod process;

#[cfg(test)]
mod tests;

use crate::ocf::{Environment, Failure, finish, info, print, unimplemented, warn};
use crate::sip::{Probe, Response};
use model::OcfCode;
use parameters::Parameters;
use process::Process;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

const ACTIONS: &str = "start|stop|status|monitor|validate-all|meta-data";
/// Between two looks at a proxy that is starting.
const POLL: Duration = Duration::from_millis(5);
/// How long one question to a starting proxy waits; it was asked too early then, and is asked again.
const ASK_STARTING: Duration = Duration::from_millis(250);
/// How long processes may take to vanish after a KILL; only one stuck in the kernel does.
const KILL_WAIT: Duration = Duration::from_secs(2);
/// How much of what a failed proxy said is passed on.
const OUTPUT_MAX: usize = 500;

/// Which proxy: they differ in where their files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// opensips.org
    OpenSips,
    /// kamailio.org
    Kamailio,
}

/// Runs one action of the agent with the process's environment.
pub fn main(product: Product, action: &str) -> u8 {
    let environment = Environment::of_process();
    let agent = || Parameters::read(product, &environment).map(Agent);
    match action {
        "meta-data" => {
            print(&meta_data(product));
            OcfCode::OK.0
        }
        "start" => finish(agent().and_then(|agent| agent.start())),
        "stop" => finish(agent().and_then(|agent| agent.stop())),
        "monitor" | "status" => finish(agent().and_then(|agent| agent.monitor())),
        "validate-all" => finish(agent().and_then(|agent| agent.validate())),
        _ => unimplemented(description::of(product).name, ACTIONS),
    }
}

/// What the agent says of itself, as XML.
pub fn meta_data(product: Product) -> String {
    description::of(product).to_xml()
}

struct Agent(Parameters);

impl Agent {
    fn start(&self) -> Result<OcfCode, Failure> {
        let deadline = Instant::now() + self.0.patience();
        let mut starting = match self.running() {
            Some(_) => None,
            None => Some(self.launch()?),
        };
        match self.await_answer(starting.as_mut(), deadline) {
            Ok(response) => {
                info(format_args!("{} answers {} {}", self.0.name(), response.status, response.reason));
                Ok(OcfCode::OK)
            }
            Err(failure) => {
                // A failed start leaves nothing behind; if even that fails, the stop that follows will say so.
                starting.iter_mut().for_each(Starting::abandon);
                let _ = self.stop();
                Err(failure)
            }
        }
    }

    fn stop(&self) -> Result<OcfCode, Failure> {
        if let Some(process) = self.running() {
            let family = process.family();
            process.signal(Signal::TERM);
            if !process::await_end(&family, self.0.grace()) {
                warn(format_args!("{} did not end after TERM; killing it", self.0.name()));
                self.kill(&family)?;
            }
        }
        self.kill(&self.instance())?;
        match fs::remove_file(&self.0.pidfile) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                warn(format_args!("cannot remove {}: {error}", self.0.pidfile.display()));
            }
            Ok(()) | Err(_) => {}
        }
        Ok(OcfCode::OK)
    }

    fn monitor(&self) -> Result<OcfCode, Failure> {
        if self.running().is_some() {
            return self.ask(self.0.probe_timeout.min(self.0.patience())).map(|_| OcfCode::OK);
        }
        match self.instance().len() {
            0 => Ok(OcfCode::NOT_RUNNING),
            left => Err(Failure::error(format!(
                "{} has no main process, but {left} of its processes live; stop ends them",
                self.0.name()
            ))),
        }
    }

    fn validate(&self) -> Result<OcfCode, Failure> {
        self.require_files()?;
        let check = Command::new(&self.0.binary).arg("-c").arg("-f").arg(&self.0.config).stdin(Stdio::null()).output();
        let output = check.map_err(|error| self.unrunnable(&error))?;
        if output.status.success() {
            return Ok(OcfCode::OK);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::configured(format!("{} refuses {}: {}", self.0.name(), self.0.config.display(), last(&said))))
    }

    /// The proxy that the pid file names, if it lives and is the configured one.
    fn running(&self) -> Option<Process> {
        let process = Process::from_file(&self.0.pidfile)?;
        if process.runs(&self.0.binary) && process.serves(&self.0.pidfile) {
            return Some(process);
        }
        warn(format_args!(
            "{} names process {}, which is not {} with that pid file; it is left alone",
            self.0.pidfile.display(),
            process.id(),
            self.0.binary.display()
        ));
        None
    }

    /// What lives of this instance, whatever became of its main process.
    fn instance(&self) -> Vec<Process> {
        Process::of_instance(&self.0.binary, &self.0.pidfile)
    }

    fn kill(&self, family: &[Process]) -> Result<(), Failure> {
        for member in family {
            member.signal(Signal::KILL);
        }
        if process::await_end(family, KILL_WAIT) {
            return Ok(());
        }
        Err(Failure::error(format!("{} survives KILL; it hangs in the kernel", self.0.name())))
    }

    fn require_files(&self) -> Result<(), Failure> {
        for (path, parameter) in [(&self.0.binary, "binary"), (&self.0.config, "config")] {
            if !path.is_file() {
                return Err(Failure::installed(format!("{parameter} {} is not on this node", path.display())));
            }
        }
        Ok(())
    }

    fn launch(&self) -> Result<Starting, Failure> {
        self.require_files()?;
        self.kill(&self.instance())?;
        // A pid file that names nobody of ours would be taken for the new one.
        let _ = fs::remove_file(&self.0.pidfile);
        if let Some(directory) = self.0.pidfile.parent() {
            fs::create_dir_all(directory)
                .map_err(|error| Failure::error(format!("cannot make {}: {error}", directory.display())))?;
        }
        Starting::spawn(&self.0).map_err(|error| self.unrunnable(&error))
    }

    fn unrunnable(&self, error: &io::Error) -> Failure {
        Failure::installed(format!("cannot run {}: {error}", self.0.binary.display()))
    }

    fn await_answer(&self, mut starting: Option<&mut Starting>, deadline: Instant) -> Result<Response, Failure> {
        loop {
            if let Some(starting) = &mut starting {
                starting.refuse_failure(&self.0)?;
            }
            let answer = self.running().map(|_| self.ask(ASK_STARTING));
            match answer {
                Some(Ok(response)) => return Ok(response),
                Some(Err(failure)) if Instant::now() > deadline => return Err(failure),
                None if Instant::now() > deadline => {
                    return Err(Failure::error(format!(
                        "{} wrote no pid into {} in time; does its configuration name another file?",
                        self.0.name(),
                        self.0.pidfile.display()
                    )));
                }
                Some(Err(_)) | None => std::thread::sleep(POLL),
            }
        }
    }

    fn ask(&self, timeout: Duration) -> Result<Response, Failure> {
        let probe = Probe { timeout, user: self.0.user.clone(), ..Probe::new(self.0.target, self.0.transport) };
        let response = probe.run().map_err(Failure::error)?;
        if self.0.accept.contains(response.status) {
            return Ok(response);
        }
        Err(Failure::error(format!("{} answers OPTIONS with {} {}", self.0.target, response.status, response.reason)))
    }
}

/// A proxy between its launch and its first answer.
struct Starting {
    child: Child,
    output: File,
}

impl Starting {
    fn spawn(parameters: &Parameters) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        // Not a pipe: a proxy that keeps it open would be killed by it, or keep the caller waiting, later.
        let output = File::from(rustix::fs::memfd_create("proxy-output", rustix::fs::MemfdFlags::CLOEXEC)?);
        let child = Command::new(&parameters.binary)
            .args(parameters.arguments())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?)
            .spawn()?;
        Ok(Self { child, output })
    }

    /// Ends what was launched, with its process group, unless it already ended by itself.
    fn abandon(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Not waited for yet, so its number is still its own.
            let group = Pid::from_child(&self.child);
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.child.wait();
        }
    }

    /// A proxy that goes into the background ends with 0; any other end is a failed start.
    fn refuse_failure(&mut self, parameters: &Parameters) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(Some(status)) if !status.success() => {
                let mut said = String::new();
                let read = self.output.rewind().and_then(|()| self.output.read_to_string(&mut said));
                let said = read.map_or_else(|error| error.to_string(), |_| last(&said));
                Err(Failure::error(format!("{} did not start ({status}): {said}", parameters.name())))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// The end of what a program said, in one line.
fn last(said: &str) -> String {
    let line = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | ");
    let start = line.char_indices().rev().nth(OUTPUT_MAX).map_or(0, |(at, _)| at);
    line[start..].to_owned()
}

/// The name by which a program is called.
fn base_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
