//! One run of the agent under test: its environment, its code, what it said.

use super::options::{Debug, Options, Speech};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

/// What a shell answers for a file it may not execute.
const NOT_EXECUTABLE: i32 = 126;
/// What a shell answers for a file that is not there.
const NOT_FOUND: i32 = 127;

/// The code of one run, and what was said unless it went straight to the terminal.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub said: String,
}

/// What a run is to believe about its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A one-shot check, or any action but a monitor.
    Once,
    /// A recurring monitor.
    Recurring,
    /// A one-shot check on a node where no program of the service is installed.
    WithoutPrograms,
}

/// Runs the action with the parameters of the command line.
pub fn run(options: &Options, action: &str, setting: Setting) -> Outcome {
    let mut command = command(options, action);
    match setting {
        Setting::Once => command.env("OCF_RESKEY_CRM_meta_interval", "0"),
        Setting::Recurring => command.env("OCF_RESKEY_CRM_meta_interval", "20000"),
        Setting::WithoutPrograms => {
            command.env("OCF_RESKEY_CRM_meta_interval", "0").env("OCF_TESTER_FAIL_HAVE_BINARY", "1")
        }
    };
    if options.speech == Speech::Verbose { finish(command.status(), String::new()) } else { capture(&mut command) }
}

/// The meta-data as text; standard error goes to the terminal, as it is no part of the document.
pub fn describe(options: &Options) -> Outcome {
    match command(options, "meta-data").stderr(Stdio::inherit()).output() {
        Ok(output) => finish(Ok(output.status), String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) => finish(Err(error), String::new()),
    }
}

/// The meta-data as a user without rights gets it.
pub fn describe_as_nobody(options: &Options) -> Outcome {
    let mut command = command(options, "meta-data");
    command.current_dir("/").uid(NOBODY).gid(NOBODY).stdout(Stdio::null());
    finish(command.status(), String::new())
}

/// The user without rights; the kernel's own number for it.
const NOBODY: u32 = 65534;

fn command(options: &Options, action: &str) -> Command {
    let mut command = Command::new(path(options));
    command.arg(action).stdin(Stdio::null()).env("__OCF_ACTION", action).env("OCF_RESOURCE_INSTANCE", &options.name);
    if std::env::var_os("OCF_ROOT").is_none_or(|root| root.is_empty()) {
        command.env("OCF_ROOT", "/usr/lib/ocf");
    }
    for (name, value) in &options.parameters {
        command.env(format!("OCF_RESKEY_{name}"), value);
    }
    match options.debug {
        Debug::Off => {}
        Debug::Messages => {
            command.env("HA_debug", "1");
        }
        Debug::Trace => {
            command.env("OCF_TRACE_RA", "1");
        }
    }
    command
}

/// Never a name to be looked for in `PATH`, and good in any directory; a link is kept, as agents ask their name.
fn path(options: &Options) -> PathBuf {
    std::path::absolute(&options.agent).unwrap_or_else(|_| options.agent.clone())
}

/// Both streams in one file, in the order in which they were written. A file and not a pipe: a service that the agent
/// left behind with the pipe open would be waited for.
fn capture(command: &mut Command) -> Outcome {
    let opened = rustix::fs::memfd_create("agent-output", rustix::fs::MemfdFlags::CLOEXEC).map(File::from);
    let run = || -> io::Result<(ExitStatus, String)> {
        let mut file = opened?;
        let status = command.stdout(file.try_clone()?).stderr(file.try_clone()?).status()?;
        let mut said = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut said)?;
        Ok((status, String::from_utf8_lossy(&said).into_owned()))
    };
    match run() {
        Ok((status, said)) => finish(Ok(status), said),
        Err(error) => finish(Err(error), String::new()),
    }
}

fn finish(status: io::Result<ExitStatus>, said: String) -> Outcome {
    match status {
        Ok(status) => {
            let by_signal = || 128 + status.signal().unwrap_or_default();
            Outcome { code: status.code().unwrap_or_else(by_signal), said }
        }
        Err(error) => {
            let code = if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE };
            Outcome { code, said: format!("{said}cannot execute the agent: {error}") }
        }
    }
}
