//! Puts the agents where every cluster manager looks for them, beside whatever is there already.

use crate::INSTALLED;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};
use thiserror::Error;

/// The functions for shell agents, carried in the binary: they belong below `resource.d/heartbeat`.
const SHELL_FILES: &[(&str, &str)] = &[
    (".ocf-shellfuncs", include_str!("../../../share/ocf/.ocf-shellfuncs")),
    (".ocf-returncodes", include_str!("../../../share/ocf/.ocf-returncodes")),
    (".ocf-directories", include_str!("../../../share/ocf/.ocf-directories")),
    (".ocf-binaries", include_str!("../../../share/ocf/.ocf-binaries")),
];

/// A file or link could not be made; those before it were.
#[derive(Debug, Error)]
#[error("cannot make {}", path.display())]
pub struct InstallError {
    path: PathBuf,
    source: io::Error,
}

/// Installs links to `binary` and the shell functions below an OCF root such as `/usr/lib/ocf`, and returns what was
/// made. A file that exists, of whatever package, is never replaced.
///
/// # Errors
/// When a directory, link or file cannot be made.
pub fn install(root: &Path, binary: &Path) -> Result<Vec<PathBuf>, InstallError> {
    let resources = root.join("resource.d");
    let links = INSTALLED.iter().map(|(provider, name)| resources.join(provider).join(name));
    let mut made = Vec::new();
    for path in links.chain([resources.join("ocf-tester")]) {
        made.extend(make(path, |path| symlink(binary, path))?);
    }
    for (name, text) in SHELL_FILES {
        made.extend(make(resources.join("heartbeat").join(name), |path| write_new(path, text))?);
    }
    Ok(made)
}

/// The path if it was made now, `None` if it was there.
fn make(path: PathBuf, how: impl FnOnce(&Path) -> io::Result<()>) -> Result<Option<PathBuf>, InstallError> {
    let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
    match parent.and_then(|()| how(&path)) {
        Ok(()) => Ok(Some(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(source) => Err(InstallError { path, source }),
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
