//! Where log lines go: syslog, files, stderr, as ha.cf says.

use super::line;
use messaging::config::Logging;
use model::{Notice, Severity, WallTime};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

/// Syslog's own socket.
const SYSLOG: &str = "/dev/log";

/// Facility numbers of syslog by name.
const FACILITIES: [(&str, u8); 20] = [
    ("kern", 0),
    ("user", 1),
    ("mail", 2),
    ("daemon", 3),
    ("auth", 4),
    ("security", 4),
    ("syslog", 5),
    ("lpr", 6),
    ("news", 7),
    ("uucp", 8),
    ("cron", 9),
    ("authpriv", 10),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];
const DAEMON: u8 = 3;

/// One of them.
#[derive(Debug)]
pub enum Target {
    /// Datagrams to the system's log.
    Syslog {
        /// Connected anew after a failure.
        socket: Option<UnixDatagram>,
        /// Which facility.
        facility: u8,
    },
    /// Lines at the end of a file.
    File {
        /// Open for appending.
        file: File,
        /// The least that is written.
        least: Severity,
    },
    /// Lines for who started us in the foreground.
    Stderr,
}

impl Target {
    /// All that ha.cf names; syslog, or stderr where there is none, when it names nothing.
    pub fn all(logging: &Logging, to_stderr: bool) -> Vec<Self> {
        let mut targets = Vec::new();
        let files = [(&logging.file, Severity::Info), (&logging.debug_file, Severity::Debug)];
        targets.extend(files.into_iter().filter_map(|(path, least)| Self::file(path.as_deref()?, least)));
        if logging.facility.is_some() || targets.is_empty() {
            targets.extend(Self::syslog(logging.facility.as_deref().unwrap_or("daemon")));
        }
        if to_stderr || targets.is_empty() {
            targets.push(Self::Stderr);
        }
        targets
    }

    fn file(path: &str, least: Severity) -> Option<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o640).open(path).ok()?;
        Some(Self::File { file, least })
    }

    /// The system's log, where there is one.
    pub fn syslog(facility: &str) -> Option<Self> {
        let number = FACILITIES.iter().find(|(name, _)| *name == facility).map(|(_, number)| *number);
        let target = Self::Syslog { socket: None, facility: number.unwrap_or(DAEMON) };
        Path::new(SYSLOG).exists().then_some(target)
    }

    /// Writes one line. A target that fails costs this line, and is tried again with the next.
    pub fn write(&mut self, at: WallTime, notice: &Notice) {
        let pid = std::process::id();
        match self {
            Self::Syslog { socket, facility } => {
                if notice.severity > Severity::Debug {
                    send(socket, &line::for_syslog(at, pid, *facility, notice));
                }
            }
            Self::File { file, least } => {
                if notice.severity >= *least {
                    let _ = file.write_all(line::for_file(at, pid, notice).as_bytes());
                }
            }
            Self::Stderr => {
                let _ = std::io::stderr().write_all(line::for_file(at, pid, notice).as_bytes());
            }
        }
    }
}

fn send(socket: &mut Option<UnixDatagram>, line: &str) {
    if socket.is_none() {
        *socket = connect().ok();
    }
    if socket.as_ref().is_some_and(|socket| socket.send(line.as_bytes()).is_err()) {
        *socket = None;
    }
}

fn connect() -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.connect(SYSLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
