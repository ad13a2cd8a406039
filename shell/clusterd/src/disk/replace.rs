//! Replacing a file in one step, durably.

use rustix::fs::{Gid, Uid};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A file's name with something after it: `cib.xml` and `.new` give `cib.xml.new`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes `bytes` beside `path`, durably, and gives the new file the owner and mode of the old one (or `mode`).
pub fn prepare(path: &Path, bytes: &[u8], mode: u32) -> io::Result<PathBuf> {
    let (new, file) = prepare_unsynced(path, bytes, mode)?;
    file.sync_all()?;
    Ok(new)
}

/// The same for a file that may be torn by a power cut, because its reader knows what to do then.
pub fn prepare_unsynced(path: &Path, bytes: &[u8], mode: u32) -> io::Result<(PathBuf, File)> {
    let new = beside(path, ".new");
    let old = fs::metadata(path).ok();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&new)?;
    inherit(&file, old.as_ref(), mode)?;
    file.write_all(bytes)?;
    Ok((new, file))
}

/// Owners are kept as found: hacluster:haclient, cluster:cluster and root:root are all right.
fn inherit(file: &File, old: Option<&fs::Metadata>, mode: u32) -> io::Result<()> {
    let mode = old.map_or(mode, |old| old.permissions().mode() & 0o777);
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    if let Some(old) = old {
        // Only root may give files away; for anybody else the file stays our own, which is as good.
        let _ = rustix::fs::fchown(file.as_fd(), Some(Uid::from_raw(old.uid())), Some(Gid::from_raw(old.gid())));
    }
    Ok(())
}

/// Replaces `path` by `bytes`: after a crash at any point it holds the old or the new content, whole.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let new = prepare(path, bytes, mode)?;
    fs::rename(new, path)?;
    sync_directory(path)
}

/// Makes the directory entry of `path` durable.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

/// Gives a file a second name, taking that name from whatever had it.
pub fn link_over(from: &Path, to: &Path) -> io::Result<()> {
    let step = beside(to, ".link");
    match fs::remove_file(&step) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        Ok(()) | Err(_) => {}
    }
    if fs::hard_link(from, &step).is_err() {
        // A filesystem without hard links.
        fs::copy(from, &step)?;
        File::open(&step)?.sync_all()?;
    }
    fs::rename(&step, to)?;
    // When both names already meant the same file, rename does nothing and leaves the step behind.
    match fs::remove_file(&step) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        Ok(()) | Err(_) => Ok(()),
    }
}
