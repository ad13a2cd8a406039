//! The socket of the hands: one per path, for nobody but their own user.

use rustix::fs::{FlockOperation, Mode, flock};
use rustix::process::umask;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the hands cannot listen. Nothing of another process was changed.
#[derive(Debug, Error)]
pub(crate) enum DoorError {
    /// Another process has the lock.
    #[error("{}: other hands are at work here; stop them first, or choose another socket", path.display())]
    Taken {
        /// Of the lock.
        path: PathBuf,
    },
    /// The lock cannot be made.
    #[error("{}: the lock cannot be taken", path.display())]
    NoLock {
        /// Of the lock.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The socket cannot be made; the lock was taken and is given back.
    #[error("{}: no socket can be made", path.display())]
    NoSocket {
        /// Of the socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DoorError {
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self, Self::Taken { .. })
    }

    /// With what is beneath it, on one line.
    pub(crate) fn with_sources(&self) -> String {
        self.source().map_or_else(|| self.to_string(), |source| format!("{self}: {source}"))
    }
}

/// A listening socket and the lock that makes it ours.
pub(crate) struct Door {
    listener: UnixListener,
    path: PathBuf,
    /// Freed by the kernel with our last breath, so a crash leaves nothing to clean up.
    _lock: File,
}

impl Door {
    /// Takes the lock, then the path: a socket that lies there is a dead one's.
    pub(crate) fn open(path: &Path) -> Result<Self, DoorError> {
        let no_socket = |source| DoorError::NoSocket { path: path.to_owned(), source };
        let absolute = std::path::absolute(path).map_err(no_socket)?;
        if let Some(directory) = absolute.parent() {
            std::fs::create_dir_all(directory).map_err(no_socket)?;
        }
        let lock = lock(&absolute)?;
        let listener = listen(&absolute).map_err(no_socket)?;
        Ok(Self { listener, path: absolute, _lock: lock })
    }

    /// The next connection, if one waits.
    pub(crate) fn accept(&self) -> Option<UnixStream> {
        self.listener.accept().ok().map(|(stream, _)| stream)
    }
}

impl AsFd for Door {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // A socket that stays is replaced at the next start.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn lock(socket: &Path) -> Result<File, DoorError> {
    let mut name = socket.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = opened.map_err(|source| DoorError::NoLock { path: path.clone(), source })?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(DoorError::Taken { path }),
        Err(error) => Err(DoorError::NoLock { path, source: error.into() }),
    }
}

/// The mode is narrow from the socket's first moment on.
fn listen(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let before = umask(Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    umask(before);
    let listener = bound?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
