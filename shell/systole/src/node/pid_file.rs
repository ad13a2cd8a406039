//! The pid file: its lock says whether the daemon runs, its content which process it is. So a number that was used again misleads nobody.

use rustix::fs::{FlockOperation, flock};
use rustix::process::Pid;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Whether a daemon runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As this process.
    Running(Pid),
    /// Nobody holds the file.
    Stopped,
}

/// The file, held while the daemon runs.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    _lock: File,
}

impl PidFile {
    /// Looks who holds it.
    pub fn state(path: &Path) -> State {
        let Ok(file) = File::open(path) else { return State::Stopped };
        if flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
            return State::Stopped;
        }
        let text = fs::read_to_string(path).unwrap_or_default();
        text.trim().parse().ok().and_then(Pid::from_raw).map_or(State::Stopped, State::Running)
    }

    /// Holds it for this process.
    pub fn take(path: &Path) -> io::Result<Self> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| io::Error::other("another heartbeat holds it"))?;
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { path: path.to_path_buf(), _lock: file })
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // The lock goes with the process in any case.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_tells_who_runs_for_as_long_as_it_is_held() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/heartbeat.pid");
        assert_eq!(PidFile::state(&path), State::Stopped);
        let held = PidFile::take(&path).unwrap();
        assert_eq!(PidFile::state(&path), State::Running(rustix::process::getpid()));
        assert!(PidFile::take(&path).is_err());
        drop(held);
        assert_eq!(PidFile::state(&path), State::Stopped);
    }

    #[test]
    fn a_file_that_a_dead_daemon_left_means_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("heartbeat.pid");
        fs::write(&path, "1\n").unwrap();
        assert_eq!(PidFile::state(&path), State::Stopped);
        assert!(PidFile::take(&path).is_ok());
    }
}
