//! Who this node is: its generation, which grows at each start, and its UUID.

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
    /// No UUID can be drawn.
    #[error("the system gives no randomness for {}", .0.display())]
    Randomness(PathBuf),
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

/// The node's UUID in its usual text form, from `hb_uuid`, which is made when it is missing or damaged.
///
/// # Errors
/// When it cannot be made or written.
pub fn uuid(state_dir: &Path) -> Result<String, IdentityError> {
    let path = state_dir.join("hb_uuid");
    if let Ok(bytes) = fs::read(&path)
        && let Ok(bytes) = <[u8; 16]>::try_from(bytes)
    {
        return Ok(uuid_text(bytes));
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| IdentityError::Randomness(path.clone()))?;
    let bytes = with_version_4(bytes);
    replace(&path, &bytes, 0o644).map_err(|source| IdentityError::Write { path, source })?;
    Ok(uuid_text(bytes))
}

fn with_version_4(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

fn uuid_text(bytes: [u8; 16]) -> String {
    let n = u128::from_be_bytes(bytes);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        n >> 96,
        n >> 80 & 0xffff,
        n >> 64 & 0xffff,
        n >> 48 & 0xffff,
        n & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests;
