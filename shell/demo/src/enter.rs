//! Into namespaces of our own, and what the first process of a host does for the rest of its life.

use std::io;
use std::process::{Command, ExitStatus};
use std::time::Duration;

const MARK: &str = "SYSTOLE_DEMO_INSIDE";

/// Whether the hosts are made in a user namespace, by somebody who is not root outside.
pub fn is_rootless() -> bool {
    std::env::var(MARK).is_ok_and(|mark| mark == "rootless")
}

/// Runs this very command again inside network, mount and process namespaces of its own (in a user namespace, too, when
/// the caller is not root) and waits for it; `None` when this process is already the one inside.
///
/// # Errors
/// When `unshare` cannot be started.
pub fn enter() -> io::Result<Option<ExitStatus>> {
    if std::env::var_os(MARK).is_some() {
        return Ok(None);
    }
    let rootless = !rustix::process::geteuid().is_root();
    let mut command = Command::new("unshare");
    if rootless {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"])
        .arg(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(MARK, if rootless { "rootless" } else { "root" });
    command.status().map(Some)
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
