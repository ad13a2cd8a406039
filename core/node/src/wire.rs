//! Commands to bytes and back: compact, versioned, with a cap on every length; no input makes it panic.
//!
//! The bytes come from members whose seal was checked, but a member may be of another version or broken all the
//! same: what cannot be read is an error that the machine counts and says.

mod impls;
mod primitive;

#[cfg(test)]
mod tests;

use crate::command::{Command, Envelope};
use primitive::{Reader, Wire, Writer};
use thiserror::Error;

/// First byte of each message. A member of another number says so and is not understood.
const FORMAT: u8 = 1;

/// Bytes that are not a command; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// Made by another version of the product.
    #[error("format {0} is not known here (ours is {FORMAT}): run the same version on all nodes")]
    Format(u8),
    /// They end too early.
    #[error("the message ends within a value")]
    Short,
    /// They go on after the end.
    #[error("{0} bytes follow the end of the message")]
    Long(usize),
    /// A length is above its cap.
    #[error("a length of {0} is above the cap")]
    TooLong(u64),
    /// A tag has no meaning.
    #[error("tag {0} has no meaning here")]
    Tag(u8),
    /// Text is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
}

/// The bytes of a command said in a view.
pub fn encode(view: u64, command: &Command) -> Vec<u8> {
    let mut writer = Writer::default();
    FORMAT.put(&mut writer);
    view.put(&mut writer);
    command.put(&mut writer);
    writer.into_bytes()
}

/// Reads what `encode` wrote.
///
/// # Errors
/// When the bytes are anything else.
pub fn decode(bytes: &[u8]) -> Result<Envelope, WireError> {
    let mut reader = Reader::new(bytes);
    match u8::take(&mut reader)? {
        FORMAT => {}
        other => return Err(WireError::Format(other)),
    }
    let envelope = Envelope { view: u64::take(&mut reader)?, command: Command::take(&mut reader)? };
    match reader.remaining() {
        0 => Ok(envelope),
        more => Err(WireError::Long(more)),
    }
}
