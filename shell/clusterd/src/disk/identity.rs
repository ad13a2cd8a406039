//! Which life of this node begins: its generation, which grows at each start.

use super::replace::replace;
use messaging::contract::Incarnation;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Width of the number in `hb_generation`, blank padded, before its newline.
const GENERATION_WIDTH: usize = 15;

/// An identity that cannot be kept. The node must not send anything.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The generation would not be on disk before the first packet.
    #[error("{}: cannot be written: {source}; make room, or make it writable", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Begins a new life: the next generation, already on disk.
///
/// It is above the one in the file and not below the wall clock in seconds. So it also grows when the file was deleted, and when an old
/// image of the disk came back; an unreadable file counts as a deleted one.
///
/// # Errors
/// When it cannot be written.
pub fn next_incarnation(state_dir: &Path, wall_seconds: i64) -> Result<Incarnation, IdentityError> {
    let path = state_dir.join("hb_generation");
    let last: Option<u64> = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
    let clock = u64::try_from(wall_seconds).unwrap_or(0);
    let next = last.map_or(1, |last| last.saturating_add(1)).max(clock);
    let text = format!("{next:>GENERATION_WIDTH$}\n");
    replace(&path, text.as_bytes(), 0o644).map_err(|source| IdentityError::Write { path, source })?;
    Ok(Incarnation(next))
}

#[cfg(test)]
mod tests;
