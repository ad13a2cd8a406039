//! Into namespaces of our own, and what the first process of a host does for the rest of its life.

mod lifeline;
mod refusal;

pub use refusal::EnterError;

use std::io;
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// Says to the process inside that it is, and by which way it came.
const MARK: &str = "SYSTOLE_DEMO_INSIDE";

/// Where the tools of root are: the path of a plain user does without.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";

/// How namespaces are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// With the rights of root.
    Root,
    /// In a user namespace, where everybody is root over what is made there.
    Rootless,
}

impl Way {
    const fn mark(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Rootless => "rootless",
        }
    }

    /// `unshare` with its options, to be completed with what is to run inside.
    fn unshare(self) -> Command {
        let mut command = Command::new("unshare");
        match self {
            Self::Root => {}
            Self::Rootless => {
                command.args(["--user", "--map-root-user"]);
            }
        }
        command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]);
        command
    }

    /// Tries the way with a program that does nothing.
    fn is_open(self) -> Result<(), EnterError> {
        let output = self.unshare().arg("true").output().map_err(EnterError::Unshare)?;
        if output.status.success() { Ok(()) } else { Err(EnterError::refused(self, &output.stderr)) }
    }
}

/// Whether the hosts are made in a user namespace, by somebody who has not the rights of root outside.
pub fn is_rootless() -> bool {
    std::env::var(MARK).is_ok_and(|mark| mark == Way::Rootless.mark())
}

/// Runs this very command again inside network, mount and process namespaces of its own (in a user namespace, too, without
/// the rights of root) and waits for it; `None` when this process is already the one inside. However the outer process
/// ends, the inner one and all it has made end with it.
///
/// # Errors
/// When `unshare` cannot be started, or this user may not make namespaces here.
pub fn enter() -> Result<Option<ExitStatus>, EnterError> {
    if std::env::var_os(MARK).is_some() {
        lifeline::hold().map_err(EnterError::Lifeline)?;
        return Ok(None);
    }
    let way = open_way()?;
    let mut command = way.unshare();
    command
        .arg(std::env::current_exe().map_err(EnterError::OwnBinary)?)
        .args(std::env::args_os().skip(1))
        .env(MARK, way.mark())
        .env("PATH", format!("{}:{SYSTEM_PATH}", std::env::var("PATH").unwrap_or_default()));
    let line = lifeline::tie(&mut command).map_err(EnterError::Lifeline)?;
    let status = command.status().map_err(EnterError::Unshare)?;
    drop(line);
    Ok(Some(status))
}

/// Root in a container may lack the rights of root, and still have a user namespace.
fn open_way() -> Result<Way, EnterError> {
    if rustix::process::geteuid().is_root() && Way::Root.is_open().is_ok() {
        return Ok(Way::Root);
    }
    Way::Rootless.is_open().map(|()| Way::Rootless)
}

/// The first process of a host: reaps whatever is left to it, for ever.
pub fn host_init() -> ! {
    loop {
        if rustix::process::wait(rustix::process::WaitOptions::empty()).is_err() {
            // No child at all: nothing to wait on, and the next orphan is in no hurry.
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
