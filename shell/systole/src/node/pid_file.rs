//! The pid file: a lock on it says whether the daemon runs, and the kernel says whose lock it is. So a number that was used
//! again misleads nobody, and whoever looks disturbs nobody: the state is asked for with `F_GETLK`, which takes no lock that a
//! starting daemon could meet.

use rustix::fs::{FlockOperation, fcntl_lock, fstat, stat};
use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};
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
///
/// The lock is the process's own: it ends with it, and also when this process opens and closes the file once more, as
/// [`PidFile::state`] does.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    _lock: File,
}

impl PidFile {
    /// Looks which other process holds it.
    pub fn state(path: &Path) -> State {
        let Ok(file) = File::open(path) else { return State::Stopped };
        let holder = fcntl_getlk(&file, &Flock::from(FlockType::ReadLock)).ok().flatten();
        holder.and_then(|lock| lock.pid).map_or(State::Stopped, State::Running)
    }

    /// Holds it for this process.
    pub fn take(path: &Path) -> io::Result<Self> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        loop {
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
            fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive)
                .map_err(|_| io::Error::new(io::ErrorKind::ResourceBusy, "another heartbeat holds it"))?;
            if is_at(&file, path) {
                file.set_len(0)?;
                writeln!(file, "{}", std::process::id())?;
                return Ok(Self { path: path.to_path_buf(), _lock: file });
            }
        }
    }
}

/// Whether the path still leads to this file: one that ended between our opening and our locking it has removed it.
fn is_at(file: &File, path: &Path) -> bool {
    match (fstat(file), stat(path)) {
        (Ok(ours), Ok(there)) => (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino),
        (Err(_), _) | (_, Err(_)) => false,
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
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};
    use std::sync::atomic::{AtomicBool, Ordering};

    const FILE: &str = "SYSTOLE_TEST_PID_FILE";
    const TIMES: &str = "SYSTOLE_TEST_TIMES";

    /// This test program once more, as the daemon: it takes the file so often, and says when it holds it for good: until its
    /// input ends.
    fn daemon(path: &Path, times: u32) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "node::pid_file::tests::as_the_daemon", "--ignored", "--nocapture"])
            .env(FILE, path)
            .env(TIMES, times.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits for this line of its output, or the end of it.
    fn says(daemon: &mut Child, line: &str) -> bool {
        BufReader::new(daemon.stdout.as_mut().unwrap()).lines().any(|said| said.unwrap() == line)
    }

    #[test]
    #[ignore = "not a test: the daemon's part of those below"]
    fn as_the_daemon() {
        let Ok(path) = std::env::var(FILE) else { return };
        for _ in 1..std::env::var(TIMES).unwrap().parse().unwrap() {
            drop(PidFile::take(Path::new(&path)).unwrap());
        }
        let _held = PidFile::take(Path::new(&path)).unwrap();
        println!("\nheld");
        io::stdin().lines().for_each(drop);
    }

    #[test]
    fn the_file_tells_who_runs_for_as_long_as_it_is_held() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/heartbeat.pid");
        assert_eq!(PidFile::state(&path), State::Stopped);
        let mut daemon = daemon(&path, 1);
        assert!(says(&mut daemon, "held"));
        assert_eq!(PidFile::state(&path), State::Running(Pid::from_child(&daemon)));
        assert_eq!(fs::read_to_string(&path).unwrap().trim(), daemon.id().to_string());
        assert!(PidFile::take(&path).is_err());
        drop(daemon.stdin.take());
        assert!(daemon.wait().unwrap().success());
        assert_eq!(PidFile::state(&path), State::Stopped);
    }

    #[test]
    fn who_looks_does_not_keep_a_daemon_from_starting() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("heartbeat.pid");
        let mut daemon = daemon(&path, 3000);
        let started = AtomicBool::new(false);
        let holds = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !started.load(Ordering::Relaxed) {
                    PidFile::state(&path);
                }
            });
            let holds = says(&mut daemon, "held");
            started.store(true, Ordering::Relaxed);
            holds
        });
        assert!(holds, "a start failed");
        drop(daemon.stdin.take());
        assert!(daemon.wait().unwrap().success());
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
