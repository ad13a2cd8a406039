//! `-d`: the same command once more, in the background, writing its file again and again.

use super::destination;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// Says to the process in the background that it is.
const MARK: &str = "SYSTOLE_CRM_MON_BACKGROUND";

/// Whether this process is the one in the background.
pub(super) fn is_here() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Starts it, and notes its number in the file of `-p`.
pub(super) fn start(session: &Session) -> Result<Exit, Failure> {
    if destination(session).is_none() || session.options.has("one-shot") {
        let reason = "-d writes a file again and again, and none is named";
        return Err(
            Failure::usage(reason).hint("example: crm_mon -d -p /run/crm_mon.pid -h /var/www/html/cluster.html")
        );
    }
    let failed = |error| Failure::new(Exit::ERROR, format!("cannot start in the background: {error}"));
    let mut words = std::env::args_os();
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    if let Some(name) = words.next() {
        command.arg0(name);
    }
    command.args(words).env(MARK, "yes").process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    let Some(path) = session.options.value("pid-file") else { return Ok(Exit::OK) };
    std::fs::write(path, format!("{}\n", child.id())).map(|()| Exit::OK).map_err(|error| {
        // Nobody would know how to stop it. That it has ended by itself meanwhile is as good.
        let _ = child.kill();
        Failure::new(Exit::CANNOT_CREATE, format!("cannot write {path}: {error}"))
    })
}
