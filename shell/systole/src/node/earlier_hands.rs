//! Hands that an earlier supervisor left behind: they go on with their work, and this supervisor's brain uses them.

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Signal, kill_process};
use std::fs::File;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Where hands of any supervisor are found.
#[derive(Debug)]
pub struct EarlierHands {
    socket: PathBuf,
    lock: PathBuf,
}

impl EarlierHands {
    /// At that socket; the lock lies beside it.
    pub fn at(socket: &Path) -> Self {
        let mut lock = socket.as_os_str().to_owned();
        lock.push(".lock");
        Self { socket: socket.to_path_buf(), lock: lock.into() }
    }

    /// Whether any hands hold the lock.
    pub fn run(&self) -> bool {
        File::open(&self.lock).is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockShared).is_err())
    }

    /// Asks them to end once nothing is under way. The kernel says which process listens.
    pub fn end(&self) {
        let listener = UnixStream::connect(&self.socket).ok();
        let process = listener.and_then(|stream| rustix::net::sockopt::socket_peercred(&stream).ok());
        if let Some(process) = process {
            // It may have ended by itself meanwhile.
            let _ = kill_process(process.pid, Signal::TERM);
        }
    }
}
