//! Where things are on this host, and that the directories are there with the right modes.

use super::replace::beside;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Account names that own the CIB's directory, in the order in which they are looked for.
const OWNERS: [(&str, &str); 2] = [("hacluster", "haclient"), ("cluster", "cluster")];

/// A directory that cannot be made.
#[derive(Debug, Error)]
#[error("cannot make the directory {}", path.display())]
pub struct LayoutError {
    /// Which.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// The directories of one node. Every path the brain uses is made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `ha.cf` and `authkeys`.
    pub ha_dir: PathBuf,
    /// The CIB, the generation, the events.
    pub state_dir: PathBuf,
    /// Sockets and the pid file's neighbours.
    pub run_dir: PathBuf,
    /// Below it, `resource.d/PROVIDER/TYPE`.
    pub ocf_root: PathBuf,
    /// Another place for the clients' socket.
    pub socket: Option<PathBuf>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            ha_dir: "/etc/ha.d".into(),
            state_dir: "/var/lib/heartbeat".into(),
            run_dir: "/var/run/heartbeat".into(),
            ocf_root: "/usr/lib/ocf".into(),
            socket: None,
        }
    }
}

impl Layout {
    /// The daemon's configuration.
    pub fn ha_cf(&self) -> PathBuf {
        self.ha_dir.join("ha.cf")
    }

    /// The keys.
    pub fn authkeys(&self) -> PathBuf {
        self.ha_dir.join("authkeys")
    }

    /// An optional node name.
    pub fn nodeinfo(&self) -> PathBuf {
        self.ha_dir.join("nodeinfo")
    }

    /// The CIB.
    pub fn cib(&self) -> PathBuf {
        self.state_dir.join("crm/cib.xml")
    }

    /// Where clients connect.
    pub fn socket(&self) -> PathBuf {
        self.socket.clone().unwrap_or_else(|| self.run_dir.join("systole.sock"))
    }

    /// Where the brain finds the hands.
    pub fn hands_socket(&self) -> PathBuf {
        self.run_dir.join("hands.sock")
    }

    /// The supervisor's pid: `heartbeat.pid` beside the run directory.
    pub fn pid_file(&self) -> PathBuf {
        beside(&self.run_dir, ".pid")
    }

    /// The last events, to survive a restart.
    pub fn events(&self) -> PathBuf {
        self.state_dir.join("systole-events")
    }

    /// Makes what is missing; what is there is left as it is, whoever owns it.
    ///
    /// # Errors
    /// When a directory can neither be found nor made.
    pub fn create(&self) -> Result<(), LayoutError> {
        make(&self.state_dir, 0o755)?;
        for name in ["crm", "pengine"] {
            let path = self.state_dir.join(name);
            if make(&path, 0o750)? {
                give_to_cluster_account(&path);
            }
        }
        make(&self.state_dir.join("cores"), 0o700)?;
        make(&self.run_dir, 0o755)?;
        make(&self.run_dir.join("rsctmp"), 0o1755)?;
        Ok(())
    }
}

/// True when it was made just now.
fn make(path: &Path, mode: u32) -> Result<bool, LayoutError> {
    if path.is_dir() {
        return Ok(false);
    }
    let outcome = DirBuilder::new().recursive(true).mode(mode).create(path);
    outcome.map(|()| true).map_err(|source| LayoutError { path: path.to_path_buf(), source })
}

/// The tools of old looked into this directory as `hacluster`; we need no owner, so a host without the account is fine.
fn give_to_cluster_account(path: &Path) {
    let owner =
        OWNERS.iter().find_map(|(user, group)| Some((account("/etc/passwd", user)?, account("/etc/group", group)?)));
    if let Some((uid, gid)) = owner {
        let _ = chown(path, Some(uid), Some(gid));
    }
}

/// The id of a user or a group by its name, from the local file only: no name service can hold up a start.
pub fn account(file: &str, name: &str) -> Option<u32> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?
    })
}
